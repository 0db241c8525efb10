//! What has ended is removed: sign-ins under way, links and codes every five minutes, sessions and the rest every hour.

use std::time::Duration;

use kernel::Result;
use store::{Store, Tx, params};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::orgs;

/// How often sign-ins under way, links and codes that are too old are removed.
pub const OFTEN: Duration = Duration::from_secs(300);
/// How often sessions and access tokens that are over are removed.
pub const SELDOM: Duration = Duration::from_secs(3600);
/// How long a link that was used is remembered as one, and an ended code, so that who comes late learns why.
const REMEMBERED: Duration = Duration::from_secs(24 * 3600);
/// How long an access token that has ended is still listed.
const LISTED: Duration = Duration::from_secs(30 * 24 * 3600);

/// Sweeps until `stop`.
pub async fn run(store: Store, stop: CancellationToken) {
    let (mut often, mut seldom) = (interval(OFTEN), interval(SELDOM));
    often.set_missed_tick_behavior(MissedTickBehavior::Delay);
    seldom.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let swept = tokio::select! {
            () = stop.cancelled() => return,
            _ = often.tick() => store.control_write(under_way).await,
            _ = seldom.tick() => all_that_is_over(&store).await,
        };
        if let Err(error) = swept {
            tracing::warn!(?error, "what is over could not be swept; again later");
        }
    }
}

async fn all_that_is_over(store: &Store) -> Result<()> {
    store.control_write(over).await?;
    orgs::finish_erasures(store).await
}

/// Removes sign-ins under way, links and codes that are too old.
///
/// # Errors
/// The engine's.
pub fn under_way(tx: &mut Tx<'_>) -> Result<()> {
    let (now, before) = (tx.now(), tx.now().minus(REMEMBERED));
    tx.execute("DELETE FROM login_states WHERE expires_at <= $1", params![now])?;
    tx.execute("DELETE FROM sign_in_links WHERE expires_at <= $1", params![now])?;
    tx.execute("DELETE FROM magic_links WHERE expires_at <= $1", params![before])?;
    tx.execute("DELETE FROM device_codes WHERE expires_at <= $1", params![before])?;
    tx.execute("DELETE FROM attempts WHERE until_at <= $1", params![now]).map(drop)
}

/// Removes sessions that are over, and access tokens that have been for long.
///
/// # Errors
/// The engine's.
pub fn over(tx: &mut Tx<'_>) -> Result<()> {
    let (now, before) = (tx.now(), tx.now().minus(LISTED));
    tx.execute("DELETE FROM sessions WHERE expires_at <= $1", params![now])?;
    tx.execute("DELETE FROM socket_tokens WHERE expires_at <= $1", params![now])?;
    let sql = "DELETE FROM api_keys WHERE kind = 'access' AND (expires_at <= $1 OR revoked_at <= $1)";
    tx.execute(sql, params![before]).map(drop)
}
