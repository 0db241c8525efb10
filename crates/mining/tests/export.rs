//! Spaces as logs, and what they suggest.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::HashMap;

use common::{World, by_key, event, permit_log, read_all, xes};
use heddle_mining::{discover, export, import};
use identity::{
    Role,
    actors::{self, ActorType, NewActor},
    spaces,
};
use kernel::{Actor, ids::ActorId};
use process_log::{Event, Trace};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Map, Value as Json, json};
use work::{
    cases::{self, NewCase},
    lifecycle,
    motion::RequiredActor,
    procedures::{self, NewStageTemplate},
    stages,
};

#[tokio::test]
async fn the_permit_log_comes_out_as_it_went_in() {
    let Some(log) = permit_log() else { return };
    for world in World::each().await {
        import(&world.store, world.workspace, "General", &log, |_| ()).await.unwrap();
        assert_eq!(by_key(world.exported("General").await), by_key(read_all(&log)));
    }
}

#[tokio::test]
async fn the_permit_log_suggests_its_most_frequent_path() {
    let Some(log) = permit_log() else { return };
    let mut variants: HashMap<Vec<String>, u64> = HashMap::new();
    for trace in read_all(&log) {
        *variants.entry(trace.events.into_iter().map(|event| event.activity).collect()).or_default() += 1;
    }
    let (path, cases) = variants.iter().max_by_key(|(_, cases)| **cases).unwrap();
    for world in World::each().await {
        let space = world.space("Permits").await;
        import(&world.store, world.workspace, "Permits", &log, |_| ()).await.unwrap();
        let found = discover(&world.store, world.workspace, "Permits").await.unwrap();
        assert_eq!((&found.path, found.path_cases, found.cases), (path, *cases, 1_434));
        assert_eq!(found.variants as usize, variants.len());
        assert_eq!((found.path[0].as_str(), found.path.len(), found.path_cases), ("Confirmation of receipt", 6, 713));
        let json = serde_json::to_value(&found.procedure).unwrap();
        assert_eq!(json["space_id"], json!(space));
        assert_eq!(json["stages"][0]["required_actor_type"], "either");
        assert_eq!(
            json["stages"][0]["instructions"],
            json!([{"type": "todo", "text": "Carry out: Confirmation of receipt"}])
        );
        let second = json["stages"][1]["description"].as_str().unwrap();
        assert!(second.contains("(median)") && second.contains("Most often done by Resource"), "{second}");
    }
}

#[tokio::test]
async fn nothing_to_discover_is_said() {
    for world in World::each().await {
        let error = discover(&world.store, world.workspace, "General").await.unwrap_err();
        assert_eq!(error.code(), "nothing_to_discover");
        assert!(error.message().contains("General"));
        assert_eq!(world.exported("General").await, []);
        let error = export(&world.store, world.workspace, "nowhere", Vec::new(), |_| ()).await.unwrap_err();
        assert_eq!(error.code(), "space_not_found");
    }
}

#[tokio::test]
async fn events_that_end_nothing_come_out_again() {
    let with = |lifecycle: &str, mut event: Event| {
        event.lifecycle = Some(lifecycle.to_owned());
        event.group = Some("G".to_owned());
        event.attributes.insert("cost".into(), json!(1.5));
        event
    };
    let trace = Trace {
        key: "T".into(),
        events: vec![
            with("schedule", event("a", 1, Some("Ann"))),
            with("start", event("a", 2, Some("Bob"))),
            with("start", event("b", 2, None)),
            with("complete", event("a", 3, Some("Bob"))),
            with("suspend", event("b", 4, Some("Cid"))),
            with("complete", event("b", 9, Some("Cid"))),
            with("start", event("c", 10, Some("Cid"))),
            with("manualskip", event("d", 8, Some("Ann"))),
            event("e", 12, None),
        ],
        ..Trace::default()
    };
    for world in World::each().await {
        let log = world.file("log.xes", xes(std::slice::from_ref(&trace)));
        let report = import(&world.store, world.workspace, "General", &log, |_| ()).await.unwrap();
        assert_eq!((report.events, report.rejected_total), (9, 0));
        assert_eq!(world.count("stages").await, 5);
        assert_eq!(world.exported("General").await, std::slice::from_ref(&trace));
        let found = discover(&world.store, world.workspace, "General").await.unwrap();
        assert_eq!(found.path, ["a", "b", "c", "e"]);
    }
}

fn stage(name: &str, assigned_actor_id: Option<ActorId>) -> NewStageTemplate {
    NewStageTemplate {
        name: name.to_owned(),
        description: None,
        required_actor_type: RequiredActor::Either,
        assigned_actor_id,
        instructions: Vec::new(),
    }
}

