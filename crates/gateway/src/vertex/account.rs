//! A service account of Google, and the tokens it is given.

use std::{
    fmt,
    time::{Duration, Instant},
};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use reqwest::Client;
use ring::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Mutex;

use crate::{Error, http::network};

/// Where tokens are given out when the account does not say.
const TOKEN_URI: &str = "https://oauth2.googleapis.com/token";
/// What tokens are asked for.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
/// How long before its end a token is no longer used.
const EARLY: Duration = Duration::from_secs(60);

/// A service account.
pub struct ServiceAccount {
    email: String,
    key_id: Option<String>,
    project: Option<String>,
    token_uri: String,
    key: RsaKeyPair,
    token: Mutex<Option<Token>>,
}

#[derive(Clone)]
struct Token {
    text: String,
    good_until: Instant,
}

/// The file that Google gives out for an account, as far as we need it.
#[derive(Deserialize)]
struct KeyFile {
    client_email: String,
    private_key: String,
    private_key_id: Option<String>,
    project_id: Option<String>,
    token_uri: Option<String>,
}

#[derive(Deserialize)]
struct Grant {
    access_token: String,
    expires_in: u64,
}

impl ServiceAccount {
    /// The account in a file.
    ///
    /// # Errors
    /// `InvalidRequest` when the file cannot be read or holds no account.
    pub fn read(path: &str) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path.trim()).map_err(|error| {
            Error::InvalidRequest(format!("GOOGLE_APPLICATION_CREDENTIALS cannot be read: {error}"))
        })?;
        Self::parse(&text)
    }

    /// The account in the text of such a file.
    ///
    /// # Errors
    /// `InvalidRequest` when it holds no account.
    pub fn parse(text: &str) -> Result<Self, Error> {
        // The text of serde's error could repeat a part of the key.
        let invalid = |why: &str| Error::InvalidRequest(format!("the service account of Google cannot be used: {why}"));
        let file: KeyFile = serde_json::from_str(text).map_err(|_| invalid("it lacks client_email or private_key"))?;
        let base64: String =
            file.private_key.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
        let der = STANDARD.decode(base64).map_err(|_| invalid("private_key is not PEM"))?;
        let key = RsaKeyPair::from_pkcs8(&der).map_err(|_| invalid("private_key is no RSA key"))?;
        Ok(Self {
            email: file.client_email,
            key_id: file.private_key_id,
            project: file.project_id,
            token_uri: file.token_uri.unwrap_or_else(|| TOKEN_URI.to_owned()),
            key,
            token: Mutex::new(None),
        })
    }

    pub(super) fn project(&self) -> Option<&str> {
        self.project.as_deref()
    }

    /// A token that is good for at least a minute more. Whoever asks while one is fetched waits for that one.
    pub(super) async fn token(&self, client: &Client) -> Result<String, Error> {
        let mut kept = self.token.lock().await;
        if let Some(token) = kept.as_ref().filter(|token| Instant::now() < token.good_until) {
            return Ok(token.text.clone());
        }
        let asked = Instant::now();
        let form = [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", &self.assertion()?)];
        let body = form.map(|(name, value)| format!("{name}={}", value.replace(':', "%3A"))).join("&");
        let request =
            client.post(&self.token_uri).header("content-type", "application/x-www-form-urlencoded").body(body);
        let response = request.send().await.map_err(network)?;
        let status = response.status().as_u16();
        match status {
            200 => {}
            400 | 401 | 403 => return Err(Error::Unauthorized),
            _ => return Err(Error::Upstream { status, message: "Google gives out no token".into() }),
        }
        let grant = response.bytes().await.map_err(network)?;
        let grant: Grant =
            serde_json::from_slice(&grant).map_err(|_| Error::Protocol("Google's token makes no sense".into()))?;
        let life = Duration::from_secs(grant.expires_in).saturating_sub(EARLY);
        *kept = Some(Token { text: grant.access_token.clone(), good_until: asked + life });
        Ok(grant.access_token)
    }

    /// Forgets a token that was refused.
    pub(super) async fn forget(&self, token: &str) {
        let mut kept = self.token.lock().await;
        if kept.as_ref().is_some_and(|kept| kept.text == token) {
            *kept = None;
        }
    }

    /// What proves to Google that we have the key.
    fn assertion(&self) -> Result<String, Error> {
        let now = jiff::Timestamp::now().as_second();
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": self.key_id });
        let claims = json!({
            "iss": self.email,
            "scope": SCOPE,
            "aud": self.token_uri,
            "iat": now,
            "exp": now + 3600,
        });
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(header), part(claims));
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
            .map_err(|_| Error::InvalidRequest("the key of the service account cannot sign".into()))?;
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceAccount").field("email", &self.email).finish_non_exhaustive()
    }
}
