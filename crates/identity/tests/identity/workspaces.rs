//! Workspaces and their users.

use heddle_identity::{
    Role, actors,
    spaces::{self, SpaceKind},
    users,
    workspaces::{self, WorkspaceRole},
};
use kernel::{Actor, Kind, ids::WorkspaceId};
use store::{Store, params, testing::Place};

use crate::support::{House, page, refused};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_workspace_has_an_owner_with_a_private_and_a_general_space() {
    for house in House::each().await {
        assert_eq!((house.workspace.slug.as_str(), house.workspace.name.as_str()), ("acme-claims", "Acme Claims"));
        let owner = house.owner_actor;
        let (profile, spaces) = house
            .store
            .read(house.workspace.id, Actor::human(owner), move |tx| {
                Ok((actors::get(tx, owner)?, spaces::list(tx, page())?.items))
            })
            .await
            .unwrap();
        assert_eq!((profile.name.as_str(), profile.email.as_deref()), ("Ada", Some("ada@example.com")));
        assert_eq!((profile.user_id, profile.workspace_admin), (Some(house.owner), true));
        let mut kinds: Vec<_> = spaces.iter().map(|space| space.kind).collect();
        kinds.sort();
        assert_eq!(kinds, [SpaceKind::Private, SpaceKind::General]);
        // The server learns that there is something to look after.
        let id = house.workspace.id;
        let marked = house
            .control(move |tx| {
                let sql = "SELECT 1 FROM workspaces WHERE id = $1 AND wake_at <= $2";
                tx.query_opt(sql, params![id, tx.now()], |_| Ok(()))
            })
            .await;
        assert!(marked.is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slug_is_taken_once_even_by_many_at_the_same_time() {
    for place in Place::each() {
        let nodes = [Store::open(place.config()).await.unwrap(), Store::open(place.config()).await.unwrap()];
        let creating: Vec<_> = (0..8)
            .map(|n| {
                let store = nodes[n % 2].clone();
                tokio::spawn(async move {
                    workspaces::create(&store, "Same", Some("same"), &format!("owner{n}@example.com"), None).await
                })
            })
            .collect();
        let mut made = Vec::new();
        for created in creating {
            match created.await.unwrap() {
                Ok((workspace, ..)) => made.push(workspace.id),
                Err(error) => assert_eq!((error.kind(), error.code()), (Kind::Conflict, "slug_taken"), "{error:?}"),
            }
        }
        assert_eq!(made.len(), 1);
        let known = nodes[1].control_read(workspaces::list).await.unwrap();
        assert_eq!(known.iter().map(|workspace| workspace.id).collect::<Vec<_>>(), made);
        let again = workspaces::create(&nodes[0], "Other name", Some("same"), "x@example.com", None).await;
        refused(again, Kind::Conflict, "slug_taken");
        let bad = workspaces::create(&nodes[0], "x", Some("Not A Slug"), "x@example.com", None).await;
        assert_eq!(refused(bad, Kind::Invalid, "validation_error").fields()[0].path, "slug");
        let bad = workspaces::create(&nodes[0], " ", None, "x@example.com", None).await;
        assert_eq!(refused(bad, Kind::Invalid, "validation_error").fields()[0].path, "name");
        let bad = workspaces::create(&nodes[0], "x", None, "nowhere", None).await;
        assert_eq!(refused(bad, Kind::Invalid, "validation_error").fields()[0].path, "email");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn adding_a_user_again_answers_the_one_who_is_there() {
    for house in House::each().await {
        let ws = house.workspace.id;
        let add = |email: &'static str, role| {
            let store = house.store.clone();
            tokio::spawn(async move { workspaces::add_user(&store, ws, email, Some("Bob"), role).await.unwrap() })
        };
        let adding = [
            add("bob@example.com", WorkspaceRole::Member),
            add("BOB@example.com", WorkspaceRole::Admin),
            add(" bob@example.com ", WorkspaceRole::Member),
        ];
        let mut added = Vec::new();
        for one in adding {
            added.push(one.await.unwrap());
        }
        let (user, profile) = &added[0];
        assert!(added.iter().all(|(u, p)| u.id == user.id && p.id == profile.id));
        let (again, same) = add("bob@example.com", WorkspaceRole::Owner).await.unwrap();
        assert_eq!((again.id, same.id, same.workspace_admin), (user.id, profile.id, profile.workspace_admin));
        let (memberships, known) = house
            .control(|tx| {
                let count = "SELECT COUNT(*) FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.email = $1";
                let memberships: i64 = tx.query_one(count, params!["bob@example.com"], |row| row.get(0))?;
                Ok((memberships, users::by_email(tx, "bob@example.com")?))
            })
            .await;
        assert_eq!((memberships, known.map(|user| user.id)), (1, Some(user.id)));
        let id = profile.id;
        let (people, spaces, general) = house
            .store
            .read(ws, Actor::human(id), move |tx| {
                let general = spaces::general(tx)?;
                Ok((
                    actors::list(tx, page())?.total,
                    spaces::list(tx, page())?.total,
                    spaces::role_of(tx, general, id)?,
                ))
            })
            .await
            .unwrap();
        assert_eq!((people, spaces), (2, 2));
        assert_eq!(general, Some(if profile.workspace_admin { Role::Owner } else { Role::Member }));
        let nowhere =
            workspaces::add_user(&house.store, WorkspaceId::new(), "c@example.com", None, WorkspaceRole::Member);
        refused(nowhere.await, Kind::NotFound, "workspace_not_found");
    }
}

#[test]
fn addresses_are_trimmed_lowered_and_checked() {
    assert_eq!(users::checked_email(" Ada@Example.COM ").unwrap(), "ada@example.com");
    for bad in ["", "@", "a@", "@b", "a b@c", "a@b@c", "a\0@b", &format!("{}@b", "x".repeat(260))] {
        assert!(users::checked_email(bad).is_err(), "{bad:?}");
    }
}
