//! What the model can do: tools with a name, a description, a schema, and a call that gives JSON or says why not.

mod bash;
mod case;
mod edit;
mod list;
mod oracle;
mod read;
mod web;
mod workspace;

use std::{io, sync::Arc};

use client::loom::proxy::{Tool as Offered, ToolCall};
use futures::future::BoxFuture;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

pub use case::Case;
pub use web::Search;
pub use workspace::Workspace;

use crate::{conversation::Outcome, llm::Llm};

/// What a call does to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It looks at the folder.
    Reads,
    /// It asks somebody elsewhere.
    Asks,
    /// It changes a file.
    Edits,
    /// It runs a program.
    Executes,
    /// It writes into the case that is worked on.
    Reports,
}

/// What a call gives, or why it gives nothing, for the model to read.
pub type Given = Result<Json, String>;

/// Something that the model can do.
pub trait Tool: Send + Sync {
    /// Its name.
    fn name(&self) -> &'static str;
    /// What it does and when to use it, for the model.
    fn description(&self) -> String;
    /// The JSON Schema of its input.
    fn schema(&self) -> Json;
    /// What it does to the world.
    fn effect(&self) -> Effect;
    /// What a call is about, in a few words for people.
    fn about(&self, input: &Json) -> String;
    /// Carries a call out.
    fn call<'a>(&'a self, workspace: &'a Workspace, input: Json) -> BoxFuture<'a, Given>;
}

/// The tools of a session, and the folder they work in.
#[derive(Clone)]
pub struct Registry {
    workspace: Arc<Workspace>,
    tools: Arc<[Box<dyn Tool>]>,
}

impl Registry {
    /// The tools for a folder: those for files and commands, the oracle, and what else there is.
    pub fn new(workspace: Workspace, llm: Llm, search: Option<Search>, case: Option<Arc<Case>>) -> Self {
        let mut tools: Vec<Box<dyn Tool>> = vec![
            Box::new(read::ReadFile),
            Box::new(edit::EditFile),
            Box::new(list::ListFiles),
            Box::new(bash::Bash),
            Box::new(oracle::Oracle(llm)),
        ];
        if let Some(search) = search {
            tools.push(Box::new(web::WebSearch(search)));
        }
        if let Some(case) = case {
            tools.push(Box::new(case::Comment(Arc::clone(&case))));
            tools.push(Box::new(case::CompleteInstruction(case)));
        }
        Self { workspace: Arc::new(workspace), tools: tools.into() }
    }

    /// The folder.
    pub fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// The tools as a model is told of them.
    pub fn offered(&self) -> Vec<Offered> {
        let offered = |tool: &dyn Tool| Offered {
            name: tool.name().into(),
            description: tool.description(),
            input_schema: tool.schema(),
        };
        self.tools.iter().map(|tool| offered(tool.as_ref())).collect()
    }

    fn find(&self, name: &str) -> Option<&dyn Tool> {
        self.tools.iter().map(AsRef::as_ref).find(|tool| tool.name() == name)
    }

    /// What a call does to the world; nothing for a tool that is not there.
    pub fn effect(&self, call: &ToolCall) -> Option<Effect> {
        self.find(&call.tool_name).map(Tool::effect)
    }

    /// What a call is about, in one short line for people. It holds nothing that a terminal would obey.
    pub fn about(&self, call: &ToolCall) -> String {
        let about = self.find(&call.tool_name).map(|tool| tool.about(&input(call))).unwrap_or_default();
        let line = match about.split_once('\n') {
            Some((first, _)) => format!("{first} …"),
            None => about,
        };
        let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
        format!("{} {line}", call.tool_name).trim_end().to_owned()
    }

    /// Carries a call out. Whatever goes wrong is an outcome too.
    pub async fn run(&self, call: &ToolCall) -> Outcome {
        let Some(tool) = self.find(&call.tool_name) else {
            let names: Vec<_> = self.tools.iter().map(|tool| tool.name()).collect();
            return Outcome::failed(format!("There is no tool {}. There are: {}.", call.tool_name, names.join(", ")));
        };
        match tool.call(&self.workspace, input(call)).await {
            Ok(given) => Outcome { output: given.to_string(), is_error: false },
            Err(why) => Outcome::failed(why),
        }
    }
}

/// The input of a call. Some models write it as text.
fn input(call: &ToolCall) -> Json {
    match &call.arguments {
        Json::String(text) if text.trim().is_empty() => json!({}),
        Json::String(text) => serde_json::from_str(text).unwrap_or(Json::Null),
        Json::Null => json!({}),
        other => other.clone(),
    }
}

/// Reads an input.
fn parse<T: DeserializeOwned>(input: Json) -> Result<T, String> {
    serde_json::from_value(input).map_err(|error| format!("The input makes no sense: {error}"))
}

/// Does something that waits for the disk.
async fn on_disk<T: Send + 'static>(work: impl FnOnce() -> Result<T, String> + Send + 'static) -> Result<T, String> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(format!("The tool broke: {error}")))
}

/// What went wrong with a file.
fn failed(path: &str, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => format!("There is no {path}."),
        _ => format!("{path}: {error}"),
    }
}
