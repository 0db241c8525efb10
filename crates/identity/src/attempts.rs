//! How often somebody may try: counted in the control database, so for all nodes together.

use std::{net::IpAddr, time::Duration};

use kernel::{Error, Result, Timestamp};
use sha2::{Digest, Sha256};
use store::{Tx, params};

/// Tries that a window allows.
const MOST: i64 = 5;
/// How long tries are remembered, from the first one on.
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// What is tried, by whom, for which account.
#[derive(Clone, Copy, Debug)]
pub struct Attempt([u8; 32]);

impl Attempt {
    /// A try of `what` from an address for an account: an e-mail address, or an id.
    pub fn new(what: &str, from: Option<IpAddr>, account: &str) -> Self {
        let from = from.map(|ip| ip.to_canonical().to_string()).unwrap_or_default();
        Self(Sha256::digest([what, &from, account].join("\0").as_bytes()).into())
    }

    /// Counts the try before it is made, so that many at once are not more than many in a row.
    ///
    /// # Errors
    /// `too_many_attempts`, which says when the next is let through.
    pub fn begin(&self, tx: &mut Tx<'_>) -> Result<()> {
        let now = tx.now();
        tx.execute("DELETE FROM attempts WHERE until_at <= $1", params![now])?;
        let sql = "INSERT INTO attempts (hash, n, until_at) VALUES ($1, 1, $2) \
                   ON CONFLICT (hash) DO UPDATE SET n = attempts.n + 1";
        tx.execute(sql, params![&self.0[..], now.plus(WINDOW)])?;
        let (n, until) =
            tx.query_one("SELECT n, until_at FROM attempts WHERE hash = $1", params![&self.0[..]], |row| {
                Ok((row.get::<i64>(0)?, row.get::<Timestamp>(1)?))
            })?;
        if n <= MOST {
            return Ok(());
        }
        let seconds = u64::try_from(until.seconds() - now.seconds()).unwrap_or(0).max(1);
        let minutes = seconds.div_ceil(60);
        Err(Error::too_many(
            "too_many_attempts",
            format!("Too many attempts. Try again in {minutes} minutes."),
            seconds,
        ))
    }

    /// Forgets the tries, because one succeeded.
    ///
    /// # Errors
    /// The engine's.
    pub fn succeeded(&self, tx: &mut Tx<'_>) -> Result<()> {
        tx.execute("DELETE FROM attempts WHERE hash = $1", params![&self.0[..]]).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_try_after_the_last_waits_until_the_window_ends() {
        let folder = tempfile::tempdir().unwrap();
        let store = store::Store::open(store::Config::embedded(folder.path())).await.unwrap();
        let one = Attempt::new("password", Some([10, 0, 0, 1].into()), "ada@example.com");
        let elsewhere = Attempt::new("password", Some([10, 0, 0, 2].into()), "ada@example.com");
        let other = Attempt::new("password", Some([10, 0, 0, 1].into()), "bob@example.com");
        let start = Timestamp::now();
        let begin = async |attempt: Attempt, seconds: u64| {
            store
                .control_write(move |tx| {
                    tx.set_now(start.plus(Duration::from_secs(seconds)));
                    attempt.begin(tx)
                })
                .await
        };
        for n in 0..5 {
            begin(one, n).await.unwrap();
        }
        let refused = begin(one, 10).await.unwrap_err();
        assert_eq!((refused.code(), refused.retry_after()), ("too_many_attempts", Some(890)));
        begin(elsewhere, 10).await.unwrap();
        begin(other, 10).await.unwrap();
        assert_eq!(begin(one, 899).await.unwrap_err().retry_after(), Some(1));
        begin(one, 900).await.unwrap();
        store.control_write(move |tx| other.succeeded(tx)).await.unwrap();
        for _ in 0..5 {
            begin(other, 901).await.unwrap();
        }
        begin(other, 901).await.unwrap_err();
    }
}
