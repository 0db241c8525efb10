//! The transitions.

use std::{collections::HashSet, time::Duration};

use client::{
    Timestamp,
    loom::proxy::{FinishReason, Response, ToolCall},
};

use super::{
    Agent, AgentAction as Action, AgentEvent as Event, AgentState as State, Execution, Failure, Origin, Retry, Status,
    Ticket, TurnEnd,
};
use crate::conversation::{CANCELLED, Conversation, INTERRUPTED, Outcome};

/// What a call is answered with when the turn has taken too many answers.
const NOT_RUN: &str = "The call was not carried out: the turn has taken as many answers as it may.";

type Step = (State, Vec<Action>);

impl Agent {
    pub(super) fn step(&mut self, state: State, event: Event, now: Timestamp) -> Step {
        match event {
            Event::ShutdownRequested => shut_down(state, now),
            Event::Cancel => cancel(state, now),
            Event::UserInput(text) => self.take_input(state, text, now),
            event => self.go_on(state, event, now),
        }
    }

    fn next_ticket(&mut self) -> Ticket {
        self.ticket += 1;
        self.ticket
    }

    fn take_input(&mut self, state: State, text: String, now: Timestamp) -> Step {
        let mut conversation = match state {
            State::WaitingForUserInput { conversation } | State::Error { conversation, next: None, .. }
                if !text.trim().is_empty() =>
            {
                conversation
            }
            state => return (state, vec![Action::Refuse(text)]),
        };
        conversation.say(&text, now);
        self.requests = 0;
        let (state, call) = self.ask(conversation, 0);
        (state, vec![Action::Save, call])
    }

    fn ask(&mut self, conversation: Conversation, retries: u32) -> (State, Action) {
        let ticket = self.next_ticket();
        (State::CallingLlm { conversation, retries, partial: String::new() }, Action::CallLlm(ticket))
    }

    /// What something outside tells. What is about something that is over changes nothing.
    fn go_on(&mut self, state: State, event: Event, now: Timestamp) -> Step {
        let current = self.ticket;
        match (state, event) {
            (State::CallingLlm { conversation, retries, mut partial }, Event::LlmTextDelta(ticket, text))
                if ticket == current =>
            {
                partial.push_str(&text);
                (State::CallingLlm { conversation, retries, partial }, vec![Action::ShowText(text)])
            }
            (State::CallingLlm { conversation, partial, .. }, Event::LlmCompleted(ticket, response))
                if ticket == current =>
            {
                self.answered(conversation, &partial, response, now)
            }
            (State::CallingLlm { conversation, retries, partial }, Event::LlmFailed(ticket, error))
                if ticket == current =>
            {
                self.failed(conversation, retries, &partial, error, now)
            }
            (State::ProcessingLlmResponse { conversation, calls, finish }, Event::ResponseRecorded(ticket))
                if ticket == current =>
            {
                self.act_upon(conversation, calls, &finish, now)
            }
            (State::ProcessingLlmResponse { mut conversation, .. }, Event::RecordFailed(ticket, error))
                if ticket == current =>
            {
                conversation.mend(INTERRUPTED, now);
                give_up(conversation, error, 0, Origin::ProcessingLlmResponse)
            }
            (State::ExecutingTools { conversation, mut calls }, Event::ToolStarted(ticket, n)) if ticket == current => {
                if let Some(call) = calls.get_mut(n).filter(|call| call.status == Status::Pending) {
                    call.status = Status::Running;
                }
                (State::ExecutingTools { conversation, calls }, Vec::new())
            }
            (State::ExecutingTools { conversation, calls }, Event::ToolFinished(ticket, n, outcome))
                if ticket == current =>
            {
                self.tool_ended(conversation, calls, n, outcome, now)
            }
            (State::PostToolsHook { conversation, next, .. }, Event::HookCompleted(ticket)) if ticket == next => {
                let (state, call) = self.ask(conversation, 0);
                (state, vec![call])
            }
            (State::PostToolsHook { conversation, next, .. }, Event::HookFailed(ticket, error)) if ticket == next => {
                give_up(conversation, error, 0, Origin::PostToolsHook)
            }
            (State::Error { conversation, retries, next: Some(next), .. }, Event::RetryDue(ticket))
                if ticket == next =>
            {
                let (state, call) = self.ask(conversation, retries);
                (state, vec![call])
            }
            (state, _) => (state, Vec::new()),
        }
    }

    fn answered(
        &mut self,
        mut conversation: Conversation,
        partial: &str,
        mut response: Response,
        now: Timestamp,
    ) -> Step {
        self.requests += 1;
        // An answer from a cache may come without its pieces.
        let unseen = response.message.content.strip_prefix(partial).unwrap_or_default();
        let mut actions = Vec::new();
        if !unseen.is_empty() {
            actions.push(Action::ShowText(unseen.to_owned()));
        }
        with_ids_of_their_own(&mut response);
        conversation.answer(&response, now);
        let Response { tool_calls: calls, finish_reason: finish, .. } = response;
        let ticket = self.next_ticket();
        actions.push(Action::RecordResponse(ticket));
        (State::ProcessingLlmResponse { conversation, calls, finish }, actions)
    }

    fn failed(
        &mut self,
        mut conversation: Conversation,
        retries: u32,
        partial: &str,
        error: Failure,
        now: Timestamp,
    ) -> Step {
        let Some(wait) = self.wait(retries, error.retry) else {
            conversation.broke_off(partial, now);
            return give_up(conversation, error, retries, Origin::CallingLlm);
        };
        let ticket = self.next_ticket();
        let retries = retries + 1;
        let wait = Action::WaitBeforeRetry { ticket, wait, attempt: retries, error: error.clone() };
        let state = State::Error { conversation, error, retries, origin: Origin::CallingLlm, next: Some(ticket) };
        (state, vec![wait])
    }

