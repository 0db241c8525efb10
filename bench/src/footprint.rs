//! Memory and start of the release binary.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use identity::{keys, workspaces};
use serde_json::json;
use store::{Config, Store};

use crate::{
    Error, Result,
    load::{Connection, request},
    report::Row,
};

const WORKSPACES: usize = 100;

struct Running {
    child: Child,
    address: String,
}

impl Running {
    fn start(folder: &Path) -> Result<Self> {
        let program = std::env::current_exe()?.with_file_name("heddle");
        let mut child = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder)
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let stdout = child.stdout.take().ok_or("no output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let address = line.trim().rsplit_once("http://").ok_or("no address")?.1.to_owned();
        Ok(Self { child, address })
    }

    /// Resident memory in MiB.
    fn resident(&self) -> Result<f64> {
        resident(self.child.id())
    }
}

/// Resident memory of a process in MiB.
pub fn resident(process: u32) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes workspaces in a folder and answers a key of each.
fn make(runtime: &tokio::runtime::Runtime, folder: &Path, n: usize) -> Result<Vec<String>> {
    runtime.block_on(async {
        let store = Store::open(Config::embedded(folder)).await?;
        let mut all = Vec::new();
        for n in 0..n {
            let (workspace, user, _) =
                workspaces::create(&store, &format!("Bench {n}"), None, "bench@example.com", None).await?;
            all.push(store.control_write(move |tx| keys::create(tx, workspace.id, user.id, "bench")).await?.1);
        }
        Ok(all)
    })
}

/// Memory of a server that does nothing, memory with a hundred workspaces touched, and the time from start to the first
/// answer.
pub fn measure() -> Result<Vec<Row>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let health = request("GET", "/health", None, None);
    let quiet = tempfile::tempdir()?;
    make(&runtime, quiet.path(), 1)?;
    let server = Running::start(quiet.path())?;
    runtime.block_on(async { Connection::open(&server.address).await?.send(&health).await })?;
    let idle = server.resident()?;
    drop(server);

    let folder = tempfile::tempdir()?;
    let keys = make(&runtime, folder.path(), WORKSPACES)?;
    let mut starts = Vec::new();
    for _ in 0..9 {
        let begun = Instant::now();
        let server = Running::start(folder.path())?;
        runtime.block_on(async {
            Connection::open(&server.address).await?.send(&request("GET", "/v1/spaces", Some(&keys[0]), None)).await
        })?;
        starts.push(begun.elapsed());
    }
    starts.sort();
    let start = starts[starts.len() / 2];

    let server = Running::start(folder.path())?;
    runtime.block_on(async {
        let mut connection = Connection::open(&server.address).await?;
        for key in &keys {
            connection.send(&request("GET", "/v1/spaces", Some(key), None)).await?;
            let body = json!({"name": "Touched"}).to_string();
            let status = connection.send(&request("POST", "/v1/spaces", Some(key), Some(&body))).await?;
            if status != 201 {
                return Err(format!("status {status}").into());
            }
        }
        Ok::<_, Error>(())
    })?;
    let touched = server.resident()?;
    let row = |what, measured: String, target, met| Row {
        what,
        figure: measured.clone(),
        measured,
        against: "—".to_owned(),
        target,
        met,
    };
    Ok(vec![
        row("resident memory, idle", format!("{idle:.0} MiB"), "≤ 40 MiB", idle <= 40.0),
        row(
            "resident memory, 100 workspaces read and written",
            format!("{touched:.0} MiB"),
            "≤ 150 MiB",
            touched <= 150.0,
        ),
        row(
            "start to first answer (SQLite, median of 9)",
            format!("{} ms", start.as_millis()),
            "≤ 150 ms",
            start <= Duration::from_millis(150),
        ),
    ])
}
