//! A session: a thread, the agent that goes on with it, and the carrying out of what the agent wants done.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, resume_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use client::{
    Timestamp,
    loom::proxy::{ToolCall, Usage},
};
use futures::{
    FutureExt,
    future::{BoxFuture, OptionFuture, join_all},
};
use tokio::{
    sync::mpsc::{UnboundedSender, unbounded_channel},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use crate::{
    conversation::Outcome,
    git::Git,
    llm::Llm,
    machine::{Agent, AgentAction as Action, AgentEvent as Event, Failure, Retry, Rules, Ticket, TurnEnd},
    prompt,
    threads::{self, Lock, State, Store, Stored, Syncer},
    tools::{Case, Effect, Registry},
};

/// A tool call as it is shown.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Its id, which no other call of the session has.
    pub id: String,
    /// The call.
    pub call: ToolCall,
    /// What it is about, in one line.
    pub about: String,
    /// What it does to the world; nothing for a tool that is not there.
    pub effect: Option<Effect>,
}

impl Shown {
    /// Whether it changes something in the folder or runs something.
    pub fn changes(&self) -> bool {
        matches!(self.effect, Some(Effect::Edits | Effect::Executes))
    }
}

/// Who looks on while a turn runs, and is asked.
pub trait Watcher: Send + Sync {
    /// The model writes.
    fn text(&self, piece: &str);
    /// A tool begins.
    fn tool_began(&self, shown: &Shown);
    /// A tool has ended.
    fn tool_ended(&self, shown: &Shown, outcome: &Outcome);
    /// A request failed and will be repeated.
    fn retrying(&self, error: &str, wait: Duration, attempt: u32);
    /// Something that the person should know.
    fn warn(&self, text: &str);
    /// Whether a call that changes something may be carried out.
    fn permit<'a>(&'a self, shown: &'a Shown) -> BoxFuture<'a, bool>;
    /// Whether there is a person who can be asked.
    fn can_be_asked(&self) -> bool;
    /// Asks the person what the server wants to know, a yes or no.
    fn confirm<'a>(&'a self, question: &'a str) -> BoxFuture<'a, bool>;
}

/// The person who looks on, as far as the server is concerned.
pub struct Person {
    watcher: Arc<dyn Watcher>,
    yes: Arc<AtomicBool>,
}

impl Person {
    /// Asks a yes or no. The server may want to know at each request; one yes is enough for a turn.
    pub async fn confirms(&self, question: &str) -> bool {
        if !self.yes.load(Ordering::Relaxed) {
            self.yes.store(self.watcher.confirm(question).await, Ordering::Relaxed);
        }
        self.yes.load(Ordering::Relaxed)
    }
}

/// What a session is made of.
pub struct Parts {
    /// Where threads are kept.
    pub store: Store,
    /// Sends them; none for a private session.
    pub syncer: Option<Syncer>,
    /// The thread.
    pub stored: Stored,
    /// Keeps others from it.
    pub _lock: Lock,
    /// The model.
    pub llm: Llm,
    /// The tools.
    pub tools: Registry,
    /// The case that is worked on.
    pub case: Option<Arc<Case>>,
}

/// A session.
pub struct Session {
    agent: Agent,
    parts: Parts,
    git: Option<Git>,
    used: Usage,
    /// Whether the thread was written in this session. One in which nothing was said is not kept.
    written: bool,
}

impl Session {
    /// Goes on with a thread.
    pub async fn new(parts: Parts, rules: Rules) -> Self {
        let agent = Agent::new(parts.stored.thread.messages.clone(), rules, Timestamp::now());
        let git = Git::of(parts.tools.workspace().root()).await;
        if let Some(syncer) = &parts.syncer {
            syncer.opened(&parts.stored.thread.id);
        }
        Self { agent, parts, git, used: Usage::default(), written: false }
    }

    /// The thread.
    pub fn thread(&self) -> &threads::Thread {
        &self.parts.stored.thread
    }

    /// Whether it must not leave this machine.
    pub fn is_private(&self) -> bool {
        self.parts.stored.private
    }

    /// The model.
    pub fn llm(&self) -> &Llm {
        &self.parts.llm
    }

    /// Chooses another model for what follows.
    pub fn choose(&mut self, provider: Option<String>, model: String) {
        if let Some(provider) = provider {
            self.parts.llm.provider = provider;
        }
        self.parts.llm.model = model;
    }

    /// The tokens that this session took.
    pub fn used(&self) -> Usage {
        self.used
    }

    /// What the model said last.
    pub fn last_words(&self) -> String {
        let messages = &self.parts.stored.thread.messages.messages;
        let is_answer = |message: &&crate::conversation::Message| message.role.as_str() == "assistant";
        messages.iter().rev().find(is_answer).map(|message| message.text()).unwrap_or_default()
    }

