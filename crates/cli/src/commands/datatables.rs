//! `datatables`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use client::v1::{
    Place,
    datatables::{self as api, QueryRows, UploadDatatable},
};

use crate::{Result, Session, paging::PageFlags, progress};

/// Commands on data tables.
#[derive(Debug, Subcommand)]
pub enum Datatables {
    /// List data tables
    List {
        #[command(flatten)]
        place: PlaceFlags,
        #[command(flatten)]
        paging: PageFlags,
    },
    /// Show a data table, without its rows
    Get {
        /// Id of the data table
        id: String,
    },
    /// Make a data table from a file of CSV or JSON
    Create {
        /// The file
        path: PathBuf,
        #[command(flatten)]
        place: PlaceFlags,
        /// Name [default: that of the file]
        #[arg(long)]
        name: Option<String>,
        /// What it is about
        #[arg(long)]
        description: Option<String>,
        /// csv or json [default: found out]
        #[arg(long)]
        format: Option<String>,
        /// Columns, as JSON: [{"name": "…", "type": "text"}] [default: found out]
        #[arg(long, value_name = "JSON")]
        columns: Option<String>,
    },
    /// List the rows of a data table
    Rows {
        /// Id of the data table
        id: String,
        /// Condition, such as: amount >= 100 and status = "open"
        #[arg(long, value_name = "CONDITION")]
        filter: Option<String>,
        /// Columns to sort by, such as: -amount,name
        #[arg(long, value_name = "COLUMNS", allow_hyphen_values = true)]
        sort: Option<String>,
        #[command(flatten)]
        paging: PageFlags,
    },
}

/// Where something is attached.
#[derive(Debug, Args)]
pub struct PlaceFlags {
    /// Attached to this case
    #[arg(long, value_name = "ID")]
    case_id: Option<String>,
    /// Attached to this thread
    #[arg(long, value_name = "ID")]
    thread_id: Option<String>,
    /// Attached to this space
    #[arg(long, value_name = "ID")]
    space_id: Option<String>,
}

impl From<PlaceFlags> for Place {
    fn from(flags: PlaceFlags) -> Self {
        Self { case_id: flags.case_id, thread_id: flags.thread_id, space_id: flags.space_id }
    }
}

impl Datatables {
    pub async fn run(self, session: &Session) -> Result {
        match self {
            Self::List { place, paging } => {
                session.list_pages(api::list(&place.into(), &paging.pages()), &paging).await
            }
            Self::Get { id } => session.show(&api::get(id)).await,
            Self::Create { path, place, name, description, format, columns } => {
                let format = format.as_deref().map(Into::into);
                let about = UploadDatatable { name, description, place: place.into(), format, columns };
                session.upload(api::upload(&path, &about), progress::upload(&path)).await
            }
            Self::Rows { id, filter, sort, paging } => {
                let query = QueryRows { filter, sort, pages: paging.pages() };
                session.list_pages(api::rows(id, &query), &paging).await
            }
        }
    }
}
