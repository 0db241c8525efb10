//! A connection to a server, made from flags, variables and the saved configuration.

use client::{ApiKey, Client, Settings};

use crate::{
    Failure, Flags, Program, Result,
    config::{Configs, Saved},
    output::Output,
};

/// A server, the key for it, and how answers are shown.
pub struct Session {
    /// Sends calls.
    pub client: Client,
    /// The name of the configuration in use; empty without one.
    pub config_name: String,
    /// Shows answers.
    pub(crate) out: Output,
}

impl Session {
    /// The session that flags, variables and configuration describe. Nothing is sent yet.
    ///
    /// # Errors
    /// There is no server or no key, or the configuration cannot be read.
    pub fn connect(program: Program, flags: &Flags) -> Result<Self> {
        let choice = Choice::of(program, flags)?;
        let base = choice.base_url()?;
        let Some(key) = choice.key()? else {
            let variable = program.variable_name("API_KEY");
            return Err(Failure::plain(format!(
                "there is no API key: run \"{} auth login\" or set {variable}",
                program.name()
            )));
        };
        Ok(Self {
            client: client(&base, &key)?,
            config_name: choice.name.unwrap_or_default(),
            out: Output::new(flags.format),
        })
    }
}

/// A client that says which program it is.
pub(crate) fn client(base: &str, key: &str) -> Result<Client> {
    let settings =
        Settings { user_agent: concat!("heddle-cli/", env!("CARGO_PKG_VERSION")).into(), ..Settings::default() };
    Client::with(base, ApiKey::new(key), settings).map_err(|error| Failure::plain(error.to_string()))
}

/// What flags and variables choose, before the configuration is read.
pub(crate) struct Choice {
    program: Program,
    /// The name of the configuration.
    pub(crate) name: Option<String>,
    base_url: Option<String>,
    key: Option<String>,
    saved: Option<Saved>,
}

impl Choice {
    pub(crate) fn of(program: Program, flags: &Flags) -> Result<Self> {
        let configs = Configs::of(program)?;
        let given = |flag: &Option<String>| flag.clone().filter(|value| !value.is_empty());
        let named = given(&flags.config_name).or_else(|| program.variable("CONFIG"));
        let base_url = given(&flags.base_url).or_else(|| program.variable("BASE_URL"));
        let key = program.variable("API_KEY");
        // What flags and variables say altogether needs no file, so a broken one is no matter.
        let name = match (&named, &base_url, &key) {
            (None, Some(_), Some(_)) => None,
            (None, ..) => configs.current()?,
            (Some(_), ..) => named,
        };
        let saved = match (&name, &base_url, &key) {
            (_, Some(_), Some(_)) | (None, ..) => None,
            (Some(name), ..) => configs.load(name)?,
        };
        Ok(Self { program, name, base_url, key, saved })
    }

    /// The server.
    pub(crate) fn base_url(&self) -> Result<String> {
        let saved = self.saved.as_ref().map(|saved| saved.base_url.clone()).filter(|base| !base.is_empty());
        self.base_url.clone().or(saved).ok_or_else(|| {
            let (program, variable) = (self.program.name(), self.program.variable_name("BASE_URL"));
            let what = match &self.name {
                Some(name) => format!("there is no configuration \"{name}\" with a server"),
                None => "there is no server".to_owned(),
            };
            Failure::plain(format!("{what}: run \"{program} auth login\", or set {variable}"))
        })
    }

    fn key(&self) -> Result<Option<String>> {
        let saved = self.saved.as_ref().map(|saved| saved.api_key.clone());
        Ok(self.key.clone().or(saved).filter(|key| !key.trim().is_empty()))
    }
}