    /// Takes what the person says, and works until it is their turn again. A cancelled token ends the turn early.
    pub async fn turn(&mut self, said: String, watcher: &Arc<dyn Watcher>, cancel: &CancellationToken) -> TurnEnd {
        let yes = Arc::new(AtomicBool::new(false));
        let (events, mut inbox) = unbounded_channel();
        let mut running: Option<Running> = None;
        let mut actions: VecDeque<_> = self.handle(Event::UserInput(said)).into();
        let mut cancelled = false;
        loop {
            while let Some(action) = actions.pop_front() {
                match action {
                    Action::Save => self.save_or_warn(State::Weaving, watcher),
                    Action::ShowText(text) => watcher.text(&text),
                    Action::RecordResponse(ticket) => {
                        let event = match self.save(State::Weaving) {
                            Ok(()) => Event::ResponseRecorded(ticket),
                            Err(error) => Event::RecordFailed(ticket, unsaved(&error)),
                        };
                        actions.extend(self.handle(event));
                    }
                    Action::CallLlm(ticket) => {
                        let person = Person { watcher: Arc::clone(watcher), yes: Arc::clone(&yes) };
                        running = Some(self.ask(ticket, person, events.clone()));
                    }
                    Action::RunTools(ticket, calls) => {
                        let work = run(self.parts.tools.clone(), ticket, calls, Arc::clone(watcher), events.clone());
                        running = Some(Running::start(work));
                    }
                    Action::RunHook(ticket, ran) => {
                        let event = self.after_tools(ticket, &ran).await;
                        actions.extend(self.handle(event));
                    }
                    Action::WaitBeforeRetry { ticket, wait, attempt, error } => {
                        watcher.retrying(&error.message, wait, attempt);
                        let events = events.clone();
                        running = Some(Running::start(async move {
                            tokio::time::sleep(wait).await;
                            let _ = events.send(Event::RetryDue(ticket));
                        }));
                    }
                    Action::Abandon => running = None,
                    Action::EndTurn(end) => {
                        let state = if matches!(end, TurnEnd::Failed(_)) { State::Error } else { State::Waiting };
                        self.save_or_warn(state, watcher);
                        self.wake();
                        self.report(&end, watcher).await;
                        return end;
                    }
                    Action::Refuse(_) => {
                        let message = "there is nothing to do".to_owned();
                        return TurnEnd::Failed(Failure { message, retry: Retry::Never });
                    }
                    // A turn does not end the session.
                    Action::HandOver(_) | Action::Stop => {}
                }
            }
            let ended: OptionFuture<_> = running.as_mut().map(|running| &mut running.0).into();
            let event = tokio::select! {
                biased;
                () = cancel.cancelled(), if !cancelled => {
                    cancelled = true;
                    Event::Cancel
                }
                Some(event) = inbox.recv() => event,
                Some(outcome) = ended => {
                    // All that it had to tell has been heard.
                    running = None;
                    if let Some(panic) = outcome.err().and_then(|error| error.try_into_panic().ok()) {
                        resume_unwind(panic);
                    }
                    continue;
                }
            };
            if let Event::LlmCompleted(_, response) = &event {
                self.used.input_tokens += response.usage.input_tokens;
                self.used.output_tokens += response.usage.output_tokens;
                self.used.cached_input_tokens += response.usage.cached_input_tokens;
            }
            actions.extend(self.handle(event));
        }
    }

    fn handle(&mut self, event: Event) -> Vec<Action> {
        self.agent.handle(event, Timestamp::now())
    }

    fn ask(&self, ticket: Ticket, person: Person, events: UnboundedSender<Event>) -> Running {
        let Parts { llm, tools, case, .. } = &self.parts;
        let system = prompt::system(tools, self.git.as_ref(), case.as_deref(), Timestamp::now());
        let messages = self.agent.conversation().map(|conversation| conversation.request()).unwrap_or_default();
        let (llm, offered) = (llm.clone(), tools.offered());
        Running::start(async move {
            let pieces = events.clone();
            let heard = move |piece| {
                let _ = pieces.send(Event::LlmTextDelta(ticket, piece));
            };
            let person = person.watcher.can_be_asked().then_some(&person);
            let event = match llm.ask(system, messages, offered, heard, person).await {
                Ok(response) => Event::LlmCompleted(ticket, response),
                Err(failure) => Event::LlmFailed(ticket, failure),
            };
            let _ = events.send(event);
        })
    }

