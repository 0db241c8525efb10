//! Actors: the people and AI agents of a workspace (Interloom v1, Actors).

use std::collections::HashMap;

use kernel::{
    Actor, ActorKind, Error, Mark, Page, PageRequest, Result, Slice, SliceRequest, Timestamp, check,
    ids::{ActorId, UserId},
};
use serde_json::json;
use store::{NewEvent, Param, Row, Tx, params};

use crate::{
    access::Role,
    listing::{self, Sliced},
    spaces::{self, SpaceKind},
};

store::text_enum! {
    /// Person or agent.
    pub enum ActorType {
        /// A person.
        Human = "human",
        /// An AI agent.
        Ai = "ai",
    }
}

/// An actor as it is stored.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its id.
    pub id: ActorId,
    /// Person or agent.
    pub actor_type: ActorType,
    /// Its name.
    pub name: String,
    /// A person's e-mail address.
    pub email: Option<String>,
    /// The user behind a person who can sign in.
    pub user_id: Option<UserId>,
    /// Whether the person administers the workspace.
    pub workspace_admin: bool,
    /// The model an agent thinks with; `rules` is the built-in planner.
    pub model_id: Option<String>,
    /// What an agent is told about itself.
    pub system_prompt: Option<String>,
    /// How much an agent thinks: LOW, MEDIUM, HIGH or XHIGH; the model's own measure when absent.
    pub reasoning_effort: Option<String>,
    /// What an agent is good at.
    pub capabilities: Vec<String>,
    /// Actions that this agent may only propose.
    pub review: Vec<String>,
    /// Actions of Heddle's own that this agent is not given.
    pub withheld: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Since when a person is no longer of the workspace.
    pub deactivated_at: Option<Timestamp>,
}

impl Profile {
    /// The actor as a transaction's actor.
    pub fn acting(&self) -> Actor {
        let kind = match self.actor_type {
            ActorType::Human => ActorKind::Human,
            ActorType::Ai => ActorKind::Ai,
        };
        Actor { id: self.id, kind, workspace_admin: self.workspace_admin }
    }
}

const COLUMNS: &str = "id, type, name, email, user_id, workspace_admin, model_id, system_prompt, capabilities, review, created_at, updated_at, reasoning_effort, withheld, deactivated_at";

fn read(row: &Row<'_>) -> Result<Profile> {
    Ok(Profile {
        id: row.get(0)?,
        actor_type: row.get(1)?,
        name: row.get(2)?,
        email: row.get(3)?,
        user_id: row.get(4)?,
        workspace_admin: row.get(5)?,
        model_id: row.get(6)?,
        system_prompt: row.get(7)?,
        capabilities: row.get(8)?,
        review: row.get(9)?,
        created_at: row.get(10)?,
        updated_at: row.get(11)?,
        reasoning_effort: row.get(12)?,
        withheld: row.get::<Option<Vec<String>>>(13)?.unwrap_or_default(),
        deactivated_at: row.get(14)?,
    })
}

/// What a new actor needs. The agent's fields must be absent for a person.
#[derive(Clone, Debug)]
pub struct NewActor {
    /// Person or agent.
    pub actor_type: ActorType,
    /// Its name.
    pub name: String,
    /// A person's e-mail address.
    pub email: Option<String>,
    /// The model an agent thinks with; the server's default when absent.
    pub model_id: Option<String>,
    /// What an agent is told about itself.
    pub system_prompt: Option<String>,
    /// How much an agent thinks.
    pub reasoning_effort: Option<String>,
    /// What an agent is good at.
    pub capabilities: Vec<String>,
    /// Actions that this agent may only propose.
    pub review: Vec<String>,
}

