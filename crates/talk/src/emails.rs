//! E-mail messages (Interloom v1, EmailMessages): written as drafts, queued by a person or an agent, handed over by a job.
//!
//! An e-mail only moves forward: `draft` → `queued` → `sent` → `delivered`. Only a draft can be changed, and only a draft
//! can be sent. [`send`] fixes the Message-ID and enqueues the job in one transaction, so a message leaves if and only if
//! that transaction committed, and a retry is recognisable as the same message. See [`workers`] for what the two last
//! states mean.

mod delivery;
pub(crate) mod mailer;
#[cfg(test)]
mod tests;

use identity::{
    Right, access,
    listing::{self, Listing},
};
use kernel::{
    Error, Page, PageRequest, Result, Timestamp, check,
    ids::{ActorId, CaseId, EmailId, SpaceId, ThreadId},
};
use lettre::message::Mailbox;
use serde_json::json;
use store::{NewEvent, NewJob, Row, Tx, params, search};

pub use self::{delivery::workers, mailer::Mailer};
use crate::place::{self, PlaceRef};

store::text_enum! {
    /// Where an e-mail stands; it only moves forward.
    pub enum EmailState {
        /// Being written.
        Draft = "draft",
        /// Waits for being handed over. With an error it was refused and stays here.
        Queued = "queued",
        /// Handed over to the mail server or the outbox.
        Sent = "sent",
        /// The mail server took responsibility for every recipient, or the outbox has it.
        Delivered = "delivered",
    }
}

/// An e-mail message.
#[derive(Clone, Debug)]
pub struct Email {
    /// Its id.
    pub id: EmailId,
    /// The space it is in.
    pub space_id: SpaceId,
    /// The case it is attached to.
    pub case_id: Option<CaseId>,
    /// The thread it is attached to.
    pub thread_id: Option<ThreadId>,
    /// Where it stands.
    pub state: EmailState,
    /// Whom it is from; known once it was handed over.
    pub from: Option<String>,
    /// The recipients: `a@b.example` or `Name <a@b.example>`.
    pub to: Vec<String>,
    /// Those who get a copy.
    pub cc: Vec<String>,
    /// Those who get a copy without the others knowing.
    pub bcc: Vec<String>,
    /// The subject.
    pub subject: String,
    /// The text.
    pub body: String,
    /// The e-mail it answers.
    pub in_reply_to: Option<EmailId>,
    /// Its Message-ID without angle brackets; fixed when it is queued.
    pub message_id: Option<String>,
    /// Why it could not be handed over.
    pub error: Option<String>,
    /// Who wrote it.
    pub created_by: ActorId,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was queued.
    pub queued_at: Option<Timestamp>,
    /// When it was handed over.
    pub sent_at: Option<Timestamp>,
    /// When it was accepted for every recipient.
    pub delivered_at: Option<Timestamp>,
}

const COLUMNS: &str = "e.id, e.space_id, e.case_id, e.thread_id, e.state, e.sender, e.recipients, e.cc, e.bcc, e.subject, e.body, \
                       e.in_reply_to, e.message_id, e.error, e.created_by, e.created_at, e.updated_at, e.queued_at, e.sent_at, \
                       e.delivered_at";

fn read(row: &Row<'_>) -> Result<Email> {
    Ok(Email {
        id: row.get(0)?,
        space_id: row.get(1)?,
        case_id: row.get(2)?,
        thread_id: row.get(3)?,
        state: row.get(4)?,
        from: row.get(5)?,
        to: row.get(6)?,
        cc: row.get(7)?,
        bcc: row.get(8)?,
        subject: row.get(9)?,
        body: row.get(10)?,
        in_reply_to: row.get(11)?,
        message_id: row.get(12)?,
        error: row.get(13)?,
        created_by: row.get(14)?,
        created_at: row.get(15)?,
        updated_at: row.get(16)?,
        queued_at: row.get(17)?,
        sent_at: row.get(18)?,
        delivered_at: row.get(19)?,
    })
}

/// What a new e-mail needs. A draft may still lack recipients.
#[derive(Clone, Debug, Default)]
pub struct NewEmail {
    /// The recipients.
    pub to: Vec<String>,
    /// Those who get a copy.
    pub cc: Vec<String>,
    /// Those who get a copy without the others knowing.
    pub bcc: Vec<String>,
    /// The subject.
    pub subject: String,
    /// The text.
    pub body: String,
    /// The e-mail it answers, of the same space.
    pub in_reply_to: Option<EmailId>,
}

