//! Carrying out the calls of an answer.

use kernel::{Actor, Error, Result};
use serde_json::{Value as Json, json};
use store::{JobContext, Tx};
use talk::activities::{ActivityType, Visibility};
use work::{motion::StagePhase, stages};

use super::{Flow, Run, RunState, Step, Verdict, WaitingFor, Worker, check, is_ours, machine, may_go_on};
use crate::{
    actions::{self, Call, Effect, FINISH, Prepared},
    is_answer, outside,
    proposals::{self, Proposed, Review},
    runs::steps::{self, NewStep, Pending},
    scripts, secrets,
    tools::{self, ToolKind},
};

/// What a transaction about a call came to.
pub(super) enum Done {
    /// The step was stored.
    Stored(Box<Stored>),
    /// It may be carried out, with this input.
    Admitted(Json),
    /// The run has ended, waits, or is another worker's.
    Left,
}

/// A stored step, the run as it is since, and whether that goes on.
pub(super) struct Stored {
    run: Run,
    step: Step,
    goes_on: bool,
}

impl Done {
    pub(super) fn stored(run: Run, step: Step, goes_on: bool) -> Self {
        Self::Stored(Box::new(Stored { run, step, goes_on }))
    }
}

impl Worker<'_> {
    /// Carries out the next call and stores its outcome.
    pub(super) async fn call(&mut self, call: Pending) -> Result<Flow> {
        let outcome = if let Some(tool) = self.tools.iter().find(|tool| tool.name == call.name) {
            // Nobody should be asked to approve what the tool would not take.
            match tool.check_input(&call.input) {
                Ok(()) => self.call_tool(&call).await,
                Err(error) => Err(error),
            }
        } else if actions::is_withheld(&call.name, &self.withheld) {
            Err(Error::forbidden(format!("The action {} is not given to you.", call.name)))
        } else {
            match actions::parse(&call.name, &call.input) {
                Ok(action) if action.needs_outside() => self.prepare_and_perform(&call).await,
                Ok(action) => self.perform(&call, action).await,
                Err(error) => Err(error),
            }
        };
        self.take(&call, outcome).await
    }

    /// Goes on from what came of a call.
    pub(super) async fn take(&mut self, call: &Pending, outcome: Result<Done>) -> Result<Flow> {
        let done = match outcome {
            // What a domain function refuses is for the model to read, not a failure of the run.
            Err(error) if is_answer(&error) => self.store_refusal(call, &error).await?,
            outcome => outcome?,
        };
        match done {
            Done::Stored(stored) => {
                self.conversation.push(&stored.step)?;
                self.run = stored.run;
                self.progressed = true;
                Ok(if stored.goes_on { Flow::Next } else { Flow::Leave })
            }
            Done::Admitted(_) | Done::Left => Ok(Flow::Leave),
        }
    }

    /// Whether the calls that are left have one that finishes the stage: then the run may go on to it although the stage
    /// has completed with the last instruction.
    fn finishing(&self) -> bool {
        self.conversation.pending.iter().any(|call| call.name == FINISH)
    }

    /// Whether calls after this one still finish the stage.
    fn finishes_later(&self) -> bool {
        self.conversation.pending.iter().skip(1).any(|call| call.name == FINISH)
    }

    /// An action that needs nothing but the database: checked, performed and stored in one transaction.
    async fn perform(&self, call: &Pending, action: Call) -> Result<Done> {
        let (known, call) = (self.run.clone(), call.clone());
        let (finishing, later) = (self.finishing(), self.finishes_later());
        let write = move |tx: &mut Tx<'_>| {
            let input = match admit(tx, &known, &call, finishing)? {
                Done::Admitted(input) => input,
                other => return Ok(other),
            };
            let action = if input == call.input { action.clone() } else { actions::parse(&call.name, &input)? };
            perform_and_store(tx, &known, &call, &input, &action, &Prepared::Nothing, later)
        };
        self.context.store.write(self.context.workspace, self.agent, write).await
    }

    /// An action that needs bytes from or in the blob store: checked, prepared, then performed and stored.
    async fn prepare_and_perform(&self, call: &Pending) -> Result<Done> {
        let JobContext { store, workspace, .. } = self.context;
        let input = match self.admit(call).await? {
            Done::Admitted(input) => input,
            other => return Ok(other),
        };
        let action = actions::parse(&call.name, &input)?;
        let prepared = action.prepare(store, *workspace, self.agent).await?;
        let (known, call, later) = (self.run.clone(), call.clone(), self.finishes_later());
        let write = move |tx: &mut Tx<'_>| match is_ours(tx, &known)? {
            Some(_) => perform_and_store(tx, &known, &call, &input, &action, &prepared, later),
            None => Ok(Done::Left),
        };
        store.write(*workspace, self.agent, write).await
    }

    /// A tool of the space: checked, called, then stored. Killed in between, it is called again under the same key.
    async fn call_tool(&self, call: &Pending) -> Result<Done> {
        let JobContext { store, workspace, stop, .. } = self.context;
        let input = match self.admit(call).await? {
            Done::Admitted(input) => input,
            other => return Ok(other),
        };
        let (space, agent, name) = (self.run.space_id, self.run.actor_id, call.name.clone());
        // It may have been taken away since the model was told of it.
        let attached = store.read(*workspace, self.agent, move |tx| tools::attached(tx, space, agent)).await?;
        let tool = attached.into_iter().find(|tool| tool.name == name);
        let tool = tool.ok_or_else(|| Error::not_found("tool_not_found", "This tool is not attached to you."))?;
        let key = format!("{}:{}.{}:{}", self.run.id, call.turn_step, call.index, call.id);
        let output = match tool.kind {
            ToolKind::Http => {
                outside::call(&self.deps.guard, &tool, &input, self.run.id, self.run.case_id, &key).await?
            }
            ToolKind::Script => {
                let (vault, id) = (self.deps.vault.clone(), tool.id);
                let read = move |tx: &mut Tx<'_>| secrets::of_tool(tx, &vault, id);
                let secrets = store.read(*workspace, Actor::SYSTEM, read).await?;
                let call = scripts::Call { run: self.run.id, case: self.run.case_id, key };
                scripts::run(&self.deps.sandbox, &tool, &input, secrets, &call, stop).await?
            }
        };
        let (known, call) = (self.run.clone(), call.clone());
        let write = move |tx: &mut Tx<'_>| {
            let Some(mut run) = is_ours(tx, &known)? else { return Ok(Done::Left) };
            let text = format!("Called the tool {}", call.name);
            let actor = tx.actor();
            machine::entry(tx, &run, actor, ActivityType::ToolCall, Visibility::Internal, &text)?;
            let step = steps::add(tx, &mut run, tool_step(&call, told(&call, &input, output.clone()), false))?;
            Ok(Done::stored(run, step, true))
        };
        store.write(*workspace, self.agent, write).await
    }

    async fn admit(&self, call: &Pending) -> Result<Done> {
        let (known, call, finishing) = (self.run.clone(), call.clone(), self.finishing());
        let write = move |tx: &mut Tx<'_>| admit(tx, &known, &call, finishing);
        self.context.store.write(self.context.workspace, self.agent, write).await
    }

    /// Stores that a call was refused, and why.
    async fn store_refusal(&self, call: &Pending, error: &Error) -> Result<Done> {
        let output = refusal(error);
        let (known, call, error) = (self.run.clone(), call.clone(), error.clone());
        let write = move |tx: &mut Tx<'_>| {
            let Some(mut run) = is_ours(tx, &known)? else { return Ok(Done::Left) };
            if leaves_entry(&call.name) {
                let text = format!("{} was refused: {}", shown_name(&call.name), error.message());
                let actor = tx.actor();
                machine::entry(tx, &run, actor, ActivityType::ToolCall, Visibility::Internal, &shortened(&text))?;
            }
            let step = steps::add(tx, &mut run, tool_step(&call, output.clone(), true))?;
            Ok(Done::stored(run, step, true))
        };
        self.context.store.write(self.context.workspace, self.agent, write).await
    }
}

