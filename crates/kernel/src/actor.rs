use crate::ids::ActorId;

/// What kind of actor it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActorKind {
    /// A person.
    Human,
    /// An AI agent.
    Ai,
    /// Heddle itself: migrations, imports, workers.
    System,
}

/// Who does what happens in a transaction. Every event carries this actor's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The actor's id in the workspace; nil for the system.
    pub id: ActorId,
    /// Person, agent or system.
    pub kind: ActorKind,
    /// Whether the actor administers the workspace (owner or admin of the whole of it).
    pub workspace_admin: bool,
}

impl Actor {
    /// Heddle itself. It may do everything and is named in the log as the system.
    pub const SYSTEM: Self = Self { id: ActorId::nil(), kind: ActorKind::System, workspace_admin: true };

    /// A person without rights over the workspace as a whole.
    pub const fn human(id: ActorId) -> Self {
        Self { id, kind: ActorKind::Human, workspace_admin: false }
    }

    /// An AI agent.
    pub const fn ai(id: ActorId) -> Self {
        Self { id, kind: ActorKind::Ai, workspace_admin: false }
    }

    /// Whether this is Heddle itself.
    pub const fn is_system(self) -> bool {
        matches!(self.kind, ActorKind::System)
    }
}