/// Changes to an actor; absent fields stay.
#[derive(Clone, Debug, Default)]
pub struct ActorPatch {
    /// A new name.
    pub name: Option<String>,
    /// A new e-mail address; `Some(None)` clears it.
    pub email: Option<Option<String>>,
    /// Another model; `Some(None)` is the server's default.
    pub model_id: Option<Option<String>>,
    /// Another prompt; `Some(None)` clears it.
    pub system_prompt: Option<Option<String>>,
    /// Another effort; `Some(None)` is the model's own.
    pub reasoning_effort: Option<Option<String>>,
    /// Other capabilities.
    pub capabilities: Option<Vec<String>>,
    /// Other actions under review.
    pub review: Option<Vec<String>>,
}

/// The longest list of capabilities or reviewed actions.
const LIST: usize = 100;

/// Everybody in the workspace, oldest first.
///
/// # Errors
/// The engine's.
pub fn list(tx: &mut Tx<'_>, request: PageRequest) -> Result<Page<Profile>> {
    let total = tx.query_one("SELECT COUNT(*) FROM actors", &[], |row| row.get(0))?;
    let items = tx.query(
        &format!("SELECT {COLUMNS} FROM actors ORDER BY created_at, id LIMIT $1 OFFSET $2"),
        params![request.limit(), request.offset()],
        read,
    )?;
    Ok(Page { items, total, request })
}

/// One actor; everybody in the workspace may know who works there.
///
/// # Errors
/// `actor_not_found`.
pub fn get(tx: &mut Tx<'_>, id: ActorId) -> Result<Profile> {
    find(tx, id)?.ok_or_else(|| Error::not_found("actor_not_found", format!("No actor found with ID {id}")))
}

/// One actor of a type.
///
/// # Errors
/// `actor_not_found`, also for an actor of the other type.
pub fn get_of(tx: &mut Tx<'_>, id: ActorId, actor_type: ActorType) -> Result<Profile> {
    let found = find(tx, id)?.filter(|profile| profile.actor_type == actor_type);
    found.ok_or_else(|| Error::not_found("actor_not_found", format!("No actor found with ID {id}")))
}

/// The actors of a type, by when they were made.
///
/// # Errors
/// The engine's.
pub fn slice(tx: &mut Tx<'_>, actor_type: ActorType, request: SliceRequest) -> Result<Slice<Profile>> {
    let list = Sliced {
        table: "actors",
        alias: "actors",
        columns: COLUMNS,
        sort: "created_at",
        condition: "type = $1",
        values: vec![Param::Text(actor_type.as_str())],
    };
    listing::slice(tx, list, request, read, |profile| Mark { at: profile.created_at, id: profile.id.uuid() })
}

/// Of which type these actors are.
///
/// # Errors
/// The engine's.
pub fn types_of(tx: &mut Tx<'_>, ids: &[ActorId]) -> Result<HashMap<ActorId, ActorType>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let values: Vec<Param<'_>> = ids.iter().map(|id| Param::Id(id.uuid())).collect();
    let marks: Vec<String> = (1..=values.len()).map(|n| format!("${n}")).collect();
    let sql = format!("SELECT id, type FROM actors WHERE id IN ({})", marks.join(", "));
    Ok(tx.query(&sql, &values, |row| Ok((row.get(0)?, row.get(1)?)))?.into_iter().collect())
}

/// One actor, if there is one.
///
/// # Errors
/// The engine's.
pub fn find(tx: &mut Tx<'_>, id: ActorId) -> Result<Option<Profile>> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM actors WHERE id = $1"), params![id], read)
}

