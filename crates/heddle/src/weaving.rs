//! Settings of weavers.

use std::{
    ffi::{OsStr, OsString},
    io,
    process::ExitCode,
};

use clap::ValueEnum;
use gateway::outbound::{self, Guard};
use kernel::{Error, Result};
use sandbox::Hosts;
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
    /// The hosts that weavers on this machine may reach, with commas between: api.example.com,*.example.org:8443
    #[arg(long, env = "HEDDLE_WEAVER_HOSTS", value_delimiter = ',')]
    weaver_hosts: Vec<String>,
    /// The size of the home of a weaver on this machine, in MiB. It lies in memory.
    #[arg(long, env = "HEDDLE_WEAVER_HOME_MIB", default_value_t = 1024, value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    weaver_home_mib: u64,
}

impl WeaverArgs {
    fn network(&self) -> Result<Option<(Hosts, Guard)>> {
        let named = self.weaver_hosts.iter().filter(|host| !host.trim().is_empty());
        let hosts = Hosts::parse(named).map_err(|error| unusable("HEDDLE_WEAVER_HOSTS", &error))?;
        if hosts.is_empty() {
            return Ok(None);
        }
        let guard = Guard::from_env().map_err(|error| unusable(outbound::ALLOW, &error))?;
        Ok(Some((hosts, guard)))
    }

    /// What they say.
    ///
    /// # Errors
    /// `setting_unusable`.
    pub fn settings(&self, public_url: &str) -> Result<Settings> {
        let quotas = Quotas { per_user: self.weavers_per_user, per_workspace: self.weavers_per_workspace };
        let kind = match self.weavers {
            Kind::Local => {
                let home = self.weaver_home_mib << 20;
                Kinds::Local(LocalSettings { home, network: self.network()?, ..LocalSettings::default() })
            }
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

fn unusable(what: &str, error: &dyn std::fmt::Display) -> Error {
    Error::unavailable("setting_unusable", format!("{what} cannot be used: {error}"))
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

/// Inside a weaver: opens its way out, and becomes the program. It comes back only when that fails.
pub fn enter(command: &[OsString]) -> ExitCode {
    let Some((program, arguments)) = command.split_first() else { return ExitCode::FAILURE };
    if let Err(error) = open_network() {
        println!("heddle: this weaver has no network: {error}");
    }
    let failed = become_program(program, arguments);
    println!("heddle: {}: {failed}", program.display());
    // What shells answer for a program that they do not find.
    ExitCode::from(127)
}

#[cfg(target_os = "linux")]
fn open_network() -> io::Result<()> {
    sandbox::network::hand_over()
}

#[cfg(not(target_os = "linux"))]
fn open_network() -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(unix)]
fn become_program(program: &OsStr, arguments: &[OsString]) -> io::Error {
    use std::os::unix::process::CommandExt;
    std::process::Command::new(program).args(arguments).exec()
}

#[cfg(not(unix))]
fn become_program(_: &OsStr, _: &[OsString]) -> io::Error {
    io::ErrorKind::Unsupported.into()
}
