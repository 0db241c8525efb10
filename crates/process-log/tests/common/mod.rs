//! Files to test with, and reading them whole.
#![allow(dead_code, clippy::unwrap_used)]

use std::{
    fs,
    io::Write,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};
use heddle_process_log::{Error, Item, Rejected, Trace, read, write_xes};
use serde_json::Map;
use tempfile::TempDir;

/// A folder that vanishes with the test.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }
}

pub fn gzip(content: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content.as_ref()).unwrap();
    encoder.finish().unwrap()
}

pub fn read_all(path: &Path) -> Result<(Vec<Trace>, Vec<Rejected>), Error> {
    let (mut traces, mut rejected) = (Vec::new(), Vec::new());
    read(path, &mut |item| {
        match item {
            Item::Trace(trace) => traces.push(trace),
            Item::Rejected(one) => rejected.push(one),
        }
        ControlFlow::Continue(())
    })?;
    Ok((traces, rejected))
}

pub fn xes(traces: &[Trace]) -> Vec<u8> {
    let mut writer = write_xes(Vec::new());
    writer.begin(&Map::new()).unwrap();
    for trace in traces {
        writer.trace(trace).unwrap();
    }
    writer.finish().unwrap()
}

/// The permit log, which is no part of the repository; says so where it is missing.
pub fn permit_log() -> Option<PathBuf> {
    let folder = std::env::var_os("HEDDLE_SHARED_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let path = folder.join("permit-receipt.xes.gz");
    if !path.is_file() {
        eprintln!("skipped: there is no {}", path.display());
        return None;
    }
    Some(path)
}
