//! Comments after they were posted: their authors change them and take them back, and everybody finds the public ones.

use identity::{Right, access};
use kernel::{Error, Result, check, ids::ActivityId};
use serde_json::{Value as Json, json};
use store::{NewEvent, Tx, params, search};

use crate::{
    activities::{self, Activity, ActivityType, Visibility},
    mentions,
    place::{self, Place},
};

/// What an absent or invisible entry answers.
fn activity_not_found(id: ActivityId) -> Error {
    Error::not_found("activity_not_found", format!("No activity found with ID {id}"))
}

/// Changes what a comment says and, if wanted, who sees it. The earlier text stays in the log.
///
/// # Errors
/// `activity_not_found`, `forbidden` for observers, for others' comments and for entries that are none, `comment_deleted`,
/// `Invalid` for a blank or over-long content.
pub fn edit(tx: &mut Tx<'_>, id: ActivityId, content: &str, visibility: Option<Visibility>) -> Result<Activity> {
    let (before, place) = require_own(tx, id)?;
    let content = check::required("content", content, check::TEXT)?;
    let visibility = visibility.unwrap_or(before.visibility);
    tx.execute(
        "UPDATE activities SET content = $2, visibility = $3, edited_at = $4 WHERE id = $1",
        params![id, content, visibility, tx.now()],
    )?;
    let after = Activity { content: content.to_owned(), visibility, edited_at: Some(tx.now()), ..before.clone() };
    // The text goes to those who see it both before and after. Who sees the entry only before or only after hears that it
    // changed.
    let texts = json!({"before": before.content, "after": content});
    tell(tx, &place, &after, before.visibility.max(visibility), "activity.edited", texts)?;
    if before.visibility != visibility {
        tell(tx, &place, &after, before.visibility.min(visibility), "activity.edited", json!({}))?;
    }
    keep_findable(tx, &place, &after)?;
    mentions::renew(tx, &place, &after)?;
    Ok(after)
}

/// Takes a comment back: the entry stays, what it said stays in the log only.
///
/// # Errors
/// As [`edit`].
pub fn delete(tx: &mut Tx<'_>, id: ActivityId) -> Result<Activity> {
    let (before, place) = require_own(tx, id)?;
    tx.execute("UPDATE activities SET content = '', deleted_at = $2 WHERE id = $1", params![id, tx.now()])?;
    let after = Activity { content: String::new(), deleted_at: Some(tx.now()), ..before.clone() };
    tell(tx, &place, &after, before.visibility, "activity.deleted", json!({"before": before.content}))?;
    search::remove(tx, id.uuid())?;
    mentions::renew(tx, &place, &after)?;
    Ok(after)
}

/// The actor's own comment and where it is.
fn require_own(tx: &mut Tx<'_>, id: ActivityId) -> Result<(Activity, Place)> {
    let sql = format!("SELECT {} FROM activities WHERE id = $1", activities::COLUMNS);
    let found = tx.query_opt(&sql, params![id], activities::read)?.ok_or_else(|| activity_not_found(id))?;
    let hidden = |error: Error| if error.code() == "thread_not_found" { activity_not_found(id) } else { error };
    let place = place::of_thread(tx, found.thread_id, Right::See).map_err(hidden)?;
    if !activities::sees(tx, found.thread_id, found.visibility, found.actor_id)? {
        return Err(activity_not_found(id));
    }
    access::check(Some(place.role), Right::Work, || activity_not_found(id))?;
    if found.actor_id != tx.actor().id || found.activity_type != ActivityType::Comment {
        return Err(Error::forbidden("Only a comment can be changed, and only by who wrote it."));
    }
    if found.deleted_at.is_some() {
        return Err(Error::conflict("comment_deleted", "The comment was taken back."));
    }
    Ok((found, place))
}

fn tell(
    tx: &mut Tx<'_>,
    place: &Place,
    activity: &Activity,
    visibility: Visibility,
    verb: &'static str,
    texts: Json,
) -> Result<()> {
    let mut data = json!({"type": activity.activity_type, "visibility": visibility});
    if let (Json::Object(data), Json::Object(texts)) = (&mut data, texts) {
        data.extend(texts);
    }
    tx.emit(NewEvent {
        verb,
        subject: activity.id.uuid(),
        space: Some(place.space),
        case: place.case,
        thread: Some(activity.thread_id),
        data,
    })
}

/// Has a comment found by what it says if everybody in the space may see it, and by nobody else.
pub(crate) fn keep_findable(tx: &mut Tx<'_>, place: &Place, comment: &Activity) -> Result<()> {
    if comment.visibility != Visibility::Public {
        return search::remove(tx, comment.id.uuid());
    }
    let item = search::Item {
        kind: "comment",
        subject: comment.id.uuid(),
        space: place.space,
        case: place.case,
        thread: Some(comment.thread_id),
        title: "",
        body: &comment.content,
    };
    search::put(tx, &item)
}
