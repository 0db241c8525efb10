//! `proposals`

use clap::{Args, Subcommand};
use client::{
    Raw,
    v1::proposals::{self as api, ListProposals},
};
use serde_json::{Value, json};

use crate::{Failure, Result, Session, paging::PageFlags};

/// Commands on proposals.
#[derive(Debug, Subcommand)]
pub enum Proposals {
    /// List proposals
    List {
        #[command(flatten)]
        filter: Filter,
        #[command(flatten)]
        paging: PageFlags,
    },
    /// Show a proposal
    Get {
        /// Id of the proposal
        id: String,
    },
    /// Let the agent do it, as proposed or with another input
    Approve {
        /// Id of the proposal
        id: String,
        /// What the action is done with instead, as a JSON object
        #[arg(long, value_name = "JSON")]
        input: Option<String>,
        /// A word to the agent
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
    },
    /// Do not let the agent do it
    Reject {
        /// Id of the proposal
        id: String,
        /// A word to the agent
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
    },
}

/// Which proposals are wanted.
#[derive(Debug, Args)]
#[command(next_help_heading = "Filters")]
pub struct Filter {
    /// In this space
    #[arg(long, value_name = "ID")]
    space_id: Option<String>,
    /// Of this case
    #[arg(long, value_name = "ID")]
    case_id: Option<String>,
    /// Of this run
    #[arg(long, value_name = "ID")]
    run_id: Option<String>,
    /// pending, approved, rejected or withdrawn
    #[arg(long)]
    state: Option<String>,
}

impl Proposals {
    pub async fn run(self, session: &Session) -> Result {
        match self {
            Self::List { filter, paging } => {
                let query = ListProposals {
                    pages: paging.pages(),
                    space_id: filter.space_id,
                    case_id: filter.case_id,
                    run_id: filter.run_id,
                    state: filter.state.as_deref().map(Into::into),
                };
                session.list_pages(api::list(&query), &paging).await
            }
            Self::Get { id } => session.show(&api::get(id)).await,
            Self::Approve { id, input, note } => {
                let mut body = json!({ "decision": "approve" });
                if let Some(input) = input {
                    let input = serde_json::from_str::<Value>(&input).ok().filter(Value::is_object);
                    let input = input.ok_or_else(|| Failure::Usage("--input is not a JSON object".into()))?;
                    body = json!({ "decision": "edit", "input": input });
                }
                session.decide(id, body, note).await
            }
            Self::Reject { id, note } => session.decide(id, json!({ "decision": "reject" }), note).await,
        }
    }
}

impl Session {
    async fn decide(&self, id: String, mut body: Value, note: Option<String>) -> Result {
        if let Some(note) = note {
            body["note"] = note.into();
        }
        self.show(&api::decide(id, Raw::from(&body))).await
    }
}
