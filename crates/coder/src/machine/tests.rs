//! Every transition, one by one; then what holds whatever happens.

use std::time::Duration;

use client::{
    Timestamp,
    loom::proxy::{Answered, FinishReason, Response, ToolCall, Usage},
};
use proptest::prelude::*;
use serde_json::json;

use super::{
    Agent, AgentAction as Action, AgentEvent as Event, AgentState as State, Failure, Origin, Retry, Rules, Status,
    TurnEnd,
};
use crate::conversation::{Conversation, Outcome};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn agent() -> Agent {
    Agent::new(Conversation::default(), Rules::default(), NOW)
}

fn call(id: &str) -> ToolCall {
    ToolCall { id: id.into(), tool_name: "bash".into(), arguments: json!({"command": "ls"}) }
}

fn response(text: &str, ids: &[&str], finish_reason: FinishReason) -> Response {
    Response {
        model: None,
        message: Answered { content: text.into(), parts: Vec::new() },
        tool_calls: ids.iter().map(|id| call(id)).collect(),
        usage: Usage::default(),
        finish_reason,
    }
}

fn failure(retry: Retry) -> Failure {
    Failure { message: "it broke".into(), retry }
}

fn ok(output: &str) -> Outcome {
    Outcome { output: output.into(), is_error: false }
}

/// The name of a state, and of the actions.
fn name(state: &State) -> &'static str {
    match state {
        State::WaitingForUserInput { .. } => "waiting",
        State::CallingLlm { .. } => "calling",
        State::ProcessingLlmResponse { .. } => "processing",
        State::ExecutingTools { .. } => "executing",
        State::PostToolsHook { .. } => "hook",
        State::Error { next: Some(_), .. } => "error, waiting to repeat",
        State::Error { .. } => "error",
        State::ShuttingDown => "shutting down",
    }
}

