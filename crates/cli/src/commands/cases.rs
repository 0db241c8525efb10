//! `cases`: the public API's cases, and the way of a case through its phases.

use clap::{Args, Subcommand};
use client::{
    Raw,
    public::{
        Direction, Sort,
        cases::{self as api, CaseStatus, ListCases},
    },
    v1::cases as machine,
};
use serde::Serialize;
use serde_json::json;

use super::stages::Waiting;
use crate::{
    Result, Session,
    body::{Body, Fields, List, joined, values},
    paging::{CursorFlags, PageFlags},
};

/// Commands on cases.
#[derive(Debug, Subcommand)]
pub enum Cases {
    /// List cases
    List {
        #[command(flatten)]
        filter: Filter,
        #[command(flatten)]
        paging: CursorFlags,
    },
    /// Show a case
    Get {
        /// Id of the case
        id: String,
    },
    /// Open a case, in a space or in another case
    Create {
        #[command(flatten)]
        body: Body<NewCase>,
    },
    /// Change or move a case
    Update {
        /// Id of the case
        id: String,
        #[command(flatten)]
        body: Body<ChangedCase>,
    },
    /// Remove a case
    Delete {
        /// Id of the case
        id: String,
    },
    /// Begin work: intake to active
    Commence {
        /// Id of the case
        id: String,
    },
    /// End work: active to resolved
    Resolve {
        /// Id of the case
        id: String,
        /// How it went
        #[arg(long)]
        summary: Option<String>,
    },
    /// Take up again: resolved to active
    Reopen {
        /// Id of the case
        id: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Close for good: resolved to closed
    Close {
        /// Id of the case
        id: String,
    },
    /// Say whether a case moves, and what it waits for
    Motion {
        /// Id of the case
        id: String,
        /// working, waiting, blocked or paused
        motion: String,
        #[command(flatten)]
        waiting: Waiting,
    },
    /// Give a case the stages of a procedure
    ApplyProcedure {
        /// Id of the case
        id: String,
        /// Id of the procedure
        procedure_id: String,
    },
    /// List the cases that were spawned from a case
    Subcases {
        /// Id of the case
        id: String,
        #[command(flatten)]
        paging: PageFlags,
    },
}

/// Which cases are wanted.
#[derive(Debug, Args)]
#[command(next_help_heading = "Filters")]
pub struct Filter {
    /// Directly in this space
    #[arg(long, value_name = "ID")]
    space_id: Option<String>,
    /// Directly below this case
    #[arg(long, value_name = "ID")]
    parent_case_id: Option<String>,
    /// Given to this person or agent
    #[arg(long, value_name = "ID")]
    assignee_id: Option<String>,
    /// open, started, completed, cancelled or blocked; several by commas or by repeating
    #[arg(long)]
    status: Option<Vec<List>>,
    /// position, created_at or updated_at [default: position in a space or case, else created_at]
    #[arg(long)]
    sort: Option<String>,
    /// asc or desc [default: asc in a space or case and by position, else desc]
    #[arg(long)]
    direction: Option<String>,
}

/// The flags of a new case.
#[derive(Debug, Args, Serialize)]
pub struct NewCase {
    /// Title (required)
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// What it is about
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// Space it lies in
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    space_id: Option<String>,
    /// Case it lies in
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_case_id: Option<String>,
    /// Person or agent it is given to
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    assignee_id: Option<String>,
    /// When it is due, as in 2026-01-31T09:30:00Z
    #[arg(long, value_name = "TIME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
    /// Its name elsewhere
    #[arg(long, value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    /// Names of tags; several by commas or by repeating
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "joined")]
    tags: Option<Vec<List>>,
    /// Files that become the case's; several by commas or by repeating
    #[arg(long, value_name = "IDS")]
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "joined")]
    attached_file_ids: Option<Vec<List>>,
}

impl Fields for NewCase {
    const REQUIRED: &[&str] = &["title"];
}

/// The flags of a changed case.
#[derive(Debug, Args, Serialize)]
pub struct ChangedCase {
    /// Title
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// What it is about
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// Space it moves to
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    space_id: Option<String>,
    /// Case it moves to
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_case_id: Option<String>,
    /// Person or agent it is given to
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    assignee_id: Option<String>,
    /// When it is due, as in 2026-01-31T09:30:00Z
    #[arg(long, value_name = "TIME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
    /// open, started, completed, cancelled or blocked
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    /// Names of all tags; several by commas or by repeating, none by ""
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "joined")]
    tags: Option<Vec<List>>,
}

impl Fields for ChangedCase {}

impl Filter {
    fn query(self, paging: &CursorFlags) -> ListCases {
        let given = |value: Option<String>| value.filter(|value| !value.is_empty());
        let query = ListCases {
            paging: paging.page(),
            space_id: self.space_id,
            parent_case_id: self.parent_case_id,
            assignee_id: self.assignee_id,
            status: values(self.status).iter().map(|status| CaseStatus::from(status.as_str())).collect(),
            sort: given(self.sort).as_deref().map(Sort::from),
            direction: given(self.direction).as_deref().map(Direction::from),
        };
        query.in_usual_order()
    }
}

impl Cases {
    pub async fn run(self, session: &Session) -> Result {
        match self {
            Self::List { filter, paging } => session.list(api::list(&filter.query(&paging)), &paging).await,
            Self::Get { id } => session.show(&api::get(id)).await,
            Self::Create { body } => session.show(&api::create(body.read()?)).await,
            Self::Update { id, body } => session.show(&api::update(id, body.read()?)).await,
            Self::Delete { id } => session.delete(api::delete(&id), &id).await,
            Self::Commence { id } => session.show(&machine::commence(id)).await,
            Self::Resolve { id, summary } => {
                session.show(&machine::resolve(id, &machine::ResolveCase { summary })).await
            }
            Self::Reopen { id, reason } => session.show(&machine::reopen(id, &machine::ReopenCase { reason })).await,
            Self::Close { id } => session.show(&machine::close(id)).await,
            Self::Motion { id, motion, waiting } => {
                let mut body = json!({ "motion": motion });
                if waiting.is_given() {
                    body["waiting_on"] = json!(waiting);
                }
                session.show(&machine::set_motion(id, Raw::from(&body))).await
            }
            Self::ApplyProcedure { id, procedure_id } => {
                let body = Raw::from(&json!({ "procedure_id": procedure_id }));
                session.show(&machine::apply_procedure(id, body)).await
            }
            Self::Subcases { id, paging } => session.list_pages(machine::subcases(id, &paging.pages()), &paging).await,
        }
    }
}