/// Makes an actor. A person made here cannot sign in; inviting a user makes one who can.
///
/// # Errors
/// `forbidden` below workspace admin, `Invalid` naming a blank, over-long or misplaced field.
pub fn create(tx: &mut Tx<'_>, new: &NewActor) -> Result<Profile> {
    require_admin(tx)?;
    let name = check::required("name", &new.name, check::NAME)?;
    check::optional("email", new.email.as_deref(), check::NAME)?;
    check::optional("system_prompt", new.system_prompt.as_deref(), check::TEXT)?;
    check_list("capabilities", &new.capabilities)?;
    check_list("review", &new.review)?;
    match new.actor_type {
        ActorType::Human => {
            let misplaced = [
                ("model_id", new.model_id.is_some()),
                ("system_prompt", new.system_prompt.is_some()),
                ("reasoning_effort", new.reasoning_effort.is_some()),
                ("capabilities", !new.capabilities.is_empty()),
                ("review", !new.review.is_empty()),
            ];
            if let Some((field, _)) = misplaced.iter().find(|(_, set)| *set) {
                return Err(Error::invalid(*field, format!("{field} is for actors of type ai")));
            }
        }
        ActorType::Ai => {
            if let Some(model) = &new.model_id {
                check::required("model_id", model, check::NAME)?;
            }
            if new.email.is_some() {
                return Err(Error::invalid("email", "email is for actors of type human"));
            }
        }
    }
    let id = ActorId::new();
    tx.execute(
        "INSERT INTO actors (id, type, name, email, workspace_admin, model_id, system_prompt, capabilities, review, created_at, updated_at, \
         reasoning_effort) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11)",
        params![
            id,
            new.actor_type,
            name,
            new.email,
            false,
            new.model_id,
            new.system_prompt,
            new.capabilities,
            new.review,
            tx.now(),
            new.reasoning_effort
        ],
    )?;
    event(tx, "actor.created", id, json!({"name": name, "type": new.actor_type}))?;
    get(tx, id)
}

/// Adds the person behind a user, with a private space and a place in the general one; the one who is there already is
/// answered as is.
///
/// # Errors
/// The engine's.
pub(crate) fn create_for_user(tx: &mut Tx<'_>, user: UserId, email: &str, name: &str, admin: bool) -> Result<Profile> {
    let sql = format!("SELECT {COLUMNS} FROM actors WHERE user_id = $1");
    if let Some(profile) = tx.query_opt(&sql, params![user], read)? {
        return Ok(profile);
    }
    let id = ActorId::new();
    tx.execute(
        "INSERT INTO actors (id, type, name, email, user_id, workspace_admin, capabilities, review, created_at, updated_at) \
         VALUES ($1, 'human', $2, $3, $4, $5, '[]', '[]', $6, $6)",
        params![id, name, email, user, admin, tx.now()],
    )?;
    event(tx, "actor.created", id, json!({"name": name, "type": "human"}))?;
    spaces::insert(tx, SpaceKind::Private, "Private", None, &[], id)?;
    let general = spaces::general(tx)?;
    spaces::put_member(tx, general, id, if admin { Role::Owner } else { Role::Member })?;
    get(tx, id)
}

/// Changes an actor. People may change their own name; the rest is for workspace admins.
///
/// # Errors
/// `actor_not_found`, `forbidden`, `Invalid` naming the field.
pub fn update(tx: &mut Tx<'_>, id: ActorId, patch: &ActorPatch) -> Result<Profile> {
    let before = get(tx, id)?;
    let only_name = patch.email.is_none()
        && patch.model_id.is_none()
        && patch.system_prompt.is_none()
        && patch.reasoning_effort.is_none()
        && patch.capabilities.is_none()
        && patch.review.is_none();
    let oneself = tx.actor().id == id && before.actor_type == ActorType::Human;
    if !(oneself && only_name) {
        require_admin(tx)?;
    }
    let agent_fields = [
        ("model_id", patch.model_id.is_some()),
        ("system_prompt", patch.system_prompt.is_some()),
        ("reasoning_effort", patch.reasoning_effort.is_some()),
        ("capabilities", patch.capabilities.is_some()),
        ("review", patch.review.is_some()),
    ];
    match before.actor_type {
        ActorType::Human => {
            if let Some((field, _)) = agent_fields.iter().find(|(_, set)| *set) {
                return Err(Error::invalid(*field, format!("{field} is for actors of type ai")));
            }
            if patch.email.is_some() && before.user_id.is_some() {
                return Err(Error::invalid(
                    "email",
                    "the address of a person who signs in belongs to the user, not to the actor",
                ));
            }
        }
        ActorType::Ai if patch.email.is_some() => {
            return Err(Error::invalid("email", "email is for actors of type human"));
        }
        ActorType::Ai => {}
    }
    let name = match &patch.name {
        Some(name) => check::required("name", name, check::NAME)?,
        None => &before.name,
    };
    let email = patch.email.as_ref().unwrap_or(&before.email);
    check::optional("email", email.as_deref(), check::NAME)?;
    if let Some(Some(model)) = &patch.model_id {
        check::required("model_id", model, check::NAME)?;
    }
    let model = patch.model_id.as_ref().unwrap_or(&before.model_id);
    let effort = patch.reasoning_effort.as_ref().unwrap_or(&before.reasoning_effort);
    let prompt = patch.system_prompt.as_ref().unwrap_or(&before.system_prompt);
    check::optional("system_prompt", prompt.as_deref(), check::TEXT)?;
    let capabilities = patch.capabilities.as_ref().unwrap_or(&before.capabilities);
    let review = patch.review.as_ref().unwrap_or(&before.review);
    check_list("capabilities", capabilities)?;
    check_list("review", review)?;
    tx.execute(
        "UPDATE actors SET name = $2, email = $3, model_id = $4, system_prompt = $5, capabilities = $6, review = $7, updated_at = $8, \
         reasoning_effort = $9 WHERE id = $1",
        params![id, name, email, model, prompt, capabilities, review, tx.now(), effort],
    )?;
    event(tx, "actor.updated", id, json!({"name": name}))?;
    get(tx, id)
}

