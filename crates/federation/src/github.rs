//! GitHub: OAuth 2, and two calls that tell who it is.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use identity::{identities::Proved, logins::Login};
use kernel::Result;
use serde::{Deserialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use url::Url;

use crate::{refused, short, unreachable, web::Web};

/// What is asked for: who it is, and the addresses.
const SCOPES: &str = "read:user user:email";
/// Addresses that GitHub gives to those who hide theirs. No mail of ours reaches anybody there.
const HIDDEN: &str = "@users.noreply.github.com";

/// GitHub, or a GitHub Enterprise server.
pub(crate) struct GitHub {
    pub web: Web,
    /// Where people see it.
    pub site: String,
    /// Where its API is.
    pub api: String,
    pub id: String,
    pub secret: String,
    /// Where it sends browsers back.
    pub back: String,
}

#[derive(Deserialize)]
struct Token {
    access_token: Option<String>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct User {
    id: u64,
    login: String,
    name: Option<String>,
    avatar_url: Option<String>,
}

#[derive(Deserialize)]
struct Email {
    email: String,
    #[serde(default)]
    primary: bool,
    #[serde(default)]
    verified: bool,
}

impl GitHub {
    pub fn address(&self, login: &Login) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(login.verifier().as_bytes()));
        let values = [
            ("client_id", self.id.as_str()),
            ("redirect_uri", &self.back),
            ("scope", SCOPES),
            ("state", &login.state),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let page = format!("{}/login/oauth/authorize", self.site);
        Url::parse_with_params(&page, values).map_or(page, Into::into)
    }

    pub async fn redeem(&self, login: &Login, code: &str) -> Result<Proved> {
        let verifier = login.verifier();
        let form = [
            ("client_id", self.id.as_str()),
            ("client_secret", &self.secret),
            ("code", code),
            ("redirect_uri", &self.back),
            ("code_verifier", &verifier),
        ];
        let request = self.web.post(&format!("{}/login/oauth/access_token", self.site));
        let (status, body) = self.web.send(request.header("accept", "application/json").form(&form)).await?;
        // GitHub tells of a wrong code with 200.
        let token: Token = match status {
            200 => read(&body)?,
            400..=499 => return Err(refused(format!("the token endpoint answers {status}"))),
            _ => return Err(unreachable(format!("the token endpoint answers {status}"))),
        };
        let Some(token) = token.access_token else {
            return Err(refused(token.error.unwrap_or_else(|| "no access token".to_owned())));
        };
        let user: User = self.ask(&token, "/user").await?;
        let mut emails: Vec<Email> = self.ask(&token, "/user/emails").await?;
        emails.retain(|email| email.verified && !email.email.ends_with(HIDDEN));
        emails.sort_by_key(|email| !email.primary);
        Ok(Proved {
            provider: String::new(),
            issuer: self.site.clone(),
            subject: user.id.to_string(),
            emails: emails.into_iter().map(|email| email.email).collect(),
            name: user.name.and_then(|name| short(&name, 200)),
            username: short(&user.login, 200),
            avatar_url: user.avatar_url.and_then(|url| short(&url, 2000)).filter(|url| url.starts_with("https://")),
            locale: None,
        })
    }

    async fn ask<T: DeserializeOwned>(&self, token: &str, path: &str) -> Result<T> {
        let request = self.web.get(&format!("{}{path}", self.api)).bearer_auth(token);
        let request =
            request.header("accept", "application/vnd.github+json").header("x-github-api-version", "2022-11-28");
        let (status, body) = self.web.send(request).await?;
        match status {
            200 => read(&body),
            401 | 403 => Err(refused(format!("{path} answers {status}"))),
            _ => Err(unreachable(format!("{path} answers {status}"))),
        }
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    serde_json::from_slice(body).map_err(unreachable)
}
