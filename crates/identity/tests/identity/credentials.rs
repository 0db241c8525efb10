//! Keys, sign-in links, sessions, and how they are recognised.

use std::time::Duration;

use heddle_identity::{
    Authenticator, Via, keys, sessions,
    workspaces::{self, WorkspaceRole},
};
use kernel::{
    Kind, Timestamp,
    ids::{KeyId, UserId, WorkspaceId},
};
use store::params;

use crate::support::{House, refused};

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_let_in_until_it_is_revoked() {
    for house in House::each().await {
        let (ws, owner) = (house.workspace.id, house.owner);
        let (key, secret) = house.control(move |tx| keys::create(tx, ws, owner, " import ")).await;
        assert_eq!(key.name, "import");
        assert!(secret.starts_with("hd_") && secret.starts_with(&key.prefix) && secret.len() > 40);
        let stored = house.control(|tx| tx.query("SELECT hash FROM api_keys", &[], |row| row.get::<Vec<u8>>(0))).await;
        assert!(stored.iter().all(|hash| !hash.windows(8).any(|part| secret.as_bytes().windows(8).any(|s| s == part))));

        let authenticator = Authenticator::new(house.store.clone());
        let principal = authenticator.by_key(&secret).await.unwrap().unwrap();
        assert_eq!((principal.workspace, principal.user, principal.actor.id), (ws, owner, house.owner_actor));
        assert_eq!((principal.role, &principal.via), (WorkspaceRole::Owner, &Via::Key(key.id)));
        assert!(principal.actor.workspace_admin);
        assert!(principal.csrf_matches(None));
        let used = house.control(move |tx| keys::list(tx, ws)).await.remove(0).last_used_at;
        assert!(used.is_some());
        for wrong in ["", "hd_", &secret[..secret.len() - 1], &secret.to_uppercase()] {
            assert!(authenticator.by_key(wrong).await.unwrap().is_none());
        }

        house.control(move |tx| keys::revoke(tx, ws, key.id)).await;
        authenticator.forget();
        assert!(authenticator.by_key(&secret).await.unwrap().is_none());
        assert!(Authenticator::new(house.store.clone()).by_key(&secret).await.unwrap().is_none());
        // Revoking again changes nothing.
        let first = house.control(move |tx| keys::list(tx, ws)).await.remove(0).revoked_at;
        assert_eq!(house.control(move |tx| keys::revoke(tx, ws, key.id)).await.revoked_at, first);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_belongs_to_one_workspace_and_one_of_its_users() {
    for house in House::each().await {
        let (ws, owner) = (house.workspace.id, house.owner);
        let (other, stranger, _) =
            workspaces::create(&house.store, "Other", None, "bob@example.com", None).await.unwrap();
        let no_member = house.store.control_write(move |tx| keys::create(tx, ws, stranger.id, "x")).await;
        refused(no_member, Kind::NotFound, "user_not_found");
        let nobody = house.store.control_write(move |tx| keys::create(tx, ws, UserId::new(), "x")).await;
        refused(nobody, Kind::NotFound, "user_not_found");
        let blank = house.store.control_write(move |tx| keys::create(tx, ws, owner, " ")).await;
        refused(blank, Kind::Invalid, "validation_error");
        let (key, _) = house.control(move |tx| keys::create(tx, ws, owner, "x")).await;
        for (workspace, id) in [(other.id, key.id), (ws, KeyId::new())] {
            let revoked = house.store.control_write(move |tx| keys::revoke(tx, workspace, id)).await;
            refused(revoked, Kind::NotFound, "key_not_found");
        }
        assert!(house.control(move |tx| keys::list(tx, other.id)).await.is_empty());
        assert_eq!(house.control(move |tx| keys::list(tx, ws)).await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_begins_one_session_within_its_hour() {
    for house in House::each().await {
        let (ws, owner) = (house.workspace.id, house.owner);
        let link = house.control(move |tx| sessions::create_link(tx, ws, owner)).await;
        let begin = |link: String, at: Timestamp| {
            house.store.control_write(move |tx| {
                tx.set_now(at);
                sessions::begin(tx, &link, None)
            })
        };
        let now = Timestamp::now();
        let (a, b) = tokio::join!(begin(link.clone(), now), begin(link.clone(), now));
        assert_eq!(usize::from(a.is_ok()) + usize::from(b.is_ok()), 1, "it works once");
        refused(begin(link.clone(), now).await, Kind::Unauthorized, "invalid_link");
        refused(begin("nonsense".to_owned(), now).await, Kind::Unauthorized, "invalid_link");
        let session = a.or(b).unwrap();

        let late = house.control(move |tx| sessions::create_link(tx, ws, owner)).await;
        refused(
            begin(late.clone(), now.plus(sessions::LINK + Duration::from_secs(60))).await,
            Kind::Unauthorized,
            "invalid_link",
        );
        begin(late, now.plus(sessions::LINK - Duration::from_secs(60))).await.unwrap();

        let authenticator = Authenticator::new(house.store.clone());
        let principal = authenticator.by_session(&session.cookie).await.unwrap().unwrap();
        assert_eq!((principal.workspace, principal.user, principal.actor.id), (ws, owner, house.owner_actor));
        assert!(principal.csrf_matches(Some(&session.csrf)));
        for wrong in [None, Some(""), Some(session.cookie.as_str()), Some(&session.csrf[1..])] {
            assert!(!principal.csrf_matches(wrong));
        }
        assert!(authenticator.by_session(&session.csrf).await.unwrap().is_none());
        // Used links are gone; so are sessions that are over, at the next sign-in.
        let links =
            |tx: &mut store::Tx<'_>| tx.query_one("SELECT COUNT(*) FROM sign_in_links", &[], |row| row.get::<i64>(0));
        assert_eq!(house.control(links).await, 0);
        house.control(|tx| tx.execute("UPDATE sessions SET expires_at = $1", params![tx.now()])).await;
        authenticator.forget();
        assert!(authenticator.by_session(&session.cookie).await.unwrap().is_none());
        let again = house.control(move |tx| sessions::create_link(tx, ws, owner)).await;
        begin(again, Timestamp::now()).await.unwrap();
        let left = |tx: &mut store::Tx<'_>| tx.query_one("SELECT COUNT(*) FROM sessions", &[], |row| row.get::<i64>(0));
        assert_eq!(house.control(left).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_remembered_lets_in_no_other_kind_of_credential() {
    for house in House::each().await {
        let (ws, owner) = (house.workspace.id, house.owner);
        let (_, key) = house.control(move |tx| keys::create(tx, ws, owner, "x")).await;
        let session = house
            .control(move |tx| {
                let link = sessions::create_link(tx, ws, owner)?;
                sessions::begin(tx, &link, None)
            })
            .await;
        let authenticator = Authenticator::new(house.store.clone());
        for _ in 0..2 {
            assert!(authenticator.by_session(&key).await.unwrap().is_none());
            assert!(authenticator.by_key(&session.cookie).await.unwrap().is_none());
            assert!(authenticator.by_key(&key).await.unwrap().is_some());
            assert!(authenticator.by_session(&session.cookie).await.unwrap().is_some());
        }
        // A remembered credential is not looked up again, until it is forgotten.
        house.control(move |tx| tx.execute("DELETE FROM memberships WHERE workspace_id = $1", params![ws])).await;
        assert!(authenticator.by_key(&key).await.unwrap().is_some());
        authenticator.forget();
        assert!(authenticator.by_key(&key).await.unwrap().is_none());
        assert!(authenticator.by_session(&session.cookie).await.unwrap().is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_members_role_is_what_the_principal_may() {
    for house in House::each().await {
        let ws: WorkspaceId = house.workspace.id;
        for (role, admin) in [(WorkspaceRole::Member, false), (WorkspaceRole::Admin, true)] {
            let (user, profile) =
                workspaces::add_user(&house.store, ws, &format!("{role}@example.com"), None, role).await.unwrap();
            let (_, key) = house.control(move |tx| keys::create(tx, ws, user.id, "x")).await;
            let principal = Authenticator::new(house.store.clone()).by_key(&key).await.unwrap().unwrap();
            assert_eq!((principal.role, principal.actor.id), (role, profile.id));
            assert_eq!((principal.actor.workspace_admin, profile.workspace_admin), (admin, admin));
        }
    }
}
