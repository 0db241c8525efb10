//! What is said in a thread, with the files that come along (Interloom public): a view of the thread's activities.

#[cfg(test)]
mod tests;

use identity::{
    Right,
    actors::{self, ActorType},
};
use kernel::{
    Error, Result, Slice, SliceRequest, Timestamp, check,
    ids::{ActivityId, ActorId, DocumentId, ThreadId},
};
use serde_json::{Value as Json, json};
use store::Tx;
use talk::{
    activities::{self, Activity, ActivityType, Visibility},
    place::{self, Place},
    threads::{self, Thread},
};

use crate::documents;

/// The most files that a message brings.
const FILES: usize = 100;

/// What somebody said, or a file that somebody attached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id: the activity's.
    pub id: ActivityId,
    /// Who.
    pub author: ActorId,
    /// Person or agent; Heddle itself counts as an agent.
    pub author_type: ActorType,
    /// What was said; none when a file was attached without a word.
    pub text: Option<String>,
    /// The files that came along, as far as they are still there and the reader can see them.
    pub files: Vec<DocumentId>,
    /// When.
    pub created_at: Timestamp,
}

/// A thread, and when the last message came that the reader can see.
///
/// # Errors
/// `thread_not_found`.
pub fn head(tx: &mut Tx<'_>, thread: ThreadId) -> Result<(Thread, Option<Timestamp>)> {
    Ok((threads::get(tx, thread)?, activities::last_said(tx, thread)?))
}

/// The messages of a thread that the actor may see.
///
/// # Errors
/// `thread_not_found`.
pub fn slice(tx: &mut Tx<'_>, thread: ThreadId, request: SliceRequest) -> Result<Slice<Message>> {
    let Slice { items, next } = activities::said(tx, thread, request)?;
    Ok(Slice { items: read(tx, items)?, next })
}

/// Says something in a thread and attaches files to its place: a case's thread stands for the case.
///
/// # Errors
/// `thread_not_found`, `forbidden` for observers, `Invalid` for a blank or over-long text and for too many files,
/// `attached_files_not_found` and `file_thread_mismatch` as [`documents::attach`].
pub fn post(tx: &mut Tx<'_>, thread: ThreadId, text: &str, files: &[DocumentId]) -> Result<Message> {
    let place = place::of_thread(tx, thread, Right::Work)?;
    let text = check::required("text", text, check::TEXT)?;
    if files.len() > FILES {
        return Err(Error::invalid("file_ids", format!("a message brings at most {FILES} files")));
    }
    let mut brought: Vec<DocumentId> = Vec::new();
    for file in files {
        if !brought.contains(file) {
            brought.push(*file);
        }
    }
    let own = place.thread.filter(|_| place.case.is_none());
    documents::attach_at(tx, &Place { thread: own, ..place }, &brought, false)?;
    let data = (!brought.is_empty()).then(|| json!({"file_ids": brought}));
    let (entry, visibility) = (ActivityType::Comment, Visibility::Public);
    let activity = activities::post_at(tx, &place, thread, entry, visibility, text, data)?;
    let mut messages = read(tx, vec![activity])?;
    messages.pop().ok_or_else(|| Error::internal("the message that was posted is not there"))
}

/// Activities as messages.
fn read(tx: &mut Tx<'_>, activities: Vec<Activity>) -> Result<Vec<Message>> {
    let authors: Vec<ActorId> = activities.iter().map(|activity| activity.actor_id).collect();
    let types = actors::types_of(tx, &authors)?;
    let named: Vec<DocumentId> = activities.iter().flat_map(files).collect();
    let visible = documents::visible(tx, &named)?;
    let message = |activity: Activity| Message {
        id: activity.id,
        author: activity.actor_id,
        author_type: types.get(&activity.actor_id).copied().unwrap_or(ActorType::Ai),
        files: files(&activity).into_iter().filter(|file| visible.contains(file)).collect(),
        text: (activity.activity_type == ActivityType::Comment).then_some(activity.content),
        created_at: activity.created_at,
    };
    Ok(activities.into_iter().map(message).collect())
}

/// The files that an activity names.
fn files(activity: &Activity) -> Vec<DocumentId> {
    let Some(data) = &activity.data else { return Vec::new() };
    let many = data.get("file_ids").and_then(Json::as_array).into_iter().flatten();
    let ids = data.get("artifact_id").into_iter().chain(many);
    ids.filter_map(|id| id.as_str()?.parse().ok()).collect()
}
