use store::{jobs::JobState, testing::each_engine};
use work::{
    lifecycle,
    motion::{Motion, NewMotion},
    stages::{self, StagePatch},
};

use super::*;
use crate::testing::{ALL, follow, world};

#[test]
fn an_active_stage_of_an_agent_has_one_unfinished_run() {
    each_engine(|ws| {
        let w = world(ws);
        follow(ws);
        let assign = |to| StagePatch { assigned_actor_id: Some(to), motion: None };
        let run = ws.read(w.observer, |tx| list(tx, &RunFilter::default(), ALL)).items.remove(0);
        assert_eq!(
            (run.state, run.actor_id, run.stage_id, run.case_id),
            (RunState::Queued, w.agent.id, w.stage, w.case)
        );
        assert_eq!((run.model_id.as_str(), run.max_steps, run.max_tokens, run.steps), ("rules", 40, 200_000, 0));
        let jobs = |ws: &mut store::testing::TestWorkspace| {
            ws.read(kernel::Actor::SYSTEM, |tx| store::jobs::list(tx, JobState::Pending, 10)).len()
        };
        assert_eq!(jobs(ws), 1);
        // Taken away and given back before anybody looked: the run is still the stage's.
        ws.write(w.owner, |tx| {
            stages::update(tx, w.stage, &assign(None))?;
            stages::update(tx, w.stage, &assign(Some(w.agent.id)))
        });
        follow(ws);
        assert_eq!(ws.read(w.owner, |tx| list(tx, &RunFilter::default(), ALL)).total, 1);
        ws.write(w.owner, |tx| stages::update(tx, w.stage, &assign(Some(w.member.id))));
        follow(ws);
        let run = ws.read(w.owner, |tx| get(tx, run.id));
        assert_eq!(run.state, RunState::Cancelled);
        assert_eq!(jobs(ws), 1, "a person gets no run");
    });
}

#[test]
fn runs_are_listed_by_what_is_asked_and_seen_by_members_only() {
    each_engine(|ws| {
        let w = world(ws);
        follow(ws);
        let run = ws.read(w.owner, |tx| list(tx, &RunFilter::default(), ALL)).items.remove(0);
        let total = |ws: &mut store::testing::TestWorkspace, filter: RunFilter| {
            ws.read(w.member, |tx| list(tx, &filter, ALL)).total
        };
        let all = RunFilter {
            space_id: Some(w.space),
            case_id: Some(w.case),
            stage_id: Some(w.stage),
            actor_id: Some(w.agent.id),
            state: Some(RunState::Queued),
            trial: false,
        };
        assert_eq!(total(ws, all), 1);
        assert_eq!(total(ws, RunFilter { state: Some(RunState::Failed), ..all }), 0);
        assert_eq!(total(ws, RunFilter { actor_id: Some(w.owner.id), ..RunFilter::default() }), 0);
        assert_eq!(ws.read(w.stranger, |tx| list(tx, &RunFilter::default(), ALL)).total, 0);
        for (filter, code) in [
            (RunFilter { space_id: Some(w.space), ..RunFilter::default() }, "space_not_found"),
            (RunFilter { case_id: Some(w.case), ..RunFilter::default() }, "case_not_found"),
            (RunFilter { stage_id: Some(w.stage), ..RunFilter::default() }, "stage_not_found"),
        ] {
            assert_eq!(ws.try_write(w.stranger, |tx| list(tx, &filter, ALL)).unwrap_err().code(), code);
        }
        assert_eq!(ws.try_write(w.stranger, |tx| get(tx, run.id)).unwrap_err().code(), "run_not_found");
        assert_eq!(ws.try_write(w.stranger, |tx| steps(tx, run.id, ALL)).unwrap_err().code(), "run_not_found");
        assert_eq!(ws.read(w.observer, |tx| steps(tx, run.id, ALL)).total, 0);
    });
}

