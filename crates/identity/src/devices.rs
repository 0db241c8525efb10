//! Programs that ask a person to let them in (Loom, device code): a program shows a short code, the person enters it in a
//! browser where they are signed in, and the program is given an access token. All of it is in the control database.

use std::{net::IpAddr, time::Duration};

use kernel::{
    Actor, Error, Kind, Result, Timestamp,
    ids::{ActorId, DeviceId, UserId, WorkspaceId},
};
use sha2::{Digest, Sha256};
use store::{Row, Store, Tx, params};

use crate::{
    Principal, Scopes, Vault, accounts,
    attempts::Attempt,
    keys::{self, Key, KeyKind, NewKey},
    members, secret,
};

/// How long a code can be used.
pub const LIFE: Duration = Duration::from_secs(600);
/// How long a program waits between two questions.
pub const INTERVAL: Duration = Duration::from_secs(1);
/// What a program may be late or early with its questions, since neither clocks nor networks are exact.
const TOLERANCE: Duration = Duration::from_millis(200);
/// Programs that may wait at once for one address.
const MOST_WAITING: i64 = 20;
/// The most characters that are kept of what a program calls itself.
const CLIENT: usize = 100;
/// Letters and digits that nobody takes for others, and that make no words.
const LETTERS: &[u8] = b"BCDFGHJKMNPQRSTVWXZ";
const DIGITS: &[u8] = b"23456789";

store::text_enum! {
    /// What became of a program's request.
    pub enum DeviceState {
        /// Nobody has decided.
        Pending = "pending",
        /// Somebody lets it in.
        Approved = "approved",
        /// Somebody does not let it in.
        Denied = "denied",
    }
}

/// What a program is given to begin with.
#[derive(Clone)]
pub struct Started {
    /// The program's own secret.
    pub device_code: String,
    /// What the person enters.
    pub user_code: String,
}

/// A program that asks, as the person is shown it.
#[derive(Clone, Debug)]
pub struct Asking {
    /// Its id.
    pub id: DeviceId,
    /// What became of it.
    pub state: DeviceState,
    /// What it calls itself.
    pub client: Option<String>,
    /// From which address it asks.
    pub address: Option<String>,
    /// When it began to ask.
    pub created_at: Timestamp,
    /// Until when it can be let in.
    pub expires_at: Timestamp,
}

fn read(row: &Row<'_>) -> Result<Asking> {
    Ok(Asking {
        id: row.get(0)?,
        state: row.get(1)?,
        client: row.get(2)?,
        address: row.get(3)?,
        created_at: row.get(4)?,
        expires_at: row.get(5)?,
    })
}

/// What the program learns when it asks what became of its request.
#[derive(Clone)]
pub enum Polled {
    /// Nobody has decided yet.
    Pending,
    /// It is let in: the access token, shown this once, and when it ends unless it is used.
    Approved(String, Timestamp),
}

/// A code of the form `ABCD-2345`.
fn new_code() -> String {
    let bytes: [u32; 8] = rand::random();
    let pick = |n: usize, from: &[u8]| char::from(from[bytes[n] as usize % from.len()]);
    let letters: String = (0..4).map(|n| pick(n, LETTERS)).collect();
    let digits: String = (4..8).map(|n| pick(n, DIGITS)).collect();
    format!("{letters}-{digits}")
}

/// A code as it was entered, in the form in which it was shown; none for what cannot be one.
fn tidy(code: &str) -> Option<String> {
    let plain: Vec<u8> = code.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_uppercase()).collect();
    let (letters, digits) = plain.split_at_checked(4)?;
    let fits = digits.len() == 4
        && letters.iter().all(|b| LETTERS.contains(b))
        && digits.iter().all(|b| DIGITS.contains(b))
        && code.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | ' '));
    fits.then(|| format!("{}-{}", String::from_utf8_lossy(letters), String::from_utf8_lossy(digits)))
}

