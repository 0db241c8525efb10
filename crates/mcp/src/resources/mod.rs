//! Resources: cases, threads, procedures and spaces as Markdown, to be read by people and models.

mod case;
mod markdown;
mod people;
mod procedure;
mod space;
mod thread;

use client::{
    Call, Client, StatusCode,
    public::{
        Direction, Paging, Sort,
        cases::{self, ListCases},
    },
};
use rmcp::model::{ListResourcesResult, ReadResourceResult, Resource, ResourceContents, ResourceTemplate};
use serde::de::DeserializeOwned;

use crate::reply::Refusal;

/// The media type of all resources.
pub(crate) const MARKDOWN: &str = "text/markdown";

/// Cases in the list of resources.
const RECENT: i64 = 30;

/// Why a resource or a prompt cannot be given.
#[derive(Debug)]
pub(crate) enum Unreadable {
    /// There is no such thing.
    Unknown(String),
    /// What is asked for makes no sense.
    Arguments(String),
    /// The server refused, or could not be reached.
    Call(Refusal),
}

impl From<client::Error> for Unreadable {
    fn from(error: client::Error) -> Self {
        match error.status() {
            Some(StatusCode::NOT_FOUND) => Self::Unknown(error.to_string()),
            _ => Self::Call(error.into()),
        }
    }
}

/// The kinds of things that are resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Case,
    Thread,
    Procedure,
    Space,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Case, Self::Thread, Self::Procedure, Self::Space];

    fn collection(self) -> &'static str {
        match self {
            Self::Case => "cases",
            Self::Thread => "threads",
            Self::Procedure => "procedures",
            Self::Space => "spaces",
        }
    }

    fn about(self) -> &'static str {
        match self {
            Self::Case => {
                "A case: where it stands, its stages with their instructions, its documents, its thread of late"
            }
            Self::Thread => "A thread: what was said and what happened in it of late",
            Self::Procedure => "A procedure: its stages with their instructions",
            Self::Space => "A space: what it is for, its procedures, and who works in it",
        }
    }

    /// The address of one of them.
    pub(crate) fn uri(self, id: impl std::fmt::Display) -> String {
        format!("heddle://{}/{id}", self.collection())
    }

    /// What one of them looks like.
    pub(crate) async fn show(self, client: &Client, id: &str) -> Result<String, Unreadable> {
        match self {
            Self::Case => case::show(client, id).await,
            Self::Thread => thread::show(client, id).await,
            Self::Procedure => procedure::show(client, id).await,
            Self::Space => space::show(client, id).await,
        }
    }
}

/// How to name resources that are not listed.
pub(crate) fn templates() -> Vec<ResourceTemplate> {
    let template = |kind: Kind| {
        ResourceTemplate::new(kind.uri("{id}"), kind.collection())
            .with_description(kind.about())
            .with_mime_type(MARKDOWN)
    };
    Kind::ALL.map(template).into()
}

/// The cases that were last changed.
pub(crate) async fn recent(client: &Client, cursor: Option<String>) -> Result<ListResourcesResult, Unreadable> {
    let query = ListCases {
        paging: Paging { limit: Some(RECENT), cursor },
        sort: Some(Sort::UpdatedAt),
        direction: Some(Direction::Desc),
        ..ListCases::default()
    };
    let page = client.send(&cases::list(&query)).await?;
    let resource = |case: cases::CaseItem| {
        Resource::new(Kind::Case.uri(case.id), case.id.to_string())
            .with_title(case.title)
            .with_description(format!("Case, {}, changed {}", case.status, case.updated_at))
            .with_mime_type(MARKDOWN)
    };
    let mut list = ListResourcesResult::with_all_items(page.data.into_iter().map(resource).collect());
    list.next_cursor = page.next_cursor.filter(|_| page.has_more);
    Ok(list)
}

/// What is at this address.
pub(crate) async fn read(client: &Client, uri: &str) -> Result<ReadResourceResult, Unreadable> {
    let (kind, id) = parse(uri).ok_or_else(|| Unreadable::Unknown(format!("there is no resource {uri:?}")))?;
    let text = kind.show(client, id).await?;
    Ok(ReadResourceResult::new(vec![ResourceContents::text(text, uri).with_mime_type(MARKDOWN)]))
}

fn parse(uri: &str) -> Option<(Kind, &str)> {
    let (collection, id) = uri.strip_prefix("heddle://")?.split_once('/')?;
    let kind = Kind::ALL.into_iter().find(|kind| kind.collection() == collection)?;
    (!id.is_empty() && !id.contains(['/', '?', '#'])).then_some((kind, id))
}

/// The answer, or none where the server does not know the operation: others than Heddle have the public API alone.
async fn if_known<T: DeserializeOwned>(client: &Client, call: &Call<T>) -> Result<Option<T>, client::Error> {
    match client.send(call).await {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if matches!(error.status(), Some(StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED)) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_one_thing() {
        assert_eq!(parse("heddle://cases/a-1"), Some((Kind::Case, "a-1")));
        for kind in Kind::ALL {
            assert_eq!(parse(&kind.uri("x")), Some((kind, "x")));
        }
        for uri in [
            "heddle://cases/",
            "heddle://cases",
            "heddle://case/1",
            "cases/1",
            "heddle://cases/1/x",
            "heddle://cases/1?x",
        ] {
            assert_eq!(parse(uri), None, "{uri}");
        }
    }
}
