//! Threads on this machine and on the server together: lists, searches, sharing.

use std::collections::BTreeMap;

use client::{
    Client,
    loom::{
        Part,
        threads::{self as remote, ShareThread, Summary, UpdateThread, Visibility},
    },
};
use serde::Serialize;

use crate::{
    Error, Home,
    threads::{Listed, Syncer},
};

/// A thread in a list.
#[derive(Debug, Clone, Serialize)]
pub struct Found {
    /// Its id.
    pub id: String,
    /// What it is about.
    pub title: String,
    /// The folder.
    pub workspace: String,
    /// `here`, `server`, or both; `private` when it must not leave this machine, `pending` when the server lacks some of it.
    pub state: String,
    /// When it was last changed.
    pub updated_at: String,
}

/// How a thread is shared now.
#[derive(Debug, Clone, Serialize)]
pub struct Shared {
    /// Its id.
    pub id: String,
    /// Who may read it.
    pub visibility: Visibility,
    /// Where it can be read; none when nobody else may.
    pub url: Option<String>,
}

/// The threads of this machine and, with a server, the caller's there; with words, those in which they are. Answers also
/// why the server's are lacking.
///
/// # Errors
/// This machine's cannot be read.
pub async fn find(
    home: &Home,
    client: Option<&Client>,
    words: Option<&str>,
) -> Result<(Vec<Found>, Option<String>), Error> {
    let store = home.store()?;
    let here = match words {
        Some(words) => store.search(words)?,
        None => store.list()?,
    };
    let mut found: BTreeMap<String, Found> = here.into_iter().map(local).map(|one| (one.id.clone(), one)).collect();
    let mut lacking = None;
    if let Some(client) = client {
        let part = Part { limit: Some(200), offset: None };
        let call = match words {
            Some(words) => remote::search(words, part),
            None => remote::list(part),
        };
        match client.send(&call).await {
            Ok(list) => {
                for summary in list.threads {
                    match found.get_mut(&summary.id) {
                        Some(known) => known.state = format!("{}, server", known.state),
                        None => drop(found.insert(summary.id.clone(), there(summary))),
                    }
                }
            }
            Err(error) => lacking = Some(error.to_string()),
        }
    }
    let mut found: Vec<_> = found.into_values().collect();
    found.sort_by(|one, other| (&other.updated_at, &other.id).cmp(&(&one.updated_at, &one.id)));
    Ok((found, lacking))
}

fn local(listed: Listed) -> Found {
    let Listed { id, title, workspace, updated_at, private, pending, .. } = listed;
    let state = match (private, pending) {
        (true, _) => "private",
        (false, true) => "here, pending",
        (false, false) => "here",
    };
    // As many digits as the server writes, so that the texts can be compared.
    let updated_at = format!("{updated_at:.6}");
    Found { id, title, workspace, state: state.into(), updated_at }
}

fn there(summary: Summary) -> Found {
    let Summary { id, title, workspace, updated_at, .. } = summary;
    let text = Option::unwrap_or_default;
    Found { id, title: text(title), workspace: text(workspace), state: "server".into(), updated_at: text(updated_at) }
}

/// Sets who may read a thread. The server gets all of it first.
///
/// # Errors
/// The thread is private; the server refuses or cannot be reached.
pub async fn share(syncer: &Syncer, client: &Client, id: &str, with: &str) -> Result<Shared, Error> {
    let visibility = Visibility::from(with);
    if matches!(visibility, Visibility::Other(_)) {
        return Err(Error::Usage(format!("\"{with}\" is none of private, shared and public")));
    }
    if syncer.is_private(id)? {
        return Err(Error::Plain(format!("thread {id} is private: it does not leave this machine")));
    }
    syncer.push(id).await.map_err(Error::from)?;
    let shared = match visibility {
        Visibility::Private => {
            let change = UpdateThread { visibility: Some(visibility), title: None };
            let saved = client.send(&remote::update(id, &change)).await?;
            Shared { id: saved.id, visibility: saved.visibility.unwrap_or(Visibility::Private), url: None }
        }
        visibility => {
            let wanted = ShareThread { visibility: Some(visibility), expires_at: None };
            let shared = client.send(&remote::share(id, &wanted)).await?;
            Shared { id: shared.id, visibility: shared.visibility, url: Some(shared.url) }
        }
    };
    Ok(shared)
}
