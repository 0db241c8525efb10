//! `bash`

use std::{io, process::Stdio, time::Duration};

use futures::{FutureExt, future::BoxFuture};
use process_wrap::tokio::{ChildWrapper, CommandWrap};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    time::{Instant, sleep_until},
};

use super::{Effect, Given, Tool, Workspace, parse};

/// How long a command may take when nothing is said, in seconds.
const USUAL: u64 = 60;
/// How long at most.
const MOST: u64 = 300;
/// How much of a stream is kept, in bytes.
const STREAM: usize = 256 << 10;
/// How long is waited for what is still in the pipes once the processes are gone.
const GRACE: Duration = Duration::from_secs(1);
/// What commands are not told.
const SECRETS: [&str; 7] = [
    "HEDDLE_API_KEY",
    "INTERLOOM_API_KEY",
    "LOOM_API_KEY",
    "SERPER_API_KEY",
    "GOOGLE_CSE_KEY",
    "GOOGLE_CSE_ID",
    "GOOGLE_CSE_API_KEY",
];

/// Runs a command.
pub struct Bash;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    command: String,
    cwd: Option<String>,
    timeout_secs: Option<u64>,
}

impl Tool for Bash {
    fn name(&self) -> &'static str {
        "bash"
    }

    fn description(&self) -> String {
        format!(
            "Runs a command with bash, without a terminal and without input. When it ends, whatever it started in the \
             background ends too. It may take {USUAL} seconds, or what timeout_secs says, at most {MOST}. Of each stream \
             {} KiB are kept, from its beginning and its end.",
            STREAM >> 10
        )
    }

    fn schema(&self) -> Json {
        json!({"type": "object", "additionalProperties": false, "required": ["command"], "properties": {
            "command": {"type": "string"},
            "cwd": {"type": "string", "default": ".", "description": "Where it runs, seen from the folder."},
            "timeout_secs": {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}}})
    }

    fn effect(&self) -> Effect {
        Effect::Executes
    }

    fn about(&self, input: &Json) -> String {
        input["command"].as_str().unwrap_or_default().trim().to_owned()
    }

    fn call<'a>(&'a self, workspace: &'a Workspace, input: Json) -> BoxFuture<'a, Given> {
        async move {
            let Input { command, cwd, timeout_secs } = parse(input)?;
            if command.contains('\0') {
                return Err("A command has no zero bytes.".into());
            }
            let place = workspace.existing(cwd.as_deref().unwrap_or("."))?;
            if !place.path.is_dir() {
                return Err(format!("{} is no folder.", place.name));
            }
            let limit = Duration::from_secs(timeout_secs.unwrap_or(USUAL).clamp(1, MOST));
            let start = |shell: &str| Group::spawn(shell, &command, &place.path);
            let group = match start("bash") {
                Err(error) if error.kind() == io::ErrorKind::NotFound => start("sh"),
                outcome => outcome,
            };
            let group = group.map_err(|error| format!("The command cannot be started: {error}"))?;
            let ran = group.run(limit).await.map_err(|error| format!("The command cannot be followed: {error}"))?;
            Ok(json!({
                "stdout": ran.stdout.text(), "stderr": ran.stderr.text(), "exit_code": ran.code,
                "timed_out": ran.timed_out,
                "stdout_truncated": ran.stdout.left_out > 0, "stderr_truncated": ran.stderr.left_out > 0,
            }))
        }
        .boxed()
    }
}

/// What came of a command.
struct Ran {
    /// None when a signal ended it.
    code: Option<i32>,
    timed_out: bool,
    stdout: Kept,
    stderr: Kept,
}

/// A command and the processes that it starts. They end with this value.
struct Group {
    child: Box<dyn ChildWrapper>,
}

