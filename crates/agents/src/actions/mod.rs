//! Actions: the tools that every agent has, each a thin way to one domain function under the agent's own rights.

mod inputs;
mod perform;
mod show;
#[cfg(test)]
mod tests;

use gateway::ToolSpec;
use kernel::{
    Actor, Error, Result,
    ids::{CaseId, SpaceId, StageId, ThreadId, ToolId, WorkspaceId},
};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use store::{Store, Stored};

pub use inputs::Call;
pub(crate) use perform::perform;
pub(crate) use show::{context, name_of};

/// What an action does to the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It only reads: it never needs a review and leaves no entry in the thread.
    Reads,
    /// It asks a person: `*` in a review list does not include it, its own name does.
    Asks,
    /// It changes something.
    Changes,
}

/// An action as models and people know it.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// Its name, which no registered tool may have.
    pub name: &'static str,
    /// What it does and when to use it, written for models.
    pub description: &'static str,
    /// What it does to the world.
    pub effect: Effect,
}

impl Spec {
    /// Whether a run cannot do without it: such an action is given to every agent.
    pub fn is_essential(&self) -> bool {
        matches!(self.name, "read_case" | "complete_instruction" | "ask_person" | FINISH)
    }

    /// The id that dialects know it by. It is made of the name, so it is the same everywhere and for ever.
    pub fn id(&self) -> ToolId {
        let digest = Sha256::digest(format!("heddle action {}", self.name));
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        ToolId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// The JSON Schema of its input.
    pub fn input_schema(&self) -> Json {
        inputs::schema(self.name)
    }
}

/// The action that ends a run's work.
pub(crate) const FINISH: &str = "finish_stage";

const fn spec_of(name: &'static str, effect: Effect, description: &'static str) -> Spec {
    Spec { name, description, effect }
}

/// Every action, in the order in which models are told of them.
pub const SPECS: &[Spec] = &[
    spec_of(
        "read_case",
        Effect::Reads,
        "Read the case: its fields, stages, the instructions of your stage, and its subcases. Give case_id to read another case \
         that you can see.",
    ),
    spec_of("read_thread", Effect::Reads, "Read the newest entries of the case's thread, oldest of them first."),
    spec_of(
        "list_documents",
        Effect::Reads,
        "List the documents and data tables of the case (scope case) or of the whole space (scope space).",
    ),
    spec_of("read_document", Effect::Reads, "Read the text of a document."),
    spec_of(
        "query_datatable",
        Effect::Reads,
        "Read rows of a data table, with its columns and how many rows pass the filter.",
    ),
    spec_of(
        "post_activity",
        Effect::Changes,
        "Post a comment in the case's thread. Visibility internal is for the people assigned to the case and admins only.",
    ),
    spec_of(
        "complete_instruction",
        Effect::Changes,
        "Tick an instruction of type todo off, once you have done what it says. The last one completes the stage.",
    ),
    spec_of(
        "set_motion",
        Effect::Changes,
        "Set how the case moves: working, waiting (give waiting_on) or blocked. When you end your turn while the case is \
         waiting, you are called again when it moves on.",
    ),
    spec_of("set_priority", Effect::Changes, "Set the case's priority; null clears it."),
    spec_of("add_label", Effect::Changes, "Put a label of the space on the case, by its name."),
    spec_of("remove_label", Effect::Changes, "Take a label off the case, by its name."),
    spec_of("write_note", Effect::Changes, "Write a note and attach it to the case. The body is Markdown."),
    spec_of(
        "attach_artifact",
        Effect::Changes,
        "Attach a text file to the case: its name with extension, and its content.",
    ),
    spec_of("draft_email", Effect::Changes, "Write the draft of an e-mail in the case. A person sends it."),
    spec_of("spawn_subcase", Effect::Changes, "Open a subcase from your stage, in the same space."),
    spec_of(
        "ask_person",
        Effect::Asks,
        "Ask a person a question in the case's thread and wait for the answer: actor_id if given, else whoever the case is \
         assigned to. Use it when you lack information or authority; do not guess.",
    ),
    spec_of(
        "finish_stage",
        Effect::Changes,
        "Finish your stage once all its instructions are satisfied. The summary says in a few sentences what you did and found; \
         it is posted in the thread. A stage that completed by itself takes the summary all the same.",
    ),
];

/// The action of this name.
pub fn spec(name: &str) -> Option<&'static Spec> {
    SPECS.iter().find(|spec| spec.name == name)
}

/// The actions as tools for a model that is not given those in `withheld`.
pub(crate) fn tool_specs(withheld: &[String]) -> impl Iterator<Item = ToolSpec> {
    SPECS.iter().filter(|spec| !is_withheld(spec.name, withheld)).map(|spec| ToolSpec {
        name: spec.name.to_owned(),
        description: spec.description.to_owned(),
        input_schema: inputs::schema(spec.name),
    })
}

/// Whether an action is withheld from an agent.
pub(crate) fn is_withheld(name: &str, withheld: &[String]) -> bool {
    withheld.iter().any(|known| known == name) && spec(name).is_none_or(|spec| !spec.is_essential())
}

/// Reads a call of an action.
///
/// # Errors
/// `Invalid` naming the part of the input that is wrong.
pub fn parse(name: &str, input: &Json) -> Result<Call> {
    if !input.is_object() {
        return Err(Error::invalid("input", "the input must be a JSON object"));
    }
    let call = json!({"name": name, "input": input});
    serde_path_to_error::deserialize(call).map_err(|e| {
        let path = e.path().to_string();
        Error::invalid(if path == "." { "input".to_owned() } else { path }, e.into_inner().to_string())
    })
}

/// Where a run acts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene {
    pub space: SpaceId,
    pub case: CaseId,
    pub stage: StageId,
    pub thread: ThreadId,
}

/// What an action needed from outside the database, fetched or stored before its transaction.
#[derive(Clone, Debug)]
pub(crate) enum Prepared {
    Nothing,
    /// The text of a document.
    Text(String),
    /// The bytes of a file to attach.
    Blob(Stored),
}

impl Call {
    /// Whether the action needs something outside the database, so that it cannot be performed by whoever approves it but
    /// only by the run.
    pub(crate) fn needs_outside(&self) -> bool {
        matches!(self, Self::ReadDocument(_) | Self::AttachArtifact(_))
    }

    /// Gets what the action needs from outside the database. Doing it again is harmless.
    pub(crate) async fn prepare(&self, store: &Store, workspace: WorkspaceId, agent: Actor) -> Result<Prepared> {
        match self {
            Self::ReadDocument(input) => {
                let id = input.document_id;
                library::documents::text(store, workspace, agent, id).await.map(Prepared::Text)
            }
            Self::AttachArtifact(input) => {
                let bytes = bytes::Bytes::from(input.content.clone().into_bytes());
                store.blobs().put(workspace, bytes).await.map(Prepared::Blob)
            }
            _ => Ok(Prepared::Nothing),
        }
    }
}
