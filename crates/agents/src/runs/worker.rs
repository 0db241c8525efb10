//! The loop that works on a run: ask the model, carry out its calls one by one, store each step before the next.
//!
//! All that the loop knows it can read back from the stored steps, so it can be killed anywhere. Each transaction begins by
//! making sure that the run is still this worker's, at the step the worker believes it to be at.

mod calls;
mod rehearsal;

use std::{sync::Arc, time::Duration};

use gateway::{ChatRequest, Effort, StopReason, ToolSpec};
use identity::{actors, spaces};
use kernel::{Actor, Error, Result, Timestamp, ids::RunId};
use ledger::{Outcome as Ended, Surface, Who};
use serde::Deserialize;
use serde_json::Value as Json;
use store::{JobContext, Outcome, Tx, params};
use talk::activities::{ActivityType, Visibility};
use work::{cases, motion::Motion, stages};

use super::{
    Run, RunState, Step, Verdict, WaitingFor, check, event, find, gate, machine, prompt,
    steps::{self, About, Conversation, NewStep},
};
use crate::{
    Deps, actions, is_answer,
    redaction::Redactions,
    rules,
    tools::{self, Tool},
};
pub(crate) use calls::after;

/// How long a run rests when its model, which has answered before, fails for a passing reason.
const LATER: Duration = Duration::from_secs(2);
/// The code of an error that says that a budget is used up.
const BUDGET: &str = "budget_exhausted";
/// The most tokens of one answer.
const ANSWER_TOKENS: i64 = 16_000;

#[derive(Clone, Copy, Deserialize)]
struct Payload {
    run_id: RunId,
    round: i64,
}

/// What came of a part of the loop.
enum Flow {
    /// On to the next step.
    Next,
    /// The run has ended, waits, or is another worker's.
    Leave,
    /// To be gone on with later, not before this time.
    Later(Timestamp),
}

/// The handler of the jobs of kind [`super::JOB`].
///
/// # Errors
/// The store's, and the provider's passing ones: the job is tried again then.
pub async fn run_job(context: JobContext, deps: Arc<Deps>, redactions: Redactions) -> Result<Outcome> {
    let payload: Payload = serde_json::from_value(context.job.payload.clone()).map_err(Error::internal)?;
    match work_on(&context, &deps, &redactions, payload).await {
        // Nobody will try again, so the run must not be left behind.
        Err(error) if context.job.attempts >= context.job.max_attempts => {
            tracing::error!(run = %payload.run_id, ?error, "a run is given up");
            let why = error.message().to_owned();
            let write = move |tx: &mut Tx<'_>| give_up(tx, payload, &why);
            context.store.write(context.workspace, Actor::SYSTEM, write).await?;
            Ok(Outcome::Done)
        }
        outcome => outcome,
    }
}

fn give_up(tx: &mut Tx<'_>, payload: Payload, why: &str) -> Result<()> {
    let run = find(tx, payload.run_id)?;
    if run.round == payload.round { machine::end(tx, &run, RunState::Failed, Some(why)) } else { Ok(()) }
}

async fn work_on(context: &JobContext, deps: &Deps, redactions: &Redactions, payload: Payload) -> Result<Outcome> {
    let Some(mut worker) = Worker::begin(context, deps, redactions, payload).await? else { return Ok(Outcome::Done) };
    loop {
        if context.stop.is_cancelled() {
            return Ok(Outcome::Again(Timestamp::now()));
        }
        let flow = match worker.conversation.pending.front().cloned() {
            Some(call) if worker.run.trial => worker.rehearse(call).await?,
            Some(call) => worker.call(call).await?,
            None => worker.ask().await?,
        };
        match flow {
            Flow::Next => {}
            Flow::Leave => return Ok(Outcome::Done),
            Flow::Later(at) => return Ok(Outcome::Again(at)),
        }
    }
}

/// A worker on a run, with what it has read of it.
struct Worker<'a> {
    context: &'a JobContext,
    deps: &'a Deps,
    redactions: &'a Redactions,
    agent: Actor,
    run: Run,
    conversation: Conversation,
    system: String,
    tools: Vec<Tool>,
    effort: Option<Effort>,
    /// Actions that the agent is not given.
    withheld: Vec<String>,
    /// Whether it has stored a step.
    progressed: bool,
}

