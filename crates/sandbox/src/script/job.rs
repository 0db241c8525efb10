//! What a script is to be run with.

use std::{collections::BTreeMap, fmt};

use serde_json::{Map, Value as Json};

use crate::network::Hosts;

/// A script to run.
#[derive(Clone, Default)]
pub struct ScriptJob {
    /// The Python source.
    pub script: String,
    /// The keyword arguments of `invoke`.
    pub input: Map<String, Json>,
    /// The secrets by name, which `invoke` finds in `interloom["secrets"]`.
    pub secrets: BTreeMap<String, String>,
    /// The hosts it may reach. Without any it has no network.
    pub hosts: Hosts,
    /// What else is in `interloom`, such as `tool`, `run_id`, `case_id` and `idempotency_key`.
    pub context: Map<String, Json>,
}

impl fmt::Debug for ScriptJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { context, hosts, .. } = self;
        f.debug_struct("ScriptJob").field("context", context).field("hosts", hosts).finish_non_exhaustive()
    }
}
