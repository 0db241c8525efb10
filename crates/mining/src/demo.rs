//! A workspace to look around in: an insurer's claims, worked by people and a rules agent.

mod cast;
mod play;
mod stories;

use identity::{
    users::{self, User},
    workspaces::{self, Workspace, WorkspaceRole},
};
use kernel::{Actor, Error, Result, Timestamp, ids::WorkspaceId};
use serde::Serialize;
use serde_json::json;
use store::{NewEvent, Store, Tx, params};

/// What there is to look at.
#[derive(Clone, Debug, Serialize)]
pub struct Demo {
    /// The workspace, with the slug `demo`.
    pub workspace: Workspace,
    /// Its owner, who can sign in and for whom a key can be made.
    pub owner: User,
    /// Whether this call made the cases; if not, they were there and nothing has changed.
    pub created: bool,
    /// How many cases the workspace has.
    pub cases: i64,
}

/// The workspace's name in addresses.
const SLUG: &str = "demo";
/// The address of its owner, when it has to be made.
const OWNER: &str = "demo@heddle.example";
/// The event that tells that the content has been made.
const MADE: &str = "demo.created";

/// Makes the workspace `demo`, or takes the one there is, and fills it once: a space of claims with three people and a rules
/// agent, a procedure, labels, and cases in every phase with subcases, notes and a past of some weeks.
///
/// The content comes in one transaction and is made once in the life of the workspace, so a second call changes nothing, even
/// after everything has been renamed or worked on.
///
/// # Errors
/// The store's.
pub async fn demo(store: &Store) -> Result<Demo> {
    let found = store.control_read(|tx| workspaces::by_slug(tx, SLUG)).await?;
    let (workspace, owner) = match found {
        Some(workspace) => {
            let owner = owner(store, workspace.id).await?;
            (workspace, owner)
        }
        None => {
            let (workspace, user, _) =
                workspaces::create(store, "Demo Insurance", Some(SLUG), OWNER, Some("Dana Reed")).await?;
            (workspace, user)
        }
    };
    let user = owner.id;
    let (created, cases) = store
        .write(workspace.id, Actor::SYSTEM, move |tx| {
            let made = tx.query_opt("SELECT 1 FROM events WHERE verb = $1 LIMIT 1", params![MADE], |_| Ok(()))?;
            if made.is_none() {
                let owner =
                    tx.query_one("SELECT id FROM actors WHERE user_id = $1", params![user], |row| row.get(0))?;
                fill(tx, Actor { workspace_admin: true, ..Actor::human(owner) })?;
            }
            let cases = tx.query_one("SELECT COUNT(*) FROM cases", &[], |row| row.get(0))?;
            Ok((made.is_none(), cases))
        })
        .await?;
    Ok(Demo { workspace, owner, created, cases })
}

/// The first owner of a workspace.
async fn owner(store: &Store, workspace: WorkspaceId) -> Result<User> {
    store
        .control_read(move |tx| {
            let email: Option<String> = tx.query_opt(
                "SELECT u.email FROM memberships m JOIN users u ON u.id = m.user_id \
                 WHERE m.workspace_id = $1 AND m.role = $2 ORDER BY m.created_at, u.id LIMIT 1",
                params![workspace, WorkspaceRole::Owner],
                |row| row.get(0),
            )?;
            let email = email.ok_or_else(|| Error::internal("a workspace without owner"))?;
            users::by_email(tx, &email)?.ok_or_else(|| Error::internal("an owner without user"))
        })
        .await
}

/// Makes the content, as the people who would have.
fn fill(tx: &mut Tx<'_>, owner: Actor) -> Result<()> {
    let today = tx.now();
    let cast = cast::enter(tx, owner, today)?;
    for story in stories::STORIES {
        play::play(tx, &cast, story, today)?;
    }
    tx.set_now(today);
    let data = json!({"cases": stories::STORIES.len()});
    let event =
        NewEvent { verb: MADE, subject: cast.space.uuid(), space: Some(cast.space), case: None, thread: None, data };
    tx.emit(event)
}

/// The time some hours before `now`.
fn hours_before(now: Timestamp, hours: u64) -> Timestamp {
    now.minus(std::time::Duration::from_secs(hours * 3600))
}
