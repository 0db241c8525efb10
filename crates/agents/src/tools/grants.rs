//! Which tools an agent has, set as a whole (Interloom public, Agents): scripts and HTTP services, and of Heddle's own actions
//! all but those that are withheld. What a run cannot do without is given to every agent and is not in the list.

use identity::actors::{self, ActorType};
use kernel::{
    Error, Kind, Result,
    ids::{ActorId, ToolId},
};
use serde_json::json;
use store::{Tx, params};

use super::{COLUMNS, Tool, event, get, grant, read};
use crate::actions::{self, SPECS, Spec};

/// A tool of an agent.
#[derive(Clone, Debug)]
pub enum Granted {
    /// An action of Heddle's own.
    Action(&'static Spec),
    /// A registered tool.
    Tool(Box<Tool>),
}

impl Granted {
    /// Its id.
    pub fn id(&self) -> ToolId {
        match self {
            Self::Action(spec) => spec.id(),
            Self::Tool(tool) => tool.id,
        }
    }
}

/// The actions of Heddle's own that an agent can be without.
pub fn optional_actions() -> impl Iterator<Item = &'static Spec> {
    SPECS.iter().filter(|spec| !spec.is_essential())
}

/// The tools of an agent: first Heddle's own actions, then the registered ones by name.
///
/// # Errors
/// `actor_not_found`, also for a person.
pub fn of_agent(tx: &mut Tx<'_>, agent: ActorId) -> Result<Vec<Granted>> {
    let profile = actors::get_of(tx, agent, ActorType::Ai)?;
    let own = optional_actions().filter(|spec| !actions::is_withheld(spec.name, &profile.withheld));
    let mut all: Vec<Granted> = own.map(Granted::Action).collect();
    all.extend(registered(tx, agent)?.into_iter().map(|tool| Granted::Tool(Box::new(tool))));
    Ok(all)
}

fn registered(tx: &mut Tx<'_>, agent: ActorId) -> Result<Vec<Tool>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM tools t JOIN actor_tools a ON a.tool_id = t.id WHERE a.actor_id = $1 ORDER BY t.name, t.id"
    );
    tx.query(&sql, params![agent], read)
}

/// Gives an agent exactly these tools.
///
/// # Errors
/// `actor_not_found`, also for a person; `agent_tools_forbidden` below workspace admin; `invalid_tool_ids` (422) with the ids
/// that are no tools the caller sees.
pub fn replace(tx: &mut Tx<'_>, agent: ActorId, wanted: &[ToolId]) -> Result<Vec<Granted>> {
    let profile = actors::get_of(tx, agent, ActorType::Ai)?;
    if !tx.actor().workspace_admin {
        let message = "Only an owner or admin of the workspace gives agents their tools.";
        return Err(Error::new(Kind::Forbidden, "agent_tools_forbidden", message));
    }
    let (mut tools, mut unknown) = (Vec::new(), Vec::new());
    for id in wanted {
        if optional_actions().any(|spec| spec.id() == *id) {
            continue;
        }
        match get(tx, *id) {
            Ok(tool) => tools.push(tool),
            Err(error) if error.kind() == Kind::NotFound => unknown.push(*id),
            Err(error) => return Err(error),
        }
    }
    if !unknown.is_empty() {
        // Clients of the public API check this text.
        let message = "One or more tool IDs are unknown or unavailable.";
        let error = Error::new(Kind::Invalid, "invalid_tool_ids", message);
        return Err(unknown.iter().fold(error, |error, id| error.with_field(id.to_string(), "no such tool")));
    }
    let withheld: Vec<String> =
        optional_actions().filter(|spec| !wanted.contains(&spec.id())).map(|spec| spec.name.to_owned()).collect();
    if withheld != profile.withheld {
        actors::withhold(tx, agent, &withheld)?;
    }
    for tool in registered(tx, agent)? {
        if !wanted.contains(&tool.id) {
            tx.execute("DELETE FROM actor_tools WHERE actor_id = $1 AND tool_id = $2", params![agent, tool.id])?;
            event(tx, "tool.detached", tool.id, tool.space_id, json!({"name": tool.name, "actor_id": agent}))?;
        }
    }
    for tool in &tools {
        grant(tx, tool, agent)?;
    }
    of_agent(tx, agent)
}
