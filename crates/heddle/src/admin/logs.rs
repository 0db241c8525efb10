//! Process logs in and out.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};
use indicatif::{ProgressBar, ProgressStyle};
use kernel::{Error, Result, ids::WorkspaceId};
use mining::{Exported, Progress};
use serde_json::json;
use store::Store;

use super::answer;

/// Reads the log at `file` into the space and prints what came of it.
pub async fn import(store: &Store, workspace: WorkspaceId, space: &str, file: &Path) -> Result<()> {
    let bar = bar();
    let imported = mining::import(store, workspace, space, file, |progress| show(&bar, progress)).await;
    bar.finish_and_clear();
    answer::print(&imported?)
}

/// Writes the space's cases to `out`, or to standard output, and reports on the other channel.
pub async fn export(store: &Store, workspace: WorkspaceId, space: &str, out: Option<&Path>) -> Result<()> {
    let job = Export { store, workspace, space, bar: bar() };
    let exported = match out {
        Some(path) => job.to_path(path).await,
        None => job.to(io::stdout(), false).await,
    };
    job.bar.finish_and_clear();
    let Exported { traces, events } = exported?;
    match out {
        Some(path) => answer::print(&json!({"file": path, "traces": traces, "events": events}))?,
        None => answer::print_aside(&json!({"traces": traces, "events": events})),
    }
    Ok(())
}

/// What is written.
struct Export<'a> {
    store: &'a Store,
    workspace: WorkspaceId,
    space: &'a str,
    bar: ProgressBar,
}

impl Export<'_> {
    /// Writes a file that is there whole or not at all. What is no ordinary file, such as a pipe, is written as it is.
    async fn to_path(&self, path: &Path) -> Result<Exported> {
        let gzip = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"));
        let failed = |error: io::Error| unwritable(path, &error);
        // A link stays one: the file it leads to is replaced.
        let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if target.exists() && !target.is_file() {
            let out = File::options().write(true).open(&target).map_err(failed)?;
            return self.to(out, gzip).await;
        }
        let unfinished = unfinished(&target).map_err(failed)?;
        let exported = self.to(unfinished.as_file(), gzip).await?;
        unfinished.as_file().sync_all().map_err(failed)?;
        unfinished.persist(&target).map_err(|error| failed(error.error))?;
        Ok(exported)
    }

    async fn to(&self, out: impl Write, gzip: bool) -> Result<Exported> {
        let mut out = BufWriter::new(out);
        if !gzip {
            return self.run(&mut out).await;
        }
        let mut packed = GzEncoder::new(out, Compression::default());
        let exported = self.run(&mut packed).await?;
        let finished = packed.finish().and_then(|mut out| out.flush());
        finished
            .map_err(|error| Error::unavailable("log_not_written", format!("The log cannot be written: {error}.")))?;
        Ok(exported)
    }

    async fn run(&self, out: impl Write) -> Result<Exported> {
        mining::export(self.store, self.workspace, self.space, out, |progress| show(&self.bar, progress)).await
    }
}

/// A file beside `target`, removed with this value unless it is persisted, with the rights of any new file.
fn unfinished(target: &Path) -> io::Result<tempfile::NamedTempFile> {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.map_or_else(|| PathBuf::from("."), Path::to_owned);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".heddle-").suffix(".part");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

fn unwritable(path: &Path, error: &io::Error) -> Error {
    Error::unavailable("file_unwritable", format!("The file {} cannot be written: {error}.", path.display()))
}

/// A progress bar on standard error, hidden where that is no terminal.
fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos} of {len} cases, {msg} events, {eta} left") {
        bar.set_style(style);
    }
    bar
}

fn show(bar: &ProgressBar, progress: Progress) {
    bar.set_length(progress.total);
    bar.set_message(progress.events.to_string());
    bar.set_position(progress.traces);
}
