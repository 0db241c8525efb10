//! A space as Markdown.

use client::{
    Client,
    public::{Paging, agents, procedures, spaces, users},
    v1::{self, Pages},
};

use super::{
    Kind, Unreadable, if_known,
    markdown::{Document, inline},
};

/// The most items of a list that are shown.
const LISTED: i64 = 100;

pub(crate) async fn show(client: &Client, id: &str) -> Result<String, Unreadable> {
    let paging = Paging { limit: Some(LISTED), cursor: None };
    let (get, list) = (spaces::get(id), procedures::list(&paging, Some(id)));
    let (space, procedures, workers) =
        tokio::try_join!(client.send(&get), client.send(&list), workers(client, id, &paging))?;

    let mut document = Document::titled("Space", &space.name);
    document.field("Id", Some(space.id.to_string()));
    if let Some(text) = space.description.as_deref().filter(|text| !text.trim().is_empty()) {
        document.section("Description");
        document.text(text);
    }
    document.section("Procedures");
    if procedures.data.is_empty() {
        document.remark("There are none yet.");
    }
    for procedure in &procedures.data {
        document.item(format_args!("{}: {}", inline(&procedure.title), Kind::Procedure.uri(procedure.id)));
    }
    document.section("Who can be given work");
    for (name, about) in &workers {
        document.item(format_args!("{}: {}", inline(name), inline(about)));
    }
    Ok(document.finish())
}

/// Who works in the space where the server tells that, else everybody.
async fn workers(client: &Client, id: &str, paging: &Paging) -> Result<Vec<(String, String)>, client::Error> {
    let pages = Pages { page: None, per_page: Some(LISTED) };
    if let Some(members) = if_known(client, &v1::spaces::members(id, &pages)).await? {
        let about = |member: v1::spaces::Member| {
            (member.name, format!("{}, {}, {}", member.actor_type, member.role, member.actor_id))
        };
        return Ok(members.data.into_iter().map(about).collect());
    }
    let (list_users, list_agents) = (users::list(paging), agents::list(paging));
    let (users, agents) = tokio::try_join!(client.send(&list_users), client.send(&list_agents))?;
    let users = users.data.into_iter().map(|user| (user.name, format!("human, {}", user.id)));
    let agents = agents.data.into_iter().map(|agent| (agent.name, format!("ai, {}", agent.id)));
    Ok(users.chain(agents).collect())
}
