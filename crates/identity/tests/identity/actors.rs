//! Actors: who may make and change them, and what fits whom.

use heddle_identity::actors::{self, ActorPatch, ActorType, NewActor};
use kernel::{Actor, Kind, ids::ActorId};
use store::testing::each_engine;

use crate::support::{add, agent, page, person, refused, verbs};

fn renamed(name: &str) -> ActorPatch {
    ActorPatch { name: Some(name.to_owned()), ..ActorPatch::default() }
}

#[test]
fn actors_are_made_by_workspace_admins() {
    each_engine(|ws| {
        let maria = add(ws, &person("Maria"));
        let admin = Actor { workspace_admin: true, ..maria };
        for new in [person("Jonas"), agent("Helper")] {
            refused(ws.try_write(maria, |tx| actors::create(tx, &new)), Kind::Forbidden, "forbidden");
            let made = ws.write(admin, |tx| actors::create(tx, &new));
            assert_eq!((made.actor_type, made.name), (new.actor_type, new.name));
            assert!(!made.workspace_admin, "making an actor gives no power");
            assert_eq!(ws.read(maria, |tx| verbs(tx, &made.id.uuid().to_string())), ["actor.created"]);
        }
        let all = ws.read(maria, |tx| actors::list(tx, page()));
        assert_eq!(all.items.iter().map(|actor| actor.name.as_str()).collect::<Vec<_>>(), ["Maria", "Jonas", "Helper"]);
        let absent = ActorId::new();
        refused(ws.try_write(maria, |tx| actors::get(tx, absent)), Kind::NotFound, "actor_not_found");
        refused(ws.try_write(admin, |tx| actors::update(tx, absent, &renamed("x"))), Kind::NotFound, "actor_not_found");
    });
}

#[test]
fn each_field_belongs_to_people_or_to_agents() {
    let wrong: [(&str, NewActor); 9] = [
        ("name", person(" ")),
        ("email", NewActor { email: Some("x".repeat(201)), ..person("x") }),
        ("model_id", NewActor { model_id: Some("m".to_owned()), ..person("x") }),
        ("system_prompt", NewActor { system_prompt: Some("p".to_owned()), ..person("x") }),
        ("capabilities", NewActor { capabilities: vec!["c".to_owned()], ..person("x") }),
        ("review", NewActor { review: vec!["r".to_owned()], ..person("x") }),
        ("model_id", NewActor { model_id: Some(String::new()), ..agent("x") }),
        ("email", NewActor { email: Some("a@b".to_owned()), ..agent("x") }),
        ("capabilities", NewActor { capabilities: vec!["c".to_owned(); 101], ..agent("x") }),
    ];
    each_engine(|ws| {
        for (field, new) in &wrong {
            let error =
                refused(ws.try_write(Actor::SYSTEM, |tx| actors::create(tx, new)), Kind::Invalid, "validation_error");
            assert_eq!(error.fields()[0].path, *field);
        }
        let (maria, helper) = (add(ws, &person("Maria")), add(ws, &agent("Helper")));
        let for_agents = ActorPatch { model_id: Some(Some("m".to_owned())), ..ActorPatch::default() };
        let for_people = ActorPatch { email: Some(None), ..ActorPatch::default() };
        for (id, patch, field) in [(maria.id, &for_agents, "model_id"), (helper.id, &for_people, "email")] {
            let error = refused(
                ws.try_write(Actor::SYSTEM, |tx| actors::update(tx, id, patch)),
                Kind::Invalid,
                "validation_error",
            );
            assert_eq!(error.fields()[0].path, field);
        }
        assert_eq!(ws.read(maria, |tx| actors::list(tx, page())).total, 2);
    });
}

#[test]
fn people_change_their_own_name_and_nothing_else() {
    each_engine(|ws| {
        let [maria, jonas] = ["Maria", "Jonas"].map(|name| add(ws, &person(name)));
        let helper = add(ws, &agent("Helper"));
        assert_eq!(ws.write(maria, |tx| actors::update(tx, maria.id, &renamed(" Mary "))).name, "Mary");
        let with_email = ActorPatch { email: Some(Some("m@example.com".to_owned())), ..renamed("M") };
        for (who, id, patch) in [
            (maria, jonas.id, renamed("x")),
            (maria, maria.id, with_email.clone()),
            (maria, helper.id, renamed("x")),
            (helper, helper.id, renamed("x")),
        ] {
            refused(ws.try_write(who, |tx| actors::update(tx, id, &patch)), Kind::Forbidden, "forbidden");
        }
        let admin = Actor { workspace_admin: true, ..jonas };
        let changed = ws.write(admin, |tx| actors::update(tx, maria.id, &with_email));
        assert_eq!((changed.name.as_str(), changed.email.as_deref()), ("M", Some("m@example.com")));
        let cleared = ActorPatch { email: Some(None), ..ActorPatch::default() };
        assert_eq!(ws.write(admin, |tx| actors::update(tx, maria.id, &cleared)).email, None);
        let tuned = ActorPatch {
            system_prompt: Some(Some("Be brief.".to_owned())),
            reasoning_effort: None,
            capabilities: Some(vec!["claims".to_owned()]),
            review: Some(vec!["set_priority".to_owned()]),
            ..ActorPatch::default()
        };
        let helper = ws.write(admin, |tx| actors::update(tx, helper.id, &tuned));
        assert_eq!((helper.actor_type, helper.system_prompt.as_deref()), (ActorType::Ai, Some("Be brief.")));
        assert_eq!((helper.capabilities, helper.review), (vec!["claims".to_owned()], vec!["set_priority".to_owned()]));
        assert_eq!(helper.model_id.as_deref(), Some("rules"), "absent fields stay");
    });
}
