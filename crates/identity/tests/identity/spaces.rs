//! Spaces, their members and what each role may do.

use heddle_identity::{
    Right, Role, access,
    spaces::{self, NewSpace, SpaceKind, SpacePatch},
};
use kernel::{
    Actor, Kind,
    ids::{ActorId, SpaceId},
};
use store::testing::each_engine;

use crate::support::{House, add, agent, page, person, put, refused, space, verbs};

#[test]
fn a_space_is_seen_by_its_members_only() {
    each_engine(|ws| {
        let [maria, jonas] = ["Maria", "Jonas"].map(|name| add(ws, &person(name)));
        let id = space(ws, maria, "  Claims  ");
        let seen = ws.read(maria, |tx| spaces::get(tx, id));
        assert_eq!((seen.name.as_str(), seen.kind, seen.created_by), ("Claims", SpaceKind::Custom, maria.id));
        // To a stranger, and to an admin of the workspace who is no member, it is absent.
        for stranger in [jonas, Actor { workspace_admin: true, ..jonas }] {
            refused(ws.try_write(stranger, |tx| spaces::get(tx, id)), Kind::NotFound, "space_not_found");
            refused(ws.try_write(stranger, |tx| spaces::members(tx, id, page())), Kind::NotFound, "space_not_found");
            let patch = SpacePatch::default();
            refused(ws.try_write(stranger, |tx| spaces::update(tx, id, &patch)), Kind::NotFound, "space_not_found");
            let add = ws.try_write(stranger, |tx| spaces::add_member(tx, id, jonas.id, Role::Owner));
            refused(add, Kind::NotFound, "space_not_found");
            assert_eq!(ws.read(stranger, |tx| spaces::list(tx, page())).total, 0);
        }
        let absent = SpaceId::new();
        for who in [maria, Actor::SYSTEM] {
            refused(ws.try_write(who, |tx| spaces::get(tx, absent)), Kind::NotFound, "space_not_found");
        }
        put(ws, id, jonas, Role::Observer);
        assert_eq!(ws.read(jonas, |tx| spaces::list(tx, page())).items.len(), 1);
        let names: Vec<_> =
            ws.read(jonas, |tx| spaces::members(tx, id, page())).items.into_iter().map(|m| m.name).collect();
        assert_eq!(names, ["Maria", "Jonas"]);
    });
}

#[test]
fn each_role_may_do_its_part() {
    each_engine(|ws| {
        let maria = add(ws, &person("Maria"));
        let id = space(ws, maria, "Claims");
        let newcomer = add(ws, &person("Newcomer"));
        for (role, right) in [
            (Role::Owner, Right::Own),
            (Role::Admin, Right::Manage),
            (Role::Member, Right::Work),
            (Role::Observer, Right::See),
        ] {
            let who = add(ws, &person(role.as_str()));
            put(ws, id, who, role);
            for asked in [Right::See, Right::Work, Right::Manage, Right::Own] {
                let result = ws.try_write(who, |tx| access::require(tx, id, asked));
                if asked <= right {
                    assert_eq!(result.unwrap(), role);
                } else {
                    refused(result, Kind::Forbidden, "forbidden");
                }
            }
            // Settings and members are for admins and owners.
            let patch = SpacePatch { description: Some(Some(format!("by {role}"))), ..SpacePatch::default() };
            let updated = ws.try_write(who, |tx| spaces::update(tx, id, &patch));
            let added = ws.try_write(who, |tx| spaces::add_member(tx, id, newcomer.id, Role::Observer));
            if right >= Right::Manage {
                assert_eq!(updated.unwrap().description, patch.description.unwrap());
                added.unwrap();
            } else {
                refused(updated, Kind::Forbidden, "forbidden");
                refused(added, Kind::Forbidden, "forbidden");
            }
        }
    });
}

