//! What one secret of the server protects: values sealed at rest, and messages that prove they were signed here.

use std::{fs, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Error, Result};
use ring::{
    aead::{self, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf, hmac,
};
use store::{Tx, params};

use crate::secret;

/// The name of the file in the data folder that keeps the secret when the environment gives none.
const FILE: &str = "secret.key";
/// The shortest secret that is accepted, in bytes.
const SHORTEST: usize = 16;

/// Seals and signs with keys that are derived from the server's secret. Clones share them.
#[derive(Clone)]
pub struct Vault(Arc<Keys>);

struct Keys {
    seal: LessSafeKey,
    sign: hmac::Key,
    fingerprint: String,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    /// A vault behind `secret`, of at least 16 bytes.
    ///
    /// # Errors
    /// `Invalid` for a shorter one.
    pub fn new(secret: &str) -> Result<Self> {
        if secret.len() < SHORTEST {
            return Err(Error::invalid("secret_key", format!("the secret key must have at least {SHORTEST} bytes")));
        }
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"heddle").extract(secret.as_bytes());
        let mut seal = [0; 32];
        derive(&root, b"seal", &mut seal)?;
        let mut sign = [0; 32];
        derive(&root, b"sign", &mut sign)?;
        let mut print = [0; 32];
        derive(&root, b"fingerprint", &mut print)?;
        let seal = UnboundKey::new(&aead::AES_256_GCM, &seal).map_err(|_| Error::internal("a key of 32 bytes"))?;
        Ok(Self(Arc::new(Keys {
            seal: LessSafeKey::new(seal),
            sign: hmac::Key::new(hmac::HMAC_SHA256, &sign),
            fingerprint: URL_SAFE_NO_PAD.encode(print),
        })))
    }

    /// The vault behind `given` or, without one, behind the secret in the data folder, which is made the first time.
    ///
    /// # Errors
    /// `Invalid` for a secret that is too short, `Unavailable` when the file can be neither read nor made.
    pub fn open_in(data_dir: &Path, given: Option<&str>) -> Result<Self> {
        if let Some(secret) = given {
            return Self::new(secret);
        }
        let path = data_dir.join(FILE);
        let unusable = |e: std::io::Error| {
            Error::unavailable("secret_key_unusable", format!("The secret key in {} cannot be used.", path.display()))
                .with_context(e)
        };
        match fs::read_to_string(&path) {
            Ok(secret) => return Self::new(secret.trim()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(unusable(error)),
        }
        // Made under another name, so that nobody ever reads half of it; whoever links first decides.
        let draft = data_dir.join(format!("{FILE}.{}", std::process::id()));
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&draft)
            .map_err(unusable)?;
        file.write_all(secret::new("").as_bytes()).and_then(|()| file.sync_all()).map_err(unusable)?;
        let linked = fs::hard_link(&draft, &path);
        let _ = fs::remove_file(&draft);
        match linked {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(unusable(error)),
        }
        Self::new(fs::read_to_string(&path).map_err(unusable)?.trim())
    }

    /// Checks that this is the secret the control database was first used with; the first one is remembered, as a
    /// fingerprint. Nodes with different secrets could not read each other's sealed values.
    ///
    /// # Errors
    /// `secret_key_differs`.
    pub fn claim(&self, tx: &mut Tx<'_>) -> Result<()> {
        let print = &self.0.fingerprint;
        tx.execute(
            "INSERT INTO settings (name, value) VALUES ('secret_key', $1) ON CONFLICT (name) DO NOTHING",
            params![print],
        )?;
        let known: String =
            tx.query_one("SELECT value FROM settings WHERE name = 'secret_key'", &[], |row| row.get(0))?;
        if known == *print {
            return Ok(());
        }
        Err(Error::unavailable(
            "secret_key_differs",
            "This database was used with another secret key. Set HEDDLE_SECRET_KEY to that one (without it, the key is \
             in the file secret.key of the first server's data folder).",
        ))
    }

    /// Seals `plain`. What is sealed for one `context`, such as an id, cannot be opened for another.
    ///
    /// # Errors
    /// `Internal` when the system gives no randomness.
    pub fn seal(&self, context: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
        let nonce: [u8; NONCE_LEN] = rand::random();
        let mut sealed = plain.to_vec();
        self.0
            .seal
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(context), &mut sealed)
            .map_err(|_| Error::internal("sealing failed"))?;
        sealed.splice(0..0, nonce);
        Ok(sealed)
    }

    /// Opens what [`Vault::seal`] made for the same `context`.
    ///
    /// # Errors
    /// `Internal` for anything else.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
        let refused = || Error::internal("a sealed value cannot be opened with this secret key");
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN).ok_or_else(refused)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| refused())?;
        let mut bytes = rest.to_vec();
        let plain = self.0.seal.open_in_place(nonce, Aad::from(context), &mut bytes).map_err(|_| refused())?;
        Ok(plain.to_vec())
    }

    /// Signs `message` for `purpose`, and answers both as one token for addresses.
    pub fn token(&self, purpose: &str, message: &[u8]) -> String {
        let mut token = message.to_vec();
        token.extend_from_slice(hmac::sign(&self.0.sign, &named(purpose, message)).as_ref());
        URL_SAFE_NO_PAD.encode(token)
    }

    /// The message of a token that was made here for `purpose`; none for any other text.
    pub fn read_token(&self, purpose: &str, token: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (message, tag) =
            bytes.split_at_checked(bytes.len().checked_sub(hmac::HMAC_SHA256.digest_algorithm().output_len())?)?;
        hmac::verify(&self.0.sign, &named(purpose, message), tag).ok()?;
        Some(message.to_vec())
    }
}

