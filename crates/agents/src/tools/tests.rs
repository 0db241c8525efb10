use kernel::{Actor, Kind};
use store::testing::each_engine;

use super::*;
use crate::testing::{ALL, ai, nobody, world};

fn weather() -> NewTool {
    NewTool {
        name: "weather".into(),
        description: "The weather of a city.".into(),
        url: "https://tools.example/weather".into(),
        input_schema: json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}),
    }
}

#[test]
fn tools_are_registered_by_admins_and_seen_by_members() {
    each_engine(|ws| {
        let w = world(ws);
        let tool = ws.write(w.owner, |tx| register(tx, w.space, &weather()));
        assert_eq!(
            (tool.name.as_str(), tool.url.as_str(), tool.created_by),
            ("weather", "https://tools.example/weather", w.owner.id)
        );
        assert_eq!(tool.input_schema, weather().input_schema);
        assert_eq!(ws.read(w.observer, |tx| list(tx, w.space, ALL)).total, 1);
        assert_eq!(ws.read(w.agent, |tx| get(tx, tool.id)).id, tool.id);
        for (actor, code) in [(w.member, "forbidden"), (w.agent, "forbidden"), (w.stranger, "space_not_found")] {
            let new = NewTool { name: "other".into(), ..weather() };
            assert_eq!(ws.try_write(actor, |tx| register(tx, w.space, &new)).unwrap_err().code(), code);
        }
        assert_eq!(ws.try_write(w.stranger, |tx| get(tx, tool.id)).unwrap_err().code(), "tool_not_found");
        assert_eq!(ws.try_write(w.stranger, |tx| list(tx, w.space, ALL)).unwrap_err().code(), "space_not_found");
        let taken = ws.try_write(w.owner, |tx| register(tx, w.space, &weather())).unwrap_err();
        assert_eq!((taken.kind(), taken.code()), (Kind::Conflict, "tool_exists"));
    });
}

#[test]
fn what_cannot_be_a_tool_is_refused_by_field() {
    each_engine(|ws| {
        let w = world(ws);
        let of = |change: &dyn Fn(&mut NewTool)| {
            let mut new = weather();
            change(&mut new);
            new
        };
        let bad = [
            ("name", of(&|t| t.name = "Weather".into())),
            ("name", of(&|t| t.name = "1st".into())),
            ("name", of(&|t| t.name = "x".repeat(65))),
            ("name", of(&|t| t.name = "finish_stage".into())),
            ("description", of(&|t| t.description = " ".into())),
            ("url", of(&|t| t.url = "ftp://tools.example".into())),
            ("url", of(&|t| t.url = "tools.example".into())),
            ("url", of(&|t| t.url = "https://user:pw@tools.example".into())),
            ("input_schema", of(&|t| t.input_schema = json!([]))),
            ("input_schema", of(&|t| t.input_schema = json!({"type": "array"}))),
            (
                "input_schema",
                of(&|t| t.input_schema = json!({"type": "object", "properties": {"a": {"type": "strin"}}})),
            ),
            ("input_schema", of(&|t| t.input_schema = json!({"$ref": "http://10.0.0.1/schema.json"}))),
            ("input_schema", of(&|t| t.input_schema = json!({"$ref": "file:///etc/passwd"}))),
            ("input_schema", of(&|t| t.input_schema = json!({"description": "x".repeat(70_000)}))),
        ];
        for (field, new) in bad {
            let error = ws.try_write(w.owner, |tx| register(tx, w.space, &new)).unwrap_err();
            assert_eq!((error.kind(), error.fields()[0].path.as_str()), (Kind::Invalid, field), "{new:?}");
        }
    });
}

#[test]
fn a_tool_is_granted_to_members_one_by_one() {
    each_engine(|ws| {
        let w = world(ws);
        let tool = ws.write(w.owner, |tx| register(tx, w.space, &weather())).id;
        assert!(ws.read(w.agent, |tx| attached(tx, w.space, w.agent.id)).is_empty());
        let events = |ws: &mut store::testing::TestWorkspace| {
            let all = ws.read(Actor::SYSTEM, |tx| store::events::after(tx, 0, 1000));
            all.into_iter().filter(|event| event.verb == "tool.attached").count()
        };
        for _ in 0..2 {
            assert_eq!(ws.write(w.owner, |tx| attach(tx, tool, w.agent.id)).id, tool);
            assert_eq!(events(ws), 1, "again changes nothing");
        }
        ws.write(w.owner, |tx| attach(tx, tool, w.member.id));
        assert_eq!(ws.read(w.agent, |tx| attached(tx, w.space, w.agent.id)).len(), 1);
        let outsider = ws.write(Actor::SYSTEM, |tx| ai(tx, "Outsider", &[])).id;
        for actor in [outsider, nobody()] {
            let error = ws.try_write(w.owner, |tx| attach(tx, tool, actor)).unwrap_err();
            assert_eq!(error.fields()[0].path, "actor_id");
        }
        assert_eq!(ws.try_write(w.member, |tx| attach(tx, tool, w.agent.id)).unwrap_err().code(), "forbidden");
        let absent = ws.try_write(w.owner, |tx| attach(tx, ToolId::new(), w.agent.id)).unwrap_err();
        assert_eq!(absent.code(), "tool_not_found");
    });
}

#[test]
fn inputs_are_checked_against_the_schema() {
    each_engine(|ws| {
        let w = world(ws);
        let tool = ws.write(w.owner, |tx| register(tx, w.space, &weather()));
        assert!(tool.check_input(&json!({"city": "Bern"})).is_ok());
        assert_eq!(tool.check_input(&json!({"city": 1})).unwrap_err().fields()[0].path, "input.city");
        assert_eq!(tool.check_input(&json!({})).unwrap_err().fields()[0].path, "input");
        assert!(tool.check_input(&json!([])).is_err());
    });
}
