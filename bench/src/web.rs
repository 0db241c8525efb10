//! The web app in Chromium: what its first page takes, a large board against a small one, how soon others see a change.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use serde::Deserialize;

use crate::{Result, report::Row};

/// The most script that the first page may take, in KiB as it comes over the wire.
const FIRST_LOAD: f64 = 250.0;
/// How much longer a board of 100,000 cases may take than one of 100.
const BOARD: f64 = 2.0;
/// How soon another sees a change, in milliseconds.
const LIVE: f64 = 200.0;

/// What `web/bench/measure.mjs` prints.
#[derive(Deserialize)]
struct Figures {
    script_bytes: f64,
    board_small_ms: f64,
    board_large_ms: f64,
    live_ms: f64,
}

/// Runs the script beside the release binary.
pub fn measure() -> Result<Vec<Row>> {
    let heddle = std::env::current_exe()?.with_file_name("heddle");
    let output = Command::new("node")
        .arg(Path::new("web/bench/measure.mjs"))
        .env("HEDDLE_BINARY", heddle)
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err("the web app could not be measured".into());
    }
    let figures: Figures = serde_json::from_slice(&output.stdout)?;
    let kib = figures.script_bytes / 1024.0;
    let ratio = figures.board_large_ms / figures.board_small_ms;
    Ok(vec![
        Row {
            what: "script of the first page, compressed",
            measured: format!("{kib:.0} KiB"),
            against: "—".to_owned(),
            figure: format!("{kib:.0} KiB"),
            target: "≤ 250 KiB",
            met: kib <= FIRST_LOAD,
        },
        Row {
            what: "board in Chromium, until its first case can be clicked, median of 9",
            measured: format!("{:.0} ms at 100,000 cases", figures.board_large_ms),
            against: format!("{:.0} ms at 100 cases", figures.board_small_ms),
            figure: format!("{ratio:.2} times"),
            target: "≤ 2 times",
            met: ratio <= BOARD,
        },
        Row {
            what: "from a change to another's screen, median of 40",
            measured: format!("{:.0} ms", figures.live_ms),
            against: "—".to_owned(),
            figure: format!("{:.0} ms", figures.live_ms),
            target: "≤ 200 ms",
            met: figures.live_ms <= LIVE,
        },
    ])
}
