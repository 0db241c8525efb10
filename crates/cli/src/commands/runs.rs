//! `runs`

use std::{future::pending, time::Duration};

use clap::{Args, Subcommand};
use client::v1::{
    Pages, events,
    runs::{self as api, ListRuns, RunState},
};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{Failure, Result, Session, paging::PageFlags};

/// Commands on runs.
#[derive(Debug, Subcommand)]
pub enum Runs {
    /// List runs
    List {
        #[command(flatten)]
        filter: Filter,
        #[command(flatten)]
        paging: PageFlags,
    },
    /// Show a run
    Get {
        /// Id of the run
        id: String,
    },
    /// List the steps of a run
    Steps {
        /// Id of the run
        id: String,
        #[command(flatten)]
        paging: PageFlags,
    },
    /// Print each step as it comes, one a line, until the run ends
    Follow {
        /// Id of the run
        id: String,
    },
    /// End a run
    Cancel {
        /// Id of the run
        id: String,
    },
    /// Begin a new run in place of one that failed or was cancelled
    Retry {
        /// Id of the run
        id: String,
    },
}

/// Which runs are wanted.
#[derive(Debug, Args)]
#[command(next_help_heading = "Filters")]
pub struct Filter {
    /// In this space
    #[arg(long, value_name = "ID")]
    space_id: Option<String>,
    /// Of this case
    #[arg(long, value_name = "ID")]
    case_id: Option<String>,
    /// Of this stage
    #[arg(long, value_name = "ID")]
    stage_id: Option<String>,
    /// By this agent
    #[arg(long, value_name = "ID")]
    actor_id: Option<String>,
    /// queued, running, waiting, succeeded, failed or cancelled
    #[arg(long)]
    state: Option<String>,
    /// Trials, instead of the runs that work
    #[arg(long)]
    trial: bool,
}

impl Runs {
    pub async fn run(self, session: &Session) -> Result {
        match self {
            Self::List { filter, paging } => {
                let query = ListRuns {
                    pages: paging.pages(),
                    space_id: filter.space_id,
                    case_id: filter.case_id,
                    stage_id: filter.stage_id,
                    actor_id: filter.actor_id,
                    state: filter.state.as_deref().map(Into::into),
                    trial: filter.trial.then_some(true),
                };
                session.list_pages(api::list(&query), &paging).await
            }
            Self::Get { id } => session.show(&api::get(id)).await,
            Self::Steps { id, paging } => session.list_pages(api::steps(id, &paging.pages()), &paging).await,
            Self::Follow { id } => follow(session, &id).await,
            Self::Cancel { id } => session.show(&api::cancel(id)).await,
            Self::Retry { id } => session.show(&api::retry(id)).await,
        }
    }
}

/// Steps asked for at once.
const BATCH: u64 = 200;
/// How long nothing is heard of a run before it is looked at anyway.
const PATIENCE: Duration = Duration::from_secs(5);

async fn follow(session: &Session, id: &str) -> Result {
    // Events only say when to look. They are followed from before the first look, so nothing happens unseen.
    let mut events = session.client.follow(events::follow(None)).await.ok();
    let mut shown = 0;
    loop {
        // The state is read before the steps: what ended the run is stored before that.
        let run = session.client.send(&api::get(id)).await?.data;
        shown = show_steps(session, id, shown).await?;
        if run.state.is_over() {
            return match (run.state, run.error) {
                (RunState::Succeeded, _) => Ok(()),
                (state, Some(error)) => Err(Failure::plain(format!("the run {state}: {error}"))),
                (state, None) => Err(Failure::plain(format!("the run {state}"))),
            };
        }
        let news = async {
            while let Some(stream) = &mut events {
                match stream.next_as().await {
                    Ok(event) if event.subject_id == run.id => return,
                    Ok(_) => {}
                    Err(_) => events = None,
                }
            }
            pending::<()>().await;
        };
        // Whether there was news or not, the next look tells.
        let _ = tokio::time::timeout(PATIENCE, news).await;
    }
}

/// Shows the steps behind the first `shown` ones, and says how many have been shown now.
async fn show_steps(session: &Session, id: &str, mut shown: u64) -> Result<u64> {
    #[derive(Deserialize)]
    struct Steps<'a> {
        #[serde(borrow)]
        data: Vec<&'a RawValue>,
    }
    loop {
        let page = shown / BATCH;
        let pages = Pages { page: Some(page as i64 + 1), per_page: Some(BATCH as i64) };
        let answer = session.client.send_raw(&api::steps(id, &pages)).await?;
        let steps: Steps<'_> = serde_json::from_slice(&answer.body)
            .map_err(|error| Failure::plain(format!("the server's answer cannot be understood: {error}")))?;
        let known = (shown - page * BATCH) as usize;
        for step in steps.data.iter().skip(known) {
            session.out.line(step.get().as_bytes())?;
            shown += 1;
        }
        if shown < (page + 1) * BATCH {
            return Ok(shown);
        }
    }
}
