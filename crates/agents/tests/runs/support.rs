//! A workspace with a person, an agent, a case and running workers.

use std::{path::Path, sync::Arc, time::Duration};

use gateway::{
    BoxFuture, ChatRequest, ChatResponse, Content, Error as ModelError, Gateway, Provider, Role, StopReason,
    StreamEvent, Usage, outbound::Guard,
};
use heddle_agents::{
    Deps,
    proposals::{self, Proposal, ProposalFilter},
    runs::{self, Run, RunFilter, Step, StepKind},
};
use identity::{
    Role as SpaceRole, Vault,
    actors::{self, ActorType, NewActor},
    spaces::{self, NewSpace},
    workspaces,
};
use kernel::{
    Actor, PageRequest, Result,
    ids::{CaseId, SpaceId, WorkspaceId},
};
use sandbox::Sandbox;
use serde_json::{Value as Json, json};
use store::{Config, Store, Tx, Workers};
use talk::activities::{self, Activity, ActivityType, Visibility};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use work::{
    cases::{self, Case, NewCase},
    instructions::{self, Instruction, InstructionType, NewInstruction},
    lifecycle,
    motion::RequiredActor,
    procedures::{self, NewStageTemplate},
    stages::{self, Stage},
};

pub const ALL: PageRequest = PageRequest { page: 1, per_page: 200 };

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the scripted model answers: given the request and how many answers it gave before in this conversation.
pub type Script = dyn Fn(&ChatRequest, usize) -> Result<Vec<Content>, ModelError> + Send + Sync;

/// A model that follows a script. Its answers depend on the conversation alone, so it can be asked again after a crash.
pub struct Scripted(pub Box<Script>);

impl Provider for Scripted {
    fn name(&self) -> &str {
        "scripted"
    }

    fn chat<'a>(
        &'a self,
        req: &'a ChatRequest,
        _: &'a mut (dyn FnMut(StreamEvent) + Send),
    ) -> BoxFuture<'a, Result<ChatResponse, ModelError>> {
        let turn = req.messages.iter().filter(|message| message.role == Role::Assistant).count();
        let answer = (self.0)(req, turn);
        Box::pin(async move {
            let content = answer?;
            // A script's way to say that this answer never comes.
            if content.is_empty() {
                std::future::pending::<()>().await;
            }
            let calls = content.iter().any(|part| matches!(part, Content::ToolCall { .. }));
            Ok(ChatResponse {
                model: "scripted-1".into(),
                content,
                stop: if calls { StopReason::ToolUse } else { StopReason::EndTurn },
                usage: Usage { input_tokens: 100, output_tokens: 10, cached_input_tokens: 0, ..Usage::default() },
            })
        })
    }
}

pub fn call(id: &str, name: &str, input: Json) -> Content {
    Content::ToolCall { id: id.into(), name: name.into(), input }
}

pub fn text(text: &str) -> Content {
    Content::Text { text: text.into() }
}

/// The result of a call, as the model reads it.
pub fn result<'a>(request: &'a ChatRequest, id: &str) -> Option<(&'a str, bool)> {
    request.messages.iter().flat_map(|message| &message.content).find_map(|content| match content {
        Content::ToolResult { id: of, output, is_error } if of == id => Some((output.as_str(), *is_error)),
        _ => None,
    })
}

/// All that the model was told in plain words.
pub fn said(request: &ChatRequest) -> String {
    let texts =
        request.messages.iter().filter(|message| message.role == Role::User).flat_map(|message| &message.content);
    texts.filter_map(|content| if let Content::Text { text } = content { Some(text.as_str()) } else { None }).collect()
}

/// What a case is made of.
pub struct Setup {
    pub model: &'static str,
    pub review: Vec<String>,
    pub instructions: Vec<(InstructionType, &'static str)>,
}

impl Setup {
    pub fn todos(model: &'static str, todos: &[&'static str]) -> Self {
        let instructions = todos.iter().map(|text| (InstructionType::Todo, *text)).collect();
        Self { model, review: vec![], instructions }
    }

    pub fn review(mut self, actions: &[&str]) -> Self {
        self.review = actions.iter().map(ToString::to_string).collect();
        self
    }
}

pub struct World {
    pub store: Store,
    pub ws: WorkspaceId,
    pub owner: Actor,
    pub agent: Actor,
    pub space: SpaceId,
    pub case: CaseId,
    pub stop: CancellationToken,
    pub workers: JoinHandle<Result<()>>,
    /// Removed at the end.
    pub folder: Option<tempfile::TempDir>,
}