/// Changes to a draft; absent fields stay.
#[derive(Clone, Debug, Default)]
pub struct EmailPatch {
    /// Other recipients.
    pub to: Option<Vec<String>>,
    /// Others who get a copy.
    pub cc: Option<Vec<String>>,
    /// Others who get a hidden copy.
    pub bcc: Option<Vec<String>>,
    /// Another subject.
    pub subject: Option<String>,
    /// Another text.
    pub body: Option<String>,
    /// Another e-mail that it answers; `Some(None)` for none.
    pub in_reply_to: Option<Option<EmailId>>,
}

/// Recipients of one e-mail, copies included.
const MOST_RECIPIENTS: usize = 100;
/// Attempts at handing an e-mail over; with the longest wait between two, this takes about four hours.
const ATTEMPTS: i64 = 30;
/// The right-hand side of Message-IDs. The left-hand side is the e-mail's id, which is unique by itself.
pub(crate) const MESSAGE_ID_DOMAIN: &str = "mail.heddle";

/// The e-mails that the actor can see, newest first, of one case, thread or space if wanted.
///
/// # Errors
/// `case_not_found`, `thread_not_found` or `space_not_found` when a filter names what the actor cannot see.
pub fn list(
    tx: &mut Tx<'_>,
    case: Option<CaseId>,
    thread: Option<ThreadId>,
    space: Option<SpaceId>,
    request: PageRequest,
) -> Result<Page<Email>> {
    let conditions = place::filters(tx, PlaceRef { case, thread, space })?;
    let list = Listing {
        table: "emails e",
        alias: "e",
        columns: COLUMNS,
        order: "e.created_at DESC, e.id DESC",
        conditions: &conditions,
    };
    listing::page(tx, &list, request, read)
}

/// One e-mail.
///
/// # Errors
/// `email_not_found`.
pub fn get(tx: &mut Tx<'_>, id: EmailId) -> Result<Email> {
    require(tx, id, Right::See)
}

/// Begins an e-mail, attached to a case, a thread or a space.
///
/// # Errors
/// Those of the place, `forbidden` for observers, `Invalid` naming the field (`to`, `cc`, `bcc`, `subject`, `body`,
/// `in_reply_to`).
pub fn create(tx: &mut Tx<'_>, place: PlaceRef, new: &NewEmail) -> Result<Email> {
    let place = place::resolve(tx, place, Right::Work)?;
    let id = EmailId::new();
    let draft = checked(tx, place.space, id, new)?;
    tx.execute(
        "INSERT INTO emails (id, space_id, case_id, thread_id, state, recipients, cc, bcc, subject, body, in_reply_to, created_by, \
         created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)",
        params![
            id,
            place.space,
            place.case,
            place.thread,
            EmailState::Draft,
            draft.to,
            draft.cc,
            draft.bcc,
            draft.subject,
            draft.body,
            draft.in_reply_to,
            tx.actor().id,
            tx.now()
        ],
    )?;
    let email = find(tx, id)?;
    index(tx, &email)?;
    event(tx, "email.created", &email, json!({"subject": email.subject, "to": email.to}))?;
    Ok(email)
}

/// Changes a draft.
///
/// # Errors
/// `email_not_found`, `forbidden` for observers, `email_not_draft` once it was sent, `Invalid` naming the field.
pub fn update(tx: &mut Tx<'_>, id: EmailId, patch: &EmailPatch) -> Result<Email> {
    let before = require(tx, id, Right::Work)?;
    if before.state != EmailState::Draft {
        let text = format!("Only a draft can be changed; this e-mail is {}.", before.state);
        return Err(Error::conflict("email_not_draft", text));
    }
    let wanted = NewEmail {
        to: patch.to.clone().unwrap_or(before.to),
        cc: patch.cc.clone().unwrap_or(before.cc),
        bcc: patch.bcc.clone().unwrap_or(before.bcc),
        subject: patch.subject.clone().unwrap_or(before.subject),
        body: patch.body.clone().unwrap_or(before.body),
        in_reply_to: patch.in_reply_to.unwrap_or(before.in_reply_to),
    };
    let draft = checked(tx, before.space_id, id, &wanted)?;
    tx.execute(
        "UPDATE emails SET recipients = $2, cc = $3, bcc = $4, subject = $5, body = $6, in_reply_to = $7, updated_at = $8 \
         WHERE id = $1",
        params![id, draft.to, draft.cc, draft.bcc, draft.subject, draft.body, draft.in_reply_to, tx.now()],
    )?;
    let email = find(tx, id)?;
    index(tx, &email)?;
    event(tx, "email.updated", &email, json!({"subject": email.subject, "to": email.to}))?;
    Ok(email)
}

