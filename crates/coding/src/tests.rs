//! Tests of conversations on both engines.

use kernel::{
    Actor, Kind,
    ids::{ActorId, SpaceId, WorkspaceId},
};
use proptest::prelude::*;
use serde_json::json;
use store::{
    Tx, params,
    testing::{TestWorkspace, each_engine},
};

use crate::{Draft, Patch, Scope, Visibility, links, threads, versions};

/// Two people and an administrator in a workspace.
struct People {
    ann: Actor,
    bob: Actor,
    admin: Actor,
}

fn people(ws: &mut TestWorkspace) -> People {
    ws.write(Actor::SYSTEM, |tx| {
        let general = space(tx, "general")?;
        let mut person = |admin: bool| {
            let id = ActorId::new();
            tx.execute(
                "INSERT INTO actors (id, type, name, workspace_admin, capabilities, review, created_at, updated_at) \
                 VALUES ($1, 'human', 'x', $3, '[]', '[]', $2, $2)",
                params![id, tx.now(), admin],
            )?;
            for (space, role) in [(general, "member"), (space(tx, "private")?, "owner")] {
                tx.execute(
                    "INSERT INTO members (space_id, actor_id, role, added_at) VALUES ($1, $2, $3, $4)",
                    params![space, id, role, tx.now()],
                )?;
            }
            Ok::<_, kernel::Error>(Actor { workspace_admin: admin, ..Actor::human(id) })
        };
        Ok(People { ann: person(false)?, bob: person(false)?, admin: person(true)? })
    })
}

fn space(tx: &mut Tx<'_>, kind: &str) -> kernel::Result<SpaceId> {
    let id = SpaceId::new();
    tx.execute(
        "INSERT INTO spaces (id, kind, name, review, created_by, created_at, updated_at) \
         VALUES ($1, $2, 'x', '[]', $3, $4, $4)",
        params![id, kind, Actor::SYSTEM.id, tx.now()],
    )?;
    Ok(id)
}

fn draft(id: &str, visibility: &str, messages: &[&str]) -> Draft {
    let messages: Vec<_> = messages.iter().map(|text| json!({"role": "user", "content": text})).collect();
    let document = json!({"id": id, "title": "A title", "visibility": visibility, "messages": messages});
    Draft::read(document.to_string().as_bytes()).unwrap()
}

fn contents(document: &threads::Document) -> Vec<String> {
    let content = |raw: &serde_json::value::RawValue| {
        serde_json::from_str::<serde_json::Value>(raw.get()).unwrap()["content"].as_str().unwrap().to_owned()
    };
    document.messages.iter().map(|raw| content(raw)).collect()
}

#[test]
fn a_version_that_is_not_the_one_expected_is_refused() {
    each_engine(|ws| {
        let People { ann, .. } = people(ws);
        let save = |ws: &mut TestWorkspace, expected| {
            ws.try_write(ann, |tx| threads::save(tx, &draft("T-1", "private", &["a"]), expected))
        };
        assert_eq!(save(ws, Some(1)).unwrap_err().code(), "version_conflict");
        assert_eq!(save(ws, Some(0)).unwrap().summary.version, 1);
        assert_eq!(save(ws, None).unwrap().summary.version, 2);
        let refused = save(ws, Some(1)).unwrap_err();
        assert_eq!(refused.message(), "Expected version 1, but current version is 2");
        assert_eq!(save(ws, Some(2)).unwrap().summary.version, 3);
        let patch = Patch { title: Some("Another".to_owned()), visibility: None };
        let refused = ws.try_write(ann, |tx| threads::update(tx, "T-1", &patch, Some(2)));
        assert_eq!(refused.unwrap_err().code(), "version_conflict");
        let updated = ws.write(ann, |tx| threads::update(tx, "T-1", &patch, Some(3)));
        assert_eq!((updated.summary.version, contents(&updated)), (4, vec!["a".to_owned()]));
        assert_eq!(ws.try_write(ann, |tx| threads::delete(tx, "T-1", Some(3))).unwrap_err().code(), "version_conflict");
        ws.write(ann, |tx| threads::delete(tx, "T-1", Some(4)));
        assert_eq!(ws.try_write(ann, |tx| threads::get(tx, "T-1")).unwrap_err().kind(), Kind::NotFound);
    });
}