    /// How long to wait before a request is repeated that has failed `retries` times before; none to give up.
    fn wait(&self, retries: u32, retry: Retry) -> Option<Duration> {
        let rules = &self.rules;
        if retries >= rules.max_retries {
            return None;
        }
        let ours = rules.first_wait.saturating_mul(2u32.saturating_pow(retries)).min(rules.longest_wait);
        match retry {
            Retry::Never => None,
            Retry::Later => Some(ours),
            Retry::After(asked) => (asked <= rules.patience).then_some(asked.max(ours)),
        }
    }

    fn act_upon(
        &mut self,
        mut conversation: Conversation,
        calls: Vec<ToolCall>,
        finish: &FinishReason,
        now: Timestamp,
    ) -> Step {
        if calls.is_empty() {
            let end = match finish {
                FinishReason::Length => TurnEnd::Length,
                FinishReason::ContentFilter => TurnEnd::Declined,
                _ => TurnEnd::Done,
            };
            return (State::WaitingForUserInput { conversation }, vec![Action::EndTurn(end)]);
        }
        if self.requests >= self.rules.max_requests {
            conversation.mend(NOT_RUN, now);
            let actions = vec![Action::Save, Action::EndTurn(TurnEnd::TooManyRequests)];
            return (State::WaitingForUserInput { conversation }, actions);
        }
        let ticket = self.next_ticket();
        let run = Action::RunTools(ticket, calls.clone());
        let calls = calls.into_iter().map(|call| Execution { call, status: Status::Pending }).collect();
        (State::ExecutingTools { conversation, calls }, vec![run])
    }

    fn tool_ended(
        &mut self,
        mut conversation: Conversation,
        mut calls: Vec<Execution>,
        n: usize,
        outcome: Outcome,
        now: Timestamp,
    ) -> Step {
        match calls.get_mut(n) {
            Some(execution) if !matches!(execution.status, Status::Done(_)) => {
                conversation.result(&execution.call.id, outcome.clone(), now);
                execution.status = Status::Done(outcome);
            }
            _ => return (State::ExecutingTools { conversation, calls }, Vec::new()),
        }
        if calls.iter().any(|execution| !matches!(execution.status, Status::Done(_))) {
            return (State::ExecutingTools { conversation, calls }, vec![Action::Save]);
        }
        let ran: Vec<_> = calls.into_iter().map(|execution| execution.call).collect();
        let next = self.next_ticket();
        let hook = Action::RunHook(next, ran.clone());
        (State::PostToolsHook { conversation, next, ran }, vec![Action::Save, hook])
    }
}

/// Gives each call of an answer an id that no other call of it has. Models repeat ids now and then.
fn with_ids_of_their_own(response: &mut Response) {
    let mut known = HashSet::new();
    let mut changed = Vec::new();
    for (n, call) in response.tool_calls.iter_mut().enumerate() {
        if call.id.is_empty() || known.contains(&call.id) {
            let mut id = format!("{}-{n}", call.id);
            while known.contains(&id) {
                id.push('+');
            }
            call.id = id;
        }
        known.insert(call.id.clone());
        changed.push(call.id.clone());
    }
    // The parts hold the same calls in the same order.
    let parts = response.message.parts.iter_mut().filter(|part| part["type"] == "tool_call");
    for (part, id) in parts.zip(changed) {
        part["id"] = id.into();
    }
}

fn give_up(conversation: Conversation, error: Failure, retries: u32, origin: Origin) -> Step {
    let actions = vec![Action::Save, Action::EndTurn(TurnEnd::Failed(error.clone()))];
    (State::Error { conversation, error, retries, origin, next: None }, actions)
}

fn cancel(state: State, now: Timestamp) -> Step {
    let conversation = match settle(state, CANCELLED, now) {
        (Some(conversation), true) => conversation,
        (Some(conversation), false) => return (State::WaitingForUserInput { conversation }, Vec::new()),
        (None, _) => return (State::ShuttingDown, Vec::new()),
    };
    let actions = vec![Action::Abandon, Action::Save, Action::EndTurn(TurnEnd::Cancelled)];
    (State::WaitingForUserInput { conversation }, actions)
}

fn shut_down(state: State, now: Timestamp) -> Step {
    let actions = match settle(state, INTERRUPTED, now) {
        (Some(conversation), true) => vec![Action::Abandon, Action::HandOver(conversation), Action::Stop],
        (Some(conversation), false) => vec![Action::HandOver(conversation), Action::Stop],
        (None, _) => Vec::new(),
    };
    (State::ShuttingDown, actions)
}

/// The conversation of a turn that ends here, with all that is known of it, and whether anything was under way.
fn settle(state: State, why: &str, now: Timestamp) -> (Option<Conversation>, bool) {
    match state {
        State::WaitingForUserInput { conversation } | State::Error { conversation, next: None, .. } => {
            (Some(conversation), false)
        }
        State::CallingLlm { mut conversation, partial, .. } => {
            conversation.broke_off(&partial, now);
            (Some(conversation), true)
        }
        State::ProcessingLlmResponse { mut conversation, .. } | State::ExecutingTools { mut conversation, .. } => {
            conversation.mend(why, now);
            (Some(conversation), true)
        }
        State::PostToolsHook { conversation, .. } | State::Error { conversation, .. } => (Some(conversation), true),
        State::ShuttingDown => (None, false),
    }
}
