//! What a jail may use of the machine.

use std::time::Duration;

/// The most that the programs of one jail may use. Each number is enforced by the kernel for every single process,
/// unless it says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Processor time of a process. It is rounded up to whole seconds.
    pub processor: Duration,
    /// Memory in bytes. An allocation of one process beyond it fails; a jail whose processes use an eighth more than
    /// this together is ended.
    pub memory: u64,
    /// Processes and threads of the jail together.
    pub processes: u64,
    /// Open files.
    pub open_files: u64,
    /// The size of a file, in bytes.
    pub file_size: u64,
    /// What `/tmp` and `/dev/shm` hold, each, in bytes. They lie in memory, apart from `memory`.
    pub scratch: u64,
    /// How many files each disk in memory holds. A jail that makes more is ended.
    pub scratch_files: u64,
    /// On how many processors of the machine its programs run; on all when absent.
    pub processors: Option<usize>,
    /// How far its programs stand back for others that want the processor: 0 not at all, 19 as far as can be.
    pub niceness: u8,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            processor: Duration::from_secs(20),
            memory: 512 << 20,
            processes: 32,
            open_files: 256,
            file_size: 64 << 20,
            scratch: 64 << 20,
            scratch_files: 20_000,
            processors: None,
            niceness: 0,
        }
    }
}

#[cfg(target_os = "linux")]
impl Limits {
    /// The memory of all processes together at which the jail is ended. A single process is to meet its own limit
    /// first, because it can tell what it was doing.
    pub(super) fn memory_together(&self) -> u64 {
        self.memory.saturating_add(self.memory / 8)
    }

    /// The arguments of util-linux's `prlimit` that set these limits. All are hard ones: they can be lowered, never
    /// raised.
    pub(super) fn arguments(&self) -> Vec<String> {
        let seconds = self.processor.as_millis().div_ceil(1000).max(1);
        let &Self { memory, processes, open_files, file_size, .. } = self;
        // What is only reserved counts as address space, so that needs room. What is written to is bounded by `data`.
        let space = memory.saturating_mul(4);
        [
            // The soft limit ends the process with a signal of its own; the hard one is for those that ignore it.
            format!("--cpu={seconds}:{}", seconds + 1),
            format!("--data={memory}:{memory}"),
            format!("--as={space}:{space}"),
            format!("--nproc={processes}:{processes}"),
            format!("--nofile={open_files}:{open_files}"),
            format!("--fsize={file_size}:{file_size}"),
            "--core=0:0".to_owned(),
            "--memlock=0:0".to_owned(),
            "--msgqueue=0:0".to_owned(),
        ]
        .into()
    }
}
