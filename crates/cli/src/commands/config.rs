//! `config`

use clap::Subcommand;
use serde::Serialize;
use serde_json::json;

use crate::{Failure, Flags, Program, Result, config::Configs, output::Output};

/// Commands on saved configurations.
#[derive(Debug, Subcommand)]
pub enum Config {
    /// List the saved configurations
    List,
    /// Make a configuration the current one
    Use {
        /// Its name
        config: String,
    },
    /// Show the current configuration
    Current,
    /// Remove a configuration; its key stays valid
    Delete {
        /// Its name
        config: String,
    },
}

#[derive(Serialize)]
struct Listed {
    name: String,
    base_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    organization_slug: Option<String>,
    current: bool,
}

#[derive(Serialize)]
struct Shown {
    config: String,
    base_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    organization_slug: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
}

impl Config {
    pub fn run(self, program: Program, flags: Flags) -> Result {
        let (configs, out) = (Configs::of(program)?, Output::new(flags.format));
        match self {
            Self::List => {
                let current = configs.current()?.unwrap_or_default();
                let mut listed = Vec::new();
                for name in configs.names()? {
                    // One that has been removed meanwhile is not there.
                    if let Some(saved) = configs.load(&name)? {
                        let current = name == current;
                        let (base_url, organization_slug) = (saved.base_url, saved.organization_slug);
                        listed.push(Listed { name, base_url, organization_slug, current });
                    }
                }
                out.value(&json!({ "current": current, "configs": listed }))
            }
            Self::Use { config } => {
                let shown = show(&configs, config, Some("current"))?;
                configs.set_current(Some(&shown.config))?;
                out.value(&shown)
            }
            Self::Current => {
                let current = configs.current()?.ok_or_else(|| {
                    let program = program.name();
                    Failure::plain(format!("no configuration is current: run \"{program} auth login\""))
                })?;
                out.value(&show(&configs, current, None)?)
            }
            Self::Delete { config } => {
                if !configs.delete(&config)? {
                    return Err(unknown(&config));
                }
                if configs.current()?.as_ref() == Some(&config) {
                    configs.set_current(None)?;
                }
                out.value(&json!({ "config": config, "status": "deleted" }))
            }
        }
    }
}

fn show(configs: &Configs, config: String, status: Option<&'static str>) -> Result<Shown> {
    let saved = configs.load(&config)?.ok_or_else(|| unknown(&config))?;
    Ok(Shown { config, base_url: saved.base_url, organization_slug: saved.organization_slug, status })
}

fn unknown(name: &str) -> Failure {
    Failure::plain(format!("there is no configuration \"{name}\""))
}