/// Whether a call may be carried out now, and with which input: what a person has decided about it counts. A call that
/// needs a decision becomes a proposal here.
fn admit(tx: &mut Tx<'_>, known: &Run, call: &Pending, finishing: bool) -> Result<Done> {
    if !may_go_on(tx, known, finishing, false)? {
        return Ok(Done::Left);
    }
    if actions::spec(&call.name).is_some_and(|spec| spec.effect == Effect::Reads) {
        return Ok(Done::Admitted(call.input.clone()));
    }
    let proposed = Proposed {
        turn_step: call.turn_step,
        index: call.index,
        call_id: &call.id,
        action: &call.name,
        input: &call.input,
    };
    match proposals::review(tx, known, &proposed)? {
        Review::Approved(input) => Ok(Done::Admitted(input)),
        Review::Waits => Ok(Done::Left),
    }
}

/// Performs an action and stores its step; an error undoes both.
fn perform_and_store(
    tx: &mut Tx<'_>,
    known: &Run,
    call: &Pending,
    input: &Json,
    action: &Call,
    prepared: &Prepared,
    finishes_later: bool,
) -> Result<Done> {
    let mut run = known.clone();
    let scene = run.scene(tx)?;
    let output = actions::perform(tx, &scene, action, prepared)?;
    let new = tool_step(call, told(call, input, output), false);
    let step = after(tx, &mut run, action, new, finishes_later)?;
    let goes_on = super::find(tx, run.id)?.state == RunState::Running;
    Ok(Done::stored(run, step, goes_on))
}

