//! How long credentials last, what is swept, and who comes in by what was proved.

use std::time::Duration;

use heddle_identity::{
    Authenticator, Principal, Scope, Scopes, Vault,
    accounts::{self, Origin},
    devices::{self, DeviceState, Polled},
    entry::{self, Policy, Proof},
    identities::Proved,
    invitations::{self, NewInvitation},
    keys::{self, KeyKind, NewKey},
    logins::{self, Login},
    magic_links, orgs, sessions, socket_tokens, sweep,
    workspaces::{self, WorkspaceRole},
};
use kernel::{Kind, Timestamp, ids::WorkspaceId};
use store::{Tx, params};

use crate::support::{House, refused};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn count(tx: &mut Tx<'_>, table: &str) -> kernel::Result<i64> {
    tx.query_one(&format!("SELECT COUNT(*) FROM {table}"), &[], |row| row.get(0))
}

/// When the only row of a table ends.
async fn ends(house: &House, table: &'static str) -> Timestamp {
    house.control(move |tx| tx.query_one(&format!("SELECT expires_at FROM {table}"), &[], |row| row.get(0))).await
}

async fn session(house: &House) -> (sessions::NewSession, Principal) {
    let (ws, owner) = (house.workspace.id, house.owner);
    let session = house.control(move |tx| sessions::create(tx, ws, owner, None)).await;
    let authenticator = Authenticator::new(house.store.clone());
    let principal = authenticator.by_session(&session.cookie).await.unwrap().unwrap();
    (session, Principal::clone(&principal))
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_and_access_tokens_last_as_long_as_they_are_used() {
    for house in House::each().await {
        let (ws, owner) = (house.workspace.id, house.owner);
        let (session, _) = session(&house).await;
        let access = NewKey {
            kind: KeyKind::Access,
            expires_at: Some(Timestamp::now().plus(DAY)),
            ..NewKey::plain("a program")
        };
        let caller = Principal::clone(
            &Authenticator::new(house.store.clone()).by_session(&session.cookie).await.unwrap().unwrap(),
        );
        let (_, token) = house.control(move |tx| keys::create_own(tx, &caller, &access)).await;
        let (_, plain) = house
            .control(move |tx| {
                let made = keys::create(tx, ws, owner, "a key")?;
                // Last used long ago, and over tomorrow.
                let now = tx.now();
                let sql = "UPDATE sessions SET last_seen_at = $1, expires_at = $2";
                tx.execute(sql, params![now.minus(59 * DAY), now.plus(DAY)])?;
                tx.execute("UPDATE api_keys SET expires_at = $1", params![now.plus(DAY)])?;
                Ok(made)
            })
            .await;
        let authenticator = Authenticator::new(house.store.clone());
        assert!(authenticator.by_session(&session.cookie).await.unwrap().is_some());
        assert!(authenticator.by_key(&token).await.unwrap().is_some());
        assert!(authenticator.by_key(&plain).await.unwrap().is_some());
        let later = Timestamp::now().plus(59 * DAY);
        assert!(ends(&house, "sessions").await > later, "its use makes a session last");
        let sql = "SELECT expires_at FROM api_keys WHERE kind = $1";
        for (kind, lasts) in [(KeyKind::Access, true), (KeyKind::Key, false)] {
            let ends: Timestamp = house.control(move |tx| tx.query_one(sql, params![kind], |row| row.get(0))).await;
            assert_eq!(ends > later, lasts, "{kind}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_is_swept_and_nothing_else() {
    for house in House::each().await {
        let vault = Vault::new("a secret of the tests").unwrap();
        let (ws, owner) = (house.workspace.id, house.owner);
        let (_, caller) = session(&house).await;
        magic_links::request(&house.store, "ada@example.com", &Origin::default()).await.unwrap().unwrap();
        socket_tokens::issue(&house.store, &caller).await.unwrap();
        let start = Timestamp::now();
        let access = NewKey { kind: KeyKind::Access, expires_at: Some(start.plus(DAY)), ..NewKey::plain("program") };
        house
            .control(move |tx| {
                logins::begin(tx, &Login::new(None), "oidc", "/")?;
                sessions::create_link(tx, ws, owner)?;
                devices::start(tx, &vault, None, None)?;
                keys::create_own(tx, &caller, &access)?;
                keys::create(tx, ws, owner, "a key").map(drop)
            })
            .await;
        let swept = async |after: Duration, all: bool| {
            house
                .control(move |tx| {
                    tx.set_now(start.plus(after));
                    if all { sweep::over(tx) } else { sweep::under_way(tx) }
                })
                .await;
            house
                .control(|tx| {
                    let tables = [
                        "login_states",
                        "sign_in_links",
                        "magic_links",
                        "device_codes",
                        "sessions",
                        "socket_tokens",
                        "api_keys",
                    ];
                    tables.iter().map(|table| count(tx, table)).collect::<kernel::Result<Vec<_>>>()
                })
                .await
        };
        let minutes = |n: u64| Duration::from_secs(60 * n);
        assert_eq!(swept(minutes(1), false).await, [1, 1, 1, 1, 1, 1, 2]);
        assert_eq!(swept(minutes(11), false).await, [0, 1, 1, 1, 1, 1, 2], "who comes late learns why for a day");
        assert_eq!(swept(2 * DAY, false).await, [0, 0, 0, 0, 1, 1, 2]);
        assert_eq!(swept(2 * DAY, true).await, [0, 0, 0, 0, 1, 0, 2]);
        assert_eq!(swept(61 * DAY, true).await, [0, 0, 0, 0, 0, 0, 1], "a key stays in the list");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_several_who_come_with_the_same_link_signs_in() {
    for house in House::each().await {
        let link = magic_links::request(&house.store, "Ada@example.com", &Origin::default()).await.unwrap().unwrap();
        assert_eq!((link.email.as_str(), link.workspace), ("ada@example.com", house.workspace.id));
        assert!(magic_links::request(&house.store, "nobody@example.com", &Origin::default()).await.unwrap().is_none());
        let tries = (0..8).map(|_| magic_links::redeem(&house.store, &link.token, Origin::default()));
        let ended = futures::future::join_all(tries).await;
        assert_eq!(ended.iter().filter(|one| one.is_ok()).count(), 1);
        for late in ended.into_iter().filter(Result::is_err) {
            let code = late.err().unwrap().code();
            assert_eq!(code, "link_used");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_several_polls_is_given_the_token() {
    for house in House::each().await {
        let vault = Vault::new("a secret of the tests").unwrap();
        let (_, caller) = session(&house).await;
        let for_start = vault.clone();
        let started = house.control(move |tx| devices::start(tx, &for_start, Some("cli"), None)).await;
        devices::decide(&house.store, &vault, &caller, &started.user_code, DeviceState::Approved).await.unwrap();
        let polls = (0..8).map(|_| devices::poll(&house.store, &started.device_code));
        let ended = futures::future::join_all(polls).await;
        assert_eq!(ended.iter().filter(|one| matches!(one, Ok(Polled::Approved(..)))).count(), 1);
        assert_eq!(house.control(|tx| count(tx, "api_keys")).await, 1);
    }
}

fn account(subject: &str, emails: &[&str]) -> Proof {
    Proof::Account(Proved {
        provider: "oidc".to_owned(),
        issuer: "https://issuer.example".to_owned(),
        subject: subject.to_owned(),
        emails: emails.iter().map(|email| (*email).to_owned()).collect(),
        name: Some("Ada \u{0} Lovelace".to_owned()),
        username: None,
        avatar_url: None,
        locale: None,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_in_is_decided_by_account_address_and_invitation_in_this_order() {
    for house in House::each().await {
        let (ws, owner) = (house.workspace.id, house.owner);
        let enter = async |proof: Proof, sign_up: bool| {
            entry::enter(&house.store, proof, Policy { sign_up }, Origin::default()).await
        };
        refused(enter(account("1", &[]), true).await, Kind::Forbidden, "email_not_verified");
        refused(enter(account("1", &["not an address"]), true).await, Kind::Forbidden, "email_not_verified");
        refused(enter(account("1", &["eve@example.com"]), false).await, Kind::Forbidden, "not_invited");
        // The first address that leads somewhere counts.
        let first = enter(account("1", &["eve@example.com", "ADA@example.com"]), false).await.unwrap();
        assert_eq!((first.user, first.workspace), (owner, ws));
        assert_eq!(enter(account("1", &["eve@example.com"]), true).await.unwrap().user, owner, "the account is linked");

        let new = NewInvitation { email: "bob@example.com".to_owned(), role: WorkspaceRole::Admin, space_ids: vec![] };
        let (invitation, _) = house.control(move |tx| invitations::create(tx, ws, owner, &new)).await;
        let joined = enter(account("2", &["bob@example.com"]), false).await.unwrap();
        assert_eq!(joined.workspace, ws);
        // The invitation is used up; the account and the address lead to the same user from now on.
        assert_eq!(enter(account("2", &["bob@example.com"]), false).await.unwrap().user, joined.user);
        assert_eq!(enter(Proof::Address("bob@example.com".to_owned()), false).await.unwrap().user, joined.user);
        let used = "SELECT used_at FROM invitations WHERE id = $1";
        let used: Option<Timestamp> =
            house.control(move |tx| tx.query_one(used, params![invitation.id], |row| row.get(0))).await;
        assert!(used.is_some());

        // An account that signs one user in signs nobody else in, whatever its address is now.
        let taken = enter(account("1", &["bob@example.com"]), false).await.unwrap();
        assert_eq!(taken.user, owner);
        refused(enter(account("3", &["bob@example.com"]), false).await, Kind::Conflict, "other_account_linked");
        // A name that nobody can have is made from the address.
        let own = enter(account("9", &["eve@example.com"]), true).await.unwrap();
        let (user, place) = (own.user, own.workspace);
        let name = house.control(move |tx| Ok(heddle_identity::users::get(tx, user)?.name)).await;
        assert_eq!(name, "eve");
        assert!(house.control(move |tx| orgs::get(tx, user, place)).await.is_personal);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_that_broke_off_is_finished_by_the_sweep() {
    for house in House::each().await {
        let (second, ..) = workspaces::create(&house.store, "Second", None, "ada@example.com", None).await.unwrap();
        let id = second.id;
        // As it is left behind when the server is killed in between: nobody gets in, the data is still there.
        house
            .control(move |tx| {
                tx.execute("DELETE FROM workspaces WHERE id = $1", params![id])?;
                tx.execute("INSERT INTO erasures (workspace_id, at) VALUES ($1, $2)", params![id, tx.now()])
            })
            .await;
        house.store.read(id, kernel::Actor::SYSTEM, |_| Ok(())).await.unwrap();
        for _ in 0..2 {
            orgs::finish_erasures(&house.store).await.unwrap();
            let gone = house.store.read(id, kernel::Actor::SYSTEM, |_| Ok(())).await;
            refused(gone, Kind::NotFound, "workspace_not_found");
        }
        assert_eq!(house.control(|tx| count(tx, "erasures")).await, 0);
        house.store.read(house.workspace.id, kernel::Actor::SYSTEM, |_| Ok(())).await.unwrap();
        house.store.erase_workspace(WorkspaceId::new()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_with_scopes_is_recognised_with_them() {
    for house in House::each().await {
        let (_, caller) = session(&house).await;
        assert_eq!(accounts::require_session(&caller).unwrap(), caller.session().unwrap());
        let scopes = Scopes::of(vec![Scope::Llm]).unwrap();
        let new = NewKey { scopes: scopes.clone(), prefix: keys::LOOM, ..NewKey::plain("narrow") };
        let (made, key) = house.control(move |tx| keys::create_own(tx, &caller, &new)).await;
        assert_eq!((made.scopes, key.starts_with(&made.prefix), made.prefix.len()), (scopes.clone(), true, 14));
        let narrow = Authenticator::new(house.store.clone()).by_key(&key).await.unwrap().unwrap();
        assert_eq!(narrow.scopes, scopes);
        let wider = NewKey::plain("wider");
        let refusal = house.store.control_write(move |tx| keys::create_own(tx, &narrow, &wider)).await;
        refused(refusal, Kind::Forbidden, "insufficient_scope");
    }
}
