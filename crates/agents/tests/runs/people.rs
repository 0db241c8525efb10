//! Questions to people, and proposals that they decide.

use heddle_agents::{
    proposals::{self, Decision, ProposalState},
    runs::{self, RunState, WaitingFor},
};
use identity::{
    actors::{self, ActorPatch, ActorType, NewActor},
    spaces,
};
use kernel::ids::ProposalId;
use serde_json::{Value as Json, json};
use talk::activities::ActivityType;
use work::{
    cases, lifecycle,
    motion::{Motion, NewMotion, Priority, StagePhase},
};

use crate::support::{Setup, World, call, result, said, tick};

const MODEL: &str = "scripted/m";

/// A world whose model asks first and ticks off when it has an answer.
async fn asking() -> World {
    World::scripted(Setup::todos(MODEL, &["Find out"]), |request, turn| {
        Ok(match turn {
            0 => vec![
                call("a", "ask_person", json!({"question": "Is the roof new?"})),
                call("b", "set_priority", json!({"priority": "low"})),
            ],
            _ => {
                assert!(said(request).contains("Ada "), "{}", said(request));
                assert!(result(request, "b").is_some(), "what was left of the answer comes first");
                vec![tick(request, "c", 0)]
            }
        })
    })
    .await
}

#[tokio::test]
async fn a_question_waits_for_a_persons_answer() {
    let world = asking().await;
    // Said before the question, it is no answer.
    world.comment("Let us see.").await;
    world.commence().await;
    let run = world.until_state(RunState::Waiting).await;
    assert_eq!(run.waiting_for, Some(WaitingFor::Person));
    let case = world.the_case().await;
    assert_eq!(case.motion, Motion::Waiting);
    assert_eq!(case.waiting_on.unwrap().id, Some(world.owner.id.uuid()));
    assert_eq!(world.told(ActivityType::Comment).await[1], format!("<@U{}> Is the roof new?", world.owner.id));
    world.comment("Two years old.").await;
    world.until_state(RunState::Succeeded).await;
    let told = world.steps().await.into_iter().filter_map(|step| step.output).map(|output| output.to_string());
    assert!(told.into_iter().any(|text| text == "\"Ada wrote in the thread: Two years old.\""));
    assert_eq!(world.the_case().await.motion, Motion::Working);
    assert_eq!(world.the_case().await.priority, Some(Priority::Low));
}

#[tokio::test]
async fn a_question_is_answered_by_setting_the_case_to_working() {
    let world = asking().await;
    world.commence().await;
    world.until_state(RunState::Waiting).await;
    let case = world.case;
    let working = NewMotion { motion: Motion::Working, waiting_on: None };
    // An agent cannot answer for a person.
    world
        .try_write(world.agent, move |tx| {
            let thread = cases::get(tx, case)?.thread_id;
            talk::activities::post(tx, thread, ActivityType::Comment, "I say so.", talk::activities::Visibility::Public)
        })
        .await
        .unwrap();
    world.write(move |tx| lifecycle::set_motion(tx, case, &working)).await;
    world.until_state(RunState::Succeeded).await;
    assert!(
        !world
            .steps()
            .await
            .iter()
            .any(|step| step.output.as_ref().is_some_and(|o| o.to_string().contains("I say so")))
    );
}

/// A world whose model sets the priority, which needs a review, and ends when it has an outcome.
async fn proposing(review: &[&str]) -> World {
    World::scripted(Setup::todos(MODEL, &["Find out"]).review(review), |request, turn| {
        Ok(match turn {
            0 => vec![
                call("r", "read_case", json!({})),
                call("p", "set_priority", json!({"priority": "high"})),
                call("l", "read_thread", json!({})),
            ],
            1 => {
                assert!(result(request, "p").is_some());
                vec![call("q", "ask_person", json!({"question": "Enough?"}))]
            }
            _ => vec![],
        })
    })
    .await
}

async fn pending(world: &World) -> ProposalId {
    let run = world.until_state(RunState::Waiting).await;
    assert_eq!(run.waiting_for, Some(WaitingFor::Proposal));
    let found = world.proposals().await;
    let proposal = found.first().unwrap();
    assert_eq!((proposal.state, proposal.action.as_str()), (ProposalState::Pending, "set_priority"));
    let case = world.the_case().await;
    assert_eq!((case.priority, case.motion), (None, Motion::Waiting));
    assert_eq!(case.waiting_on.unwrap().id, Some(proposal.id.uuid()));
    proposal.id
}