/// Starts the workers on a store. They look after workspaces that are opened from then on, so this comes first.
pub async fn start_workers(store: &Store, gateway: Gateway) -> (CancellationToken, JoinHandle<Result<()>>) {
    let stop = CancellationToken::new();
    let guard = Guard::allowing("127.0.0.1").unwrap();
    let deps = Deps {
        gateway,
        ledger: ledger::Ledger::open(store.clone()).await.unwrap(),
        default_model: "rules".to_owned(),
        sandbox: Sandbox::from_env(guard.clone()),
        guard,
        vault: Vault::new("the secret of the tests").unwrap(),
    };
    let workers = heddle_agents::workers(Workers::new().reader("work", work::follow_event), deps);
    let mut running = Box::pin(workers.run(store.clone(), stop.clone()));
    // Polled once, they listen.
    tokio::select! {
        biased;
        ended = &mut running => panic!("the workers ended: {ended:?}"),
        () = std::future::ready(()) => {}
    }
    (stop, tokio::spawn(running))
}

impl World {
    /// A case whose first stage, "Triage", is the agent's and whose second, "Decision", is a person's; not commenced yet.
    pub async fn new(setup: Setup, gateway: Gateway) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut world = Self::at(folder.path(), setup, gateway).await;
        world.folder = Some(folder);
        world
    }

    /// With a scripted model.
    pub async fn scripted(
        setup: Setup,
        script: impl Fn(&ChatRequest, usize) -> Result<Vec<Content>, ModelError> + Send + Sync + 'static,
    ) -> Self {
        let gateway = Gateway::new().with_backoff(Duration::from_millis(1));
        Self::new(setup, gateway.with_provider(Arc::new(Scripted(Box::new(script))))).await
    }

    pub async fn at(folder: &Path, setup: Setup, gateway: Gateway) -> Self {
        Self::configured(Config::embedded(folder), setup, gateway).await
    }

    pub async fn configured(config: Config, setup: Setup, gateway: Gateway) -> Self {
        let store = Store::open(config).await.unwrap();
        let (stop, workers) = start_workers(&store, gateway).await;
        let (workspace, _, owner) =
            workspaces::create(&store, "Acme", None, "ada@acme.example", Some("Ada")).await.unwrap();
        let (ws, owner) = (workspace.id, owner.acting());
        let (agent, space, case) = store
            .write(ws, owner, move |tx| {
                let new = NewActor {
                    actor_type: ActorType::Ai,
                    name: "Weaver".into(),
                    email: None,
                    model_id: Some(setup.model.into()),
                    system_prompt: Some("You are careful.".into()),
                    reasoning_effort: None,
                    capabilities: vec!["triage".into()],
                    review: setup.review.clone(),
                };
                let agent = actors::create(tx, &new)?.acting();
                let space =
                    spaces::create(tx, &NewSpace { name: "Claims".into(), description: None, review: vec![] })?.id;
                spaces::add_member(tx, space, agent.id, SpaceRole::Member)?;
                work::labels::create(tx, space, "urgent", None)?;
                let procedure = procedures::create(tx, space, "Claim", None)?.id;
                let instructions = setup.instructions.iter().map(|(kind, text)| NewInstruction {
                    instruction_type: *kind,
                    text: (*text).into(),
                    condition: None,
                });
                let stage = |name: &str, who, actor, instructions| NewStageTemplate {
                    name: name.into(),
                    description: Some("What this stage is about.".into()),
                    required_actor_type: who,
                    assigned_actor_id: actor,
                    instructions,
                };
                let triage = stage("Triage", RequiredActor::Either, Some(agent.id), instructions.collect());
                procedures::add_stage(tx, procedure, &triage)?;
                let decision = stage("Decision", RequiredActor::Human, Some(owner.id), vec![]);
                procedures::add_stage(tx, procedure, &decision)?;
                let new = NewCase {
                    procedure_id: Some(procedure),
                    assigned_actor_id: Some(owner.id),
                    ..NewCase::titled(space, "Water in the cellar")
                };
                Ok((agent, space, cases::create(tx, &new)?.id))
            })
            .await
            .unwrap();
        Self { store, ws, owner, agent, space, case, stop, workers, folder: None }
    }

    pub async fn write<T: Send + 'static>(&self, work: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static) -> T {
        self.try_write(self.owner, work).await.unwrap()
    }

    pub async fn try_write<T: Send + 'static>(
        &self,
        actor: Actor,
        work: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.store.write(self.ws, actor, work).await
    }

    pub async fn read<T: Send + 'static>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static) -> T {
        self.store.read(self.ws, self.owner, work).await.unwrap()
    }

    pub async fn commence(&self) {
        let case = self.case;
        self.write(move |tx| lifecycle::commence(tx, case)).await;
    }

    /// Waits, woken by commits, until `look` finds something.
    pub async fn until<T: Send + 'static>(
        &self,
        what: &str,
        look: impl Fn(&mut Tx<'_>) -> Result<Option<T>> + Send + Sync + 'static,
    ) -> T {
        let mut signal = self.store.subscribe(self.ws).await.unwrap();
        let look = Arc::new(look);
        let search = async {
            loop {
                signal.borrow_and_update();
                let look = Arc::clone(&look);
                if let Some(found) = self.read(move |tx| look(tx)).await {
                    return found;
                }
                signal.changed().await.unwrap();
            }
        };
        match tokio::time::timeout(PATIENCE, search).await {
            Ok(found) => found,
            Err(_) => panic!("waited in vain until {what}; steps: {:#?}", self.steps().await),
        }
    }

    /// Waits until the newest run is in a state, and has taken the given number of rounds if that matters.
    pub async fn until_run(&self, what: &str, is: impl Fn(&Run) -> bool + Send + Sync + 'static) -> Run {
        self.until(what, move |tx| {
            let newest = runs::list(tx, &RunFilter::default(), ALL)?.items.into_iter().next();
            Ok(newest.filter(|run| is(run)))
        })
        .await
    }

    pub async fn until_state(&self, state: runs::RunState) -> Run {
        self.until_run(state.as_str(), move |run| run.state == state).await
    }

    pub async fn runs(&self) -> Vec<Run> {
        self.read(|tx| Ok(runs::list(tx, &RunFilter::default(), ALL)?.items)).await
    }

    /// The steps of the newest run.
    pub async fn steps(&self) -> Vec<Step> {
        self.read(|tx| {
            let run = runs::list(tx, &RunFilter::default(), ALL)?.items.into_iter().next();
            run.map_or(Ok(vec![]), |run| Ok(runs::steps(tx, run.id, ALL)?.items))
        })
        .await
    }

    /// The tools that the newest run called, with whether they were refused.
    pub async fn calls(&self) -> Vec<(String, bool)> {
        let steps = self.steps().await.into_iter().filter(|step| step.kind == StepKind::Tool);
        steps.map(|step| (step.tool.unwrap(), step.is_error)).collect()
    }

    pub async fn entries(&self) -> Vec<Activity> {
        let case = self.case;
        self.read(move |tx| {
            let thread = cases::get(tx, case)?.thread_id;
            Ok(activities::list(tx, thread, ALL)?.items)
        })
        .await
    }

    /// What the thread's entries of a type say.
    pub async fn told(&self, kind: ActivityType) -> Vec<String> {
        self.entries()
            .await
            .into_iter()
            .filter(|entry| entry.activity_type == kind)
            .map(|entry| entry.content)
            .collect()
    }

    /// What the thread's system events say about runs.
    pub async fn events_told(&self) -> Vec<String> {
        let told = self.told(ActivityType::SystemEvent).await;
        told.into_iter().filter(|text| !text.starts_with("Procedure")).collect()
    }

    pub async fn comment(&self, content: &'static str) {
        let case = self.case;
        self.write(move |tx| {
            let thread = cases::get(tx, case)?.thread_id;
            activities::post(tx, thread, ActivityType::Comment, content, Visibility::Public)
        })
        .await;
    }

    pub async fn the_case(&self) -> Case {
        let case = self.case;
        self.read(move |tx| cases::get(tx, case)).await
    }

    pub async fn stages(&self) -> Vec<Stage> {
        let case = self.case;
        self.read(move |tx| Ok(stages::list(tx, case, ALL)?.items)).await
    }

    pub async fn instructions(&self) -> Vec<Instruction> {
        let stage = self.stages().await[0].id;
        self.read(move |tx| Ok(instructions::list(tx, stage, ALL)?.items)).await
    }

    pub async fn proposals(&self) -> Vec<Proposal> {
        self.read(|tx| Ok(proposals::list(tx, &ProposalFilter::default(), ALL)?.items)).await
    }
}

/// The first call that is to tick an instruction off, by the instruction's place in the context that the model was given.
pub fn instruction_id(request: &ChatRequest, index: usize) -> String {
    let told = said(request);
    let start = told.find('{').unwrap();
    let mut context = serde_json::Deserializer::from_str(&told[start..]).into_iter::<Json>();
    let context = context.next().unwrap().unwrap();
    context["stage"]["instructions"][index]["id"].as_str().unwrap().to_owned()
}

/// `complete_instruction` of the instruction at this place, and `finish_stage`.
pub fn tick(request: &ChatRequest, id: &str, index: usize) -> Content {
    call(id, "complete_instruction", json!({"instruction_id": instruction_id(request, index)}))
}
