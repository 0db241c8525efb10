use kernel::{Kind, PageRequest};
use store::testing::{TestWorkspace, each_engine};
use talk::activities::{ActivityType, Visibility};
use work::motion::{Motion, Priority, StagePhase};

use super::*;
use crate::testing::{ALL, World, world};

fn scene(ws: &mut TestWorkspace, w: &World) -> Scene {
    let thread = ws.read(w.owner, |tx| work::cases::get(tx, w.case)).thread_id;
    Scene { space: w.space, case: w.case, stage: w.stage, thread }
}

struct Doing<'a> {
    ws: &'a mut TestWorkspace,
    w: World,
    scene: Scene,
}

impl Doing<'_> {
    fn tries(&mut self, name: &str, input: Json) -> Result<Json> {
        let call = parse(name, &input)?;
        let scene = self.scene;
        let prepared = match &call {
            Call::AttachArtifact(input) => {
                Prepared::Blob(Stored { sha256: "0".repeat(64), size: input.content.len() as i64 })
            }
            Call::ReadDocument(_) => Prepared::Text("the text".into()),
            _ => Prepared::Nothing,
        };
        self.ws.try_write(self.w.agent, |tx| perform(tx, &scene, &call, &prepared))
    }

    fn does(&mut self, name: &str, input: Json) -> Json {
        self.tries(name, input).unwrap_or_else(|e| panic!("{name}: {e:?}"))
    }

    fn case(&mut self) -> work::cases::Case {
        let case = self.w.case;
        self.ws.read(self.w.owner, |tx| work::cases::get(tx, case))
    }
}

