//! Runs with a scripted model: refusals, limits, failures, cancelling.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use gateway::Error as ModelError;
use heddle_agents::runs::{self, MAX_STEPS, RunState};
use kernel::Kind;
use serde_json::json;
use talk::activities::ActivityType;
use work::{
    lifecycle,
    motion::{Motion, NewMotion, StagePhase},
    stages::{self, StagePatch},
};

use crate::support::{Setup, World, call, result, said, text, tick};

const MODEL: &str = "scripted/m";

#[tokio::test]
async fn a_refusal_is_shown_to_the_model_and_does_not_fail_the_run() {
    let world = World::scripted(Setup::todos(MODEL, &["Find out"]), |request, turn| {
        Ok(match turn {
            0 => vec![
                call("a", "add_label", json!({"label": "nope"})),
                call("b", "set_priority", json!({"priority": "urgent"})),
                call("c", "drop_database", json!({})),
                call("d", "set_priority", json!({"priority": "low"})),
            ],
            _ => {
                for (id, part) in [("a", "it has: urgent"), ("b", "expected one of"), ("c", "unknown variant")] {
                    let (output, is_error) = result(request, id).unwrap();
                    assert!(is_error && output.contains(part), "{output}");
                }
                assert_eq!(result(request, "d"), Some((r#"{"priority":"low"}"#, false)));
                vec![tick(request, "e", 0), call("f", "finish_stage", json!({"summary": "Found out."}))]
            }
        })
    })
    .await;
    world.commence().await;
    let run = world.until_state(RunState::Succeeded).await;
    assert_eq!((run.turns, run.input_tokens, run.output_tokens, run.cost_micros), (2, 200, 20, 0));
    let calls = world.calls().await;
    let refused: Vec<bool> = calls.iter().map(|(_, refused)| *refused).collect();
    assert_eq!(refused, [true, true, true, false, false, false]);
    // The stage completed with its last instruction; the summary was posted all the same.
    assert_eq!(world.told(ActivityType::Comment).await, ["Found out."]);
    assert_eq!(world.stages().await[0].phase, StagePhase::Completed);
    let entries = world.told(ActivityType::ToolCall).await;
    assert!(entries[0].starts_with("add_label was refused:"), "{entries:?}");
}

#[tokio::test]
async fn who_ends_its_turn_too_early_is_told_once() {
    let world = World::scripted(Setup::todos(MODEL, &["Find out"]), |request, turn| {
        assert_eq!(said(request).contains("The stage is not finished"), turn > 0);
        Ok(vec![text("I am done.")])
    })
    .await;
    world.commence().await;
    let run = world.until_state(RunState::Failed).await;
    assert_eq!(run.turns, 2);
    assert_eq!(run.error.as_deref(), Some("The agent ended its turn twice without finishing the stage."));
    let told = world.events_told().await;
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("Weaver could not finish the stage:") && told[0].lines().count() == 1);
    assert_eq!(world.the_case().await.motion, Motion::Blocked);
}

#[tokio::test]
async fn a_run_stops_at_its_limit_of_steps() {
    let world = World::scripted(Setup::todos(MODEL, &["Find out"]), |_, turn| {
        Ok(vec![call(&format!("c{turn}"), "read_case", json!({}))])
    })
    .await;
    world.commence().await;
    let run = world.until_state(RunState::Failed).await;
    assert_eq!(run.turns, MAX_STEPS);
    assert!(run.error.unwrap().contains("limit of 40 steps"));
}

#[tokio::test]
async fn a_permanent_failure_of_the_model_ends_the_run_and_a_person_can_try_again() {
    let broken = Arc::new(AtomicBool::new(true));
    let is_broken = Arc::clone(&broken);
    let world = World::scripted(Setup::todos(MODEL, &["Find out"]), move |request, _| {
        if is_broken.load(Ordering::Relaxed) {
            return Err(ModelError::InvalidRequest("no such model".into()));
        }
        Ok(vec![tick(request, "a", 0)])
    })
    .await;
    world.commence().await;
    let run = world.until_state(RunState::Failed).await;
    assert_eq!(run.error.as_deref(), Some("the model request is invalid: no such model"));
    let told = world.events_told().await;
    assert_eq!(told, ["Weaver could not finish the stage: the model request is invalid: no such model"]);
    assert_eq!(world.the_case().await.motion, Motion::Blocked);

    broken.store(false, Ordering::Relaxed);
    let id = run.id;
    let refused = world.try_write(world.owner, move |tx| runs::cancel(tx, id)).await.unwrap_err();
    assert_eq!(refused.code(), "run_ended");
    let again = world.write(move |tx| runs::retry(tx, id)).await;
    assert_ne!(again.id, id);
    assert_eq!(world.the_case().await.motion, Motion::Working);
    world.until_state(RunState::Succeeded).await;
    let refused = world.try_write(world.owner, move |tx| runs::retry(tx, id)).await.unwrap_err();
    assert_eq!(refused.code(), "stage_not_active");
    assert_eq!(world.runs().await.len(), 2);
}

#[tokio::test]
async fn a_passing_failure_of_the_model_is_tried_again() {
    let asked = AtomicUsize::new(0);
    let world = World::scripted(Setup::todos(MODEL, &["Find out"]), move |request, turn| {
        // As often as the gateway itself tries, so that the job is tried again: before the first answer, and after it.
        match asked.fetch_add(1, Ordering::Relaxed) {
            0..=3 | 5..=8 => Err(ModelError::Overloaded),
            _ if turn == 0 => Ok(vec![call("r", "read_case", json!({}))]),
            _ => Ok(vec![tick(request, "a", 0)]),
        }
    })
    .await;
    world.commence().await;
    let run = world.until_state(RunState::Succeeded).await;
    assert_eq!(run.turns, 2);
}

#[tokio::test]
async fn a_cancelled_run_stays_cancelled() {
    // The first answer never comes.
    let world = World::scripted(Setup::todos(MODEL, &["Find out"]), |_, _| Ok(vec![])).await;
    world.commence().await;
    let run = world.until_state(RunState::Running).await;
    let (id, agent) = (run.id, world.agent.id);
    let stranger = kernel::Actor::human(kernel::ids::ActorId::new());
    let refused = world.try_write(stranger, move |tx| runs::cancel(tx, id)).await.unwrap_err();
    assert_eq!((refused.kind(), refused.code()), (Kind::NotFound, "run_not_found"));
    world.write(move |tx| runs::cancel(tx, id)).await;
    let run = world.until_state(RunState::Cancelled).await;
    assert!(run.ended_at.is_some() && run.waiting_for.is_none());
    let stage = world.stages().await[0].clone();
    assert_eq!((stage.phase, stage.assigned_actor_id), (StagePhase::Active, Some(agent)));
    assert_eq!(world.events_told().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_stage_taken_away_ends_the_run_and_a_stage_given_begins_one() {
    let world = World::scripted(Setup::todos(MODEL, &["Find out"]), |_, _| Ok(vec![])).await;
    world.commence().await;
    world.until_state(RunState::Running).await;
    let (stage, owner, agent) = (world.stages().await[0].id, world.owner.id, world.agent.id);
    let assign = move |to| StagePatch { assigned_actor_id: Some(Some(to)), motion: None };
    world.write(move |tx| stages::update(tx, stage, &assign(owner))).await;
    let run = world.until_state(RunState::Cancelled).await;
    assert!(run.error.unwrap().contains("no longer assigned"));
    world.write(move |tx| stages::update(tx, stage, &assign(agent))).await;
    world.until_state(RunState::Running).await;
    assert_eq!(world.runs().await.len(), 2);
    world.write(move |tx| stages::skip(tx, stage)).await;
    let run = world.until_state(RunState::Cancelled).await;
    assert_eq!(run.error.as_deref(), Some("The stage was skipped."));
}

#[tokio::test]
async fn a_paused_case_stops_its_run_until_the_pause_is_lifted() {
    let world = World::scripted(Setup::todos(MODEL, &["Find out"]), |request, _| Ok(vec![tick(request, "a", 0)])).await;
    let case = world.case;
    let set = move |motion| NewMotion { motion, waiting_on: None };
    world
        .write(move |tx| {
            lifecycle::commence(tx, case)?;
            lifecycle::set_motion(tx, case, &set(Motion::Paused))
        })
        .await;
    let run = world.until_state(RunState::Waiting).await;
    assert_eq!((run.waiting_for, run.turns), (Some(runs::WaitingFor::Pause), 0));
    // A comment lifts no pause.
    world.comment("Hello?").await;
    world.write(move |tx| lifecycle::set_motion(tx, case, &set(Motion::Blocked))).await;
    world.until_state(RunState::Succeeded).await;
    assert_eq!(world.steps().await.len(), 3);
}

#[tokio::test]
async fn a_resolved_case_ends_its_run_and_a_reopened_one_begins_another() {
    let world = World::scripted(Setup::todos(MODEL, &["Find out"]), |_, _| Ok(vec![])).await;
    world.commence().await;
    world.until_state(RunState::Running).await;
    let case = world.case;
    world.write(move |tx| lifecycle::resolve(tx, case, None)).await;
    let run = world.until_state(RunState::Cancelled).await;
    assert_eq!(run.error.as_deref(), Some("The case is resolved."));
    world.write(move |tx| lifecycle::reopen(tx, case, "not yet")).await;
    world.until_state(RunState::Running).await;
    assert_eq!(world.runs().await.len(), 2);
}
