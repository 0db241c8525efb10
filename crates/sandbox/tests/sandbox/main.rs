//! Scripts in real sandboxes. bubblewrap and Python have to be there: without them nothing here passes.
#![allow(clippy::unwrap_used)]

mod confinement;
mod interpreters;
mod jails;
mod limits;
mod network;
mod outcomes;
mod secrets;
mod terminals;

use std::{collections::BTreeMap, fs, os::fd::AsFd, time::Duration};

use gateway::outbound::Guard;
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, PidfdFlags, pidfd_open},
};
use sandbox::{
    Failure, Sandbox, ScriptError, ScriptJob, ScriptOutcome,
    script::{Limits, Settings},
};
use serde_json::{Map, Value as Json};

/// A sandbox with limits as changed, that may reach no private network.
fn sandbox(change: impl FnOnce(&mut Limits)) -> Sandbox {
    let mut limits = Limits::default();
    change(&mut limits);
    Sandbox::new(Settings { limits, ..Settings::default() }, Guard::allowing("").unwrap())
}

/// A job of this script with an object as its input.
fn job(script: &str, input: Json) -> ScriptJob {
    let Json::Object(input) = input else { panic!("{input} is no object") };
    ScriptJob { script: outdented(script), input, ..ScriptJob::default() }
}

/// The script as it stands in a file of its own: Python counts the spaces before a line.
fn outdented(script: &str) -> String {
    let lines = script.lines().filter(|line| !line.trim().is_empty());
    let spaces = lines.map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    script.lines().map(|line| line.get(spaces..).unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Runs a script without input under the default limits.
async fn run(script: &str) -> Result<ScriptOutcome, ScriptError> {
    run_within(|_| {}, script).await
}

/// Runs a script without input under limits as changed.
async fn run_within(change: impl FnOnce(&mut Limits), script: &str) -> Result<ScriptOutcome, ScriptError> {
    sandbox(change).run_script(&job(script, Json::Object(Map::new())), None).await
}

/// What a script returns that must go well.
async fn result(script: &str) -> Json {
    run(script).await.unwrap_or_else(|error| panic!("{error:?}")).result
}

/// Why a script fails that must.
async fn failure(script: &str) -> Failure {
    run(script).await.expect_err("the script should have failed").failure
}

fn secrets(secrets: &[(&str, &str)]) -> BTreeMap<String, String> {
    secrets.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The processes of this machine whose last arguments are these.
fn programs_with(arguments: &[&str]) -> Vec<Pid> {
    let wanted: String = arguments.iter().flat_map(|argument| [argument, "\0"]).collect();
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()));
    let with = |pid: &i32| fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.ends_with(&wanted));
    pids.filter(with).filter_map(Pid::from_raw).collect()
}

/// Waits until a program with these last arguments runs.
async fn await_begin_of(arguments: &[&str]) {
    while programs_with(arguments).is_empty() {
        tokio::task::yield_now().await;
    }
}

/// Waits for the end of all programs with these last arguments.
fn await_end_of(arguments: &[&str]) {
    for pid in programs_with(arguments) {
        // It may have ended meanwhile.
        let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else { continue };
        let limit = Timespec { tv_sec: 30, tv_nsec: 0 };
        let ended = poll(&mut [PollFd::new(&process.as_fd(), PollFlags::IN)], Some(&limit)).unwrap();
        assert_eq!(ended, 1, "{pid:?} with {arguments:?} is still there");
    }
}

/// Time enough for a script to begin, and for what it does endlessly to show.
const SHORT: Duration = Duration::from_secs(3);
/// Long before anything here ends by itself.
const SOON: Duration = Duration::from_secs(60);
