//! Trials: what an agent would do, without doing it.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Json as Body, Router, routing::post};
use gateway::{ChatRequest, Content, Gateway};
use heddle_agents::{
    actions::{Effect, SPECS},
    runs::{self, NewTrial, Run, RunFilter, RunState, Step, StepKind, WaitingFor},
    tools::{
        self, NewTool,
        custom::{self, NewScript},
    },
};
use identity::{Role, actors, spaces};
use kernel::{Actor, ids::RunId};
use serde_json::json;
use store::{Config, Engine, Store};
use talk::activities::ActivityType;
use work::stages;

use crate::{
    postgres::database,
    support::{ALL, Scripted, Setup, World, call, instruction_id, result, text},
};

const MODEL: &str = "scripted/m";

/// Everything that a run could change, row by row. Of the log, all but what tells of runs.
const TABLES: &[(&str, &str)] = &[
    ("cases", "TRUE"),
    ("case_tallies", "TRUE"),
    ("case_labels", "TRUE"),
    ("stages", "TRUE"),
    ("instructions", "TRUE"),
    ("threads", "TRUE"),
    ("activities", "TRUE"),
    ("documents", "TRUE"),
    ("datatables", "TRUE"),
    ("datatable_rows", "TRUE"),
    ("emails", "TRUE"),
    ("labels", "TRUE"),
    ("proposals", "TRUE"),
    ("procedures", "TRUE"),
    ("procedure_stages", "TRUE"),
    ("actors", "TRUE"),
    ("members", "TRUE"),
    ("tools", "TRUE"),
    ("actor_tools", "TRUE"),
    ("events", "verb NOT LIKE 'run.%'"),
];

async fn dump(store: &Store, world: &World) -> Vec<(&'static str, Vec<String>)> {
    let engine = store.engine();
    world
        .read(move |tx| {
            let mut all = Vec::new();
            for (table, condition) in TABLES {
                let row = match engine {
                    Engine::Sqlite => {
                        let sql = format!("SELECT name FROM pragma_table_info('{table}')");
                        let columns = tx.query(&sql, &[], |row| Ok(format!("quote({})", row.get::<String>(0)?)))?;
                        assert!(!columns.is_empty(), "{table}");
                        columns.join(" || ' ' || ")
                    }
                    Engine::Postgres => format!("CAST({table} AS text)"),
                };
                let sql = format!("SELECT {row} FROM {table} WHERE {condition} ORDER BY 1");
                all.push((*table, tx.query(&sql, &[], |row| row.get::<String>(0))?));
            }
            Ok(all)
        })
        .await
}

async fn begin(world: &World, instructions: Option<&str>) -> Run {
    let (agent, case_id) = (world.agent.id, world.case);
    let new = NewTrial { case_id, stage_id: None, instructions: instructions.map(Into::into) };
    world.write(move |tx| runs::try_out(tx, agent, &new)).await
}

async fn ended(world: &World, id: RunId) -> (Run, Vec<Step>) {
    world
        .until("the trial has ended", move |tx| {
            let run = runs::get(tx, id)?;
            if !run.state.is_ended() {
                return Ok(None);
            }
            Ok(Some((run, runs::steps(tx, id, ALL)?.items)))
        })
        .await
}

/// A call of every action that does not merely read, the end of the stage last.
fn everything(request: &ChatRequest) -> Vec<Content> {
    let input = |name: &str| match name {
        "post_activity" => json!({"content": "I was here."}),
        "complete_instruction" => json!({"instruction_id": instruction_id(request, 0)}),
        "set_motion" => json!({"motion": "blocked"}),
        "set_priority" => json!({"priority": "high"}),
        "add_label" | "remove_label" => json!({"label": "urgent"}),
        "write_note" => json!({"title": "T", "body": "B"}),
        "attach_artifact" => json!({"name": "a.txt", "content": "a"}),
        "draft_email" => json!({"to": ["a@b.example"], "subject": "S", "body": "B"}),
        "spawn_subcase" => json!({"title": "T"}),
        "ask_person" => json!({"question": "Why?"}),
        "finish_stage" => json!({"summary": "Done."}),
        other => panic!("the action {other} is not tried"),
    };
    let changing = SPECS.iter().filter(|spec| spec.effect != Effect::Reads);
    changing.map(|spec| call(spec.name, spec.name, input(spec.name))).collect()
}