/// What is kept of a code. It is short, so its plain hash could be guessed by who reads the database.
fn kept(vault: &Vault, code: &str) -> [u8; 32] {
    Sha256::digest(vault.token("device code", code.as_bytes()).as_bytes()).into()
}

/// Begins a request. `client` is what the program calls itself.
///
/// # Errors
/// `too_many_devices` when too many of one address wait.
pub fn start(tx: &mut Tx<'_>, vault: &Vault, client: Option<&str>, from: Option<IpAddr>) -> Result<Started> {
    let now = tx.now();
    let address = from.map(|ip| ip.to_canonical().to_string());
    let waiting: i64 = tx.query_one(
        "SELECT COUNT(*) FROM device_codes WHERE address = $1 AND expires_at > $2",
        params![address, now],
        |row| row.get(0),
    )?;
    if waiting >= MOST_WAITING {
        let text = "Too many programs of this address wait for being let in; try again later.";
        return Err(Error::too_many("too_many_devices", text, LIFE.as_secs()));
    }
    let client = client.map(|text| text.chars().filter(|c| !c.is_control()).take(CLIENT).collect::<String>());
    let started = Started { device_code: secret::new(""), user_code: new_code() };
    tx.execute(
        "INSERT INTO device_codes (id, hash, user_code, state, client, address, created_at, expires_at) \
         VALUES ($1, $2, $3, 'pending', $4, $5, $6, $7)",
        params![
            DeviceId::new(),
            &secret::hash(&started.device_code)[..],
            &kept(vault, &started.user_code)[..],
            client,
            address,
            now,
            now.plus(LIFE)
        ],
    )?;
    Ok(started)
}

/// The program that shows this code. Wrong codes are counted.
///
/// # Errors
/// `code_not_found` when it is unknown or too old, `too_many_attempts`, `session_required`.
pub async fn find(store: &Store, vault: &Vault, caller: &Principal, code: &str) -> Result<Asking> {
    accounts::require_session(caller)?;
    let attempt = Attempt::new("device", None, &caller.user.to_string());
    let wanted = tidy(code).map(|code| kept(vault, &code));
    // The count must stay when nothing is found, so that is no error of the transaction.
    let found = store
        .control_write(move |tx| {
            attempt.begin(tx)?;
            let sql = "SELECT id, state, client, address, created_at, expires_at FROM device_codes \
                       WHERE user_code = $1 AND expires_at > $2";
            let Some(wanted) = &wanted else { return Ok(None) };
            let found = tx.query_opt(sql, params![&wanted[..], tx.now()], read)?;
            if found.is_some() {
                attempt.succeeded(tx)?;
            }
            Ok(found)
        })
        .await?;
    found.ok_or_else(|| Error::not_found("code_not_found", "No program shows this code, or it is too old."))
}

/// Lets the program in as the caller, in the caller's workspace, or refuses it.
///
/// # Errors
/// As [`find`], and `already_decided`.
pub async fn decide(
    store: &Store,
    vault: &Vault,
    caller: &Principal,
    code: &str,
    state: DeviceState,
) -> Result<Asking> {
    let asking = find(store, vault, caller, code).await?;
    let (id, workspace, user) = (asking.id, caller.workspace, caller.user);
    let decided = move |tx: &mut Tx<'_>| {
        let sql = "UPDATE device_codes SET state = $2, workspace_id = $3, user_id = $4 \
                   WHERE id = $1 AND state = 'pending' AND expires_at > $5";
        match tx.execute(sql, params![id, state, workspace, user, tx.now()])? {
            0 => Err(Error::conflict("already_decided", "Somebody has decided about this program already.")),
            _ => Ok(()),
        }
    };
    store.control_write(decided).await?;
    Ok(Asking { state, ..asking })
}

