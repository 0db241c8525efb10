//! Progress bars, for people who watch. Without a terminal nothing is drawn.

use std::{path::Path, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

/// A bar for the bytes of a file.
pub fn bytes(length: Option<u64>) -> ProgressBar {
    let bar = match length {
        Some(length) => {
            ProgressBar::new(length).with_style(style("{bar:40} {bytes}/{total_bytes} {bytes_per_sec} {eta}"))
        }
        None => ProgressBar::no_length().with_style(style("{spinner} {bytes} {bytes_per_sec}")),
    };
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// A bar for a file that is sent.
pub fn upload(path: &Path) -> ProgressBar {
    bytes(std::fs::metadata(path).ok().map(|about| about.len()))
}

/// A bar for entries.
pub fn entries(total: u64) -> ProgressBar {
    let bar = ProgressBar::new(total).with_style(style("{bar:40} {pos}/{len} {msg}"));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
