//! Settings of weavers.

use clap::ValueEnum;
use kernel::{Error, Result};
use sha2::{Digest, Sha256};
use weavers::{Kinds, KubernetesSettings, LocalSettings, NAMESPACE, Quotas, Settings};

/// What runs weavers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Sandboxes on this machine.
    Local,
    /// Pods of a Kubernetes cluster.
    Kubernetes,
    /// Nothing.
    Off,
}

/// Settings of weavers.
#[derive(clap::Args, Debug)]
pub struct WeaverArgs {
    /// What runs weavers.
    #[arg(long, env = "HEDDLE_WEAVERS", default_value = "local")]
    weavers: Kind,
    /// The namespace of their pods.
    #[arg(long, env = "HEDDLE_WEAVER_NAMESPACE", default_value = NAMESPACE)]
    weaver_namespace: String,
    /// The cluster's address, where neither KUBECONFIG nor a service account tells it.
    #[arg(long, env = "HEDDLE_WEAVER_CLUSTER")]
    weaver_cluster: Option<String>,
    /// Weavers of one user in a workspace at one time.
    #[arg(long, env = "HEDDLE_WEAVERS_PER_USER", default_value_t = 3, value_parser = clap::value_parser!(i64).range(0..))]
    weavers_per_user: i64,
    /// Weavers of a workspace at one time.
    #[arg(long, env = "HEDDLE_WEAVERS_PER_WORKSPACE", default_value_t = 10, value_parser = clap::value_parser!(i64).range(0..))]
    weavers_per_workspace: i64,
    /// The size of the home of a weaver on this machine, in MiB. It lies in memory.
    #[arg(long, env = "HEDDLE_WEAVER_HOME_MIB", default_value_t = 1024, value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    weaver_home_mib: u64,
}

impl WeaverArgs {
    /// What they say.
    ///
    /// # Errors
    /// `setting_unusable`.
    pub fn settings(&self, public_url: &str) -> Result<Settings> {
        let quotas = Quotas { per_user: self.weavers_per_user, per_workspace: self.weavers_per_workspace };
        let kind = match self.weavers {
            Kind::Local => Kinds::Local(LocalSettings { home: self.weaver_home_mib << 20, ..LocalSettings::default() }),
            Kind::Kubernetes => Kinds::Kubernetes(KubernetesSettings {
                namespace: namespace(&self.weaver_namespace)?,
                // All nodes of a server have the same address, and no other server has it.
                instance: instance(public_url),
                cluster: self.weaver_cluster.clone(),
            }),
            Kind::Off => Kinds::Off,
        };
        Ok(Settings { kind, quotas })
    }
}

fn namespace(name: &str) -> Result<String> {
    let is_inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty()
        || name.len() > 63
        || !name.bytes().all(is_inside)
        || name.starts_with('-')
        || name.ends_with('-')
    {
        let text = format!("HEDDLE_WEAVER_NAMESPACE cannot be used: {name:?} is no name of a namespace");
        return Err(Error::unavailable("setting_unusable", text));
    }
    Ok(name.to_owned())
}

fn instance(public_url: &str) -> String {
    Sha256::digest(public_url).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
