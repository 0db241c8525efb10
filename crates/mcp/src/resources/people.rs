//! The names of those who act.

use std::collections::{HashMap, HashSet};

use client::{
    Client, Uuid,
    public::{Link, ResourceType, agents, users},
    v1::actors,
};
use futures::{StreamExt, stream};

use super::markdown::{Inline, inline};

/// Requests for names under way at once.
const AT_ONCE: usize = 8;

/// Somebody, as the API refers to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Who {
    User(Uuid),
    Agent(Uuid),
    /// As `/v1` refers to both.
    Actor(Uuid),
}

impl Who {
    fn id(self) -> Uuid {
        match self {
            Self::User(id) | Self::Agent(id) | Self::Actor(id) => id,
        }
    }
}

impl From<&Link> for Who {
    fn from(link: &Link) -> Self {
        match link.r#type {
            ResourceType::Agent => Self::Agent(link.id),
            _ => Self::User(link.id),
        }
    }
}

/// Names by id.
#[derive(Debug, Default)]
pub(crate) struct People(HashMap<Uuid, String>);

impl People {
    /// Asks for the names of these. Who cannot be asked for is called by the id.
    pub(crate) async fn named(client: &Client, wanted: impl IntoIterator<Item = Who>) -> Self {
        let mut seen = HashSet::new();
        let wanted: Vec<Who> = wanted.into_iter().filter(|who| seen.insert(who.id())).collect();
        let names = stream::iter(wanted).map(|who| async move { Some((who.id(), name(client, who).await?)) });
        Self(names.buffer_unordered(AT_ONCE).filter_map(std::future::ready).collect().await)
    }

    /// What somebody is called, with the id that tools want.
    pub(crate) fn name(&self, id: Uuid) -> Inline {
        let text = match self.0.get(&id) {
            Some(name) => format!("{name} ({id})"),
            None => id.to_string(),
        };
        inline(&text)
    }

    /// What somebody is called, without an id where there is a name.
    pub(crate) fn short(&self, id: Uuid) -> Inline {
        self.0.get(&id).map_or_else(|| inline(&id.to_string()), |name| inline(name))
    }
}

async fn name(client: &Client, who: Who) -> Option<String> {
    Some(match who {
        Who::User(id) => client.send(&users::get(id)).await.ok()?.name,
        Who::Agent(id) => client.send(&agents::get(id)).await.ok()?.name,
        Who::Actor(id) => client.send(&actors::get(id)).await.ok()?.data.name,
    })
}
