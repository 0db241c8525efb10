//! Tools of the whole workspace: Python scripts, each with somebody who looks after it (Interloom public, Tools).
//!
//! Whoever makes a tool manages it. A script is given the secrets of its manager only, and while it has any nobody else can
//! change it: a changed script could give them away.

use identity::{
    actors::{self, ActorType},
    listing::{self, Sliced},
};
use kernel::{
    Direction, Error, Mark, Result, Slice, SliceRequest, Timestamp, check,
    ids::{ActorId, SecretId, ToolId},
};
use serde_json::{Value as Json, json};
use store::{Param, Tx, params};

use super::{COLUMNS, Tool, ToolKind, check_schema, checked_name, event, get, read};
use crate::{
    actions::{SPECS, Spec},
    secrets,
};

/// What a new script needs.
#[derive(Clone, Debug)]
pub struct NewScript {
    /// The name that models call it by, unique in the workspace.
    pub name: String,
    /// What it does and when to use it.
    pub description: String,
    /// The Python source, which defines `invoke`.
    pub script: String,
    /// The JSON Schema of its input.
    pub input_schema: Json,
    /// The secrets it is given.
    pub secrets: Vec<SecretId>,
}

/// Changes to a script; absent fields stay.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScriptPatch {
    /// Who looks after it from now on. It is given away alone.
    pub manager: Option<ActorId>,
    /// A new name.
    pub name: Option<String>,
    /// A new description.
    pub description: Option<String>,
    /// Another source.
    pub script: Option<String>,
    /// Another schema.
    pub input_schema: Option<Json>,
    /// All the secrets it is given.
    pub secrets: Option<Vec<SecretId>>,
}

/// The longest source, in bytes, and the most secrets of a tool.
const SCRIPT: usize = 256 << 10;
const SECRETS: usize = 50;