/// A message with its purpose, so that what is signed for one cannot pass for another.
fn named(purpose: &str, message: &[u8]) -> Vec<u8> {
    [purpose.as_bytes(), b"\0", message].concat()
}

fn derive(root: &hkdf::Prk, label: &[u8], key: &mut [u8; 32]) -> Result<()> {
    root.expand(&[label], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(key))
        .map_err(|_| Error::internal("a key cannot be derived"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault() -> Vault {
        Vault::new("a secret of the tests").unwrap()
    }

    #[test]
    fn what_is_sealed_opens_for_the_same_context_and_key_only() {
        let sealed = vault().seal(b"one", b"value").unwrap();
        assert_eq!(vault().open(b"one", &sealed).unwrap(), b"value");
        assert!(vault().open(b"other", &sealed).is_err());
        assert!(Vault::new("another secret of tests").unwrap().open(b"one", &sealed).is_err());
        assert!(!sealed.windows(5).any(|part| part == b"value"));
        for n in 0..sealed.len() {
            let mut broken = sealed.clone();
            broken[n] ^= 1;
            assert!(vault().open(b"one", &broken).is_err());
            assert!(vault().open(b"one", &sealed[..n]).is_err());
        }
    }

    #[test]
    fn tokens_are_read_for_their_purpose_only() {
        let token = vault().token("download", b"message");
        assert_eq!(vault().read_token("download", &token).unwrap(), b"message");
        assert!(vault().read_token("other", &token).is_none());
        assert!(Vault::new("another secret of tests").unwrap().read_token("download", &token).is_none());
        for text in ["", "?", "AAAA", &token[1..], &token[..token.len() - 2]] {
            assert!(vault().read_token("download", text).is_none(), "{text}");
        }
    }

    #[tokio::test]
    async fn a_database_stays_with_its_first_key() {
        let folder = tempfile::tempdir().unwrap();
        let store = store::Store::open(store::Config::embedded(folder.path())).await.unwrap();
        for _ in 0..2 {
            store.control_write(|tx| vault().claim(tx)).await.unwrap();
        }
        let other = Vault::new("another secret of tests").unwrap();
        let refused = store.control_write(move |tx| other.claim(tx)).await.unwrap_err();
        assert_eq!(refused.code(), "secret_key_differs");
    }

    #[test]
    fn a_folder_keeps_its_secret_to_the_owner() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let first = Vault::open_in(folder.path(), None).unwrap();
        let again = Vault::open_in(folder.path(), None).unwrap();
        assert_eq!(again.open(b"", &first.seal(b"", b"x").unwrap()).unwrap(), b"x");
        let mode = fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(Vault::open_in(folder.path(), Some("short")).unwrap_err().fields()[0].path, "secret_key");
    }
}