fn each(test: impl Fn(&mut Doing<'_>)) {
    each_engine(|ws| {
        let w = world(ws);
        let scene = scene(ws, &w);
        test(&mut Doing { ws, w, scene });
    });
}

#[test]
fn an_agent_reads_what_is_there() {
    each(|doing| {
        let case = doing.does("read_case", json!({}));
        assert_eq!(case["case"]["title"], "A case");
        assert_eq!(case["stage"]["instructions"][0]["text"], "Look");
        assert_eq!(case["stages"][0]["phase"], "active");
        for n in 0..7 {
            doing.does("post_activity", json!({"content": format!("c{n}")}));
        }
        let newest = doing.does("read_thread", json!({"limit": 3}));
        let contents: Vec<_> = newest["entries"].as_array().unwrap().iter().map(|e| e["content"].clone()).collect();
        assert_eq!(contents, ["c4", "c5", "c6"]);
        assert_eq!(newest["entries"][0]["by"], "Weaver");
        let file = doing.does("attach_artifact", json!({"name": "a.csv", "content": "x"}));
        let read = doing.does("read_document", json!({"document_id": file["document_id"]}));
        assert_eq!((&read["name"], &read["text"]), (&json!("a.csv"), &json!("the text")));
        for scope in ["case", "space"] {
            let library = doing.does("list_documents", json!({"scope": scope}));
            assert_eq!(library["documents"][0]["id"], file["document_id"]);
        }
        let context = {
            let scene = doing.scene;
            doing.ws.read(doing.w.agent, |tx| context(tx, &scene))
        };
        assert_eq!(context["people"].as_array().unwrap().len(), 3);
        assert_eq!(context["library"]["documents_total"], 1);
    });
}

#[test]
fn an_agent_asks_data_tables() {
    each(|doing| {
        let rows = [json!({"city": "Bern", "n": 1}), json!({"city": "Basel", "n": 2}), json!({"city": "Bern", "n": 3})];
        let rows: Vec<_> = rows.iter().map(|row| row.as_object().unwrap().clone()).collect();
        let table = data::Table::read(data::Source::Rows(&rows), None).unwrap();
        let place = talk::place::PlaceRef { case: Some(doing.w.case), ..Default::default() };
        let id = doing.ws.write(doing.w.owner, |tx| {
            let new = data::datatables::NewDatatable { name: "Cities", description: None, table: &table, source: None };
            Ok(data::datatables::create(tx, place, &new)?.id)
        });
        let answer = doing.does(
            "query_datatable",
            json!({"datatable_id": id, "filter": "city = \"Bern\"", "sort": "-n", "limit": 1}),
        );
        assert_eq!((&answer["total"], &answer["rows"]), (&json!(2), &json!([{"city": "Bern", "n": 3}])));
        let error = doing.tries("query_datatable", json!({"datatable_id": id, "filter": "town = 1"})).unwrap_err();
        assert_eq!(error.kind(), Kind::Invalid);
        assert_eq!(doing.does("list_documents", json!({}))["datatables"][0]["rows"], 3);
    });
}

#[test]
fn an_agent_changes_the_case() {
    each(|doing| {
        let space = doing.w.space;
        doing.ws.write(doing.w.owner, |tx| work::labels::create(tx, space, "Urgent", None));
        doing.does("set_priority", json!({"priority": "high"}));
        doing.does("add_label", json!({"label": "urgent"}));
        let case = doing.case();
        assert_eq!((case.priority, case.labels.len()), (Some(Priority::High), 1));
        doing.does("remove_label", json!({"label": "Urgent"}));
        doing.does("set_priority", json!({"priority": null}));
        doing
            .does("set_motion", json!({"motion": "waiting", "waiting_on": {"kind": "external", "reason": "the post"}}));
        let case = doing.case();
        assert_eq!((case.priority, case.labels.len(), case.motion), (None, 0, Motion::Waiting));
        assert!(doing.tries("add_label", json!({"label": "x"})).unwrap_err().message().contains("it has: Urgent"));
        assert_eq!(doing.tries("set_motion", json!({"motion": "paused"})).unwrap_err().code(), "forbidden");
        let hidden = doing.tries("post_activity", json!({"content": "x", "visibility": "system"})).unwrap_err();
        assert_eq!(hidden.fields()[0].path, "input.visibility");

        doing.does("write_note", json!({"title": "Call", "body": "They called."}));
        let email = doing.does("draft_email", json!({"to": ["a@b.example"], "subject": "S", "body": "B"}));
        assert_eq!(email["state"], "draft");
        let bad = doing.tries("draft_email", json!({"to": ["nobody"], "subject": "S", "body": "B"})).unwrap_err();
        assert_eq!(bad.kind(), Kind::Invalid);
        let subcase = doing.does("spawn_subcase", json!({"title": "The roof"}));
        let read = doing.does("read_case", json!({"case_id": subcase["case_id"]}));
        assert_eq!(read["case"]["parent_case_id"], json!(doing.w.case));
    });
}

#[test]
fn an_agent_asks_the_responsible_person() {
    each(|doing| {
        let member = doing.w.member.id;
        doing.does("ask_person", json!({"question": "Why?", "actor_id": member}));
        let case = doing.case();
        assert_eq!((case.motion, case.waiting_on.unwrap().id), (Motion::Waiting, Some(member.uuid())));
        // Nobody has the case, so the person who opened it is asked.
        let asked = doing.does("ask_person", json!({"question": "Why?"}));
        assert_eq!(asked["asked"], json!(doing.w.owner.id));
        let thread = doing.scene.thread;
        let entries = doing.ws.read(doing.w.owner, |tx| talk::activities::list(tx, thread, ALL)).items;
        let comments: Vec<_> = entries.iter().filter(|entry| entry.activity_type == ActivityType::Comment).collect();
        assert_eq!(comments[0].content, format!("<@U{member}> Why?"));
        assert_eq!(comments[0].visibility, Visibility::Public);
        let agent = doing.w.agent.id;
        let error = doing.tries("ask_person", json!({"question": "Why?", "actor_id": agent})).unwrap_err();
        assert_eq!(error.fields()[0].path, "input.actor_id");
    });
}

#[test]
fn a_stage_is_finished_when_its_instructions_are() {
    each(|doing| {
        let early = doing.tries("finish_stage", json!({"summary": "Done."})).unwrap_err();
        assert_eq!(early.code(), "instructions_open");
        let (stage, page) = (doing.w.stage, PageRequest { page: 1, per_page: 1 });
        let todo = doing.ws.read(doing.w.owner, |tx| work::instructions::list(tx, stage, page)).items[0].id;
        let done = doing.does("complete_instruction", json!({"instruction_id": todo}));
        assert_eq!(done["stage"]["phase"], "completed");
        // The stage completed by itself; the summary is welcome all the same.
        doing.does("finish_stage", json!({"summary": "Done."}));
        let found = doing.ws.read(doing.w.owner, |tx| work::stages::get(tx, stage));
        assert_eq!(found.phase, StagePhase::Completed);
        let thread = doing.scene.thread;
        let entries = doing.ws.read(doing.w.owner, |tx| talk::activities::list(tx, thread, ALL)).items;
        let comments = entries.iter().filter(|entry| entry.activity_type == ActivityType::Comment);
        assert_eq!(comments.map(|entry| entry.content.as_str()).collect::<Vec<_>>(), ["Done."]);
    });
}

#[test]
fn an_agent_ticks_instructions_of_its_own_stage_only() {
    each(|doing| {
        let (mine, space) = (doing.w.case, doing.w.space);
        let todo = doing.ws.write(doing.w.owner, |tx| {
            let procedure_id = work::cases::get(tx, mine)?.procedure_id;
            let new = work::cases::NewCase { procedure_id, ..work::cases::NewCase::titled(space, "Another case") };
            let case = work::cases::create(tx, &new)?.id;
            work::lifecycle::commence(tx, case)?;
            let stage = work::stages::active(tx, case)?.unwrap().id;
            Ok(work::instructions::list(tx, stage, ALL)?.items.remove(0))
        });
        let error = doing.tries("complete_instruction", json!({"instruction_id": todo.id})).unwrap_err();
        assert_eq!(error.fields()[0].path, "input.instruction_id");
        let same = doing.ws.read(doing.w.owner, |tx| work::instructions::list(tx, todo.stage_id, ALL)).items.remove(0);
        assert!(!same.satisfied);
    });
}

#[test]
fn an_agent_has_no_more_rights_than_its_role() {
    each(|doing| {
        let (space, agent) = (doing.w.space, doing.w.agent.id);
        doing.ws.write(doing.w.owner, |tx| identity::spaces::add_member(tx, space, agent, identity::Role::Observer));
        for (name, input) in [
            ("set_priority", json!({"priority": "low"})),
            ("post_activity", json!({"content": "x"})),
            ("attach_artifact", json!({"name": "a.txt", "content": "x"})),
            ("finish_stage", json!({"summary": "x"})),
        ] {
            assert_eq!(doing.tries(name, input).unwrap_err().code(), "forbidden", "{name}");
        }
        doing.does("read_case", json!({}));
        let foreign = doing.ws.write(doing.w.stranger, |tx| {
            let new = identity::spaces::NewSpace { name: "Other".into(), description: None, review: vec![] };
            let space = identity::spaces::create(tx, &new)?.id;
            Ok(work::cases::create(tx, &work::cases::NewCase::titled(space, "Secret"))?.id)
        });
        assert_eq!(doing.tries("read_case", json!({"case_id": foreign})).unwrap_err().code(), "case_not_found");
    });
}

#[test]
fn every_action_has_a_schema_that_fits_its_input() {
    for spec in SPECS {
        let schema = inputs::schema(spec.name);
        assert_eq!(schema["type"], "object", "{}", spec.name);
        assert_eq!(schema["additionalProperties"], false, "{}", spec.name);
        let validator = jsonschema::validator_for(&schema).unwrap();
        let example = inputs::example(spec.name);
        validator.validate(&example).unwrap_or_else(|e| panic!("{}: {e}", spec.name));
        parse(spec.name, &example).unwrap_or_else(|e| panic!("{}: {e:?}", spec.name));
        // The example has every property there is, so schema and input cannot drift apart unseen.
        let properties = schema["properties"].as_object().unwrap();
        assert!(properties.keys().eq(example.as_object().unwrap().keys()), "{}", spec.name);
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for name in properties.keys() {
            let mut less = example.clone();
            less.as_object_mut().unwrap().remove(name);
            assert_eq!(parse(spec.name, &less).is_err(), required.contains(&json!(name)), "{} {name}", spec.name);
        }
    }
}

#[test]
fn what_is_wrong_with_an_input_is_named() {
    let error = parse("set_priority", &json!({"priority": "urgent"})).unwrap_err();
    assert_eq!(error.fields()[0].path, "input.priority");
    assert!(error.message().contains("expected one of"), "{error}");
    assert!(parse("set_priority", &json!({"priority": null, "x": 1})).is_err());
    assert!(parse("rm_rf", &json!({})).unwrap_err().message().contains("unknown variant"));
    assert!(parse("read_case", &json!([])).is_err());
}
