//! `case-ingestions`

use std::{path::PathBuf, time::Duration};

use clap::Subcommand;
use client::{
    Answer,
    public::case_ingestions::{self as api, CaseIngestion, IngestionStatus},
};

use crate::{Failure, Result, Session, paging::CursorFlags, progress};

/// Commands on imports.
#[derive(Debug, Subcommand)]
pub enum CaseIngestions {
    /// Begin an import
    Create {
        /// A file with one case a line, as JSON
        manifest_path: PathBuf,
        /// Space that the cases go to (required)
        #[arg(long, value_name = "ID")]
        space_id: Option<String>,
        /// Wait until it is over; exit code 1 when it failed
        #[arg(long)]
        wait: bool,
    },
    /// Show how far an import is
    Get {
        /// Id of the import
        id: String,
    },
    /// Wait until an import is over; exit code 1 when it failed
    Wait {
        /// Id of the import
        id: String,
    },
    /// List the entries that failed
    Errors {
        /// Id of the import
        id: String,
        #[command(flatten)]
        paging: CursorFlags,
    },
}

impl CaseIngestions {
    pub async fn run(self, session: &Session) -> Result {
        match self {
            Self::Create { manifest_path, space_id, wait } => {
                let space_id = space_id.filter(|id| !id.is_empty());
                let space_id =
                    space_id.ok_or_else(|| Failure::Usage("required flags are missing: --space-id".into()))?;
                let call = api::create(&manifest_path, &space_id);
                let answer = session.send_file(call, progress::upload(&manifest_path)).await?;
                if wait { until_over(session, answer).await } else { session.out.body(&answer.body) }
            }
            Self::Get { id } => session.show(&api::get(id)).await,
            Self::Wait { id } => until_over(session, session.client.send_raw(&api::get(id)).await?).await,
            Self::Errors { id, paging } => session.list(api::errors(id, &paging.page()), &paging).await,
        }
    }
}

/// The first wait between two looks; the next ones are longer.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// The longest wait between two looks.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Looks again and again until the import is over, then shows it.
async fn until_over(session: &Session, mut answer: Answer) -> Result {
    let bar = progress::entries(0);
    let mut wait = FIRST_WAIT;
    let import: CaseIngestion = loop {
        let import: CaseIngestion = answer.clone().decode()?;
        bar.set_length(import.total_count);
        bar.set_position(import.processed_count);
        bar.set_message(match import.error_count {
            0 => import.status.to_string(),
            errors => format!("{}, {errors} failed", import.status),
        });
        if import.status.is_over() {
            break import;
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 3 / 2).min(LONGEST_WAIT);
        answer = match session.client.send_raw(&api::get(import.id)).await {
            Ok(answer) => answer,
            Err(error) => {
                // The import goes on, and its id must not be lost.
                bar.finish_and_clear();
                session.out.body(&answer.body)?;
                return Err(error.into());
            }
        };
    };
    bar.finish_and_clear();
    session.out.body(&answer.body)?;
    match import.status {
        IngestionStatus::Failed => Err(Failure::plain(format!("the import {} failed", import.id))),
        _ => Ok(()),
    }
}