#[test]
fn runs_are_cancelled_and_tried_again_by_those_who_work_there() {
    each_engine(|ws| {
        let w = world(ws);
        follow(ws);
        let id = ws.read(w.owner, |tx| list(tx, &RunFilter::default(), ALL)).items[0].id;
        for (actor, code) in [(w.observer, "forbidden"), (w.stranger, "run_not_found")] {
            assert_eq!(ws.try_write(actor, |tx| cancel(tx, id)).unwrap_err().code(), code);
            assert_eq!(ws.try_write(actor, |tx| retry(tx, id)).unwrap_err().code(), code);
        }
        assert_eq!(ws.try_write(w.member, |tx| retry(tx, id)).unwrap_err().code(), "run_not_failed");
        assert_eq!(ws.write(w.member, |tx| cancel(tx, id)).state, RunState::Cancelled);
        assert_eq!(ws.try_write(w.member, |tx| cancel(tx, id)).unwrap_err().code(), "run_ended");
        let blocked = NewMotion { motion: Motion::Blocked, waiting_on: None };
        ws.write(w.owner, |tx| lifecycle::set_motion(tx, w.case, &blocked));
        let second = ws.write(w.member, |tx| retry(tx, id));
        assert_eq!(second.state, RunState::Queued);
        assert_eq!(ws.read(w.owner, |tx| ::work::cases::get(tx, w.case)).motion, Motion::Working);
        assert_eq!(ws.try_write(w.member, |tx| retry(tx, id)).unwrap_err().code(), "run_unfinished");
        ws.write(w.member, |tx| cancel(tx, second.id));
        let to_person = StagePatch { assigned_actor_id: Some(Some(w.member.id)), motion: None };
        ws.write(w.owner, |tx| stages::update(tx, w.stage, &to_person));
        assert_eq!(ws.try_write(w.member, |tx| retry(tx, id)).unwrap_err().code(), "stage_not_assigned");
        ws.write(w.owner, |tx| stages::skip(tx, w.stage));
        assert_eq!(ws.try_write(w.member, |tx| retry(tx, id)).unwrap_err().code(), "stage_not_active");
        follow(ws);
        assert_eq!(ws.read(w.owner, |tx| list(tx, &RunFilter::default(), ALL)).total, 2);
    });
}

#[test]
fn a_run_that_waits_is_woken_once_and_by_later_events_only() {
    each_engine(|ws| {
        let w = world(ws);
        let comment = |ws: &mut store::testing::TestWorkspace, by, visibility| {
            ws.write(by, |tx| {
                let thread = ::work::cases::get(tx, w.case)?.thread_id;
                let kind = talk::activities::ActivityType::Comment;
                talk::activities::post(tx, thread, kind, "Hello", visibility)
            });
        };
        use talk::activities::Visibility::{Internal, Public};
        follow(ws);
        let id = ws.read(w.owner, |tx| list(tx, &RunFilter::default(), ALL)).items[0].id;
        // Said, but not yet read by the reader, when the run begins to wait.
        comment(ws, w.member, Public);
        ws.write(w.agent, |tx| {
            let run = find(tx, id)?;
            machine::wait(tx, &run, WaitingFor::Person)
        });
        follow(ws);
        let state = |ws: &mut store::testing::TestWorkspace| ws.read(w.owner, |tx| get(tx, id));
        assert_eq!(state(ws).state, RunState::Waiting);
        comment(ws, w.agent, Public);
        comment(ws, w.owner, Internal);
        follow(ws);
        assert_eq!(state(ws).state, RunState::Waiting);
        comment(ws, w.member, Public);
        comment(ws, w.member, Public);
        follow(ws);
        let run = state(ws);
        assert_eq!((run.state, run.waiting_for, run.steps, run.round), (RunState::Queued, None, 1, 1));
        let told = ws.read(w.owner, |tx| steps(tx, id, ALL)).items.remove(0);
        assert_eq!(told.output, Some(serde_json::json!("Max wrote in the thread: Hello")));
    });
}

#[test]
fn limits_end_a_run() {
    each_engine(|ws| {
        let w = world(ws);
        follow(ws);
        let run = ws.read(w.owner, |tx| list(tx, &RunFilter::default(), ALL)).items.remove(0);
        assert_eq!(gate::within_limits(&run), Verdict::Go);
        let spent = Run { input_tokens: 150_000, output_tokens: 50_000, ..run.clone() };
        let Verdict::End(RunState::Failed, Some(why)) = gate::within_limits(&spent) else { panic!("it goes on") };
        assert!(why.contains("200000 tokens"), "{why}");
        assert!(matches!(gate::within_limits(&Run { turns: 40, ..run }), Verdict::End(RunState::Failed, _)));
    });
}