fn names(actions: &[Action]) -> String {
    let name = |action: &Action| match action {
        Action::Save => "save".to_owned(),
        Action::CallLlm(_) => "call".into(),
        Action::ShowText(text) => format!("show {text}"),
        Action::RecordResponse(_) => "record".into(),
        Action::RunTools(_, calls) => format!("run {}", calls.len()),
        Action::RunHook(_, ran) => format!("hook {}", ran.len()),
        Action::WaitBeforeRetry { wait, attempt, .. } => format!("wait {} for {attempt}", wait.as_secs()),
        Action::Abandon => "abandon".into(),
        Action::EndTurn(end) => format!("end {end:?}").split('(').next().unwrap_or_default().to_owned(),
        Action::Refuse(_) => "refuse".into(),
        Action::HandOver(_) => "hand over".into(),
        Action::Stop => "stop".into(),
    };
    actions.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// An agent in each state, by name.
fn in_state(wanted: &str) -> Agent {
    let mut agent = agent();
    let script: &[&str] = match wanted {
        "waiting" => &[],
        "calling" => &["input"],
        "processing" => &["input", "answer with calls"],
        "executing" => &["input", "answer with calls", "recorded"],
        "hook" => &["input", "answer with calls", "recorded", "first tool", "second tool"],
        "error, waiting to repeat" => &["input", "failed later"],
        "error" => &["input", "failed for good"],
        "shutting down" => &["shutdown"],
        other => panic!("there is no state {other}"),
    };
    for step in script {
        let event = event(&agent, step);
        agent.handle(event, NOW);
    }
    assert_eq!(name(agent.state()), wanted);
    agent
}

/// An event that is about what runs now.
fn event(agent: &Agent, wanted: &str) -> Event {
    let ticket = agent.ticket;
    match wanted {
        "input" => Event::UserInput("Do it".into()),
        "blank input" => Event::UserInput(" \n".into()),
        "text" => Event::LlmTextDelta(ticket, "Hm".into()),
        "answer" => Event::LlmCompleted(ticket, response("Done.", &[], FinishReason::Stop)),
        "answer with calls" => Event::LlmCompleted(ticket, response("", &["a", "b"], FinishReason::ToolUse)),
        "failed later" => Event::LlmFailed(ticket, failure(Retry::Later)),
        "failed for good" => Event::LlmFailed(ticket, failure(Retry::Never)),
        "recorded" => Event::ResponseRecorded(ticket),
        "not recorded" => Event::RecordFailed(ticket, failure(Retry::Never)),
        "first starts" => Event::ToolStarted(ticket, 0),
        "first tool" => Event::ToolFinished(ticket, 0, ok("1")),
        "second tool" => Event::ToolFinished(ticket, 1, ok("2")),
        "hooked" => Event::HookCompleted(ticket),
        "not hooked" => Event::HookFailed(ticket, failure(Retry::Never)),
        "due" => Event::RetryDue(ticket),
        "cancel" => Event::Cancel,
        "shutdown" => Event::ShutdownRequested,
        other => panic!("there is no event {other}"),
    }
}

#[test]
fn every_transition_is_as_the_table_says() {
    // State, event, the state after it, the actions. What is not here changes nothing.
    let table = [
        ("waiting", "input", "calling", "save, call"),
        ("waiting", "blank input", "waiting", "refuse"),
        ("waiting", "shutdown", "shutting down", "hand over, stop"),
        ("calling", "text", "calling", "show Hm"),
        ("calling", "answer", "processing", "show Done., record"),
        ("calling", "answer with calls", "processing", "record"),
        ("calling", "failed later", "error, waiting to repeat", "wait 1 for 1"),
        ("calling", "failed for good", "error", "save, end Failed"),
        ("calling", "cancel", "waiting", "abandon, save, end Cancelled"),
        ("calling", "shutdown", "shutting down", "abandon, hand over, stop"),
        ("processing", "recorded", "executing", "run 2"),
        ("processing", "not recorded", "error", "save, end Failed"),
        ("processing", "cancel", "waiting", "abandon, save, end Cancelled"),
        ("processing", "shutdown", "shutting down", "abandon, hand over, stop"),
        ("executing", "first tool", "executing", "save"),
        ("executing", "second tool", "executing", "save"),
        ("executing", "cancel", "waiting", "abandon, save, end Cancelled"),
        ("executing", "shutdown", "shutting down", "abandon, hand over, stop"),
        ("hook", "hooked", "calling", "call"),
        ("hook", "not hooked", "error", "save, end Failed"),
        ("hook", "cancel", "waiting", "abandon, save, end Cancelled"),
        ("hook", "shutdown", "shutting down", "abandon, hand over, stop"),
        ("error, waiting to repeat", "due", "calling", "call"),
        ("error, waiting to repeat", "cancel", "waiting", "abandon, save, end Cancelled"),
        ("error, waiting to repeat", "shutdown", "shutting down", "abandon, hand over, stop"),
        ("error", "input", "calling", "save, call"),
        ("error", "blank input", "error", "refuse"),
        ("error", "cancel", "waiting", ""),
        ("error", "shutdown", "shutting down", "hand over, stop"),
    ];
    let states =
        ["waiting", "calling", "processing", "executing", "hook", "error, waiting to repeat", "error", "shutting down"];
    let events = [
        "input",
        "blank input",
        "text",
        "answer",
        "answer with calls",
        "failed later",
        "failed for good",
        "recorded",
        "not recorded",
        "first starts",
        "first tool",
        "second tool",
        "hooked",
        "not hooked",
        "due",
        "cancel",
        "shutdown",
    ];
    for state in states {
        for told in events {
            let mut agent = in_state(state);
            let before = agent.state().clone();
            let event = event(&agent, told);
            let actions = agent.handle(event, NOW);
            match table.iter().find(|row| (row.0, row.1) == (state, told)) {
                Some((_, _, after, wanted)) => {
                    assert_eq!((name(agent.state()), names(&actions).as_str()), (*after, *wanted), "{state}: {told}");
                }
                None => {
                    let refused = if told.ends_with("input") { "refuse" } else { "" };
                    assert_eq!(names(&actions), refused, "{state}: {told}");
                    assert_eq!(name(agent.state()), name(&before), "{state}: {told}");
                }
            }
        }
    }
}

#[test]
fn a_turn_with_tools_is_in_the_conversation_in_its_order() {
    let mut agent = in_state("executing");
    agent.handle(event(&agent, "first starts"), NOW);
    let State::ExecutingTools { calls, .. } = agent.state() else { panic!("{:?}", agent.state()) };
    assert_eq!((&calls[0].status, &calls[1].status), (&Status::Running, &Status::Pending));
    for told in ["second tool", "first tool", "first tool", "hooked", "text", "answer", "recorded"] {
        agent.handle(event(&agent, told), NOW);
    }
    assert_eq!(name(agent.state()), "waiting");
    let said = serde_json::to_value(agent.conversation().unwrap()).unwrap();
    let at = "1970-01-01T00:00:00Z";
    assert_eq!(
        said,
        json!([
            {"role": "user", "content": "Do it", "timestamp": at},
            {"role": "assistant", "content": "", "timestamp": at, "tool_calls": [call("a"), call("b")]},
            {"role": "tool", "content": "2", "timestamp": at, "tool_call_id": "b"},
            {"role": "tool", "content": "1", "timestamp": at, "tool_call_id": "a"},
            {"role": "assistant", "content": "Done.", "timestamp": at},
        ])
    );
}

#[test]
fn what_did_not_come_in_pieces_is_shown_in_the_end() {
    let shown = |piece: &str, whole: &str| {
        let mut agent = in_state("calling");
        agent.handle(Event::LlmTextDelta(agent.ticket, piece.into()), NOW);
        names(&agent.handle(Event::LlmCompleted(agent.ticket, response(whole, &[], FinishReason::Stop)), NOW))
    };
    assert_eq!(shown("Hm", "Hm"), "record");
    assert_eq!(shown("Hm", "Hm, yes"), "show , yes, record");
    // It was another text: nothing is shown twice.
    assert_eq!(shown("Ha", "Hm"), "record");
}

#[test]
fn what_the_model_wrote_until_it_was_cancelled_is_kept() {
    let mut agent = in_state("calling");
    agent.handle(event(&agent, "text"), NOW);
    agent.handle(Event::Cancel, NOW);
    let last = agent.conversation().unwrap().messages.last().unwrap();
    assert_eq!((last.text().as_str(), last.interrupted), ("Hm", true));
}

#[test]
fn calls_that_were_cancelled_say_so_and_those_that_ran_keep_their_result() {
    let mut agent = in_state("executing");
    agent.handle(event(&agent, "first tool"), NOW);
    agent.handle(Event::Cancel, NOW);
    let messages = &agent.conversation().unwrap().messages;
    let results: Vec<_> = messages[2..].iter().map(|message| (message.text(), message.is_error)).collect();
    assert_eq!(results, [("1".to_owned(), false), (crate::conversation::CANCELLED.to_owned(), true)]);
}

#[test]
fn retries_wait_longer_each_time_and_end() {
    let mut agent = in_state("calling");
    let mut waits = Vec::new();
    for _ in 0..10 {
        let actions = agent.handle(event(&agent, "failed later"), NOW);
        let [Action::WaitBeforeRetry { wait, attempt, .. }] = actions.as_slice() else {
            assert_eq!(names(&actions), "save, end Failed");
            break;
        };
        waits.push((wait.as_secs(), *attempt));
        agent.handle(event(&agent, "due"), NOW);
    }
    assert_eq!(waits, [(1, 1), (2, 2), (4, 3), (8, 4), (16, 5)]);
    let State::Error { retries, origin, .. } = agent.state() else { panic!("{:?}", agent.state()) };
    assert_eq!((*retries, *origin), (5, Origin::CallingLlm));
}

#[test]
fn a_server_that_asks_to_wait_is_waited_for_within_reason() {
    let wait = |seconds| {
        let mut agent = in_state("calling");
        let failed = Event::LlmFailed(agent.ticket, failure(Retry::After(Duration::from_secs(seconds))));
        names(&agent.handle(failed, NOW))
    };
    assert_eq!(wait(30), "wait 30 for 1");
    assert_eq!(wait(0), "wait 1 for 1");
    assert_eq!(wait(121), "save, end Failed");
}

#[test]
fn a_turn_takes_no_more_answers_than_it_may() {
    let rules = Rules { max_requests: 2, ..Rules::default() };
    let mut agent = Agent::new(Conversation::default(), rules, NOW);
    let script = ["input", "answer with calls", "recorded", "first tool", "second tool", "hooked", "answer with calls"];
    for told in script {
        agent.handle(event(&agent, told), NOW);
    }
    let actions = agent.handle(event(&agent, "recorded"), NOW);
    assert_eq!(names(&actions), "save, end TooManyRequests");
    assert_sound(&agent);
}

#[test]
fn an_answer_ends_the_turn_by_its_reason() {
    for (reason, end) in [
        (FinishReason::Stop, TurnEnd::Done),
        (FinishReason::Length, TurnEnd::Length),
        (FinishReason::ContentFilter, TurnEnd::Declined),
        (FinishReason::Other("odd".into()), TurnEnd::Done),
    ] {
        let mut agent = in_state("calling");
        agent.handle(Event::LlmCompleted(agent.ticket, response("", &[], reason)), NOW);
        let actions = agent.handle(event(&agent, "recorded"), NOW);
        assert_eq!(actions, [Action::EndTurn(end)]);
    }
}

#[test]
fn an_agent_goes_on_after_a_crash_in_the_midst_of_tools() {
    let agent = in_state("executing");
    let resumed = Agent::new(agent.conversation().unwrap().clone(), Rules::default(), NOW);
    assert_eq!(resumed.conversation().unwrap().messages.len(), 4);
    assert_sound(&resumed);
}

/// Every call has exactly one result, right behind it, unless it still runs.
fn assert_sound(agent: &Agent) {
    let Some(conversation) = agent.conversation() else { return };
    let open = matches!(agent.state(), State::ProcessingLlmResponse { .. } | State::ExecutingTools { .. });
    let messages = &conversation.messages;
    for (n, message) in messages.iter().enumerate() {
        let results: Vec<_> = messages[n + 1..].iter().map_while(|next| next.tool_call_id.as_deref()).collect();
        let is_last = n + 1 + results.len() == messages.len();
        for call in &message.tool_calls {
            let count = results.iter().filter(|id| **id == call.id).count();
            assert!(count == 1 || (count == 0 && open && is_last), "{count} results for {} in {messages:?}", call.id);
        }
        if message.tool_call_id.is_none() {
            assert!(results.len() <= message.tool_calls.len(), "{messages:?}");
        }
    }
    // A model is asked with all of it.
    if matches!(agent.state(), State::CallingLlm { .. }) {
        assert_eq!(conversation.request().len(), messages.len());
    }
}

fn any_event() -> impl Strategy<Value = (u8, u8, u8)> {
    (0..16u8, 0..5u8, 0..4u8)
}

fn made(agent: &Agent, (kind, n, old): (u8, u8, u8)) -> Event {
    // Now and then an event is about something that is over.
    let ticket = if old == 0 { agent.ticket.saturating_sub(1) } else { agent.ticket };
    let n = usize::from(n);
    let ids: Vec<&str> = ["x", "x", "", "y"].into_iter().take(n).collect();
    match kind {
        0 => Event::UserInput(["hello", "", "go on", " ", "x"][n].into()),
        1 | 2 => Event::LlmTextDelta(ticket, ["a", "", "\n", "b", "c"][n].into()),
        3 | 4 => Event::LlmCompleted(ticket, response("", &ids, FinishReason::ToolUse)),
        5 => Event::LlmCompleted(ticket, response("text", &ids, FinishReason::Stop)),
        6 => Event::LlmFailed(ticket, failure([Retry::Never, Retry::Later][n % 2])),
        7 => Event::LlmFailed(ticket, failure(Retry::After(Duration::from_secs(n as u64 * 40)))),
        8 | 9 => Event::ResponseRecorded(ticket),
        10 => Event::RecordFailed(ticket, failure(Retry::Never)),
        11 => Event::ToolStarted(ticket, n),
        12 | 13 => Event::ToolFinished(ticket, n, ok("done")),
        14 => Event::HookCompleted(ticket),
        _ => [Event::HookFailed(ticket, failure(Retry::Never)), Event::RetryDue(ticket), Event::RetryDue(ticket)]
            [n % 3]
            .clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn whatever_happens_nothing_is_lost(events in prop::collection::vec(any_event(), 0..80), end in 0..80usize) {
        let mut agent = agent();
        for (n, told) in events.iter().enumerate() {
            let before = agent.conversation().unwrap().clone();
            let event = if n == end { Event::Cancel } else { made(&agent, *told) };
            let busy = !matches!(
                agent.state(),
                State::WaitingForUserInput { .. } | State::Error { next: None, .. }
            );
            let actions = agent.handle(event.clone(), NOW);
            let after = agent.conversation().unwrap();
            prop_assert!(before.is_beginning_of(after));
            assert_sound(&agent);
            for action in &actions {
                if let Action::WaitBeforeRetry { wait, attempt, .. } = action {
                    prop_assert!(*wait <= Rules::default().patience && *attempt <= Rules::default().max_retries);
                }
            }
            // A turn ends once, and whatever the person said is either taken or given back.
            let ended = actions.iter().filter(|action| matches!(action, Action::EndTurn(_))).count();
            prop_assert!(ended <= usize::from(busy));
            if let Event::UserInput(text) = &event {
                let taken = after.messages.len() == before.messages.len() + 1;
                prop_assert_eq!(!taken, actions == [Action::Refuse(text.clone())]);
            }
            if event == Event::Cancel {
                let is_waiting = matches!(agent.state(), State::WaitingForUserInput { .. });
                prop_assert!(is_waiting);
            }
        }
        let before = agent.conversation().unwrap().clone();
        let actions = agent.handle(Event::ShutdownRequested, NOW);
        let handed = actions.iter().find_map(|action| match action {
            Action::HandOver(conversation) => Some(conversation.clone()),
            _ => None,
        });
        let handed = handed.expect("the conversation");
        prop_assert!(before.is_beginning_of(&handed));
        prop_assert_eq!(actions.last(), Some(&Action::Stop));
        let resumed = Agent::new(handed.clone(), Rules::default(), NOW);
        prop_assert_eq!(resumed.conversation(), Some(&handed));
        assert_sound(&resumed);
        for told in events {
            prop_assert!(agent.handle(made(&agent.clone(), told), NOW).iter().all(|a| matches!(a, Action::Refuse(_))));
        }
    }
}