async fn try_everything(config: Config) {
    let called = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&called);
    let answer = move || {
        counted.fetch_add(1, Ordering::SeqCst);
        std::future::ready(Body(json!({})))
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/", post(answer))).await });

    let script = |request: &ChatRequest, turn: usize| {
        Ok(match turn {
            0 => {
                assert!(request.system.as_ref().unwrap().contains("This is a trial"));
                let mut calls = vec![
                    call("read", "read_case", json!({})),
                    call("http", "weather", json!({"city": "Bern"})),
                    call("wrong", "weather", json!({"town": "Bern"})),
                    call("script", "count", json!({})),
                    call("none", "drop_database", json!({})),
                ];
                calls.extend(everything(request).into_iter().filter(|call| !is_finish(call)));
                calls
            }
            _ => {
                for spec in SPECS.iter().filter(|spec| spec.effect != Effect::Reads && spec.name != "finish_stage") {
                    let (output, is_error) = result(request, spec.name).unwrap();
                    assert!(!is_error && output.contains("would be done"), "{}: {output}", spec.name);
                }
                for id in ["http", "script"] {
                    let (output, is_error) = result(request, id).unwrap();
                    assert!(!is_error && output.contains("would be done"), "{id}: {output}");
                }
                assert!(result(request, "wrong").unwrap().1 && result(request, "none").unwrap().1);
                assert!(result(request, "read").unwrap().0.contains("Water in the cellar"));
                everything(request).into_iter().filter(is_finish).collect()
            }
        })
    };
    let gateway = Gateway::new().with_provider(Arc::new(Scripted(Box::new(script))));
    // Under review is everything: a trial proposes nothing all the same.
    let world = World::configured(config, Setup::todos(MODEL, &["Find out"]).review(&["*"]), gateway).await;
    let (space, agent) = (world.space, world.agent.id);
    world
        .write(move |tx| {
            let input_schema =
                json!({"type": "object", "properties": {"city": {"type": "string"}}, "additionalProperties": false});
            let weather = NewTool { name: "weather".into(), description: "d".into(), url: url.clone(), input_schema };
            let weather = tools::register(tx, space, &weather)?.id;
            let count = NewScript {
                name: "count".into(),
                description: "d".into(),
                script: "def invoke(input):\n    return 1\n".into(),
                input_schema: json!({"type": "object"}),
                secrets: vec![],
            };
            let count = custom::create(tx, &count)?.id;
            tools::attach(tx, weather, agent)?;
            tools::attach(tx, count, agent)
        })
        .await;
    let before = dump(&world.store, &world).await;
    let trial = begin(&world, None).await;
    assert!(trial.trial);
    let (run, steps) = ended(&world, trial.id).await;
    assert_eq!((run.state, run.error.as_deref(), run.turns), (RunState::Succeeded, None, 2));
    let changing = SPECS.iter().filter(|spec| spec.effect != Effect::Reads).count();
    let noted = |step: &&Step| step.output.as_ref().is_some_and(|output| output["trial"] == "would be done");
    assert_eq!(steps.iter().filter(noted).count(), changing + 2, "{steps:#?}");
    assert_eq!(called.load(Ordering::SeqCst), 0, "the tool was called");
    for (before, after) in before.into_iter().zip(dump(&world.store, &world).await) {
        assert_eq!(before, after);
    }
    assert!(world.runs().await.is_empty(), "lists leave trials aside");
    world.stop.cancel();
    let trials = RunFilter { trial: true, ..RunFilter::default() };
    assert_eq!(world.read(move |tx| Ok(runs::list(tx, &trials, ALL)?.items.len())).await, 1);
}

fn is_finish(content: &Content) -> bool {
    matches!(content, Content::ToolCall { name, .. } if name == "finish_stage")
}

