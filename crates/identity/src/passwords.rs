//! Passwords: which are taken, and how they are kept (Argon2id, at the cost that OWASP asks for).

use std::sync::LazyLock;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use kernel::{Error, Result, Rule};
use tokio::sync::Semaphore;

/// The fewest characters of a password.
pub const SHORTEST: usize = 10;
/// The most characters of a password.
pub const LONGEST: usize = 200;

/// Memory for one hash, in KiB.
const MEMORY: u32 = 19 * 1024;
/// Passes over that memory.
const PASSES: u32 = 2;
/// Hashes at once: sign-ins beyond these wait, so that many of them cannot use up the memory.
static SLOTS: Semaphore = Semaphore::const_new(4);

/// What is checked when there is no password, so that this takes as long as a wrong one.
static NOBODY: LazyLock<Result<String>> = LazyLock::new(|| hash_now("nobody has this password"));

fn hasher() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY, PASSES, 1, None).map_err(Error::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_now(password: &str) -> Result<String> {
    Ok(hasher()?.hash_password(password.as_bytes()).map_err(Error::internal)?.to_string())
}

/// Checks that a password may be used by this person. `path` is where it stands in the request.
///
/// # Errors
/// `Invalid` when it is shorter than [`SHORTEST`], longer than [`LONGEST`] or the person's address or name.
pub fn check(path: &str, password: &str, email: &str, name: &str) -> Result<()> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(Error::invalid(path, format!("a password has at least {SHORTEST} characters")));
    }
    if length > LONGEST {
        return Err(Error::invalid(path, format!("a password has at most {LONGEST} characters")));
    }
    if password.trim().is_empty() {
        return Err(Error::against(Rule::Blank, path, "a password must not be blank"));
    }
    let plain = password.trim().to_lowercase();
    if plain == email.trim().to_lowercase() || plain == name.trim().to_lowercase() {
        return Err(Error::invalid(path, "a password must not be your e-mail address or your name"));
    }
    Ok(())
}

/// What is kept of a password.
///
/// # Errors
/// `Internal` when the system gives no randomness.
pub async fn hash(password: &str) -> Result<String> {
    let password = password.to_owned();
    apart(move || hash_now(&password)).await
}

/// Whether `password` is the one that `kept` was made of. Without one it never is, and finding out takes as long.
///
/// # Errors
/// `Internal` when what is kept cannot be read.
pub async fn matches(password: &str, kept: Option<String>) -> Result<bool> {
    let password = password.to_owned();
    apart(move || {
        let known = kept.is_some();
        let kept = match kept {
            Some(kept) => kept,
            None => NOBODY.clone()?,
        };
        let kept = PasswordHash::new(&kept).map_err(|_| Error::internal("a kept password cannot be read"))?;
        // Compared in constant time, with the cost that is written in what is kept.
        Ok(hasher()?.verify_password(password.as_bytes(), &kept).is_ok() && known)
    })
    .await
}

/// Runs `work` on a thread where it keeps nobody waiting, once there is a slot.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let slot = SLOTS.acquire().await.map_err(Error::internal)?;
    tokio::task::spawn_blocking(move || {
        // Held until the memory is free again, also when nobody waits for the answer any more.
        let _slot = slot;
        work()
    })
    .await
    .map_err(Error::internal)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_what_was_made_of_it_only() {
        let kept = hash("correct horse battery").await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_ne!(kept, hash("correct horse battery").await.unwrap(), "each has its own salt");
        assert!(matches("correct horse battery", Some(kept.clone())).await.unwrap());
        for wrong in ["", "correct horse batterz", "correct horse battery ", "Correct horse battery"] {
            assert!(!matches(wrong, Some(kept.clone())).await.unwrap(), "{wrong}");
        }
        assert!(!matches("nobody has this password", None).await.unwrap());
        assert!(matches("x", Some("not a hash".to_owned())).await.is_err());
    }

    #[test]
    fn passwords_that_anybody_would_guess_are_refused() {
        let refused = |password: &str| check("new", password, "ada@example.com", "Ada Lovelace").is_err();
        for bad in ["", "nine char", "          ", "ADA@example.com", " ada lovelace ", &"x".repeat(201)] {
            assert!(refused(bad), "{bad:?}");
        }
        for good in ["ten chars!", "ååååååååååå", &"x".repeat(200)] {
            assert!(!refused(good), "{good:?}");
        }
    }
}
