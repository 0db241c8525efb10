//! `files`

use std::{
    fs::File as Disk,
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use client::{
    Call, Incoming,
    public::files::{self as api, ListFiles},
};
use indicatif::ProgressBar;
use serde::Serialize;
use serde_json::json;
use tempfile::NamedTempFile;

use crate::{
    Failure, Result, Session,
    body::{Body, Fields, List, joined},
    failure::unwritable,
    paging::CursorFlags,
    progress,
};

/// Commands on files.
#[derive(Debug, Subcommand)]
pub enum Files {
    /// List files
    List {
        #[command(flatten)]
        filter: Filter,
        #[command(flatten)]
        paging: CursorFlags,
    },
    /// Show what is known of a file
    Get {
        /// Id of the file
        id: String,
    },
    /// Tag or move a file
    Update {
        /// Id of the file
        id: String,
        #[command(flatten)]
        body: Body<ChangedFile>,
    },
    /// Remove a file
    Delete {
        /// Id of the file
        id: String,
    },
    /// Send a file up
    Upload {
        /// The file
        path: PathBuf,
        /// Space it goes to
        #[arg(long, value_name = "ID")]
        space_id: Option<String>,
        /// Case it goes to
        #[arg(long, value_name = "ID")]
        case_id: Option<String>,
    },
    /// Fetch a file's bytes
    Download {
        /// Id of the file
        id: String,
        /// Where they go, or - for standard output [default: -]
        #[arg(long, value_name = "PATH")]
        out: Option<PathBuf>,
    },
}

/// Which files are wanted.
#[derive(Debug, Args)]
#[command(next_help_heading = "Filters")]
pub struct Filter {
    /// Directly in this space
    #[arg(long, value_name = "ID")]
    space_id: Option<String>,
    /// Directly in this case
    #[arg(long, value_name = "ID")]
    case_id: Option<String>,
    /// created_at or updated_at
    #[arg(long)]
    sort: Option<String>,
    /// asc or desc
    #[arg(long)]
    direction: Option<String>,
}

/// The flags of a changed file.
#[derive(Debug, Args, Serialize)]
pub struct ChangedFile {
    /// Space it moves to
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    space_id: Option<String>,
    /// Case it moves to
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    case_id: Option<String>,
    /// Names of all tags; several by commas or by repeating, none by ""
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "joined")]
    tags: Option<Vec<List>>,
}

impl Fields for ChangedFile {}

impl Files {
    pub async fn run(self, session: &Session) -> Result {
        match self {
            Self::List { filter, paging } => {
                let query = ListFiles {
                    paging: paging.page(),
                    space_id: filter.space_id,
                    case_id: filter.case_id,
                    sort: filter.sort.as_deref().map(Into::into),
                    direction: filter.direction.as_deref().map(Into::into),
                };
                session.list(api::list(&query), &paging).await
            }
            Self::Get { id } => session.show(&api::get(id)).await,
            Self::Update { id, body } => session.show(&api::update(id, body.read()?)).await,
            Self::Delete { id } => session.delete(api::delete(&id), &id).await,
            Self::Upload { path, space_id, case_id } => {
                let call = api::upload(&path, space_id.as_deref(), case_id.as_deref());
                session.upload(call, progress::upload(&path)).await
            }
            Self::Download { id, out } => download(session, &id, out.as_deref()).await,
        }
    }
}

impl Session {
    /// Sends a file up and shows the answer.
    pub(crate) async fn upload<T>(&self, call: Call<T>, bar: ProgressBar) -> Result {
        self.out.body(&self.send_file(call, bar).await?.body)
    }

    /// Sends a file up while the bar tells how far it is.
    pub(crate) async fn send_file<T>(&self, call: Call<T>, bar: ProgressBar) -> Result<client::Answer> {
        let watched = bar.clone();
        let answer = self.client.send_raw(&call.watched(move |sent| watched.set_position(sent))).await;
        bar.finish_and_clear();
        Ok(answer?)
    }
}

async fn download(session: &Session, id: &str, out: Option<&Path>) -> Result {
    let file = session.client.send(&api::get(id)).await?;
    let incoming = session.client.fetch(&file.download_url).await?;
    match out.filter(|path| *path != Path::new("-")) {
        None => copy(incoming, &mut io::stdout().lock(), ProgressBar::hidden(), unwritable).await,
        Some(path) => {
            let failed = |error: io::Error| Failure::plain(format!("{} cannot be written: {error}", path.display()));
            let bar = progress::bytes(incoming.length().or(Some(file.size)));
            match Target::at(path).map_err(failed)? {
                Target::InPlace(mut disk) => copy(incoming, &mut disk, bar, failed).await?,
                Target::New(mut disk) => {
                    copy(incoming, &mut disk, bar, failed).await?;
                    disk.persist(path).map_err(|error| failed(error.error))?;
                }
            }
            session.out.value(&json!({ "id": id, "path": path, "status": "downloaded" }))
        }
    }
}

/// Where a download goes.
enum Target {
    /// Into what is there: a device, a pipe.
    InPlace(Disk),
    /// Into a file beside it, which takes its place when it is whole.
    New(NamedTempFile),
}

impl Target {
    fn at(path: &Path) -> io::Result<Self> {
        if path.metadata().is_ok_and(|about| !about.is_file()) {
            return Disk::options().write(true).open(path).map(Self::InPlace);
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        // As any new file: the person's own settings take away from this.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        builder.prefix(".download-").tempfile_in(folder).map(Self::New)
    }
}

async fn copy(
    mut incoming: Incoming,
    out: &mut impl Write,
    bar: ProgressBar,
    failed: impl Fn(io::Error) -> Failure,
) -> Result {
    let outcome = async {
        while let Some(piece) = incoming.next().await? {
            out.write_all(&piece).map_err(&failed)?;
            bar.inc(piece.len() as u64);
        }
        out.flush().map_err(&failed)
    };
    let outcome = outcome.await;
    bar.finish_and_clear();
    outcome
}