/// What follows from an action in its own transaction: the entry in the thread, the step, and that the run waits or ends.
pub(crate) fn after(tx: &mut Tx<'_>, run: &mut Run, action: &Call, new: NewStep, finishes_later: bool) -> Result<Step> {
    if let NewStep::Tool { tool, input, .. } = &new
        && leaves_entry(tool)
    {
        let text = describe(tool, input);
        let actor = tx.actor();
        machine::entry(tx, run, actor, ActivityType::ToolCall, Visibility::Internal, &text)?;
    }
    let step = steps::add(tx, run, new)?;
    if matches!(action, Call::AskPerson(_)) {
        machine::wait(tx, run, WaitingFor::Person)?;
        return Ok(step);
    }
    let stage = tx.acting_as(Actor::SYSTEM, |tx| stages::get(tx, run.stage_id))?;
    if stage.phase != StagePhase::Active
        && !finishes_later
        && let Verdict::End(state, why) = check(tx, run, false)?
    {
        machine::end(tx, run, state, why.as_deref())?;
    }
    Ok(step)
}

pub(super) fn tool_step(call: &Pending, output: Json, is_error: bool) -> NewStep {
    NewStep::Tool { call_id: call.id.clone(), tool: call.name.clone(), input: call.input.clone(), output, is_error }
}

/// What a model is told of an outcome: also the input, when a person put another in the place of its own.
fn told(call: &Pending, input: &Json, output: Json) -> Json {
    if *input == call.input { output } else { json!({"output": output, "input_changed_by_reviewer": input}) }
}

/// What a model reads when a call is refused.
pub(crate) fn refusal(error: &Error) -> Json {
    let fields: Vec<_> = error.fields().iter().map(|field| field.path.as_str()).collect();
    json!({"error": {"code": error.code(), "message": error.message(), "fields": fields}})
}

/// Whether calls of this tool leave an entry in the thread: those that only read do not.
fn leaves_entry(tool: &str) -> bool {
    actions::spec(tool).is_none_or(|spec| spec.effect != Effect::Reads)
}

/// A tool's name as it is shown: models may call what does not exist.
fn shown_name(name: &str) -> String {
    name.chars().take(64).collect()
}

/// The longest entry about a call, in characters.
const ENTRY: usize = 200;

fn shortened(text: &str) -> String {
    match text.char_indices().nth(ENTRY) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// One line about an action: its name and the one value of its input that tells most.
fn describe(tool: &str, input: &Json) -> String {
    const TELLING: [&str; 8] = ["summary", "question", "title", "subject", "name", "label", "motion", "priority"];
    let value = TELLING.iter().find_map(|key| input.get(key).and_then(Json::as_str));
    let line = value.map(|value| value.lines().next().unwrap_or_default());
    match line {
        Some(line) => shortened(&format!("{tool}: {line}")),
        None => tool.to_owned(),
    }
}