#[test]
fn each_version_is_as_it_was() {
    each_engine(|ws| {
        let People { ann, .. } = people(ws);
        let states: [&[&str]; 6] =
            [&["a", "b"], &["a", "b", "c"], &["a", "x", "c"], &["a"], &[], &["a", "b", "c", "d"]];
        for messages in states {
            ws.write(ann, |tx| threads::save(tx, &draft("T-1", "private", messages), None));
        }
        for (n, messages) in states.iter().enumerate() {
            let was = ws.read(ann, |tx| versions::get(tx, "T-1", n as i64 + 1));
            assert_eq!(contents(&was), *messages, "version {}", n + 1);
            assert_eq!(was.summary.message_count, messages.len() as i64);
        }
        let rows: i64 = ws.read(ann, |tx| tx.query_one("SELECT COUNT(*) FROM coding_messages", &[], |row| row.get(0)));
        assert_eq!(rows, 2 + 1 + 1 + 4, "what did not change is stored once");
        let (list, total) = ws.read(ann, |tx| versions::list(tx, "T-1", 2, 1));
        assert_eq!((list.iter().map(|version| version.version).collect::<Vec<_>>(), total), (vec![5, 4], 6));
        assert_eq!(ws.try_write(ann, |tx| versions::get(tx, "T-1", 7)).unwrap_err().code(), "version_not_found");
    });
}

#[test]
fn only_the_last_versions_are_kept() {
    let mut ws = TestWorkspace::new();
    let People { ann, .. } = people(&mut ws);
    for n in 0..versions::KEPT + 3 {
        let text = n.to_string();
        ws.write(ann, |tx| threads::save(tx, &draft("T-1", "private", &["same", &text]), None));
    }
    let (_, total) = ws.read(ann, |tx| versions::list(tx, "T-1", 1, 0));
    assert_eq!(total, versions::KEPT);
    assert_eq!(contents(&ws.read(ann, |tx| versions::get(tx, "T-1", 4))), ["same", "3"]);
    assert!(ws.try_write(ann, |tx| versions::get(tx, "T-1", 3)).is_err());
    let rows: i64 = ws.read(ann, |tx| tx.query_one("SELECT COUNT(*) FROM coding_messages", &[], |row| row.get(0)));
    assert_eq!(rows, 1 + versions::KEPT);
}

#[test]
fn who_may_read_is_who_it_is_shared_with() {
    each_engine(|ws| {
        let People { ann, bob, admin } = people(ws);
        ws.write(ann, |tx| threads::save(tx, &draft("T-1", "private", &["zebra"]), None));
        let sees = |ws: &mut TestWorkspace, who: Actor| {
            let one = ws.try_write(who, |tx| threads::get(tx, "T-1")).is_ok();
            let found = ws.read(who, |tx| threads::search(tx, "zebra", 10, 0)).1 > 0;
            let listed = ws.read(who, |tx| threads::list(tx, Scope::All, None, 10, 0)).1 > 0;
            (one, found, listed)
        };
        assert_eq!(sees(ws, ann), (true, true, true));
        assert_eq!(sees(ws, bob), (false, false, false));
        assert_eq!(sees(ws, admin), (true, false, true));
        // What somebody else keeps to themselves takes no id.
        for other in [bob, admin] {
            ws.write(other, |tx| threads::save(tx, &draft("T-1", "private", &["another's"]), None));
            assert_eq!(contents(&ws.read(other, |tx| threads::get(tx, "T-1"))), ["another's"]);
            assert_eq!(contents(&ws.read(ann, |tx| threads::get(tx, "T-1"))), ["zebra"]);
            ws.write(other, |tx| threads::delete(tx, "T-1", None));
        }

        let share = Patch { visibility: Some(Visibility::Shared), title: None };
        ws.write(ann, |tx| threads::update(tx, "T-1", &share, None));
        assert_eq!(sees(ws, bob), (true, true, true));
        assert_eq!(ws.read(bob, |tx| threads::list(tx, Scope::Own, None, 10, 0)).1, 0);
        assert_eq!(ws.read(bob, |tx| threads::list(tx, Scope::Shared, None, 10, 0)).1, 1);
        let refused = [
            ws.try_write(bob, |tx| threads::save(tx, &draft("T-1", "shared", &[]), None)).err(),
            ws.try_write(bob, |tx| threads::update(tx, "T-1", &share, None)).err(),
            ws.try_write(bob, |tx| threads::delete(tx, "T-1", None)).err(),
            ws.try_write(bob, |tx| links::list(tx, "T-1")).err(),
            ws.try_write(admin, |tx| threads::update(tx, "T-1", &share, None)).err(),
        ];
        for error in refused {
            assert_eq!(error.unwrap().kind(), Kind::Forbidden);
        }
        ws.write(admin, |tx| threads::delete(tx, "T-1", None));
        assert_eq!(sees(ws, ann), (false, false, false));
    });
}