    /// What follows upon tools: the repository may stand elsewhere now.
    async fn after_tools(&mut self, ticket: Ticket, ran: &[ToolCall]) -> Event {
        if ran.iter().any(|call| self.parts.tools.effect(call) == Some(Effect::Executes)) {
            self.git = Git::of(self.parts.tools.workspace().root()).await;
        }
        match self.save(State::Weaving) {
            Ok(()) => Event::HookCompleted(ticket),
            Err(error) => Event::HookFailed(ticket, unsaved(&error)),
        }
    }

    /// Tells the case's thread how the turn went.
    async fn report(&self, end: &TurnEnd, watcher: &Arc<dyn Watcher>) {
        let Some(case) = &self.parts.case else { return };
        let what = match end {
            TurnEnd::Cancelled => return,
            TurnEnd::Failed(failure) => format!("The coding agent's turn failed: {}", failure.message),
            TurnEnd::TooManyRequests => "The coding agent's turn took too long and was ended.".to_owned(),
            TurnEnd::Done | TurnEnd::Length | TurnEnd::Declined => self.last_words(),
        };
        let text = format!("{}\n\nCoding agent, thread {}", what.trim(), self.thread().id);
        if let Err(error) = case.comment(text.trim_start()).await {
            watcher.warn(&format!("The case's thread was not told: {error}"));
        }
    }

    fn save_or_warn(&mut self, state: State, watcher: &Arc<dyn Watcher>) {
        if let Err(error) = self.save(state) {
            watcher.warn(&format!("The thread could not be saved: {error}"));
        }
    }

    fn save(&mut self, state: State) -> Result<(), threads::Error> {
        let Parts { store, stored, llm, case, tools, .. } = &mut self.parts;
        let thread = &mut stored.thread;
        if let Some(conversation) = self.agent.conversation() {
            thread.messages = conversation.clone();
        }
        if thread.title.is_empty() {
            thread.title = thread.messages.title();
        }
        thread.state = state;
        thread.updated_at = Timestamp::now();
        thread.workspace = tools.workspace().root().to_string_lossy().into_owned();
        thread.git.clone_from(&self.git);
        thread.provider = Some(llm.provider.clone());
        thread.model = Some(llm.model.clone());
        thread.case_id = case.as_ref().map(|case| case.id).or(thread.case_id);
        self.written = true;
        store.save(stored)
    }

    fn wake(&self) {
        if let Some(syncer) = &self.parts.syncer {
            syncer.wake();
        }
    }

    /// Ends the session.
    ///
    /// # Errors
    /// The thread cannot be written.
    pub fn close(&mut self) -> Result<(), threads::Error> {
        for action in self.handle(Event::ShutdownRequested) {
            if let Action::HandOver(conversation) = action {
                let changed = self.parts.stored.thread.messages != conversation;
                self.parts.stored.thread.messages = conversation;
                if changed || self.written {
                    self.save(State::Idle)?;
                }
            }
        }
        Ok(())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(syncer) = &self.parts.syncer {
            syncer.closed(&self.parts.stored.thread.id);
        }
    }
}

fn unsaved(error: &threads::Error) -> Failure {
    Failure { message: format!("the thread could not be saved: {error}"), retry: Retry::Never }
}

/// Something that runs beside the agent. It ends with this value.
struct Running(JoinHandle<()>);

impl Running {
    fn start(work: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(tokio::spawn(work))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Carries calls out in their order; those that follow each other and change nothing, together.
async fn run(
    tools: Registry,
    ticket: Ticket,
    calls: Vec<ToolCall>,
    watcher: Arc<dyn Watcher>,
    events: UnboundedSender<Event>,
) {
    let harmless = |call: &ToolCall| matches!(tools.effect(call), None | Some(Effect::Reads | Effect::Asks));
    let calls: Vec<_> = calls.into_iter().enumerate().collect();
    for together in calls.chunk_by(|(_, one), (_, next)| harmless(one) && harmless(next)) {
        let each = together.iter().map(|(n, call)| {
            let id = format!("{ticket}-{n}");
            let shown = Shown { id, call: call.clone(), about: tools.about(call), effect: tools.effect(call) };
            let (tools, watcher, events) = (&tools, &watcher, &events);
            async move {
                let _ = events.send(Event::ToolStarted(ticket, *n));
                watcher.tool_began(&shown);
                let outcome = match shown.changes() && !watcher.permit(&shown).await {
                    true => Outcome::failed("The person did not allow the call."),
                    false => {
                        let ran = AssertUnwindSafe(tools.run(&shown.call)).catch_unwind().await;
                        ran.unwrap_or_else(|_| Outcome::failed("The tool broke."))
                    }
                };
                watcher.tool_ended(&shown, &outcome);
                let _ = events.send(Event::ToolFinished(ticket, *n, outcome));
            }
        });
        join_all(each).await;
    }
}