/// Queues a draft: from now on it cannot be changed, and a job hands it over.
///
/// # Errors
/// `email_not_found`, `forbidden` for observers, `email_already_sent` unless it is a draft, `Invalid` without a recipient.
pub fn send(tx: &mut Tx<'_>, id: EmailId) -> Result<Email> {
    let draft = require(tx, id, Right::Work)?;
    if draft.state != EmailState::Draft {
        let text = format!("This e-mail was sent already; it is {}.", draft.state);
        return Err(Error::conflict("email_already_sent", text));
    }
    if draft.to.is_empty() && draft.cc.is_empty() && draft.bcc.is_empty() {
        return Err(Error::invalid("to", "an e-mail needs a recipient before it is sent"));
    }
    let message_id = format!("{id}@{MESSAGE_ID_DOMAIN}");
    tx.execute(
        "UPDATE emails SET state = $2, message_id = $3, queued_at = $4, updated_at = $4 WHERE id = $1",
        params![id, EmailState::Queued, message_id, tx.now()],
    )?;
    let payload = json!({"email_id": id, "sent_by": tx.actor().id});
    let mut job = NewJob::new(delivery::JOB, payload).dedup(format!("{}:{id}", delivery::JOB));
    job.max_attempts = ATTEMPTS;
    tx.enqueue(job)?;
    let email = find(tx, id)?;
    event(tx, "email.queued", &email, json!({"message_id": message_id}))?;
    Ok(email)
}

/// What an absent or invisible e-mail answers.
pub fn email_not_found(id: EmailId) -> Error {
    Error::not_found("email_not_found", format!("No email found with ID {id}"))
}

/// One e-mail in whose space the actor has `right`.
fn require(tx: &mut Tx<'_>, id: EmailId, right: Right) -> Result<Email> {
    let email = find(tx, id)?;
    let role = access::role(tx, email.space_id)?;
    access::check(role, right, || email_not_found(id))?;
    Ok(email)
}

/// One e-mail, whoever asks.
fn find(tx: &mut Tx<'_>, id: EmailId) -> Result<Email> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM emails e WHERE e.id = $1"), params![id], read)?
        .ok_or_else(|| email_not_found(id))
}

/// The e-mail with its addresses in one form, if every field is as it must be.
fn checked(tx: &mut Tx<'_>, space: SpaceId, id: EmailId, new: &NewEmail) -> Result<NewEmail> {
    if new.to.len() + new.cc.len() + new.bcc.len() > MOST_RECIPIENTS {
        return Err(Error::invalid(
            "to",
            format!("an e-mail can have {MOST_RECIPIENTS} recipients at most, copies included"),
        ));
    }
    check::optional("subject", Some(&new.subject), check::TITLE)?;
    if new.subject.contains(char::is_control) {
        return Err(Error::invalid("subject", "subject must be one line without control characters"));
    }
    check::optional("body", Some(&new.body), check::TEXT)?;
    if let Some(answered) = new.in_reply_to {
        let sql = "SELECT 1 FROM emails WHERE id = $1 AND space_id = $2 AND id <> $3";
        let found = tx.query_opt(sql, params![answered, space, id], |_| Ok(()))?;
        found
            .ok_or_else(|| Error::invalid("in_reply_to", format!("No email found with ID {answered} in this space")))?;
    }
    Ok(NewEmail {
        to: addresses("to", &new.to)?,
        cc: addresses("cc", &new.cc)?,
        bcc: addresses("bcc", &new.bcc)?,
        subject: new.subject.trim().to_owned(),
        body: new.body.clone(),
        in_reply_to: new.in_reply_to,
    })
}

fn addresses(field: &str, list: &[String]) -> Result<Vec<String>> {
    list.iter()
        .enumerate()
        .map(|(i, text)| address(text).map_err(|why| Error::invalid(format!("{field}[{i}]"), why)))
        .collect()
}

/// An address in the form it is kept in.
fn address(text: &str) -> Result<String, String> {
    // Folded lines are for headers; nobody writes them into a field, except to smuggle a header in.
    if text.contains(char::is_control) {
        return Err("an e-mail address must not contain control characters".to_owned());
    }
    let parsed: Mailbox = text.trim().parse().map_err(|e| format!("{text:?} is not an e-mail address: {e}"))?;
    let kept = parsed.to_string();
    if kept.chars().count() > check::TITLE {
        return Err(format!("an e-mail address must not be longer than {} characters", check::TITLE));
    }
    Ok(kept)
}

fn index(tx: &mut Tx<'_>, email: &Email) -> Result<()> {
    let item = search::Item {
        kind: "email",
        subject: email.id.uuid(),
        space: email.space_id,
        case: email.case_id,
        thread: email.thread_id,
        title: &email.subject,
        body: &email.body,
    };
    search::put(tx, &item)
}

fn event(tx: &mut Tx<'_>, verb: &'static str, email: &Email, data: serde_json::Value) -> Result<()> {
    tx.emit(NewEvent {
        verb,
        subject: email.id.uuid(),
        space: Some(email.space_id),
        case: email.case_id,
        thread: email.thread_id,
        data,
    })
}