#[test]
fn a_link_shows_what_is_public_until_it_is_not() {
    each_engine(|ws| {
        let People { ann, .. } = people(ws);
        let workspace = WorkspaceId::new();
        let set = |ws: &mut TestWorkspace, visibility| {
            let patch = Patch { visibility: Some(visibility), title: None };
            ws.write(ann, |tx| threads::update(tx, "T-1", &patch, None));
        };
        ws.write(ann, |tx| threads::save(tx, &draft("T-1", "shared", &["a"]), None));
        let refused = ws.try_write(ann, |tx| links::create(tx, workspace, "T-1", None)).unwrap_err();
        assert_eq!(refused.code(), "thread_not_public");
        set(ws, Visibility::Public);
        let (link, secret) = ws.write(ann, |tx| links::create(tx, workspace, "T-1", None));
        assert_eq!(links::workspace_of(&secret), Some(workspace));
        let open = |ws: &mut TestWorkspace, secret: &str| ws.try_write(Actor::SYSTEM, |tx| links::open(tx, secret));
        assert_eq!(contents(&open(ws, &secret).unwrap()), ["a"]);
        assert!(open(ws, "share_x").is_err());
        let past = ws.try_write(ann, |tx| {
            let now = Some(tx.now());
            links::create(tx, workspace, "T-1", now)
        });
        assert_eq!(past.unwrap_err().fields()[0].path, "expires_at");
        assert_eq!(ws.read(ann, |tx| links::list(tx, "T-1")).len(), 1);
        set(ws, Visibility::Private);
        assert!(open(ws, &secret).is_err());
        set(ws, Visibility::Public);
        assert!(open(ws, &secret).is_err(), "a link of before does not come back");
        assert_eq!(ws.try_write(ann, |tx| links::withdraw(tx, "T-1", link.id)).unwrap_err().code(), "link_not_found");
        let (link, secret) = ws.write(ann, |tx| links::create(tx, workspace, "T-1", None));
        ws.write(ann, |tx| links::withdraw(tx, "T-1", link.id));
        assert!(open(ws, &secret).is_err());
    });
}

#[test]
fn what_cannot_be_a_link_is_none() {
    for text in ["", "share_", "share_AAAA", "share_!", &format!("share_{}", "A".repeat(65))] {
        assert_eq!(links::workspace_of(text), None, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_history_of_messages_can_be_read_again(history in prop::collection::vec(prop::collection::vec("[a-c]", 0..6), 1..8)) {
        let mut ws = TestWorkspace::new();
        let People { ann, .. } = people(&mut ws);
        for messages in &history {
            let messages: Vec<&str> = messages.iter().map(String::as_str).collect();
            ws.write(ann, |tx| threads::save(tx, &draft("T-1", "private", &messages), None));
        }
        for (n, messages) in history.iter().enumerate() {
            prop_assert_eq!(&contents(&ws.read(ann, |tx| versions::get(tx, "T-1", n as i64 + 1))), messages);
        }
        prop_assert_eq!(&contents(&ws.read(ann, |tx| threads::get(tx, "T-1"))), history.last().unwrap());
    }
}
