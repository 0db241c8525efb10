//! The inputs of actions, and the JSON Schemas that tell models of them.

use kernel::ids::{ActorId, CaseId, DatatableId, DocumentId, InstructionId, ProcedureId};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use talk::activities::Visibility;
use work::motion::{Motion, Priority, WaitingOn};

/// A call of an action with its input.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "name", content = "input", rename_all = "snake_case")]
#[allow(missing_docs, reason = "the variants are the actions, described in SPECS")]
pub enum Call {
    ReadCase(ReadCase),
    ReadThread(ReadThread),
    ListDocuments(ListDocuments),
    ReadDocument(ReadDocument),
    QueryDatatable(QueryDatatable),
    PostActivity(PostActivity),
    CompleteInstruction(CompleteInstruction),
    SetMotion(SetMotion),
    SetPriority(SetPriority),
    AddLabel(LabelName),
    RemoveLabel(LabelName),
    WriteNote(WriteNote),
    AttachArtifact(AttachArtifact),
    DraftEmail(DraftEmail),
    SpawnSubcase(SpawnSubcase),
    AskPerson(AskPerson),
    FinishStage(FinishStage),
}

macro_rules! inputs {
    ($($(#[$meta:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident: $type:ty),* $(,)? })*) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Debug, Deserialize)]
            #[serde(deny_unknown_fields)]
            #[allow(missing_docs, reason = "the fields are described in the action's schema")]
            pub struct $name { $($(#[$fmeta])* pub $field: $type),* }
        )*
    };
}

inputs! {
    /// The input of `read_case`.
    ReadCase { #[serde(default)] case_id: Option<CaseId> }
    /// The input of `read_thread`.
    ReadThread { #[serde(default)] case_id: Option<CaseId>, #[serde(default)] limit: Option<u32> }
    /// The input of `list_documents`.
    ListDocuments { #[serde(default)] scope: Scope }
    /// The input of `read_document`.
    ReadDocument { document_id: DocumentId }
    /// The input of `query_datatable`.
    QueryDatatable {
        datatable_id: DatatableId,
        #[serde(default)] filter: Option<String>,
        #[serde(default)] sort: Option<String>,
        #[serde(default)] limit: Option<u32>,
    }
    /// The input of `post_activity`.
    PostActivity { content: String, #[serde(default = "public")] visibility: Visibility }
    /// The input of `complete_instruction`.
    CompleteInstruction { instruction_id: InstructionId }
    /// The input of `set_motion`.
    SetMotion { motion: Motion, #[serde(default)] waiting_on: Option<WaitingOn> }
    /// The input of `set_priority`.
    SetPriority { #[serde(deserialize_with = "present")] priority: Option<Priority> }
    /// The input of `add_label` and `remove_label`.
    LabelName { label: String }
    /// The input of `write_note`.
    WriteNote { title: String, body: String }
    /// The input of `attach_artifact`.
    AttachArtifact { name: String, content: String, #[serde(default)] mime_type: Option<String> }
    /// The input of `draft_email`.
    DraftEmail {
        to: Vec<String>,
        #[serde(default)] cc: Vec<String>,
        subject: String,
        body: String,
    }
    /// The input of `spawn_subcase`.
    SpawnSubcase {
        title: String,
        #[serde(default)] description: Option<String>,
        #[serde(default)] priority: Option<Priority>,
        #[serde(default)] assigned_actor_id: Option<ActorId>,
        #[serde(default)] procedure_id: Option<ProcedureId>,
        #[serde(default)] instruction_id: Option<InstructionId>,
    }
    /// The input of `ask_person`.
    AskPerson { question: String, #[serde(default)] actor_id: Option<ActorId> }
    /// The input of `finish_stage`.
    FinishStage { summary: String }
}

/// Whose documents are listed.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The case's.
    #[default]
    Case,
    /// The whole space's.
    Space,
}

fn public() -> Visibility {
    Visibility::Public
}

/// Null is a value, absence is a mistake.
fn present<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Priority>, D::Error> {
    Option::deserialize(from)
}

fn text(description: &str) -> Json {
    json!({"type": "string", "description": description})
}

fn id(description: &str) -> Json {
    json!({"type": "string", "format": "uuid", "description": description})
}

fn one_of(values: &[&str], description: &str) -> Json {
    json!({"type": "string", "enum": values, "description": description})
}

const PRIORITIES: &[&str] = &["critical", "high", "medium", "low"];

fn waiting_on() -> Json {
    json!({
        "type": "object",
        "description": "What the case waits for; with motion waiting only.",
        "properties": {
            "kind": one_of(&["subcase", "approval", "external", "actor"], "What kind of thing."),
            "id": id("The thing, where it has an id."),
            "reason": text("Why, for people."),
        },
        "required": ["kind"],
        "additionalProperties": false,
    })
}

/// The JSON Schema of an action's input.
pub(super) fn schema(name: &str) -> Json {
    let properties = match name {
        "read_case" => json!({"case_id": id("Another case than your own.")}),
        "read_thread" => json!({
            "case_id": id("Another case than your own."),
            "limit": {"type": "integer", "minimum": 1, "maximum": 200, "description": "How many entries; 50 when absent."},
        }),
        "list_documents" => json!({"scope": one_of(&["case", "space"], "Whose documents; the case's when absent.")}),
        "read_document" => json!({"document_id": id("The document.")}),
        "query_datatable" => json!({
            "datatable_id": id("The data table."),
            "filter": text("Which rows, such as: amount >= 100 and (status = \"open\" or name contains \"x\") and note is not null. \
                Names of columns that are no plain words stand in backticks."),
            "sort": text("A column's name, with - in front for descending order; several with commas between."),
            "limit": {"type": "integer", "minimum": 1, "maximum": 200, "description": "How many rows; 50 when absent."},
        }),
        "post_activity" => json!({
            "content": text("What to say."),
            "visibility": one_of(&["public", "internal"], "Who sees it; public when absent."),
        }),
        "complete_instruction" => json!({"instruction_id": id("The instruction.")}),
        "set_motion" => json!({
            "motion": one_of(&["working", "waiting", "blocked"], "How the case moves."),
            "waiting_on": waiting_on(),
        }),
        "set_priority" => json!({"priority": {"type": ["string", "null"], "enum": [PRIORITIES[0], PRIORITIES[1],
            PRIORITIES[2], PRIORITIES[3], null], "description": "The priority; null for none."}}),
        "add_label" | "remove_label" => json!({"label": text("The label's name.")}),
        "write_note" => json!({"title": text("The note's title."), "body": text("The note's text, in Markdown.")}),
        "attach_artifact" => json!({
            "name": text("The file's name with its extension."),
            "content": text("The file's text."),
            "mime_type": text("Its type; told by the extension when absent."),
        }),
        "draft_email" => json!({
            "to": {"type": "array", "items": {"type": "string"}, "description": "The recipients' addresses."},
            "cc": {"type": "array", "items": {"type": "string"}, "description": "Those who get a copy."},
            "subject": text("The subject."),
            "body": text("The text."),
        }),
        "spawn_subcase" => json!({
            "title": text("What the subcase is about."),
            "description": text("All about it."),
            "priority": one_of(PRIORITIES, "How urgent it is."),
            "assigned_actor_id": id("Who gets it."),
            "procedure_id": id("A procedure to apply to it."),
            "instruction_id": id("The instruction of type subcase that it satisfies; the first open one when absent."),
        }),
        "ask_person" => json!({
            "question": text("The question, complete enough to be answered without knowing your work."),
            "actor_id": id("Whom to ask; whoever the case is assigned to when absent."),
        }),
        "finish_stage" => json!({"summary": text("What you did and found, in a few sentences.")}),
        _ => json!({}),
    };
    let required: &[&str] = match name {
        "read_document" => &["document_id"],
        "query_datatable" => &["datatable_id"],
        "post_activity" => &["content"],
        "complete_instruction" => &["instruction_id"],
        "set_motion" => &["motion"],
        "set_priority" => &["priority"],
        "add_label" | "remove_label" => &["label"],
        "write_note" => &["title", "body"],
        "attach_artifact" => &["name", "content"],
        "draft_email" => &["to", "subject", "body"],
        "spawn_subcase" => &["title"],
        "ask_person" => &["question"],
        "finish_stage" => &["summary"],
        _ => &[],
    };
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

/// An input with every property of the action.
#[cfg(test)]
pub(super) fn example(name: &str) -> Json {
    let id = "019a0000-0000-7000-8000-000000000001";
    match name {
        "read_case" => json!({"case_id": id}),
        "read_thread" => json!({"case_id": id, "limit": 10}),
        "list_documents" => json!({"scope": "space"}),
        "read_document" => json!({"document_id": id}),
        "query_datatable" => json!({"datatable_id": id, "filter": "city = \"Bern\"", "sort": "-n", "limit": 10}),
        "post_activity" => json!({"content": "Hello.", "visibility": "internal"}),
        "complete_instruction" => json!({"instruction_id": id}),
        "set_motion" => {
            json!({"motion": "waiting", "waiting_on": {"kind": "external", "id": id, "reason": "the post"}})
        }
        "set_priority" => json!({"priority": "high"}),
        "add_label" | "remove_label" => json!({"label": "urgent"}),
        "write_note" => json!({"title": "T", "body": "B"}),
        "attach_artifact" => json!({"name": "a.csv", "content": "a,b", "mime_type": "text/csv"}),
        "draft_email" => json!({"to": ["a@b.example"], "cc": [], "subject": "S", "body": "B"}),
        "spawn_subcase" => json!({"title": "T", "description": "D", "priority": "low", "assigned_actor_id": id,
            "procedure_id": id, "instruction_id": id}),
        "ask_person" => json!({"question": "Why?", "actor_id": id}),
        "finish_stage" => json!({"summary": "Done."}),
        _ => json!({}),
    }
}
