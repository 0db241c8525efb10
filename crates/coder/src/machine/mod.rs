//! The agent as a machine: events come in, actions come out, and nothing is done here.
//!
//! Whoever holds an [`Agent`] carries the actions out and tells what came of them. What runs outside has a [`Ticket`]; an
//! event with an older one is about something that is over, and is passed over.

mod steps;

#[cfg(test)]
mod tests;

use std::time::Duration;

use client::{
    Timestamp,
    loom::proxy::{FinishReason, Response, ToolCall},
};

use crate::conversation::{Conversation, INTERRUPTED, Outcome};

/// Names one thing that runs outside.
pub type Ticket = u64;

/// Bounds of a turn.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// How often a failed request is repeated.
    pub max_retries: u32,
    /// The wait before the first repetition, doubled each time.
    pub first_wait: Duration,
    /// The longest wait of our own choice.
    pub longest_wait: Duration,
    /// The longest wait that a server may ask for. Beyond it the turn fails.
    pub patience: Duration,
    /// How many answers of the model a turn may take.
    pub max_requests: u32,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            max_retries: 5,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(30),
            patience: Duration::from_secs(120),
            max_requests: 200,
        }
    }
}

/// Why something outside failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// For people.
    pub message: String,
    /// Whether it may go better later.
    pub retry: Retry,
}

/// Whether and when to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// It would fail again.
    Never,
    /// When we see fit.
    Later,
    /// Not before this time has passed, says the server.
    After(Duration),
}

/// Where a failure came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Asking the model.
    CallingLlm,
    /// Recording what it answered.
    ProcessingLlmResponse,
    /// What is done after tools have run.
    PostToolsHook,
}

/// How far a tool call is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It waits.
    Pending,
    /// It runs.
    Running,
    /// It has ended.
    Done(Outcome),
}

/// A tool call that is being carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Execution {
    /// The call.
    pub call: ToolCall,
    /// How far it is.
    pub status: Status,
}

/// Where the agent is. Each state but the last owns the conversation.
#[derive(Debug, Clone, PartialEq)]
pub enum AgentState {
    /// It is the person's turn.
    WaitingForUserInput {
        /// What was said.
        conversation: Conversation,
    },
    /// The model is asked.
    CallingLlm {
        /// What was said.
        conversation: Conversation,
        /// How often this request has failed.
        retries: u32,
        /// What the model has written so far.
        partial: String,
    },
    /// The model has answered, and the answer is being recorded before anything is done about it.
    ProcessingLlmResponse {
        /// What was said, the answer included.
        conversation: Conversation,
        /// The tools that it asks for.
        calls: Vec<ToolCall>,
        /// Why it stopped.
        finish: FinishReason,
    },
    /// Tools run.
    ExecutingTools {
        /// What was said.
        conversation: Conversation,
        /// The calls, each with its status.
        calls: Vec<Execution>,
    },
    /// All tools have run; before the model is told, the caller may do something about it.
    PostToolsHook {
        /// What was said, the results included.
        conversation: Conversation,
        /// The request that follows.
        next: Ticket,
        /// What ran.
        ran: Vec<ToolCall>,
    },
    /// Something failed.
    Error {
        /// What was said.
        conversation: Conversation,
        /// What failed.
        error: Failure,
        /// How often the request has failed.
        retries: u32,
        /// Where.
        origin: Origin,
        /// The repetition that is waited for; none when the person has to decide.
        next: Option<Ticket>,
    },
    /// It is over. The conversation was handed over.
    ShuttingDown,
}

/// What happens.
#[derive(Debug, Clone, PartialEq)]
pub enum AgentEvent {
    /// The person says something.
    UserInput(String),
    /// The model has written more.
    LlmTextDelta(Ticket, String),
    /// The model has answered.
    LlmCompleted(Ticket, Response),
    /// The model did not answer.
    LlmFailed(Ticket, Failure),
    /// The answer is recorded.
    ResponseRecorded(Ticket),
    /// The answer could not be recorded.
    RecordFailed(Ticket, Failure),
    /// The call at this place runs.
    ToolStarted(Ticket, usize),
    /// The call at this place has ended.
    ToolFinished(Ticket, usize, Outcome),
    /// What follows upon tools is done.
    HookCompleted(Ticket),
    /// It failed.
    HookFailed(Ticket, Failure),
    /// The wait before a repetition is over.
    RetryDue(Ticket),
    /// The person wants the turn to end.
    Cancel,
    /// The program ends.
    ShutdownRequested,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum AgentAction {
    /// Keep the conversation.
    Save,
    /// Ask the model.
    CallLlm(Ticket),
    /// Show what the model writes.
    ShowText(String),
    /// Keep the answer, then tell.
    RecordResponse(Ticket),
    /// Carry these calls out.
    RunTools(Ticket, Vec<ToolCall>),
    /// Do what follows upon tools.
    RunHook(Ticket, Vec<ToolCall>),
    /// Wait, then tell.
    WaitBeforeRetry {
        /// What waits.
        ticket: Ticket,
        /// How long.
        wait: Duration,
        /// Which repetition it will be, from 1.
        attempt: u32,
        /// What failed.
        error: Failure,
    },
    /// Stop whatever runs.
    Abandon,
    /// It is the person's turn again.
    EndTurn(TurnEnd),
    /// What the person said cannot be taken now, and is given back.
    Refuse(String),
    /// Keep the conversation: the agent holds it no longer.
    HandOver(Conversation),
    /// The end.
    Stop,
}

/// How a turn ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TurnEnd {
    /// The model has said what it had to say.
    Done,
    /// Its answer was cut at the most tokens.
    Length,
    /// It, or its provider's filter, declined.
    Declined,
    /// The person cancelled it.
    Cancelled,
    /// It took more answers than a turn may.
    TooManyRequests,
    /// Something failed.
    Failed(Failure),
}

/// The agent.
#[derive(Debug, Clone)]
pub struct Agent {
    state: AgentState,
    ticket: Ticket,
    requests: u32,
    rules: Rules,
}

impl Agent {
    /// An agent that goes on with a conversation. Calls in it that have no result are answered first.
    pub fn new(mut conversation: Conversation, rules: Rules, now: Timestamp) -> Self {
        conversation.mend(INTERRUPTED, now);
        Self { state: AgentState::WaitingForUserInput { conversation }, ticket: 0, requests: 0, rules }
    }

    /// Where it is.
    #[cfg(test)]
    pub fn state(&self) -> &AgentState {
        &self.state
    }

    /// What was said; none once it was handed over.
    pub fn conversation(&self) -> Option<&Conversation> {
        match &self.state {
            AgentState::WaitingForUserInput { conversation }
            | AgentState::CallingLlm { conversation, .. }
            | AgentState::ProcessingLlmResponse { conversation, .. }
            | AgentState::ExecutingTools { conversation, .. }
            | AgentState::PostToolsHook { conversation, .. }
            | AgentState::Error { conversation, .. } => Some(conversation),
            AgentState::ShuttingDown => None,
        }
    }

    /// Takes an event. `now` is written to what is said by it.
    pub fn handle(&mut self, event: AgentEvent, now: Timestamp) -> Vec<AgentAction> {
        let state = std::mem::replace(&mut self.state, AgentState::ShuttingDown);
        let (state, actions) = self.step(state, event, now);
        self.state = state;
        actions
    }
}