/// What the model was told about the proposed call.
async fn outcome(world: &World) -> (Json, bool) {
    world.until_run("the next question", |run| run.waiting_for == Some(WaitingFor::Person)).await;
    let step = world.steps().await.into_iter().find(|step| step.tool.as_deref() == Some("set_priority")).unwrap();
    (step.output.unwrap(), step.is_error)
}

#[tokio::test]
async fn an_approved_action_is_performed_as_the_agent() {
    let world = proposing(&["set_priority"]).await;
    world.commence().await;
    let id = pending(&world).await;
    let refused = world.try_write(world.agent, move |tx| proposals::decide(tx, id, &Decision::Approve, None)).await;
    assert_eq!(refused.unwrap_err().code(), "forbidden");
    let decided = world.write(move |tx| proposals::decide(tx, id, &Decision::Approve, Some("fine"))).await;
    assert_eq!(
        (decided.state, decided.decided_by, decided.decided_input),
        (ProposalState::Approved, Some(world.owner.id), None)
    );
    assert_eq!(world.the_case().await.priority, Some(Priority::High));
    let (output, is_error) = outcome(&world).await;
    assert!(!is_error);
    assert_eq!(output["review"], json!({"by": "Ada", "decision": "approved", "note": "fine"}));
    let refused = world.try_write(world.owner, move |tx| proposals::decide(tx, id, &Decision::Reject, None)).await;
    assert_eq!(refused.unwrap_err().code(), "proposal_decided");
    let events = world.read(move |tx| store::events::after(tx, 0, 1000)).await;
    let by = |verb: &str| events.iter().find(|event| event.verb == verb).unwrap().actor_id;
    assert_eq!((by("case.updated"), by("proposal.decided")), (world.agent.id, world.owner.id));
    // Reading needs no consent even where everything else does.
    let calls = world.calls().await;
    assert_eq!(calls.iter().filter(|(tool, _)| tool.starts_with("read_")).count(), 2);
}

#[tokio::test]
async fn an_edited_action_takes_effect_with_the_persons_input() {
    let world = proposing(&["*"]).await;
    world.commence().await;
    let id = pending(&world).await;
    let decide =
        |input: Json| move |tx: &mut store::Tx<'_>| proposals::decide(tx, id, &Decision::Edit(input.clone()), None);
    let refused = world.try_write(world.owner, decide(json!({"priority": "urgent"}))).await.unwrap_err();
    assert_eq!(refused.fields()[0].path, "input.priority");
    assert_eq!(pending(&world).await, id);
    let decided = world.write(decide(json!({"priority": "low"}))).await;
    assert_eq!(decided.decided_input, Some(json!({"priority": "low"})));
    assert_eq!(world.the_case().await.priority, Some(Priority::Low));
    // Under `*` a question needs no consent, so the model goes on to it.
    let (output, _) = outcome(&world).await;
    assert_eq!(output["review"]["input"], json!({"priority": "low"}));
}

#[tokio::test]
async fn a_rejected_action_does_not_take_effect() {
    let world = proposing(&["set_priority"]).await;
    world.commence().await;
    let id = pending(&world).await;
    let note = Some("It is not urgent.");
    let decided = world.write(move |tx| proposals::decide(tx, id, &Decision::Reject, note)).await;
    assert_eq!((decided.state, decided.note.as_deref()), (ProposalState::Rejected, note));
    let (output, is_error) = outcome(&world).await;
    assert!(is_error);
    assert_eq!(output["error"]["message"], "Ada rejected this: It is not urgent.");
    assert_eq!(world.the_case().await.priority, None);
}

#[tokio::test]
async fn an_approved_action_that_is_refused_stays_pending() {
    let world = World::scripted(Setup::todos(MODEL, &["Find out"]).review(&["add_label"]), |request, turn| {
        Ok(match turn {
            0 => vec![call("p", "add_label", json!({"label": "flooded"}))],
            _ => vec![tick(request, "t", 0)],
        })
    })
    .await;
    world.commence().await;
    world.until_state(RunState::Waiting).await;
    let id = world.proposals().await[0].id;
    let approve = move |tx: &mut store::Tx<'_>| proposals::decide(tx, id, &Decision::Approve, None);
    let refused = world.try_write(world.owner, approve).await.unwrap_err();
    assert_eq!(refused.code(), "action_failed");
    assert!(refused.message().contains("no label"), "{refused}");
    assert_eq!(world.proposals().await[0].state, ProposalState::Pending);
    let space = world.space;
    world.write(move |tx| work::labels::create(tx, space, "flooded", None)).await;
    world.write(approve).await;
    world.until_state(RunState::Succeeded).await;
}