#[tokio::test]
async fn a_trial_that_calls_everything_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    try_everything(Config::embedded(folder.path())).await;
}

#[tokio::test]
async fn a_trial_that_calls_everything_changes_nothing_on_postgresql() {
    let folder = tempfile::tempdir().unwrap();
    let Some(database) = database(folder.path()).await else { return };
    try_everything(database.config()).await;
    database.drop().await;
}

#[tokio::test]
async fn a_trial_goes_beside_the_run_of_its_stage() {
    let world = World::scripted(Setup::todos(MODEL, &["Find out"]), |request, turn| {
        if request.system.as_ref().unwrap().contains("This is a trial") {
            assert!(request.system.as_ref().unwrap().contains("You are bold."));
            assert!(!request.system.as_ref().unwrap().contains("You are careful."));
            return Ok(vec![text("I would ask.")]);
        }
        Ok(match turn {
            0 => vec![call("a", "ask_person", json!({"question": "Why?"}))],
            _ => vec![crate::support::tick(request, "b", 0)],
        })
    })
    .await;
    world.commence().await;
    let real = world.until_state(RunState::Waiting).await;
    let trial = begin(&world, Some("You are bold.")).await;
    let (run, steps) = ended(&world, trial.id).await;
    // It ends with its turn, without being told to go on.
    assert_eq!((run.state, run.turns, steps.len()), (RunState::Succeeded, 1, 2));
    assert_eq!(steps.last().unwrap().kind, StepKind::Model);
    let (id, waits) = (real.id, Some(WaitingFor::Person));
    assert_eq!(world.read(move |tx| Ok(runs::get(tx, id)?.waiting_for)).await, waits);
    world.comment("Because.").await;
    assert_eq!(world.until_state(RunState::Succeeded).await.id, real.id);
    let id = trial.id;
    let again = world.try_write(world.owner, move |tx| runs::retry(tx, id)).await;
    assert_eq!(again.unwrap_err().code(), "run_is_trial");
}

#[tokio::test]
async fn a_failed_trial_says_so_in_no_thread() {
    let world = World::scripted(Setup::todos(MODEL, &["Find out"]), |_, turn| {
        Ok(vec![call(&format!("c{turn}"), "read_case", json!({}))])
    })
    .await;
    let before = dump(&world.store, &world).await;
    let trial = begin(&world, None).await;
    let (run, _) = ended(&world, trial.id).await;
    assert_eq!(run.state, RunState::Failed);
    assert!(run.error.unwrap().contains("limit"));
    assert_eq!(before, dump(&world.store, &world).await);
}

#[tokio::test]
async fn the_rules_agent_can_be_tried_too() {
    let setup = Setup::todos("rules", &["Set priority to high", "Call the owner"]);
    let world = World::new(setup, Gateway::new()).await;
    let before = dump(&world.store, &world).await;
    let trial = begin(&world, None).await;
    let (run, steps) = ended(&world, trial.id).await;
    assert_eq!(run.state, RunState::Succeeded);
    let called: Vec<&str> = steps.iter().filter_map(|step| step.tool.as_deref()).collect();
    let expected = ["read_case", "set_priority", "complete_instruction", "complete_instruction", "finish_stage"];
    assert_eq!(called, expected);
    assert_eq!(before, dump(&world.store, &world).await);
    assert!(world.told(ActivityType::ToolCall).await.is_empty());
}

