//! The words every other crate speaks: ids, time, paging, errors and actors. No I/O, no async.

mod actor;
pub mod check;
mod error;
mod id;
mod page;
mod time;

pub use actor::{Actor, ActorKind};
pub use error::{Error, FieldError, Kind, Result, Rule};
pub use id::{Id, kinds};
pub use page::{Direction, Mark, Page, PageRequest, Slice, SliceRequest};
pub use time::Timestamp;

/// Ids of the things that more than one crate names.
pub mod ids {
    use super::{Id, kinds};

    /// A workspace: the tenancy border (Interloom: organisation).
    pub type WorkspaceId = Id<kinds::Workspace>;
    /// A person who can sign in, known to the control database.
    pub type UserId = Id<kinds::User>;
    /// An API key.
    pub type KeyId = Id<kinds::Key>;
    /// An account elsewhere that signs a user in.
    pub type IdentityId = Id<kinds::Identity>;
    /// A link in a mail that signs its addressee in.
    pub type MagicLinkId = Id<kinds::MagicLink>;
    /// A program that asks to be let in.
    pub type DeviceId = Id<kinds::Device>;
    /// Somebody who acts in a workspace: a person or an AI agent.
    pub type ActorId = Id<kinds::Actor>;
    /// A space: a border of access inside a workspace.
    pub type SpaceId = Id<kinds::Space>;
    /// A case.
    pub type CaseId = Id<kinds::Case>;
    /// A stage of a case.
    pub type StageId = Id<kinds::Stage>;
    /// An instruction of a stage.
    pub type InstructionId = Id<kinds::Instruction>;
    /// A procedure: the template of a case's stages.
    pub type ProcedureId = Id<kinds::Procedure>;
    /// A stage template of a procedure.
    pub type ProcedureStageId = Id<kinds::ProcedureStage>;
    /// A label of a space.
    pub type LabelId = Id<kinds::Label>;
    /// A thread.
    pub type ThreadId = Id<kinds::Thread>;
    /// An entry of a thread.
    pub type ActivityId = Id<kinds::Activity>;
    /// A stored document (Interloom: artifact, file, note).
    pub type DocumentId = Id<kinds::Document>;
    /// A data table.
    pub type DatatableId = Id<kinds::Datatable>;
    /// An e-mail message.
    pub type EmailId = Id<kinds::Email>;
    /// A tool that agents can be granted.
    pub type ToolId = Id<kinds::Tool>;
    /// A run: one agent working one stage.
    pub type RunId = Id<kinds::Run>;
    /// A proposal: an action that waits for a person's decision.
    pub type ProposalId = Id<kinds::Proposal>;
    /// A durable job.
    pub type JobId = Id<kinds::Job>;
    /// A secret that scripts of tools are given.
    pub type SecretId = Id<kinds::Secret>;
    /// An import of cases from a manifest.
    pub type IngestionId = Id<kinds::Ingestion>;
    /// A saved way to look at cases.
    pub type ViewId = Id<kinds::View>;
    /// A line of a manifest that made no case.
    pub type IngestionEntryId = Id<kinds::IngestionEntry>;
    /// A session of the web app.
    pub type SessionId = Id<kinds::Session>;
    /// A weaver: a sandbox with a terminal.
    pub type WeaverId = Id<kinds::Weaver>;
    /// An invitation to a workspace.
    pub type InvitationId = Id<kinds::Invitation>;
    /// A conversation with a coding agent.
    pub type CodingThreadId = Id<kinds::CodingThread>;
    /// A link that shows such a conversation to whoever has it.
    pub type CodingLinkId = Id<kinds::CodingLink>;
}