#[tokio::test]
async fn what_needs_the_world_outside_is_carried_out_after_the_approval() {
    let world = World::scripted(Setup::todos(MODEL, &["Find out"]).review(&["attach_artifact"]), |request, turn| {
        Ok(match turn {
            0 => vec![call("p", "attach_artifact", json!({"name": "a.csv", "content": "x,y\n1,2"}))],
            1 => {
                let (output, _) = result(request, "p").unwrap();
                let output: Json = serde_json::from_str(output).unwrap();
                assert_eq!(output["input_changed_by_reviewer"]["name"], "b.csv");
                vec![call("d", "read_document", json!({"document_id": output["output"]["document_id"]}))]
            }
            _ => {
                assert!(result(request, "d").unwrap().0.contains("x,y"));
                vec![tick(request, "t", 0)]
            }
        })
    })
    .await;
    world.commence().await;
    world.until_state(RunState::Waiting).await;
    let id = world.proposals().await[0].id;
    let edit = Decision::Edit(json!({"name": "b.csv", "content": "x,y\n1,2"}));
    let agent = world.agent.id;
    world
        .write(move |tx| {
            proposals::decide(tx, id, &edit, None)?;
            // What was decided counts, although from now on nobody would have to.
            actors::update(tx, agent, &ActorPatch { review: Some(vec![]), ..ActorPatch::default() })
        })
        .await;
    world.until_state(RunState::Succeeded).await;
    assert_eq!(world.told(ActivityType::ArtifactAdded).await, ["Added b.csv"]);
}

#[tokio::test]
async fn the_last_tick_can_be_a_proposal_and_a_cancelled_run_takes_its_proposals_back() {
    let world =
        World::scripted(Setup::todos(MODEL, &["Find out"]).review(&["complete_instruction"]), |request, turn| {
            Ok(vec![tick(request, &format!("t{turn}"), 0)])
        })
        .await;
    world.commence().await;
    let run = world.until_state(RunState::Waiting).await;
    let (run_id, first) = (run.id, world.proposals().await[0].id);
    world.write(move |tx| runs::cancel(tx, run_id)).await;
    assert_eq!(world.proposals().await[0].state, ProposalState::Withdrawn);
    assert_eq!(world.the_case().await.motion, Motion::Working);
    let refused = world.try_write(world.owner, move |tx| proposals::decide(tx, first, &Decision::Approve, None)).await;
    assert_eq!(refused.unwrap_err().code(), "proposal_withdrawn");

    world.write(move |tx| runs::retry(tx, run_id)).await;
    world.until_state(RunState::Waiting).await;
    let second = world.proposals().await[0].id;
    assert_ne!(first, second);
    world.write(move |tx| proposals::decide(tx, second, &Decision::Approve, None)).await;
    world.until_state(RunState::Succeeded).await;
    assert_eq!(world.stages().await[0].phase, StagePhase::Completed);
}

#[tokio::test]
async fn proposals_are_for_members_only_and_observers_only_look() {
    let world = proposing(&["set_priority"]).await;
    world.commence().await;
    let id = pending(&world).await;
    let space = world.space;
    let observer = world
        .write(move |tx| {
            let new = NewActor {
                actor_type: ActorType::Human,
                name: "Olga".into(),
                email: None,
                model_id: None,
                system_prompt: None,
                reasoning_effort: None,
                capabilities: vec![],
                review: vec![],
            };
            let olga = actors::create(tx, &new)?.acting();
            spaces::add_member(tx, space, olga.id, identity::Role::Observer)?;
            Ok(olga)
        })
        .await;
    let stranger = kernel::Actor::human(kernel::ids::ActorId::new());
    let found = |actor| world.store.read(world.ws, actor, move |tx| proposals::get(tx, id));
    assert_eq!(found(observer).await.unwrap().id, id);
    assert_eq!(found(stranger).await.unwrap_err().code(), "proposal_not_found");
    let decide = move |tx: &mut store::Tx<'_>| proposals::decide(tx, id, &Decision::Approve, None);
    assert_eq!(world.try_write(observer, decide).await.unwrap_err().code(), "forbidden");
    assert_eq!(world.try_write(stranger, decide).await.unwrap_err().code(), "proposal_not_found");
}