#[tokio::test]
async fn trials_are_refused_where_they_make_no_sense() {
    let world = World::scripted(Setup::todos(MODEL, &[]), |_, _| Ok(vec![text("ok")])).await;
    let (case_id, space, agent, owner) = (world.case, world.space, world.agent.id, world.owner.id);
    let new = NewTrial { case_id, stage_id: None, instructions: None };
    let refused = async |actor: Actor, tried, new: NewTrial| {
        let error = world.try_write(actor, move |tx| runs::try_out(tx, tried, &new)).await.unwrap_err();
        (error.code(), error.fields().first().map(|field| field.path.clone()))
    };
    assert_eq!(refused(world.owner, owner, new.clone()).await, ("validation_error", Some("actor_id".into())));
    let stage_id = Some(world.stages().await[1].id);
    let human = NewTrial { stage_id, ..new.clone() };
    assert_eq!(refused(world.owner, agent, human).await, ("validation_error", Some("stage_id".into())));
    let stranger = Actor::human(kernel::ids::ActorId::new());
    assert_eq!(refused(stranger, agent, new.clone()).await, ("case_not_found", None));
    let observer = world
        .write(move |tx| {
            let new = actors::NewActor {
                actor_type: actors::ActorType::Human,
                name: "Olga".into(),
                email: None,
                model_id: None,
                system_prompt: None,
                reasoning_effort: None,
                capabilities: vec![],
                review: vec![],
            };
            let olga = actors::create(tx, &new)?.acting();
            spaces::add_member(tx, space, olga.id, Role::Observer)?;
            Ok(olga)
        })
        .await;
    assert_eq!(refused(observer, agent, new.clone()).await, ("forbidden", None));
    world
        .write(move |tx| {
            stages::list(tx, case_id, ALL)?.items.iter().try_for_each(|stage| stages::skip(tx, stage.id).map(drop))
        })
        .await;
    assert_eq!(refused(world.owner, agent, new).await, ("stage_missing", None));
}

#[tokio::test]
async fn the_record_and_the_usage_tell_what_runs_came_to() {
    use runs::{GroupBy, Span};
    let world = World::scripted(Setup::todos(MODEL, &["Find out"]).review(&["set_priority"]), |request, turn| {
        Ok(match turn {
            0 if request.system.as_ref().unwrap().contains("This is a trial") => vec![text("done")],
            0 => vec![call("a", "set_priority", json!({"priority": "low"}))],
            _ => vec![crate::support::tick(request, "b", 0)],
        })
    })
    .await;
    world.commence().await;
    world.until_state(RunState::Waiting).await;
    let proposal = world.proposals().await[0].id;
    let edit = heddle_agents::proposals::Decision::Edit(json!({"priority": "high"}));
    world.write(move |tx| heddle_agents::proposals::decide(tx, proposal, &edit, None)).await;
    world.until_state(RunState::Succeeded).await;
    let (agent, case_id, stage_id) = (world.agent.id, world.case, Some(world.stages().await[0].id));
    let new = NewTrial { case_id, stage_id, instructions: None };
    let trial = world.write(move |tx| runs::try_out(tx, agent, &new)).await;
    ended(&world, trial.id).await;
    let record = world.read(move |tx| runs::record(tx, agent, Span::default())).await;
    assert_eq!((record.runs, record.succeeded, record.unfinished, record.input_tokens), (1, 1, 0, 200));
    assert_eq!((record.success_rate(), record.correction_rate()), (Some(1.0), Some(1.0)));
    assert_eq!((record.proposals.total, record.proposals.edited, record.weeks.len()), (1, 1, 1));
    assert!(record.median_seconds.is_some());
    let later = Span { from: Some(kernel::Timestamp::from_micros(i64::MAX / 4)), to: None };
    assert_eq!(world.read(move |tx| runs::record(tx, agent, later)).await.runs, 0);
    for (by, key) in [
        (GroupBy::Model, MODEL.to_owned()),
        (GroupBy::Actor, agent.to_string()),
        (GroupBy::Space, world.space.to_string()),
    ] {
        let usage = world.read(move |tx| runs::usage(tx, Span::default(), by)).await;
        assert_eq!((usage.groups.len(), usage.groups[0].key.as_str()), (1, key.as_str()));
        let total = &usage.total;
        // The trial costs as much as any run.
        assert_eq!((total.runs, total.turns, total.input_tokens, total.output_tokens), (2, 3, 300, 30));
    }
    let refused = world.store.read(world.ws, world.agent, |tx| runs::usage(tx, Span::default(), GroupBy::Day)).await;
    assert_eq!(refused.unwrap_err().code(), "forbidden");
}