/// A tool of a list.
#[derive(Clone, Debug)]
pub enum Listed {
    /// An action of Heddle's own.
    Action(&'static Spec),
    /// A registered tool, and whether the caller can change it here.
    Tool {
        /// The tool.
        tool: Box<Tool>,
        /// Whether the caller can change it.
        is_editable: bool,
    },
}

/// The tools that the caller can see: the registered ones, those of its spaces included, by when they were registered,
/// newest first; then Heddle's own actions. These have no time, so their place in the list is the beginning of time.
///
/// # Errors
/// The engine's.
pub fn slice(tx: &mut Tx<'_>, limit: u32, after: Option<Mark>) -> Result<Slice<Listed>> {
    // One more than asked for tells whether the list goes on.
    let mut marked = Vec::new();
    for tool in registered(tx, limit + 1, after)? {
        let is_editable = is_editable(tx, &tool)?;
        marked.push((
            Mark { at: tool.created_at, id: tool.id.uuid() },
            Listed::Tool { tool: Box::new(tool), is_editable },
        ));
    }
    let place = |spec: &Spec| Mark { at: Timestamp::from_micros(0), id: spec.id().uuid() };
    let mut own: Vec<&'static Spec> = SPECS.iter().collect();
    own.sort_by_key(|spec| std::cmp::Reverse(spec.id()));
    let is_left =
        |mark: Mark| after.is_none_or(|after| after.at > mark.at || (after.at == mark.at && after.id > mark.id));
    marked.extend(own.into_iter().map(|spec| (place(spec), Listed::Action(spec))).filter(|(mark, _)| is_left(*mark)));
    marked.truncate(limit as usize + 1);
    Ok(Slice::cut(marked, limit, |(mark, _)| *mark).map(|(_, listed)| listed))
}

fn registered(tx: &mut Tx<'_>, limit: u32, after: Option<Mark>) -> Result<Vec<Tool>> {
    let condition = format!("(t.space_id IS NULL OR {})", listing::visible("t", 1));
    let list = Sliced {
        table: "tools t",
        alias: "t",
        columns: COLUMNS,
        sort: "created_at",
        condition: &condition,
        values: vec![Param::Id(tx.actor().id.uuid())],
    };
    let request = SliceRequest { limit, after, direction: Direction::Descending };
    let mark = |tool: &Tool| Mark { at: tool.created_at, id: tool.id.uuid() };
    Ok(listing::slice(tx, list, request, read, mark)?.items)
}

/// Makes a script; the caller manages it.
///
/// # Errors
/// `Invalid` naming the field, `secret_not_found`, `tool_already_exists`.
pub fn create(tx: &mut Tx<'_>, new: &NewScript) -> Result<Tool> {
    let name = checked_name(&new.name)?;
    let description = check::required("description", &new.description, check::TEXT)?;
    check_script(&new.script)?;
    check_schema(&new.input_schema)?;
    let (id, actor) = (ToolId::new(), tx.actor().id);
    let added = tx.execute(
        "INSERT INTO tools (id, kind, name, description, script, hosts, input_schema, manager_id, created_by, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, '[]', $6, $7, $7, $8, $8) ON CONFLICT (name) WHERE space_id IS NULL DO NOTHING",
        params![id, ToolKind::Script, name, description, new.script, new.input_schema, actor, tx.now()],
    )?;
    if added == 0 {
        return Err(taken(name));
    }
    set_secrets(tx, id, &new.secrets)?;
    event(tx, "tool.registered", id, None, json!({"name": name}))?;
    get(tx, id)
}

/// Whether the caller can change a tool here.
///
/// # Errors
/// The engine's.
pub fn is_editable(tx: &mut Tx<'_>, tool: &Tool) -> Result<bool> {
    let actor = tx.actor();
    if tool.kind != ToolKind::Script {
        return Ok(false);
    }
    Ok(tool.manager_id == Some(actor.id) || (actor.workspace_admin && !has_secrets(tx, tool.id)?))
}

fn require_editable(tx: &mut Tx<'_>, id: ToolId) -> Result<Tool> {
    if SPECS.iter().any(|spec| spec.id() == id) {
        return Err(Error::conflict("tool_not_script", "Heddle's own tools cannot be changed."));
    }
    let tool = get(tx, id)?;
    if tool.kind != ToolKind::Script {
        return Err(Error::conflict("tool_not_script", "This tool is an HTTP service of a space, not a script."));
    }
    if is_editable(tx, &tool)? {
        return Ok(tool);
    }
    Err(Error::forbidden(
        "Only its manager can change this tool; an owner or admin of the workspace can while it has no secrets.",
    ))
}

/// The source of a script, for those who can change it.
///
/// # Errors
/// `tool_not_found`, `tool_not_script`, `forbidden`.
pub fn source(tx: &mut Tx<'_>, id: ToolId) -> Result<String> {
    Ok(require_editable(tx, id)?.script)
}

/// Changes a script.
///
/// # Errors
/// `tool_not_found`, `forbidden` for all but its manager (and admins, while it has no secrets), `tool_not_script`, also for
/// Heddle's own actions, `Invalid` naming the field, `secret_not_found`, `tool_already_exists`; for a new manager also
/// `manager_not_alone`, `actor_not_found` for one who is no person of the workspace, `tool_has_secrets`.
pub fn update(tx: &mut Tx<'_>, id: ToolId, patch: &ScriptPatch) -> Result<Tool> {
    let before = require_editable(tx, id)?;
    if let Some(manager) = patch.manager {
        if *patch != (ScriptPatch { manager: patch.manager, ..ScriptPatch::default() }) {
            return Err(Error::conflict("manager_not_alone", "manager_id must come alone."));
        }
        return set_manager(tx, &before, manager);
    }
    let name = match &patch.name {
        Some(name) => checked_name(name)?,
        None => &before.name,
    };
    let description = match &patch.description {
        Some(description) => check::required("description", description, check::TEXT)?,
        None => &before.description,
    };
    let script = patch.script.as_ref().unwrap_or(&before.script);
    check_script(script)?;
    let schema = patch.input_schema.as_ref().unwrap_or(&before.input_schema);
    check_schema(schema)?;
    let sql = "SELECT 1 FROM tools WHERE space_id IS NULL AND name = $1 AND id <> $2";
    if tx.query_opt(sql, params![name, id], |_| Ok(()))?.is_some() {
        return Err(taken(name));
    }
    tx.execute(
        "UPDATE tools SET name = $2, description = $3, script = $4, input_schema = $5, updated_at = $6 WHERE id = $1",
        params![id, name, description, script, *schema, tx.now()],
    )?;
    if let Some(secrets) = &patch.secrets {
        set_secrets(tx, id, secrets)?;
    }
    let data = json!({"before": {"name": before.name}, "after": {"name": name}});
    event(tx, "tool.updated", id, None, data)?;
    get(tx, id)
}

/// Gives a script to another person to look after.
fn set_manager(tx: &mut Tx<'_>, before: &Tool, manager: ActorId) -> Result<Tool> {
    let id = before.id;
    actors::get_of(tx, manager, ActorType::Human)?;
    if has_secrets(tx, id)? {
        let message = "A tool that has secrets stays with its manager; take the secrets away first.";
        return Err(Error::conflict("tool_has_secrets", message));
    }
    tx.execute("UPDATE tools SET manager_id = $2, updated_at = $3 WHERE id = $1", params![id, manager, tx.now()])?;
    let data = json!({"before": {"manager_id": before.manager_id}, "after": {"manager_id": manager}});
    event(tx, "tool.updated", id, None, data)?;
    get(tx, id)
}

fn has_secrets(tx: &mut Tx<'_>, id: ToolId) -> Result<bool> {
    let sql = "SELECT 1 FROM tool_secrets WHERE tool_id = $1 LIMIT 1";
    Ok(tx.query_opt(sql, params![id], |_| Ok(()))?.is_some())
}

fn set_secrets(tx: &mut Tx<'_>, id: ToolId, wanted: &[SecretId]) -> Result<()> {
    if wanted.len() > SECRETS {
        return Err(Error::invalid("secret_ids", format!("a tool has at most {SECRETS} secrets")));
    }
    tx.execute("DELETE FROM tool_secrets WHERE tool_id = $1", params![id])?;
    for secret in wanted {
        secrets::own(tx, *secret)?;
        tx.execute(
            "INSERT INTO tool_secrets (tool_id, secret_id) VALUES ($1, $2) ON CONFLICT (tool_id, secret_id) DO NOTHING",
            params![id, *secret],
        )?;
    }
    Ok(())
}

fn check_script(script: &str) -> Result<()> {
    check::required("script", script, SCRIPT).map(drop)
}

fn taken(name: &str) -> Error {
    Error::conflict("tool_already_exists", format!("The workspace has a tool named {name} already."))
}
