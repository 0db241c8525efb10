//! The command line: one case read, from start to output, against curl asking for the same.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use store::Tx;
use work::cases::{self, NewCase};

use crate::{Error, Result, cases::bench, report::Row, server::Server};

const TIMES: usize = 200;
const TARGET: f64 = 2.0;

/// `heddle cases get` against `curl` for the same request, in turns; medians.
pub fn get_against_curl() -> Result<Row> {
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let (case, key) = runtime.block_on(async {
        let bench = bench(folder.path()).await?;
        let space = bench.space;
        let write = move |tx: &mut Tx<'_>| cases::create(tx, &NewCase::titled(space, "A fence of two metres"));
        let case = bench.store.write(bench.workspace, bench.actor, write).await?;
        Ok::<_, Error>((case.id, bench.key))
    })?;
    let server = Server::start(folder.path(), None)?;
    let base = format!("http://{}", server.address);
    let program = std::env::current_exe()?.with_file_name("heddle");
    let heddle = || {
        let mut command = Command::new(&program);
        command.args(["cases", "get", &case.to_string()]).env("HEDDLE_BASE_URL", &base).env("HEDDLE_API_KEY", &key);
        timed(command)
    };
    let url = format!("{base}/api/v1/public/cases/{case}");
    let curl = || {
        let mut command = Command::new("curl");
        command.args(["--silent", "--fail", "--header", &format!("Authorization: Bearer {key}"), &url]);
        timed(command)
    };
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        ours.push(heddle()?);
        theirs.push(curl()?);
    }
    let (ours, theirs) = (median(ours), median(theirs));
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    let shown = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1_000.0);
    Ok(Row {
        what: "`heddle cases get` from start to output, median",
        measured: shown(ours),
        against: format!("curl, same request: {}", shown(theirs)),
        figure: format!("{ratio:.2} times"),
        target: "≤ 2 times",
        met: ratio <= TARGET,
    })
}

fn timed(mut command: Command) -> Result<Duration> {
    let begun = Instant::now();
    let output = command.stdin(Stdio::null()).output()?;
    let time = begun.elapsed();
    if !output.status.success() || !output.stdout.starts_with(b"{") {
        return Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(time)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
