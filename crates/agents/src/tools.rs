//! Tools: HTTP services that are registered in a space (Interloom v1, Tools), and Python scripts of the whole workspace
//! (Interloom public, Tools); granted to actors one by one.

pub mod custom;
pub mod grants;
#[cfg(test)]
mod tests;

use gateway::outbound;
use identity::{Right, access, actors, spaces};
use kernel::{
    Error, Page, PageRequest, Result, Timestamp, check,
    ids::{ActorId, SpaceId, ToolId},
};
use sandbox::Hosts;
use serde_json::{Value as Json, json};
use store::{NewEvent, Row, Tx, params};

use crate::actions;

store::text_enum! {
    /// What a call of a tool does.
    pub enum ToolKind {
        /// It is posted to an HTTP service.
        Http = "http",
        /// It runs a Python script in a sandbox.
        Script = "script",
    }
}

/// A tool.
#[derive(Clone, Debug)]
pub struct Tool {
    /// Its id.
    pub id: ToolId,
    /// The space it is registered in: agents use it in cases of this space only. None for a tool of the whole workspace.
    pub space_id: Option<SpaceId>,
    /// What a call does.
    pub kind: ToolKind,
    /// The name that models call it by, unique in the space or among the workspace's own.
    pub name: String,
    /// What it does and when to use it, written for models.
    pub description: String,
    /// Where calls are posted; empty for a script.
    pub url: String,
    /// The Python source; empty for an HTTP service.
    pub script: String,
    /// The hosts that a script may reach.
    pub hosts: Vec<String>,
    /// The JSON Schema of its input, an object.
    pub input_schema: Json,
    /// Who looks after it.
    pub manager_id: Option<ActorId>,
    /// Who registered it.
    pub created_by: ActorId,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

pub(crate) const COLUMNS: &str = "t.id, t.space_id, t.kind, t.name, t.description, t.url, t.script, t.hosts, t.input_schema, \
     t.manager_id, t.created_by, t.created_at, t.updated_at";

pub(crate) fn read(row: &Row<'_>) -> Result<Tool> {
    Ok(Tool {
        id: row.get(0)?,
        space_id: row.get(1)?,
        kind: row.get(2)?,
        name: row.get(3)?,
        description: row.get(4)?,
        url: row.get::<Option<String>>(5)?.unwrap_or_default(),
        script: row.get::<Option<String>>(6)?.unwrap_or_default(),
        hosts: row.get(7)?,
        input_schema: row.get(8)?,
        manager_id: row.get(9)?,
        created_by: row.get(10)?,
        created_at: row.get(11)?,
        updated_at: row.get(12)?,
    })
}

/// What a new tool needs.
#[derive(Clone, Debug)]
pub struct NewTool {
    /// The name that models call it by.
    pub name: String,
    /// What it does and when to use it.
    pub description: String,
    /// Where calls are posted, http or https.
    pub url: String,
    /// The JSON Schema of its input.
    pub input_schema: Json,
}

/// The longest name of a tool: providers accept no longer ones.
const NAME: usize = 64;
/// The longest URL, in characters.
const URL: usize = 2_000;
/// The longest JSON text of an input schema, in bytes.
const SCHEMA: usize = 64 << 10;
/// The most hosts of a script.
const HOSTS: usize = 50;

/// The tools of a space, by name.
///
/// # Errors
/// `space_not_found`.
pub fn list(tx: &mut Tx<'_>, space: SpaceId, request: PageRequest) -> Result<Page<Tool>> {
    access::require(tx, space, Right::See)?;
    let total = tx.query_one("SELECT COUNT(*) FROM tools WHERE space_id = $1", params![space], |row| row.get(0))?;
    let items = tx.query(
        &format!("SELECT {COLUMNS} FROM tools t WHERE t.space_id = $1 ORDER BY t.name LIMIT $2 OFFSET $3"),
        params![space, request.limit(), request.offset()],
        read,
    )?;
    Ok(Page { items, total, request })
}

/// One tool.
///
/// # Errors
/// `tool_not_found`.
pub fn get(tx: &mut Tx<'_>, id: ToolId) -> Result<Tool> {
    require(tx, id, Right::See)
}

fn require(tx: &mut Tx<'_>, id: ToolId, right: Right) -> Result<Tool> {
    let not_found = || Error::not_found("tool_not_found", format!("No tool found with ID {id}"));
    let tool = tx.query_opt(&format!("SELECT {COLUMNS} FROM tools t WHERE t.id = $1"), params![id], read)?;
    let tool = tool.ok_or_else(not_found)?;
    match tool.space_id {
        Some(space) => {
            let role = access::role(tx, space)?;
            access::check(role, right, not_found)?;
        }
        // Everybody in the workspace sees its own tools.
        None if right > Right::See && !tx.actor().workspace_admin => {
            return Err(Error::forbidden(
                "Only an owner or admin of the workspace can do this to a tool of the workspace.",
            ));
        }
        None => {}
    }
    Ok(tool)
}

/// Registers a tool in a space.
///
/// # Errors
/// `space_not_found`, `forbidden` below admin, `tool_exists`, `Invalid` naming the field.
pub fn register(tx: &mut Tx<'_>, space: SpaceId, new: &NewTool) -> Result<Tool> {
    access::require(tx, space, Right::Manage)?;
    let name = checked_name(&new.name)?;
    let description = check::required("description", &new.description, check::TEXT)?;
    let url = check::required("url", &new.url, URL)?;
    let url = outbound::parse(url).map_err(|e| Error::invalid("url", e.to_string()))?;
    check_schema(&new.input_schema)?;
    let id = ToolId::new();
    let added = tx.execute(
        "INSERT INTO tools (id, space_id, kind, name, description, url, hosts, input_schema, manager_id, created_by, created_at, updated_at) \
         VALUES ($1, $2, 'http', $3, $4, $5, '[]', $6, $7, $7, $8, $8) ON CONFLICT (space_id, name) DO NOTHING",
        params![id, space, name, description, url.as_str(), new.input_schema, tx.actor().id, tx.now()],
    )?;
    if added == 0 {
        return Err(Error::conflict("tool_exists", format!("The space has a tool named {name} already.")));
    }
    event(tx, "tool.registered", id, Some(space), json!({"name": name}))?;
    get(tx, id)
}

fn checked_name(name: &str) -> Result<&str> {
    let fits = name.len() <= NAME
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !fits {
        let rule = format!(
            "a tool's name has at most {NAME} lower-case letters, digits and underscores and begins with a letter"
        );
        return Err(Error::invalid("name", rule));
    }
    if actions::spec(name).is_some() {
        return Err(Error::invalid("name", format!("{name} is the name of an action that every agent has")));
    }
    Ok(name)
}

fn check_schema(schema: &Json) -> Result<()> {
    let invalid = |why: String| Err(Error::invalid("input_schema", why));
    let Some(object) = schema.as_object() else {
        return invalid("input_schema must be a JSON Schema that is an object".to_owned());
    };
    if object.get("type").is_some_and(|kind| kind != "object") {
        return invalid("a tool's input is an object: type must be \"object\"".to_owned());
    }
    let text = schema.to_string();
    if text.len() > SCHEMA || text.contains("\\u0000") {
        return invalid(format!("input_schema must fit in {SCHEMA} bytes, without zero characters"));
    }
    validator(schema).map(drop)
}

/// A validator that reads nothing from outside and whose patterns take linear time.
fn validator(schema: &Json) -> Result<jsonschema::Validator> {
    jsonschema::options()
        .with_pattern_options(jsonschema::PatternOptions::regex())
        .build(schema)
        .map_err(|e| Error::invalid("input_schema", format!("not a usable JSON Schema: {e}")))
}

impl Tool {
    /// Checks an input against the tool's schema.
    ///
    /// # Errors
    /// `Invalid` naming the part of the input that breaks it.
    pub fn check_input(&self, input: &Json) -> Result<()> {
        let found = validator(&self.input_schema)?.validate(input).map_err(|e| {
            let place = e.instance_path().to_string().replace('/', ".");
            Error::invalid(format!("input{place}"), e.to_string())
        });
        if !input.is_object() {
            return Err(Error::invalid("input", "the input must be a JSON object"));
        }
        found
    }
}

/// Grants a tool to an actor; again changes nothing. Only attached tools can be used.
///
/// # Errors
/// `tool_not_found`, `forbidden` below admin, `Invalid` for `actor_id` when there is no such member of the tool's space.
pub fn attach(tx: &mut Tx<'_>, id: ToolId, actor: ActorId) -> Result<Tool> {
    let tool = require(tx, id, Right::Manage)?;
    let absent = match tool.space_id {
        Some(space) => spaces::role_of(tx, space, actor)?.is_none(),
        None => actors::find(tx, actor)?.is_none(),
    };
    if absent {
        let text = format!("no member of the tool's space has the ID {actor}; add the actor to the space first");
        return Err(Error::invalid("actor_id", text));
    }
    grant(tx, &tool, actor)?;
    Ok(tool)
}

/// Grants a tool to an actor, who may have it already.
fn grant(tx: &mut Tx<'_>, tool: &Tool, actor: ActorId) -> Result<()> {
    let added = tx.execute(
        "INSERT INTO actor_tools (actor_id, tool_id, granted_by, granted_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (actor_id, tool_id) DO NOTHING",
        params![actor, tool.id, tx.actor().id, tx.now()],
    )?;
    if added == 0 {
        return Ok(());
    }
    event(tx, "tool.attached", tool.id, tool.space_id, json!({"name": tool.name, "actor_id": actor}))
}

/// The tools that an actor can use in a space, by name: those of the space and of the workspace that are attached to it. Of
/// two with the same name the space's own counts.
///
/// # Errors
/// `space_not_found`.
pub fn attached(tx: &mut Tx<'_>, space: SpaceId, actor: ActorId) -> Result<Vec<Tool>> {
    access::require(tx, space, Right::See)?;
    let sql = format!(
        "SELECT {COLUMNS} FROM tools t JOIN actor_tools a ON a.tool_id = t.id \
         WHERE (t.space_id = $1 OR t.space_id IS NULL) AND a.actor_id = $2 ORDER BY t.name, (t.space_id IS NULL)"
    );
    let mut tools = tx.query(&sql, params![space, actor], read)?;
    tools.dedup_by(|later, earlier| later.name == earlier.name);
    Ok(tools)
}

/// Sets the hosts that a script may reach; without any it has no network.
///
/// # Errors
/// `tool_not_found`, `forbidden` below workspace admin, `Invalid` naming the host that is none, `tool_not_script`.
pub fn set_hosts(tx: &mut Tx<'_>, id: ToolId, hosts: &[String]) -> Result<Tool> {
    let tool = require(tx, id, Right::Manage)?;
    if tool.kind != ToolKind::Script {
        return Err(Error::conflict("tool_not_script", "Only scripts have hosts; this tool is an HTTP service."));
    }
    if hosts.len() > HOSTS {
        return Err(Error::invalid("hosts", format!("a tool has at most {HOSTS} hosts")));
    }
    for (n, host) in hosts.iter().enumerate() {
        Hosts::parse([host]).map_err(|why| Error::invalid(format!("hosts[{n}]"), why))?;
    }
    tx.execute("UPDATE tools SET hosts = $2, updated_at = $3 WHERE id = $1", params![id, hosts.to_vec(), tx.now()])?;
    let data = json!({"name": tool.name, "before": {"hosts": tool.hosts}, "after": {"hosts": hosts}});
    event(tx, "tool.hosts_set", id, tool.space_id, data)?;
    get(tx, id)
}

fn event(tx: &mut Tx<'_>, verb: &'static str, tool: ToolId, space: Option<SpaceId>, data: Json) -> Result<()> {
    tx.emit(NewEvent { verb, subject: tool.uuid(), space, case: None, thread: None, data })
}