/// Makes the person behind a user an admin of the workspace, or takes that away. Admins own the general space.
pub(crate) fn set_admin(tx: &mut Tx<'_>, id: ActorId, admin: bool) -> Result<()> {
    if get(tx, id)?.workspace_admin == admin {
        return Ok(());
    }
    tx.execute("UPDATE actors SET workspace_admin = $2, updated_at = $3 WHERE id = $1", params![id, admin, tx.now()])?;
    let general = spaces::general(tx)?;
    spaces::put_member(tx, general, id, if admin { Role::Owner } else { Role::Member })
}

/// Notes that a person is no longer of the workspace, or is again.
pub(crate) fn set_deactivated(tx: &mut Tx<'_>, id: ActorId, deactivated: bool) -> Result<()> {
    let now = tx.now();
    let since = deactivated.then_some(now);
    tx.execute("UPDATE actors SET deactivated_at = $2, updated_at = $3 WHERE id = $1", params![id, since, now])
        .map(drop)
}

/// Gives the person behind a user another name.
pub(crate) fn rename(tx: &mut Tx<'_>, id: ActorId, name: &str) -> Result<()> {
    tx.execute("UPDATE actors SET name = $2, updated_at = $3 WHERE id = $1", params![id, name, tx.now()])?;
    event(tx, "actor.updated", id, json!({"name": name}))
}

/// Sets the actions of Heddle's own that an agent is not given.
///
/// # Errors
/// `forbidden` below workspace admin.
pub fn withhold(tx: &mut Tx<'_>, id: ActorId, actions: &[String]) -> Result<()> {
    require_admin(tx)?;
    tx.execute(
        "UPDATE actors SET withheld = $2, updated_at = $3 WHERE id = $1",
        params![id, actions.to_vec(), tx.now()],
    )?;
    event(tx, "actor.updated", id, json!({"withheld": actions}))
}

fn check_list(path: &str, list: &[String]) -> Result<()> {
    if list.len() > LIST {
        return Err(Error::invalid(path, format!("{path} must not have more than {LIST} entries")));
    }
    for entry in list {
        check::required(path, entry, check::NAME)?;
    }
    Ok(())
}

fn require_admin(tx: &Tx<'_>) -> Result<()> {
    if tx.actor().workspace_admin {
        return Ok(());
    }
    Err(Error::forbidden("Only an owner or admin of the workspace can do this."))
}

fn event(tx: &mut Tx<'_>, verb: &'static str, actor: ActorId, data: serde_json::Value) -> Result<()> {
    tx.emit(NewEvent { verb, subject: actor.uuid(), space: None, case: None, thread: None, data })
}