/// What a worker reads at its beginning.
struct Loaded {
    run: Run,
    steps: Vec<Step>,
    system: String,
    tools: Vec<Tool>,
    effort: Option<Effort>,
    withheld: Vec<String>,
}

impl<'a> Worker<'a> {
    /// Takes the run over; none when it is no longer to be worked on.
    async fn begin(
        context: &'a JobContext,
        deps: &'a Deps,
        redactions: &'a Redactions,
        payload: Payload,
    ) -> Result<Option<Self>> {
        let JobContext { store, workspace, .. } = context;
        let found = store
            .read(*workspace, Actor::SYSTEM, move |tx| {
                let run = find(tx, payload.run_id)?;
                let agent = machine::agent(tx, run.actor_id)?;
                Ok((run, agent))
            })
            .await;
        let (run, agent) = match found {
            Ok(found) => found,
            // Its space was deleted.
            Err(error) if error.kind() == kernel::Kind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        // Without any key the built-in planner stands in, and says so.
        let model = if run.model_id.is_empty() { deps.default_model.clone() } else { run.model_id.clone() };
        let unserved = !deps.gateway.serves(&model) && deps.gateway.providers() == [rules::NAME];
        let loaded = store.write(*workspace, agent, move |tx| load(tx, payload, &model, unserved)).await;
        let loaded = match loaded {
            Ok(Some(loaded)) => loaded,
            Ok(None) => return Ok(None),
            Err(error) if is_answer(&error) => {
                let why = format!("the case cannot be read: {}", error.message());
                store.write(*workspace, Actor::SYSTEM, move |tx| give_up(tx, payload, &why)).await?;
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let Loaded { run, steps, system, tools, effort, withheld } = loaded;
        let conversation = Conversation::of(&steps)?;
        Ok(Some(Self {
            context,
            deps,
            redactions,
            agent,
            run,
            conversation,
            system,
            tools,
            effort,
            withheld,
            progressed: false,
        }))
    }

    /// Asks the model for its next answer and stores it.
    async fn ask(&mut self) -> Result<Flow> {
        let JobContext { store, workspace, job, stop } = self.context;
        let run = self.run.clone();
        let may = store.write(*workspace, self.agent, move |tx| may_go_on(tx, &run, false, true)).await?;
        if !may {
            return Ok(Flow::Leave);
        }
        let cleaner = self.redactions.of(store, *workspace).await?;
        let request = cleaner.request(self.request());
        let mut entry = match self.begin_call(&request).await {
            Ok(entry) => entry,
            Err(error) if error.code() == BUDGET => return self.fail(error.message().to_owned()).await,
            Err(error) => match error.retry_after() {
                Some(seconds) => return Ok(Flow::Later(Timestamp::now().plus(Duration::from_secs(seconds)))),
                None => return Err(error),
            },
        };
        let mut first = |_| {
            if let Some(entry) = &mut entry {
                entry.first_byte();
            }
        };
        let answer = tokio::select! {
            () = stop.cancelled() => return Ok(Flow::Later(Timestamp::now())),
            answer = self.deps.gateway.chat(&request, &mut first) => answer,
        };
        let mut cost = 0;
        if let Some(mut entry) = entry {
            match &answer {
                Ok(answer) => {
                    entry.took(answer.usage, false);
                    entry.answered_by(&answer.model);
                    cost = entry.cost();
                    entry.end(Ended::Ok, None);
                }
                Err(error) => entry.end(Ended::Error, Some(error.to_string())),
            }
        }
        let mut answer = match answer {
            Ok(answer) => answer,
            // The job's attempts are for failures in a row.
            Err(error) if error.is_retryable() && self.progressed => {
                tracing::warn!(run = %self.run.id, %error, "the model does not answer for now");
                return Ok(Flow::Later(Timestamp::now().plus(LATER)));
            }
            Err(error) if error.is_retryable() && job.attempts < job.max_attempts => {
                return Err(Error::unavailable("model_unavailable", error.to_string()));
            }
            Err(error) => return self.fail(error.to_string()).await,
        };
        answer.content = cleaned(answer.content)?;
        let (run, reminded) = (self.run.clone(), self.conversation.reminded);
        let stored = store.write(*workspace, self.agent, move |tx| answered(tx, &run, &answer, cost, reminded)).await?;
        let Some(stored) = stored else { return Ok(Flow::Leave) };
        for step in &stored.steps {
            self.conversation.push(step)?;
        }
        self.run = stored.run;
        self.progressed = true;
        Ok(if stored.goes_on { Flow::Next } else { Flow::Leave })
    }

    /// Begins a call in the ledger; the built-in planner makes none.
    async fn begin_call(&self, request: &ChatRequest) -> Result<Option<ledger::Entry>> {
        let run = &self.run;
        let Some(provider) = self.deps.gateway.provider_of(&request.model).filter(|name| *name != rules::NAME) else {
            return Ok(None);
        };
        let who = Who {
            workspace: self.context.workspace,
            actor: run.actor_id,
            is_agent: true,
            key: None,
            space: Some(run.space_id),
            case: Some(run.case_id),
            run: Some(run.id),
            confirmed: false,
        };
        let expected = gateway::Usage {
            input_tokens: request.rough_input_tokens(),
            output_tokens: request.max_tokens.into(),
            ..gateway::Usage::default()
        };
        self.deps.ledger.begin(who, Surface::Run, provider, &request.model, expected).await.map(Some)
    }

    fn request(&self) -> ChatRequest {
        let own = self.tools.iter().map(|tool| {
            let mut input_schema = tool.input_schema.clone();
            if let Json::Object(schema) = &mut input_schema {
                schema.entry("type").or_insert_with(|| "object".into());
            }
            ToolSpec { name: tool.name.clone(), description: tool.description.clone(), input_schema }
        });
        let left = self.run.max_tokens.saturating_sub(self.run.input_tokens).saturating_sub(self.run.output_tokens);
        ChatRequest {
            model: self.run.model_id.clone(),
            system: Some(self.system.clone()),
            messages: self.conversation.messages.clone(),
            tools: actions::tool_specs(&self.withheld).chain(own).collect(),
            max_tokens: u32::try_from(left.clamp(1, ANSWER_TOKENS)).unwrap_or(1),
            temperature: None,
            effort: self.effort,
            tool_choice: None,
        }
    }

    /// Ends the run as failed.
    async fn fail(&self, why: String) -> Result<Flow> {
        let run = self.run.clone();
        let write = move |tx: &mut Tx<'_>| {
            if is_ours(tx, &run)?.is_some() {
                machine::end(tx, &run, RunState::Failed, Some(&why))?;
            }
            Ok(())
        };
        self.context.store.write(self.context.workspace, self.agent, write).await?;
        Ok(Flow::Leave)
    }
}

/// Takes the run for this round and reads all that the worker needs; the first time, also what the model begins with.
fn load(tx: &mut Tx<'_>, payload: Payload, model: &str, unserved: bool) -> Result<Option<Loaded>> {
    let mut run = find(tx, payload.run_id)?;
    if run.round != payload.round || !matches!(run.state, RunState::Queued | RunState::Running) {
        return Ok(None);
    }
    if !gate_opens(tx, &run, true)? {
        return Ok(None);
    }
    model.clone_into(&mut run.model_id);
    let mut agent = actors::get(tx, run.actor_id)?;
    if run.told.is_some() {
        agent.system_prompt.clone_from(&run.told);
    }
    let stage = stages::get(tx, run.stage_id)?;
    let space = spaces::get(tx, run.space_id)?;
    if unserved {
        let text = format!(
            "No model provider is configured: the built-in rules agent works this stage in the place of {}.",
            run.model_id
        );
        machine::entry(tx, &run, Actor::SYSTEM, ActivityType::SystemEvent, Visibility::Public, &text)?;
        rules::NAME.clone_into(&mut run.model_id);
    }
    let began = run.started_at.is_none();
    tx.execute(
        "UPDATE runs SET state = 'running', model_id = $2, started_at = COALESCE(started_at, $3), updated_at = $3 WHERE id = $1",
        params![run.id, run.model_id, tx.now()],
    )?;
    if began {
        event(tx, "run.started", &run, serde_json::json!({"model_id": run.model_id}))?;
    }
    if run.steps == 0 {
        let scene = run.scene(tx)?;
        let context = actions::context(tx, &scene)?;
        steps::add(tx, &mut run, NewStep::Message { about: About::Start, text: prompt::start(&context) })?;
    }
    let run = find(tx, run.id)?;
    Ok(Some(Loaded {
        steps: steps::all(tx, run.id)?,
        system: prompt::system(&agent, &space.name, &stage, run.trial),
        tools: tools::attached(tx, run.space_id, run.actor_id)?,
        // What is stored was checked when it was set.
        withheld: agent.withheld,
        effort: agent.reasoning_effort.as_deref().and_then(Effort::named),
        run,
    }))
}

/// The run as it is stored, if it is still this worker's and at the step that the worker knows.
fn is_ours(tx: &mut Tx<'_>, known: &Run) -> Result<Option<Run>> {
    let run = find(tx, known.id)?;
    let ours = run.round == known.round && run.steps == known.steps && run.state == RunState::Running;
    Ok(ours.then_some(run))
}

/// Whether the run may take its next step; if not, it is ended or waits when this returns.
fn may_go_on(tx: &mut Tx<'_>, known: &Run, finishing: bool, asks: bool) -> Result<bool> {
    let Some(run) = is_ours(tx, known)? else { return Ok(false) };
    if !gate_opens(tx, &run, finishing)? {
        return Ok(false);
    }
    if asks && let Verdict::End(state, why) = gate::within_limits(&run) {
        machine::end(tx, &run, state, why.as_deref())?;
        return Ok(false);
    }
    Ok(true)
}

fn gate_opens(tx: &mut Tx<'_>, run: &Run, finishing: bool) -> Result<bool> {
    match check(tx, run, finishing)? {
        Verdict::Go => Ok(true),
        Verdict::Pause => machine::wait(tx, run, WaitingFor::Pause).map(|()| false),
        Verdict::End(state, why) => machine::end(tx, run, state, why.as_deref()).map(|()| false),
    }
}

/// What was stored of an answer.
struct Answered {
    run: Run,
    steps: Vec<Step>,
    goes_on: bool,
}

/// Stores an answer and decides what follows when it calls no tool. None when the run is no longer this worker's.
fn answered(
    tx: &mut Tx<'_>,
    known: &Run,
    answer: &gateway::ChatResponse,
    cost_micros: i64,
    reminded: bool,
) -> Result<Option<Answered>> {
    let Some(mut run) = is_ours(tx, known)? else {
        // Cancelled while the model answered: the answer is dropped, what it cost is not.
        let usage = &answer.usage;
        tx.execute(
            "UPDATE runs SET input_tokens = input_tokens + $3, output_tokens = output_tokens + $4, cost_micros = cost_micros + $5 \
             WHERE id = $1 AND steps = $2 AND ended_at IS NOT NULL",
            params![known.id, known.steps, usage.input_tokens, usage.output_tokens, cost_micros],
        )?;
        return Ok(None);
    };
    let mut stored = vec![steps::add(tx, &mut run, NewStep::Model { answer: answer.clone(), cost_micros })?];
    let calls = answer.content.iter().any(|content| matches!(content, gateway::Content::ToolCall { .. }));
    let mut goes_on = true;
    if answer.stop == StopReason::Refusal {
        machine::end(tx, &run, RunState::Failed, Some("The model declined to work on this."))?;
        goes_on = false;
    } else if !calls && run.trial && (answer.stop != StopReason::MaxTokens || reminded) {
        machine::end(tx, &run, RunState::Succeeded, None)?;
        goes_on = false;
    } else if !calls {
        // A stage that is over, or a pause, is found before the next step.
        let waits = !run.trial && cases::get(tx, run.case_id)?.motion == Motion::Waiting;
        if waits && check(tx, &run, false)? == Verdict::Go {
            machine::wait(tx, &run, WaitingFor::Case)?;
            goes_on = false;
        } else if check(tx, &run, false)? == Verdict::Go && reminded {
            let why = "The agent ended its turn twice without finishing the stage.";
            machine::end(tx, &run, RunState::Failed, Some(why))?;
            goes_on = false;
        } else {
            let text = if answer.stop == StopReason::MaxTokens { prompt::CUT } else { prompt::UNFINISHED };
            let new = NewStep::Message { about: About::Unfinished, text: text.to_owned() };
            stored.push(steps::add(tx, &mut run, new)?);
        }
    }
    Ok(Some(Answered { run, steps: stored, goes_on }))
}

/// The content without zero characters.
fn cleaned(content: Vec<gateway::Content>) -> Result<Vec<gateway::Content>> {
    let value = serde_json::to_value(content).map_err(Error::internal)?;
    serde_json::from_value(steps::clean(value)).map_err(Error::internal)
}