impl Group {
    fn spawn(shell: &str, command: &str, folder: &std::path::Path) -> io::Result<Self> {
        let mut wrap = CommandWrap::with_new(shell, |wanted| {
            wanted.arg("-c").arg(command).current_dir(folder);
            wanted.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
            // Nobody is there to turn pages or to type a password.
            wanted.envs([("PAGER", "cat"), ("GIT_PAGER", "cat"), ("GIT_TERMINAL_PROMPT", "0"), ("TERM", "dumb")]);
            for secret in SECRETS {
                wanted.env_remove(secret);
            }
        });
        // A session of its own: all of it can be ended at once, and it has no terminal.
        #[cfg(unix)]
        wrap.wrap(process_wrap::tokio::ProcessSession);
        wrap.spawn().map(|child| Self { child })
    }

    async fn run(mut self, limit: Duration) -> io::Result<Ran> {
        let mut stdout = self.child.stdout().take();
        let mut stderr = self.child.stderr().take();
        let (mut out, mut err) = (Kept::default(), Kept::default());
        let (mut here, mut there) = (vec![0; 16 << 10], vec![0; 16 << 10]);
        let mut until = Instant::now() + limit;
        let mut status = None;
        let mut timed_out = false;
        while status.is_none() || stdout.is_some() || stderr.is_some() {
            tokio::select! {
                read = next(&mut stdout, &mut here), if stdout.is_some() => match read {
                    Some(n) => out.push(&here[..n]),
                    None => stdout = None,
                },
                read = next(&mut stderr, &mut there), if stderr.is_some() => match read {
                    Some(n) => err.push(&there[..n]),
                    None => stderr = None,
                },
                ended = self.child.inner_mut().wait(), if status.is_none() => {
                    status = Some(ended?);
                    // What it has left behind would keep the pipes open.
                    let _ = self.child.start_kill();
                    until = until.min(Instant::now() + GRACE);
                },
                () = sleep_until(until) => match status {
                    // Somebody outside of the group holds the pipes.
                    Some(_) => break,
                    None if timed_out => break,
                    None => {
                        timed_out = true;
                        let _ = self.child.start_kill();
                        until = Instant::now() + GRACE;
                    }
                },
            }
        }
        Ok(Ran { code: status.and_then(|status| status.code()), timed_out, stdout: out, stderr: err })
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Nothing is left to end when this fails.
        let _ = self.child.start_kill();
    }
}

/// The next bytes of a stream; none at its end.
async fn next(stream: &mut Option<impl AsyncRead + Unpin>, buffer: &mut [u8]) -> Option<usize> {
    match stream.as_mut()?.read(buffer).await {
        Ok(0) | Err(_) => None,
        Ok(n) => Some(n),
    }
}

/// The beginning and the end of a stream.
#[derive(Default)]
struct Kept {
    head: Vec<u8>,
    tail: std::collections::VecDeque<u8>,
    left_out: u64,
}

impl Kept {
    fn push(&mut self, bytes: &[u8]) {
        let (head, rest) = bytes.split_at(bytes.len().min(STREAM / 2 - self.head.len()));
        self.head.extend(head);
        self.tail.extend(rest);
        let over = self.tail.len().saturating_sub(STREAM / 2);
        self.tail.drain(..over);
        self.left_out += over as u64;
    }

    fn text(&self) -> String {
        let tail: Vec<u8> = self.tail.iter().copied().collect();
        if self.left_out == 0 {
            return String::from_utf8_lossy(&[self.head.as_slice(), &tail].concat()).into_owned();
        }
        let (head, tail) = (String::from_utf8_lossy(&self.head), String::from_utf8_lossy(&tail));
        format!("{head}\n[… {} bytes left out …]\n{tail}", self.left_out)
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    async fn bash(input: Json) -> Given {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("sub")).unwrap();
        Bash.call(&Workspace::open(folder.path()).unwrap(), input).await
    }

    #[tokio::test]
    async fn a_command_tells_what_it_writes_and_how_it_ends() {
        let given = bash(json!({"command": "echo out; echo err >&2; exit 3"})).await.unwrap();
        let expected = json!({"stdout": "out\n", "stderr": "err\n", "exit_code": 3, "timed_out": false,
            "stdout_truncated": false, "stderr_truncated": false});
        assert_eq!(given, expected);
        assert_eq!(bash(json!({"command": "kill -9 $$"})).await.unwrap()["exit_code"], Json::Null);
    }

