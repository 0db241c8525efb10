//! `auth`

use std::io::{self, IsTerminal, Read};

use clap::Subcommand;
use client::{Answer, StatusCode, public::users};
use serde::Deserialize;
use serde_json::{json, value::RawValue};

use crate::{
    Failure, Flags, Program, Result, Session, browser,
    config::{Configs, Saved},
    instance::Instance,
    output::Output,
    prompt, session,
};

/// Commands on signing in.
#[derive(Debug, Subcommand)]
pub enum Auth {
    /// Save an API key for an instance
    ///
    /// The key is read from standard input, else from the variable for it, else it is asked for; there is no flag for it.
    Login {
        /// The instance: a name such as dev, a host, or a local address such as localhost:8080
        instance: Option<String>,
        /// Organisation on whose page the key is made
        #[arg(long, value_name = "SLUG")]
        organization_slug: Option<String>,
    },
    /// Check the key, and show whose it is
    Status,
}

impl Auth {
    pub async fn run(self, program: Program, flags: Flags) -> Result {
        match self {
            Self::Login { instance, organization_slug } => {
                let named = instance.or_else(|| flags.config_name.clone());
                let instance = Instance::parse(named.as_deref().unwrap_or(program.default_instance()))?;
                login(program, &instance, organization_slug.as_deref(), Output::new(flags.format)).await
            }
            Self::Status => status(program, &flags).await,
        }
    }
}

async fn login(program: Program, instance: &Instance, slug: Option<&str>, out: Output) -> Result {
    let key = key(program, instance, slug)?;
    let client = session::client(&instance.base_url, &key)?;
    let answer = client.send_raw(&users::me()).await.map_err(|error| match error.status() {
        // Nobody is signed in yet, so this is no failure of somebody who is.
        Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
            Failure::plain(format!("{} does not accept this API key: {error}", instance.base_url))
        }
        _ => Failure::Call(error),
    })?;
    let slug = organization_slug(&answer)?;
    let name = instance.config_name(&slug);
    let configs = Configs::of(program)?;
    configs.save(&name, &Saved::new(key, instance.base_url.clone(), slug.clone()))?;
    configs.set_current(Some(&name))?;
    eprintln!("Signed in to {}. The configuration \"{name}\" is current.", instance.base_url);
    out.value(&json!({
        "config_name": name,
        "base_url": instance.base_url,
        "organization_slug": slug,
        "status": "authenticated",
    }))
}

/// The key: from standard input, from the variable, or from the person.
fn key(program: Program, instance: &Instance, slug: Option<&str>) -> Result<String> {
    let piped = !io::stdin().is_terminal();
    if piped {
        let mut text = String::new();
        let read = io::stdin().lock().read_to_string(&mut text);
        read.map_err(|error| Failure::plain(format!("standard input cannot be read: {error}")))?;
        if !text.trim().is_empty() {
            return Ok(text.trim().to_owned());
        }
    }
    if let Some(key) = program.variable("API_KEY") {
        return Ok(key);
    }
    if !piped {
        let page = instance.token_page(slug);
        if browser::open(&page) {
            eprintln!("Make a key on the page that has been opened: {page}");
        } else {
            eprintln!("Make a key on this page: {page}");
        }
        let key = prompt::hidden("API key: ")?;
        if !key.trim().is_empty() {
            return Ok(key.trim().to_owned());
        }
    }
    let variable = program.variable_name("API_KEY");
    Err(Failure::plain(format!("there is no API key: give it on standard input or in {variable}")))
}

async fn status(program: Program, flags: &Flags) -> Result {
    let session = Session::connect(program, flags)?;
    let answer = session.client.send_raw(&users::me()).await?;
    let user = serde_json::from_slice::<&RawValue>(&answer.body)
        .map_err(|error| Failure::plain(format!("the server's answer cannot be understood: {error}")))?;
    fill_in_slug(program, &session, &answer)?;
    let name = serde_json::Value::from(session.config_name.as_str());
    let base = serde_json::Value::from(session.client.base());
    // The user goes out as it came, with every number as it is written.
    let text = format!(r#"{{"config_name":{name},"base_url":{base},"status":"ok","user":{}}}"#, user.get());
    session.out.body(text.as_bytes())
}

/// Adds the organisation to a configuration that does not know it yet.
fn fill_in_slug(program: Program, session: &Session, answer: &Answer) -> Result {
    let configs = Configs::of(program)?;
    if session.config_name.is_empty() {
        return Ok(());
    }
    let Some(mut saved) = configs.load(&session.config_name)? else { return Ok(()) };
    // A key or a server from elsewhere says nothing about this configuration.
    let overridden =
        saved.base_url.trim_end_matches('/') != session.client.base() || program.variable("API_KEY").is_some();
    if overridden || saved.organization_slug.as_deref().is_some_and(|slug| !slug.is_empty()) {
        return Ok(());
    }
    saved.organization_slug = Some(organization_slug(answer)?);
    configs.save(&session.config_name, &saved)
}

/// The slug of the key's organisation.
fn organization_slug(answer: &Answer) -> Result<String> {
    #[derive(Deserialize)]
    struct Me {
        organization: Option<Organization>,
    }
    #[derive(Deserialize)]
    struct Organization {
        slug: Option<String>,
    }
    let me: Me = serde_json::from_slice(&answer.body)
        .map_err(|error| Failure::plain(format!("the server does not say whose key it is: {error}")))?;
    let slug = me.organization.and_then(|organization| organization.slug).unwrap_or_default();
    // It becomes part of a file's name.
    let plain = slug.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    match slug.as_str() {
        "" => Err(Failure::plain("the server does not say which organisation the key belongs to")),
        _ if !plain => Err(Failure::plain(format!("the server names an organisation \"{slug}\", which is no slug"))),
        _ => Ok(slug),
    }
}