#[tokio::test]
async fn a_worked_case_shows_who_did_what_and_when() {
    for world in World::each().await {
        let space = world.space("Claims").await;
        let (agent, times, id) = world
            .write(move |tx| {
                let new = NewActor {
                    actor_type: ActorType::Ai,
                    name: "Robot".into(),
                    email: None,
                    model_id: Some("rules".into()),
                    system_prompt: None,
                    reasoning_effort: None,
                    capabilities: Vec::new(),
                    review: Vec::new(),
                };
                let agent = actors::create(tx, &new)?.id;
                spaces::add_member(tx, space, agent, Role::Member)?;
                let procedure = procedures::create(tx, space, "P", None)?.id;
                for new in
                    [stage("intake", None), stage("triage", Some(agent)), stage("letter", None), stage("file", None)]
                {
                    procedures::add_stage(tx, procedure, &new)?;
                }
                let new = NewCase { procedure_id: Some(procedure), ..NewCase::titled(space, "Water damage") };
                let case = cases::create(tx, &new)?.id;
                lifecycle::commence(tx, case)?;
                let start = tx.now();
                let mut times = Vec::new();
                for (n, by) in [tx.actor(), Actor::ai(agent), tx.actor()].into_iter().enumerate() {
                    tx.set_now(start.plus(std::time::Duration::from_secs(60 * (n as u64 + 1))));
                    times.push(tx.now().micros());
                    let stage = stages::active(tx, case)?.unwrap().id;
                    tx.acting_as(by, |tx| if n == 2 { stages::skip(tx, stage) } else { stages::complete(tx, stage) })?;
                }
                Ok((agent, times, case))
            })
            .await;
        let traces = world.exported("Claims").await;
        assert_eq!(traces.len(), 1);
        assert_eq!(traces[0].key, id.to_string());
        assert_eq!(traces[0].attributes["heddle:title"], "Water damage");
        let shown: Vec<_> = traces[0]
            .events
            .iter()
            .map(|e| (e.activity.as_str(), e.at, e.resource.as_deref().unwrap(), e.lifecycle.as_deref().unwrap()))
            .collect();
        let expected = [
            ("intake", times[0], "owner", "complete"),
            ("triage", times[1], "Robot", "complete"),
            ("letter", times[2], "owner", "manualskip"),
        ];
        assert_eq!(shown, expected);
        assert_ne!(agent, ActorId::nil());
    }
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-d]", "[ -~äß日]{0,6}[!-~äß日]"]
}

fn value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(Json::from),
        any::<bool>().prop_map(Json::from),
        (-1_000_000i32..1_000_000).prop_map(|n| json!(f64::from(n) + 0.5)),
        "[ -~äß日]{0,12}".prop_map(Json::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| prop::collection::vec(inner, 0..3).prop_map(Json::Array))
}

fn attributes() -> impl Strategy<Value = Map<String, Json>> {
    prop::collection::vec(("x[a-z]{1,3}", value()), 0..3).prop_map(|pairs| pairs.into_iter().collect())
}

fn lifecycle() -> impl Strategy<Value = Option<String>> {
    const KNOWN: &[&str] = &["complete", "start", "schedule", "suspend", "manualskip", "COMPLETE"];
    prop::option::of(prop::sample::select(KNOWN).prop_map(str::to_owned))
}

fn any_event() -> impl Strategy<Value = Event> {
    let at = prop_oneof![0..100i64, -62_000_000_000_000_000..250_000_000_000_000_000i64];
    let who = prop::option::of("[A-C]|[!-~ß]{1,5}");
    (name(), at, who, prop::option::of(name()), lifecycle(), attributes()).prop_map(
        |(activity, at, resource, group, lifecycle, attributes)| Event {
            activity,
            at,
            resource,
            group,
            lifecycle,
            attributes,
        },
    )
}

fn log() -> impl Strategy<Value = Vec<Trace>> {
    let trace = (name(), attributes(), prop::collection::vec(any_event(), 1..9));
    prop::collection::vec(trace, 0..6).prop_map(|traces| {
        let named: HashMap<String, _> =
            traces.into_iter().map(|(key, attributes, events)| (key, (attributes, events))).collect();
        named.into_iter().map(|(key, (attributes, events))| Trace { key, attributes, events }).collect()
    })
}

#[test]
fn any_log_comes_out_as_it_went_in() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for world in runtime.block_on(World::each()) {
        let mut runner = TestRunner::new(Config { cases: 48, failure_persistence: None, ..Config::default() });
        runner
            .run(&log(), |traces| {
                let space = kernel::ids::SpaceId::new().to_string();
                let path = world.file("random.xes", xes(&traces));
                let out = runtime.block_on(async {
                    world.space(&space).await;
                    let report = import(&world.store, world.workspace, &space, &path, |_| ()).await.unwrap();
                    prop_assert_eq!((report.traces, report.rejected_total), (traces.len() as u64, 0));
                    Ok(world.exported(&space).await)
                })?;
                // What the writer makes of a text is its own matter: compare with the log as it is read.
                prop_assert_eq!(by_key(out), by_key(read_all(&path)));
                Ok(())
            })
            .unwrap();
    }
}
