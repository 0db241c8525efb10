//! One word for where a case stands (Interloom public): what phase and motion say together.

use identity::{
    Right, access, actors,
    listing::{self, Sliced},
};
use kernel::{
    Mark, Result, Slice, SliceRequest, Timestamp,
    ids::{ActorId, CaseId, SpaceId},
};
use store::{Param, Tx};
use talk::place;

use crate::{
    case_labels,
    cases::{self, COLUMNS, Case},
    motion::{Motion, Phase},
};

store::text_enum! {
    /// Where a case stands.
    pub enum Status {
        /// In intake.
        Open = "open",
        /// Active, whether it moves, waits or is paused.
        Started = "started",
        /// Resolved, or closed after that.
        Completed = "completed",
        /// Closed without having been resolved.
        Cancelled = "cancelled",
        /// Active and blocked.
        Blocked = "blocked",
    }
}

impl Status {
    /// The rows of `cases c` with this status.
    fn condition(self) -> &'static str {
        match self {
            Self::Open => "c.phase = 'intake'",
            Self::Started => "(c.phase = 'active' AND c.motion <> 'blocked')",
            Self::Blocked => "(c.phase = 'active' AND c.motion = 'blocked')",
            Self::Completed => "(c.phase = 'resolved' OR c.phase = 'closed' AND c.resolved_at IS NOT NULL)",
            Self::Cancelled => "(c.phase = 'closed' AND c.resolved_at IS NULL)",
        }
    }
}

impl Case {
    /// Where the case stands, in one word.
    pub fn status(&self) -> Status {
        match (self.phase, self.motion) {
            (Phase::Intake, _) => Status::Open,
            (Phase::Active, Motion::Blocked) => Status::Blocked,
            (Phase::Active, _) => Status::Started,
            (Phase::Resolved, _) => Status::Completed,
            (Phase::Closed, _) if self.resolved_at.is_some() => Status::Completed,
            (Phase::Closed, _) => Status::Cancelled,
        }
    }

    /// When the case was completed, if it is.
    pub fn completed_at(&self) -> Option<Timestamp> {
        self.resolved_at.filter(|_| self.status() == Status::Completed)
    }
}

/// Directly where.
#[derive(Clone, Copy, Debug)]
pub enum Within {
    /// In a space, under no other case.
    Space(SpaceId),
    /// Under a case.
    Case(CaseId),
}

/// The time that a list of cases is ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CaseSort {
    /// When it was opened.
    #[default]
    Created,
    /// When it last changed.
    Updated,
}

/// Which cases are wanted; all given conditions hold together.
#[derive(Clone, Debug, Default)]
pub struct StatusFilter {
    /// Directly here.
    pub within: Option<Within>,
    /// Assigned to this actor.
    pub assigned_actor_id: Option<ActorId>,
    /// With one of these statuses, if there is a list.
    pub statuses: Option<Vec<Status>>,
}

/// The cases that the actor can see, by a time.
///
/// # Errors
/// `space_not_found`, `parent_case_not_found` or `actor_not_found` when the filter names what the actor cannot see.
pub fn slice(tx: &mut Tx<'_>, filter: &StatusFilter, sort: CaseSort, request: SliceRequest) -> Result<Slice<Case>> {
    let mut values = vec![Param::Id(tx.actor().id.uuid())];
    let mut conditions = vec![listing::visible("c", 1)];
    match filter.within {
        Some(Within::Space(space)) => {
            access::require(tx, space, Right::See).map_err(|_| access::space_not_found(space))?;
            values.push(Param::Id(space.uuid()));
            conditions.push(format!("c.space_id = ${} AND c.parent_case_id IS NULL", values.len()));
        }
        Some(Within::Case(parent)) => {
            place::of_case(tx, parent, Right::See)
                .map_err(|e| kernel::Error::not_found("parent_case_not_found", e.message()))?;
            values.push(Param::Id(parent.uuid()));
            conditions.push(format!("c.parent_case_id = ${}", values.len()));
        }
        None => {}
    }
    if let Some(assignee) = filter.assigned_actor_id {
        actors::get(tx, assignee)?;
        values.push(Param::Id(assignee.uuid()));
        conditions.push(format!("c.assigned_actor_id = ${}", values.len()));
    }
    if let Some(statuses) = &filter.statuses {
        if statuses.is_empty() {
            return Ok(Slice { items: Vec::new(), next: None });
        }
        let any: Vec<&str> = statuses.iter().map(|status| status.condition()).collect();
        conditions.push(format!("({})", any.join(" OR ")));
    }
    let list = Sliced {
        table: "cases c",
        alias: "c",
        columns: COLUMNS,
        sort: match sort {
            CaseSort::Created => "created_at",
            CaseSort::Updated => "updated_at",
        },
        condition: &conditions.join(" AND "),
        values,
    };
    let mark = |case: &Case| Mark {
        at: match sort {
            CaseSort::Created => case.created_at,
            CaseSort::Updated => case.updated_at,
        },
        id: case.id.uuid(),
    };
    let mut slice = listing::slice(tx, list, request, cases::read, mark)?;
    case_labels::fill(tx, &mut slice.items)?;
    Ok(slice)
}
