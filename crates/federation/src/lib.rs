//! Who signs people in instead of Heddle: GitHub, Google, Okta and any other issuer that speaks OpenID Connect. This crate
//! speaks their protocols. Who may come in with what they say is decided in `identity::entry`.

mod github;
mod openid;
mod settings;
mod web;

use identity::{identities::Proved, logins::Login};
use kernel::{Error, Kind, Result};
pub use settings::Vars;

/// Who can sign people in here. Clones share what is remembered of issuers.
#[derive(Clone, Default)]
pub struct Providers(std::sync::Arc<Vec<Provider>>);

/// One of them.
struct Provider {
    /// Its word in addresses.
    word: &'static str,
    /// Its name, for people.
    name: String,
    speaks: Speaks,
}

enum Speaks {
    GitHub(github::GitHub),
    OpenId(Box<openid::Issuer>),
}

/// The words of all providers that there can be.
pub const WORDS: [&str; 4] = ["github", "google", "okta", "oidc"];

impl Providers {
    /// Those whose variables are set. Browsers reach the server at `public_url`.
    ///
    /// # Errors
    /// `Invalid` naming a variable that is missing or makes no sense.
    pub fn from_env(public_url: &str) -> Result<Self> {
        Self::from_vars(&|name| std::env::var(name).ok(), public_url)
    }

    /// [`Providers::from_env`] with variables from elsewhere.
    ///
    /// # Errors
    /// As there.
    pub fn from_vars(vars: Vars<'_>, public_url: &str) -> Result<Self> {
        settings::read(vars, public_url).map(|providers| Self(std::sync::Arc::new(providers)))
    }

    /// The word and the name of each.
    pub fn names(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|provider| (provider.word, provider.name.as_str()))
    }

    /// Where the browser goes to sign in.
    ///
    /// # Errors
    /// `provider_not_configured`, `provider_unreachable`.
    pub async fn address(&self, word: &str, login: &Login) -> Result<String> {
        match &self.get(word)?.speaks {
            Speaks::GitHub(github) => Ok(github.address(login)),
            Speaks::OpenId(issuer) => issuer.address(login).await,
        }
    }

    /// What the provider says about whoever came back with `code`.
    ///
    /// # Errors
    /// `provider_not_configured`, `provider_unreachable`, `provider_refused` when it does not take the code, `id_token_invalid`.
    pub async fn redeem(&self, word: &str, login: &Login, code: &str) -> Result<Proved> {
        let provider = self.get(word)?;
        let mut proved = match &provider.speaks {
            Speaks::GitHub(github) => github.redeem(login, code).await?,
            Speaks::OpenId(issuer) => issuer.redeem(login, code).await?,
        };
        proved.provider = provider.word.to_owned();
        Ok(proved)
    }

    fn get(&self, word: &str) -> Result<&Provider> {
        if let Some(provider) = self.0.iter().find(|provider| provider.word == word) {
            return Ok(provider);
        }
        match settings::first_variable(word) {
            Some(variable) => Err(Error::unavailable(
                "provider_not_configured",
                format!(
                    "Nobody can sign in with {word} here: {variable} is not set. The server's operator can set it."
                ),
            )),
            None => Err(Error::not_found("not_found", format!("There is no provider {word}."))),
        }
    }
}

/// The provider does not answer, or what it answers cannot be read.
fn unreachable(context: impl std::fmt::Display) -> Error {
    Error::unavailable("provider_unreachable", "The provider does not answer as it should; try again later.")
        .with_context(context)
}

/// The provider does not take what we send.
fn refused(context: impl std::fmt::Display) -> Error {
    Error::new(Kind::Unauthorized, "provider_refused", "The provider did not accept this sign-in; begin again.")
        .with_context(context)
}

/// At most so many characters of a name or address that a provider tells.
fn short(text: &str, most: usize) -> Option<String> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= most && !text.contains(char::is_control);
    fits.then(|| text.to_owned())
}