#[test]
fn owners_are_made_and_changed_by_owners_and_one_remains() {
    each_engine(|ws| {
        let [maria, jonas, ada] = ["Maria", "Jonas", "Ada"].map(|name| add(ws, &person(name)));
        let id = space(ws, maria, "Claims");
        put(ws, id, jonas, Role::Admin);
        for (who, role) in [(ada, Role::Owner), (jonas, Role::Owner), (maria, Role::Member)] {
            refused(ws.try_write(jonas, |tx| spaces::add_member(tx, id, who.id, role)), Kind::Forbidden, "forbidden");
        }
        // An admin may add admins and step back.
        ws.write(jonas, |tx| spaces::add_member(tx, id, ada.id, Role::Admin));
        ws.write(jonas, |tx| spaces::add_member(tx, id, jonas.id, Role::Member));
        refused(
            ws.try_write(jonas, |tx| spaces::add_member(tx, id, ada.id, Role::Member)),
            Kind::Forbidden,
            "forbidden",
        );

        let alone = ws.try_write(maria, |tx| spaces::add_member(tx, id, maria.id, Role::Admin));
        refused(alone, Kind::Conflict, "last_owner");
        ws.write(maria, |tx| spaces::add_member(tx, id, maria.id, Role::Owner));
        ws.write(maria, |tx| spaces::add_member(tx, id, ada.id, Role::Owner));
        ws.write(maria, |tx| spaces::add_member(tx, id, maria.id, Role::Observer));
        let roles: Vec<_> = ws.read(maria, |tx| spaces::members(tx, id, page())).items.iter().map(|m| m.role).collect();
        assert_eq!(roles, [Role::Observer, Role::Member, Role::Owner], "in the order in which they came");
        let nobody = ws.try_write(ada, |tx| spaces::add_member(tx, id, ActorId::new(), Role::Member));
        assert_eq!(refused(nobody, Kind::Invalid, "validation_error").fields()[0].path, "actor_id");
        let verbs = ws.read(ada, |tx| verbs(tx, &id.uuid().to_string()));
        assert_eq!(verbs[..2], ["space.created", "space.member_set"]);
        assert_eq!(verbs.len(), 2 + 6, "refusals leave no trace: {verbs:?}");
    });
}

#[test]
fn names_and_descriptions_have_their_limits() {
    each_engine(|ws| {
        let maria = add(ws, &person("Maria"));
        for name in ["", "  ", &"x".repeat(201), "a\0b"] {
            let new = NewSpace { name: name.to_owned(), description: None, review: Vec::new() };
            let error = refused(ws.try_write(maria, |tx| spaces::create(tx, &new)), Kind::Invalid, "validation_error");
            assert_eq!(error.fields()[0].path, "name");
        }
        let id = space(ws, maria, &"ä".repeat(200));
        let patch = |name: Option<&str>, description| SpacePatch {
            name: name.map(str::to_owned),
            description,
            review: Some(vec!["set_priority".to_owned()]),
        };
        let long = patch(None, Some(Some("x".repeat(100_001))));
        let error = refused(ws.try_write(maria, |tx| spaces::update(tx, id, &long)), Kind::Invalid, "validation_error");
        assert_eq!(error.fields()[0].path, "description");
        let said = ws.write(maria, |tx| spaces::update(tx, id, &patch(Some("New"), Some(Some("What for".to_owned())))));
        assert_eq!((said.name.as_str(), said.description.as_deref()), ("New", Some("What for")));
        assert_eq!(said.review, ["set_priority"]);
        // Absent stays, null clears.
        let kept = ws.write(maria, |tx| spaces::update(tx, id, &SpacePatch::default()));
        assert_eq!((kept.name, kept.description.as_deref()), (said.name, Some("What for")));
        assert_eq!(ws.write(maria, |tx| spaces::update(tx, id, &patch(None, Some(None)))).description, None);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_space_has_one_person_and_any_agents() {
    for house in House::each().await {
        let (ws, owner) = (house.workspace.id, Actor::human(house.owner_actor));
        let (other, helper) = house
            .store
            .write(ws, Actor::SYSTEM, |tx| {
                let other = heddle_identity::actors::create(tx, &person("Other"))?;
                Ok((other.id, heddle_identity::actors::create(tx, &agent("Helper"))?.id))
            })
            .await
            .unwrap();
        let private = house.store.read(ws, owner, move |tx| spaces::private_of(tx, owner.id)).await.unwrap();
        let second =
            house.store.write(ws, owner, move |tx| spaces::add_member(tx, private, other, Role::Observer)).await;
        refused(second, Kind::Conflict, "private_space");
        house.store.write(ws, owner, move |tx| spaces::add_member(tx, private, helper, Role::Member)).await.unwrap();
        for nobody in [other, helper] {
            let none = house.store.read(ws, owner, move |tx| spaces::private_of(tx, nobody)).await;
            refused(none, Kind::Conflict, "private_space_missing");
        }
        // The general space takes everybody.
        house
            .store
            .write(ws, owner, move |tx| {
                let general = spaces::general(tx)?;
                spaces::add_member(tx, general, other, Role::Member)?;
                spaces::add_member(tx, general, helper, Role::Member)
            })
            .await
            .unwrap();
    }
}
