//! `heddle admin`: works on the data directly, beside a running server or without one. Answers are JSON on standard output,
//! all else goes to standard error.

mod answer;
mod demo;
mod logs;

use std::path::PathBuf;

pub use demo::demo;
use identity::{
    keys, passwords, sessions, users,
    workspaces::{self, Workspace, WorkspaceRole},
};
use kernel::{Actor, Error, Result};
use serde_json::{Value as Json, json};
use store::{
    Store, Tx,
    jobs::{self, JobState},
};

use crate::config::Storage;

/// Most workspaces that an error lists.
const LISTED: usize = 20;
/// Most jobs that are listed.
const LISTED_JOBS: i64 = 1000;

/// An admin command and where the data is.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    storage: Storage,
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    /// Make a workspace with its owner and a first API key.
    CreateWorkspace {
        /// Its name.
        #[arg(long)]
        name: String,
        /// The owner's e-mail address.
        #[arg(long)]
        owner_email: String,
        /// The owner's name; the address's first part when absent.
        #[arg(long)]
        owner_name: Option<String>,
        /// Its name in addresses; made from the name when absent.
        #[arg(long)]
        slug: Option<String>,
        /// Read the owner's password from standard input, one line.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Add a person who can sign in to a workspace.
    CreateUser {
        /// The workspace's slug.
        #[arg(long)]
        workspace: String,
        /// The person's e-mail address.
        #[arg(long)]
        email: String,
        /// The person's name.
        #[arg(long)]
        name: Option<String>,
        /// owner, admin or member.
        #[arg(long, default_value = "member")]
        role: String,
        /// Read the person's password from standard input, one line.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Make an API key for a person of a workspace; it is shown this once.
    CreateKey {
        /// The workspace's slug.
        #[arg(long)]
        workspace: String,
        /// The person's e-mail address.
        #[arg(long)]
        email: String,
        /// What the key is for.
        #[arg(long, default_value = "admin")]
        name: String,
    },
    /// Revoke an API key.
    RevokeKey {
        /// The workspace's slug.
        #[arg(long)]
        workspace: String,
        /// The key's id.
        #[arg(long)]
        id: String,
    },
    /// List the keys of a workspace, without their secrets.
    ListKeys {
        /// The workspace's slug.
        #[arg(long)]
        workspace: String,
    },
    /// List the jobs of a workspace in one state, newest first, with how far they have come.
    ListJobs {
        /// The workspace's slug.
        #[arg(long)]
        workspace: String,
        /// pending, running, done or dead.
        #[arg(long, default_value = "dead")]
        state: String,
    },
    /// Run a dead job again.
    ReviveJob {
        /// The workspace's slug.
        #[arg(long)]
        workspace: String,
        /// The job's id.
        #[arg(long)]
        id: String,
    },
    /// Make a link that signs a person in once, within an hour.
    CreateLink {
        /// The workspace's slug.
        #[arg(long)]
        workspace: String,
        /// The person's e-mail address.
        #[arg(long)]
        email: String,
        /// Where browsers reach the server.
        #[arg(long, env = "HEDDLE_PUBLIC_URL", default_value = "http://localhost:8080")]
        public_url: String,
    },
    /// Read an event log (XES, CSV or JSON lines, also .gz) into closed cases of a space; what it has already is skipped.
    ImportLog {
        /// The file.
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Write the cases of a space as an event log (XES).
    ExportLog {
        #[command(flatten)]
        place: Place,
        /// The file, compressed when its name ends in .gz; standard output when absent.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Propose the path that most finished cases of a space took as a procedure, ready to be posted to /v1/procedures.
    DiscoverProcedure {
        #[command(flatten)]
        place: Place,
    },
}

/// A space of a workspace.
#[derive(clap::Args, Debug)]
struct Place {
    /// The workspace's slug; not needed when there is only one workspace.
    #[arg(long)]
    workspace: Option<String>,
    /// The space's name or id.
    #[arg(long)]
    space: String,
}

/// Runs an admin command.
///
/// # Errors
/// The command's.
pub async fn run(args: Args) -> Result<()> {
    let store = args.storage.open().await?;
    let answer = match args.command {
        Command::CreateWorkspace { name, owner_email, owner_name, slug, password_stdin } => {
            let password = read_password(password_stdin, &owner_email, owner_name.as_deref()).await?;
            let made = create_workspace(&store, &name, slug.as_deref(), &owner_email, owner_name.as_deref()).await?;
            set_password(&store, &owner_email, password).await?;
            made
        }
        Command::CreateUser { workspace, email, name, role, password_stdin } => {
            let password = read_password(password_stdin, &email, name.as_deref()).await?;
            let role: WorkspaceRole =
                role.parse().map_err(|_| Error::invalid("role", "role is owner, admin or member"))?;
            let workspace = find_workspace(&store, &workspace).await?;
            let (user, actor) = workspaces::add_user(&store, workspace.id, &email, name.as_deref(), role).await?;
            set_password(&store, &email, password).await?;
            json!({"user": user, "actor_id": actor.id, "role": role})
        }
        Command::CreateKey { workspace, email, name } => {
            let workspace = find_workspace(&store, &workspace).await?;
            let (key, secret) = create_key(&store, &workspace, &email, &name).await?;
            json!({"key": key, "api_key": secret})
        }
        Command::RevokeKey { workspace, id } => {
            let workspace = find_workspace(&store, &workspace).await?;
            let id = id.parse().map_err(|_| Error::invalid("id", "not the id of a key"))?;
            json!({"key": store.control_write(move |tx| keys::revoke(tx, workspace.id, id)).await?})
        }
        Command::ListKeys { workspace } => {
            let workspace = find_workspace(&store, &workspace).await?;
            json!({"keys": store.control_read(move |tx| keys::list(tx, workspace.id)).await?})
        }
        Command::ListJobs { workspace, state } => {
            let state: JobState =
                state.parse().map_err(|_| Error::invalid("state", "state is pending, running, done or dead"))?;
            let workspace = find_workspace(&store, &workspace).await?;
            let list = move |tx: &mut Tx<'_>| jobs::list(tx, state, LISTED_JOBS);
            json!({"jobs": store.read(workspace.id, Actor::SYSTEM, list).await?})
        }
        Command::ReviveJob { workspace, id } => {
            let workspace = find_workspace(&store, &workspace).await?;
            let id = id.parse().map_err(|_| Error::invalid("id", "not the id of a job"))?;
            json!({"job": store.write(workspace.id, Actor::SYSTEM, move |tx| jobs::revive(tx, id)).await?})
        }
        Command::CreateLink { workspace, email, public_url } => {
            let workspace = find_workspace(&store, &workspace).await?;
            let link = store
                .control_write(move |tx| {
                    let user = find_user(tx, &email)?;
                    identity::sessions::create_link(tx, workspace.id, user)
                })
                .await?;
            json!({"url": format!("{}/auth/link?token={link}", public_url.trim_end_matches('/'))})
        }
        Command::ImportLog { file, place } => {
            let workspace = place.workspace(&store).await?;
            return logs::import(&store, workspace.id, &place.space, &file).await;
        }
        Command::ExportLog { place, out } => {
            let workspace = place.workspace(&store).await?;
            return logs::export(&store, workspace.id, &place.space, out.as_deref()).await;
        }
        Command::DiscoverProcedure { place } => {
            let workspace = place.workspace(&store).await?;
            return answer::print(&mining::discover(&store, workspace.id, &place.space).await?);
        }
    };
    answer::print(&answer)
}

async fn create_workspace(
    store: &Store,
    name: &str,
    slug: Option<&str>,
    email: &str,
    owner_name: Option<&str>,
) -> Result<Json> {
    let (workspace, owner, actor) = workspaces::create(store, name, slug, email, owner_name).await?;
    let (_, secret) = create_key(store, &workspace, &owner.email, "first key").await?;
    Ok(json!({"workspace": workspace, "owner": owner, "actor_id": actor.id, "api_key": secret}))
}

/// What is kept of the password on standard input, if one is to be read.
async fn read_password(wanted: bool, email: &str, name: Option<&str>) -> Result<Option<String>> {
    if !wanted {
        return Ok(None);
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(Error::internal)?;
    let password = line.trim_end_matches(['\r', '\n']);
    passwords::check("password", password, email, name.unwrap_or_default())?;
    passwords::hash(password).await.map(Some)
}

async fn set_password(store: &Store, email: &str, kept: Option<String>) -> Result<()> {
    let Some(kept) = kept else { return Ok(()) };
    let email = email.to_owned();
    store
        .control_write(move |tx| {
            let user = find_user(tx, &email)?;
            users::set_password(tx, user, &kept)?;
            sessions::end_others(tx, user, None)
        })
        .await
}

async fn create_key(store: &Store, workspace: &Workspace, email: &str, name: &str) -> Result<(keys::Key, String)> {
    let (id, email, name) = (workspace.id, email.to_owned(), name.to_owned());
    store
        .control_write(move |tx| {
            let user = find_user(tx, &email)?;
            keys::create(tx, id, user, &name)
        })
        .await
}

fn find_user(tx: &mut store::Tx<'_>, email: &str) -> Result<kernel::ids::UserId> {
    let email = identity::users::checked_email(email)?;
    let user = identity::users::by_email(tx, &email)?;
    user.map(|user| user.id)
        .ok_or_else(|| Error::not_found("user_not_found", format!("No user has the address {email}.")))
}

async fn find_workspace(store: &Store, slug: &str) -> Result<Workspace> {
    let wanted = slug.to_owned();
    let found = store.control_read(move |tx| workspaces::by_slug(tx, &wanted)).await?;
    found.ok_or_else(|| Error::not_found("workspace_not_found", format!("No workspace has the slug {slug}.")))
}

impl Place {
    /// The workspace that is named, or the only one.
    async fn workspace(&self, store: &Store) -> Result<Workspace> {
        if let Some(slug) = &self.workspace {
            return find_workspace(store, slug).await;
        }
        match store.control_read(workspaces::list).await?.as_slice() {
            [only] => Ok(only.clone()),
            [] => Err(Error::not_found("workspace_not_found", "There is no workspace yet.")),
            several => {
                let slugs: Vec<&str> = several.iter().take(LISTED).map(|workspace| workspace.slug.as_str()).collect();
                let more = if several.len() > LISTED { ", …" } else { "" };
                let message = format!("Which workspace? Name one with --workspace: {}{more}", slugs.join(", "));
                Err(Error::conflict("workspace_ambiguous", message))
            }
        }
    }
}
