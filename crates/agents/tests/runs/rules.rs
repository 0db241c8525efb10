//! The rules agent at work.

use gateway::Gateway;
use heddle_agents::runs::{RunState, StepKind, WaitingFor};
use kernel::PageRequest;
use talk::activities::{ActivityType, Visibility};
use work::{
    instructions::InstructionType,
    lifecycle,
    motion::{Motion, Priority, StagePhase},
    subcases,
};

use crate::support::{ALL, Setup, World};

#[tokio::test]
async fn a_stage_is_worked_to_its_end_and_the_next_one_begins() {
    let todos = ["set priority to high", "label urgent", "note: water came in at night", "Check the policy"];
    let world = World::new(Setup::todos("rules", &todos), Gateway::new()).await;
    world.commence().await;
    let run = world.until_state(RunState::Succeeded).await;
    assert_eq!((run.input_tokens, run.cost_micros, run.error), (0, 0, None));
    assert!(run.started_at.is_some() && run.ended_at.is_some());

    let case = world.the_case().await;
    assert_eq!(case.priority, Some(Priority::High));
    assert_eq!(case.labels[0].name, "urgent");
    let phases: Vec<_> = world.stages().await.iter().map(|stage| stage.phase).collect();
    assert_eq!(phases, [StagePhase::Completed, StagePhase::Active]);
    for instruction in world.instructions().await {
        assert_eq!(instruction.satisfied_by, Some(world.agent.id));
    }
    let comments = world.told(ActivityType::Comment).await;
    assert_eq!(comments.len(), 1, "{comments:?}");
    assert!(comments[0].starts_with("rules agent:") && comments[0].contains("Check the policy"));
    // Calls are told to those who work on the case, readings are not.
    let entries = world.entries().await;
    let calls: Vec<_> = entries.iter().filter(|entry| entry.activity_type == ActivityType::ToolCall).collect();
    assert!(calls.iter().all(|entry| entry.visibility == Visibility::Internal && entry.actor_id == world.agent.id));
    assert_eq!(calls[0].content, "set_priority: high");
    assert!(calls.iter().all(|entry| !entry.content.contains("read_case")));

    // Every step can be followed live.
    let steps = world.steps().await;
    assert_eq!(steps.len() as i64, run.steps);
    assert!(steps.iter().enumerate().all(|(n, step)| step.n == n as i64));
    assert_eq!(steps.iter().filter(|step| step.kind == StepKind::Model).count() as i64, run.turns);
    let case_id = world.case;
    let events = world.read(move |tx| store::events::after(tx, 0, 1000)).await;
    let verbs: Vec<_> = events.iter().filter(|event| event.verb.starts_with("run.")).collect();
    assert_eq!(verbs[0].verb, "run.created");
    assert_eq!(verbs[1].verb, "run.started");
    assert_eq!(verbs.last().unwrap().verb, "run.finished");
    assert_eq!(verbs.iter().filter(|event| event.verb == "run.step").count(), steps.len());
    assert!(verbs.iter().all(|event| event.case_id == Some(case_id) && event.thread_id == Some(case.thread_id)));
}

#[tokio::test]
async fn without_a_key_the_rules_agent_stands_in_and_says_so() {
    let world = World::new(Setup::todos("claude-opus-5-5", &["post hello"]), Gateway::new()).await;
    world.commence().await;
    let run = world.until_state(RunState::Succeeded).await;
    assert_eq!(run.model_id, "rules");
    let told = world.events_told().await;
    assert!(told[0].contains("rules agent") && told[0].contains("claude-opus-5-5"), "{told:?}");
    assert_eq!(world.told(ActivityType::Comment).await[0], "rules agent: hello");
}

#[tokio::test]
async fn it_waits_for_a_subcase_and_goes_on_when_that_has_finished() {
    let mut setup = Setup::todos("rules", &["set priority to low"]);
    setup.instructions.push((InstructionType::Subcase, "Inspect the cellar"));
    let world = World::new(setup, Gateway::new()).await;
    world.commence().await;
    let run = world.until_state(RunState::Waiting).await;
    assert_eq!(run.waiting_for, Some(WaitingFor::Case));
    let case = world.the_case().await;
    assert_eq!(case.motion, Motion::Waiting);
    let parent = world.case;
    let page = PageRequest { page: 1, per_page: 10 };
    let subcase = world.read(move |tx| Ok(subcases::list(tx, parent, page)?.items.remove(0))).await;
    assert_eq!(subcase.title, "Inspect the cellar");
    let id = subcase.id;
    world
        .write(move |tx| {
            lifecycle::commence(tx, id)?;
            lifecycle::resolve(tx, id, Some("It is dry."))
        })
        .await;
    world.until_state(RunState::Succeeded).await;
    assert_eq!(world.stages().await[0].phase, StagePhase::Completed);
}

#[tokio::test]
async fn what_it_waits_for_is_there_when_a_person_says_so() {
    let world = World::new(Setup::todos("rules", &["wait for the police report", "post thanks"]), Gateway::new()).await;
    world.commence().await;
    world.until_run("it waits", |run| run.waiting_for == Some(WaitingFor::Case)).await;
    assert_eq!(world.the_case().await.waiting_on.unwrap().reason.as_deref(), Some("the police report"));
    world.comment("The report is here.").await;
    world.until_state(RunState::Succeeded).await;
    assert_eq!(world.the_case().await.motion, Motion::Working);
}

#[tokio::test]
async fn a_refused_action_is_tried_again_once_a_person_has_helped() {
    let world = World::new(Setup::todos("rules", &["label flooded"]), Gateway::new()).await;
    world.commence().await;
    world.until_run("it asks", |run| run.waiting_for == Some(WaitingFor::Person)).await;
    let asked = world.told(ActivityType::Comment).await;
    assert!(asked[0].contains("label flooded") && asked[0].contains("it has: urgent"), "{asked:?}");
    assert!(asked[0].starts_with(&format!("<@U{}> rules agent:", world.owner.id)));
    let space = world.space;
    world.write(move |tx| work::labels::create(tx, space, "flooded", None)).await;
    world.comment("There is one now.").await;
    world.until_state(RunState::Succeeded).await;
    assert_eq!(world.the_case().await.labels[0].name, "flooded");
    let _ = ALL;
}