/// What became of the request with this secret. An access token is given once.
///
/// # Errors
/// `invalid_code` when it is unknown or was redeemed, `expired_code`, `access_denied`, `slow_down` when the program asks
/// more often than once in [`INTERVAL`].
pub async fn poll(store: &Store, device_code: &str) -> Result<Polled> {
    let hash = secret::hash(device_code);
    // That the program has asked must be noted, also when it learns of an error.
    let Some((made, token)) = store.control_write(move |tx| Ok(polled(tx, &hash))).await?? else {
        return Ok(Polled::Pending);
    };
    let Given { key, workspace, actor, expires_at } = made;
    keys::tell_as(store, workspace, Actor::human(actor), "key.created", &key).await?;
    Ok(Polled::Approved(token, expires_at))
}

/// What is known of an access token that was given.
struct Given {
    key: Key,
    workspace: WorkspaceId,
    actor: ActorId,
    expires_at: Timestamp,
}

fn polled(tx: &mut Tx<'_>, hash: &[u8; 32]) -> Result<Option<(Given, String)>> {
    let now = tx.now();
    let sql =
        "SELECT id, state, client, workspace_id, user_id, polled_at, expires_at FROM device_codes WHERE hash = $1";
    let found = tx.query_opt(sql, params![&hash[..]], |row| {
        let who = row.get::<Option<WorkspaceId>>(3)?.zip(row.get::<Option<UserId>>(4)?);
        let times = (row.get::<Option<Timestamp>>(5)?, row.get::<Timestamp>(6)?);
        Ok((row.get::<DeviceId>(0)?, row.get::<DeviceState>(1)?, row.get::<Option<String>>(2)?, who, times))
    })?;
    let (id, state, client, who, (polled, expires)) =
        found.ok_or_else(|| refused("invalid_code", "This device code is unknown or was redeemed; begin again."))?;
    if expires <= now {
        return Err(refused("expired_code", "This device code is too old; begin again."));
    }
    tx.execute("UPDATE device_codes SET polled_at = $2 WHERE id = $1", params![id, now])?;
    if polled.is_some_and(|at| now < at.plus(INTERVAL - TOLERANCE)) {
        return Err(refused("slow_down", "Ask once a second."));
    }
    match (state, who) {
        (DeviceState::Pending, _) => Ok(None),
        (DeviceState::Approved, Some((workspace, user))) => {
            let name = client.filter(|text| !text.trim().is_empty()).unwrap_or_else(|| "A program".to_owned());
            let expires_at = now.plus(keys::ACCESS);
            let new = NewKey {
                name,
                prefix: keys::LOOM_ACCESS,
                kind: KeyKind::Access,
                scopes: Scopes::ALL,
                expires_at: Some(expires_at),
            };
            let (key, token) = keys::make(tx, workspace, user, &new)?;
            tx.execute("DELETE FROM device_codes WHERE id = $1", params![id])?;
            let member = members::find(tx, workspace, user)?;
            let actor = member.ok_or_else(|| Error::internal("a key of nobody"))?.actor_id;
            Ok(Some((Given { key, workspace, actor, expires_at }, token)))
        }
        _ => Err(Error::new(Kind::Forbidden, "access_denied", "The request to let this program in was denied.")),
    }
}

fn refused(code: &'static str, message: &str) -> Error {
    Error::new(Kind::BadRequest, code, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_write_them() {
        for _ in 0..200 {
            let code = new_code();
            assert_eq!(tidy(&code).as_deref(), Some(code.as_str()));
            assert_eq!(tidy(&code.to_lowercase().replace('-', " ")).as_deref(), Some(code.as_str()));
            assert_eq!(tidy(&format!(" {} ", code.replace('-', ""))).as_deref(), Some(code.as_str()));
        }
        for bad in
            ["", "BCDF", "BCDF-234", "BCDF-23456", "ABCD-2345", "BCDF-1234", "2345-BCDF", "BCDF_2345", "ÄCDF-2345"]
        {
            assert_eq!(tidy(bad), None, "{bad}");
        }
    }
}
