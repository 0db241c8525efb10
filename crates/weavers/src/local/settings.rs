use std::path::PathBuf;

use gateway::outbound::Guard;
use sandbox::Hosts;

/// The profiles that a local weaver's `image` can name. Both are the same: the system's own programs.
pub const PROFILES: [&str; 2] = ["local", "default"];

/// How local weavers are run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where bubblewrap is, if not at the usual places or in `PATH`.
    pub bwrap: Option<PathBuf>,
    /// The size of a home, in bytes. It lies in memory.
    pub home: u64,
    /// The heddle command, to be had in weavers. Their way out needs it.
    pub heddle: Option<PathBuf>,
    /// The hosts that weavers may reach, and the guard that decides as well; none when absent.
    pub network: Option<(Hosts, Guard)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { bwrap: None, home: 1 << 30, heddle: std::env::current_exe().ok(), network: None }
    }
}
