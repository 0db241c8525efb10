//! Phases, motions and priorities: the words of the case machine (Interloom 1.3 to 1.5).

use kernel::{Error, Result, check};
use store::{FromColumn, Param, Raw, SqliteValue, ToParam};
use uuid::Uuid;

store::text_enum! {
    /// Where a case stands in its life.
    pub enum Phase {
        /// New; not begun.
        Intake = "intake",
        /// Being worked.
        Active = "active",
        /// Finished for now; can be reopened.
        Resolved = "resolved",
        /// Over for good.
        Closed = "closed",
    }
}

store::text_enum! {
    /// Where a stage stands.
    pub enum StagePhase {
        /// Its turn has not come.
        Pending = "pending",
        /// Being worked; at most one of a case.
        Active = "active",
        /// Done.
        Completed = "completed",
        /// Left out.
        Skipped = "skipped",
    }
}

store::text_enum! {
    /// How a case or stage moves.
    pub enum Motion {
        /// At rest.
        Idle = "idle",
        /// Moving.
        Working = "working",
        /// Held by a dependency.
        Waiting = "waiting",
        /// Stopped by a surprise.
        Blocked = "blocked",
        /// Stopped on purpose by a person.
        Paused = "paused",
    }
}

store::text_enum! {
    /// How urgent a case is.
    pub enum Priority {
        /// Drop everything.
        Critical = "critical",
        /// Soon.
        High = "high",
        /// As usual.
        Medium = "medium",
        /// When there is time.
        Low = "low",
    }
}

store::text_enum! {
    /// What kind of thing is waited for.
    pub enum WaitingKind {
        /// A subcase.
        Subcase = "subcase",
        /// Somebody's approval.
        Approval = "approval",
        /// Something outside.
        External = "external",
        /// Somebody's answer or action.
        Actor = "actor",
    }
}

store::text_enum! {
    /// Who a stage is for.
    pub enum RequiredActor {
        /// People only.
        Human = "human",
        /// Agents only.
        Ai = "ai",
        /// Both.
        Either = "either",
    }
}

/// What a waiting case or stage waits for.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WaitingOn {
    /// What kind of thing.
    pub kind: WaitingKind,
    /// The thing, where it has an id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Why, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl ToParam for WaitingOn {
    fn to_param(&self) -> Param<'_> {
        // Serialising a struct of text and ids cannot fail.
        Param::Owned(serde_json::to_string(self).unwrap_or_default())
    }
}

impl FromColumn for WaitingOn {
    fn from_sqlite(value: SqliteValue<'_>) -> Result<Self> {
        serde_json::from_value(FromColumn::from_sqlite(value)?).map_err(Error::internal)
    }

    fn from_postgres(raw: Raw<'_>) -> Result<Self> {
        serde_json::from_value(FromColumn::from_postgres(raw)?).map_err(Error::internal)
    }
}

/// A motion to set, with what is waited for.
#[derive(Clone, Debug)]
pub struct NewMotion {
    /// Working, waiting, blocked or paused.
    pub motion: Motion,
    /// What is waited for; with `waiting` only.
    pub waiting_on: Option<WaitingOn>,
}

impl NewMotion {
    /// Checks what a caller may set by hand: idle is the system's alone, waiting-on goes with waiting only, and an agent
    /// neither sets nor lifts paused.
    ///
    /// # Errors
    /// `Invalid` naming the field; `forbidden` for an agent.
    pub fn check(&self, before: Motion, actor: kernel::Actor) -> Result<()> {
        if self.motion == Motion::Idle {
            return Err(Error::invalid(
                "motion",
                "motion idle is set by the system; set working, waiting, blocked or paused",
            ));
        }
        if let Some(waiting_on) = &self.waiting_on {
            if self.motion != Motion::Waiting {
                return Err(Error::invalid("waiting_on", "waiting_on goes with motion waiting only"));
            }
            check::optional("waiting_on.reason", waiting_on.reason.as_deref(), check::TEXT)?;
        }
        let touches_pause = self.motion == Motion::Paused || before == Motion::Paused;
        if touches_pause && actor.kind == kernel::ActorKind::Ai {
            return Err(Error::forbidden("Only a person pauses work and lets it go on."));
        }
        Ok(())
    }
}
