//! Sign-ins that are under way at a provider. What the provider gives back must come from the browser that began it, once,
//! and soon. All of it is in the control database.
//!
//! The browser keeps a secret in a cookie. What else the protocol needs is made from that and from the state, so the
//! database holds nothing but two hashes.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Error, Kind, Result};
use sha2::{Digest, Sha256};
use store::{Tx, params};
use subtle::ConstantTimeEq;

use crate::secret;

/// How long a sign-in may be under way.
pub const LIFE: Duration = Duration::from_secs(600);

/// A sign-in that is under way.
#[derive(Clone)]
pub struct Login {
    /// What the provider repeats.
    pub state: String,
    /// What the browser keeps; several sign-ins of one browser share it.
    pub browser: String,
}

impl Login {
    /// A new one, in a browser that has `kept` already or gets a secret now.
    pub fn new(kept: Option<&str>) -> Self {
        let usable = |kept: &&str| URL_SAFE_NO_PAD.decode(kept).is_ok_and(|bytes| bytes.len() == 32);
        let browser = kept.filter(usable).map_or_else(|| secret::new(""), str::to_owned);
        Self { state: secret::new(""), browser }
    }

    /// What the ID token must repeat.
    pub fn nonce(&self) -> String {
        self.derived("nonce")
    }

    /// What proves to the provider that the code is redeemed by who asked for it (PKCE).
    pub fn verifier(&self) -> String {
        self.derived("verifier")
    }

    /// The browser's part is secret, so nothing that is made from it can be made by others.
    fn derived(&self, what: &str) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest([what, &self.browser, &self.state].join("\0").as_bytes()))
    }
}

/// Notes that a sign-in at `provider` is under way; afterwards the browser goes to `return_to`.
///
/// # Errors
/// The engine's.
pub fn begin(tx: &mut Tx<'_>, login: &Login, provider: &str, return_to: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO login_states (hash, browser, provider, return_to, expires_at) VALUES ($1, $2, $3, $4, $5)",
        params![
            &secret::hash(&login.state)[..],
            &secret::hash(&login.browser)[..],
            provider,
            return_to,
            tx.now().plus(LIFE)
        ],
    )
    .map(drop)
}

/// Ends a sign-in that the provider has answered, and tells where the browser goes then.
///
/// # Errors
/// `invalid_state` when it is unknown, answered already, too old, of another provider or another browser.
pub fn end(tx: &mut Tx<'_>, login: &Login, provider: &str) -> Result<String> {
    let hash = secret::hash(&login.state);
    let found = tx.query_opt(
        "SELECT browser, provider, return_to FROM login_states WHERE hash = $1 AND expires_at > $2",
        params![&hash[..], tx.now()],
        |row| Ok((row.get::<Vec<u8>>(0)?, row.get::<String>(1)?, row.get::<String>(2)?)),
    )?;
    let same = |kept: &[u8]| bool::from(kept.ct_eq(&secret::hash(&login.browser)));
    match found {
        Some((browser, of, return_to)) if of == provider && same(&browser) => {
            tx.execute("DELETE FROM login_states WHERE hash = $1", params![&hash[..]])?;
            Ok(return_to)
        }
        // Left alone when it is another browser that answers: whoever began it may still finish.
        _ => Err(Error::new(
            Kind::Unauthorized,
            "invalid_state",
            "This sign-in was not begun in this browser, was finished already or took too long; begin again.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_derived_belongs_to_browser_and_state() {
        let one = Login::new(None);
        let again = Login::new(Some(&one.browser));
        assert_eq!(one.browser, again.browser);
        assert_ne!(one.state, again.state);
        for (a, b) in [(one.nonce(), again.nonce()), (one.verifier(), again.verifier()), (one.nonce(), one.verifier())]
        {
            assert_ne!(a, b);
            assert_eq!(a.len(), 43, "as long as PKCE wants it at least");
        }
        for useless in ["", "short", &"x".repeat(44), "not base64 at all, but of the right length!"] {
            assert_ne!(Login::new(Some(useless)).browser, useless);
        }
    }
}