    #[tokio::test]
    async fn a_command_runs_in_the_folder_without_input_and_terminal() {
        let given = bash(json!({"command": "basename $PWD; cat; tty; : < /dev/tty", "cwd": "sub"})).await.unwrap();
        assert_eq!(given["stdout"], "sub\nnot a tty\n");
        assert!(given["stderr"].as_str().unwrap().contains("/dev/tty"), "{given}");
        assert!(bash(json!({"command": "pwd", "cwd": ".."})).await.is_err());
        assert!(bash(json!({"command": "pwd", "cwd": "nowhere"})).await.is_err());
    }

    #[tokio::test]
    async fn what_takes_too_long_is_ended_with_all_it_started() {
        let command = "echo before; (trap '' TERM; sleep 100; echo late) & sleep 100";
        let given = bash(json!({"command": command, "timeout_secs": 1})).await.unwrap();
        assert_eq!((&given["timed_out"], &given["exit_code"]), (&json!(true), &Json::Null));
        assert_eq!(given["stdout"], "before\n");
    }

    #[tokio::test]
    async fn what_runs_in_the_background_ends_with_the_command() {
        let before = Instant::now();
        let given = bash(json!({"command": "sleep 100 & echo $!"})).await.unwrap();
        assert!(before.elapsed() < Duration::from_secs(30));
        let pid: i32 = given["stdout"].as_str().unwrap().trim().parse().unwrap();
        gone(pid).await;
    }

    #[tokio::test]
    async fn a_command_that_is_given_up_ends_with_all_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::open(folder.path()).unwrap();
        let fifo = folder.path().join("pids");
        assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        let input = json!({"command": "sleep 100 & echo $! $$ > pids; wait"});
        let mut call = Bash.call(&workspace, input);
        let reading = tokio::fs::read_to_string(fifo);
        let pids = tokio::select! { pids = reading => pids.unwrap(), _ = &mut call => panic!("it ended") };
        drop(call);
        for pid in pids.split_whitespace() {
            gone(pid.parse().unwrap()).await;
        }
    }

    /// Waits until a process is no more, or waits only to be buried.
    async fn gone(pid: i32) {
        let path = format!("/proc/{pid}/stat");
        for _ in 0..1000 {
            match std::fs::read_to_string(&path) {
                Ok(stat) if !stat.rsplit(')').next().unwrap_or_default().trim().starts_with('Z') => {}
                _ => return,
            }
            tokio::task::yield_now().await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{pid} lives");
    }

    #[tokio::test]
    async fn a_flood_is_cut_in_the_middle() {
        let given = bash(json!({"command": "echo first; yes | head -c 2000000; echo last"})).await.unwrap();
        let text = given["stdout"].as_str().unwrap();
        assert!(text.starts_with("first\n") && text.ends_with("last\n") && text.contains("bytes left out"));
        assert!(text.len() <= STREAM + 100 && given["stdout_truncated"] == true);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn what_fits_is_kept_whole(sizes in prop::collection::vec(0..60_000usize, 0..12)) {
            let mut kept = Kept::default();
            let mut all = Vec::new();
            for (n, size) in sizes.into_iter().enumerate() {
                let piece = vec![b'a' + n as u8; size];
                kept.push(&piece);
                all.extend(piece);
            }
            prop_assert_eq!(kept.left_out as usize, all.len().saturating_sub(STREAM));
            let text = kept.text();
            if kept.left_out == 0 {
                prop_assert_eq!(text.into_bytes(), all);
            } else {
                prop_assert!(text.as_bytes().starts_with(&all[..STREAM / 2]));
                prop_assert!(text.as_bytes().ends_with(&all[all.len() - STREAM / 2..]));
            }
        }
    }
}
