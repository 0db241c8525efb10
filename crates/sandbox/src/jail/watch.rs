//! What a jail uses as a whole: memory of all its processes, files in its memory disks. No limit of the kernel counts
//! that without a control group, so it is looked up now and then.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use super::Limits;

/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(100);
/// The kernel's number for a disk in memory.
const TMPFS: i64 = 0x0102_1994;

/// What a jail has too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excess {
    /// Its processes use too much memory together.
    Memory,
    /// It has made too many files.
    Files,
}

/// Waits until the jail whose outermost process is `root`, with these disks, uses more than it may.
pub(super) async fn excess(root: u32, limits: &Limits, disks: &[PathBuf]) -> Excess {
    loop {
        tokio::time::sleep(PAUSE).await;
        let inside = inside(root);
        if inside.iter().map(|pid| memory(*pid)).sum::<u64>() > limits.memory_together() {
            return Excess::Memory;
        }
        if inside.last().is_some_and(|pid| files(*pid, disks) > limits.scratch_files) {
            return Excess::Files;
        }
    }
}

/// The processes inside the jail: those below bubblewrap's own two, the one that waits outside and the first inside.
fn inside(root: u32) -> Vec<u32> {
    let mut found: Vec<u32> = children(root).into_iter().flat_map(children).collect();
    let mut next = 0;
    while let Some(pid) = found.get(next) {
        found.extend(children(*pid));
        next += 1;
    }
    found
}

/// The processes that this one has begun.
pub(super) fn children(pid: u32) -> Vec<u32> {
    // A process that has ended meanwhile has none.
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    let lists = threads.flatten().filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<u32>>()).collect()
}

/// The memory that a process would free if it alone ended, in bytes; what it shares with its children counts for each.
fn memory(pid: u32) -> u64 {
    let Ok(status) = fs::read_to_string(format!("/proc/{pid}/status")) else { return 0 };
    let kib = |line: &str| line.split_whitespace().nth(1).and_then(|number| number.parse::<u64>().ok());
    let counted = ["RssAnon:", "RssShmem:", "VmSwap:"];
    status.lines().filter(|line| counted.iter().any(|name| line.starts_with(name))).filter_map(kib).sum::<u64>() << 10
}

/// The files in the fullest one of the disks in memory that the process sees. None where the system lets nobody look.
fn files(pid: u32, disks: &[PathBuf]) -> u64 {
    let root = format!("/proc/{pid}/root");
    let used = disks.iter().filter_map(|folder| {
        let disk = rustix::fs::statfs(Path::new(&root).join(folder.strip_prefix("/").unwrap_or(folder))).ok()?;
        (disk.f_type == TMPFS).then(|| disk.f_files.saturating_sub(disk.f_ffree))
    });
    used.max().unwrap_or(0)
}
