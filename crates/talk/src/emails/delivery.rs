//! The job that hands queued e-mails over.

use kernel::{Actor, Result, ids::EmailId};
use serde_json::{Value as Json, json};
use store::{JobContext, Outcome, Tx, Workers, params};

use super::{Email, EmailState, Mailer, event, find, mailer::Refusal};
use crate::activities::{self, ActivityType, Visibility};

/// The job's kind.
pub(super) const JOB: &str = "email.send";

/// The farthest that a chain of answers is followed for the References header.
const MOST_REFERENCES: usize = 30;

/// Adds the job that hands queued e-mails over.
///
/// `sent` means that the message was handed over, `delivered` that every recipient was accepted. Both happen at once: the
/// outbox folder keeps what it was given, and a mail server that answers 250 after the message has accepted it for all
/// recipients. Whether a mailbox further on has it, SMTP does not tell.
///
/// What a server refuses for good (5xx) stays `queued` with `error` set; what may work later (4xx, nobody answers,
/// credentials refused) is tried again by the job, and then refused too when the attempts are used up. A server killed
/// between handing over and noting it hands over again, under the same Message-ID.
#[must_use]
pub fn workers(workers: Workers, mailer: Mailer) -> Workers {
    workers.job(JOB, move |context| {
        let mailer = mailer.clone();
        async move { run(&context, &mailer).await }
    })
}

pub(super) async fn run(context: &JobContext, mailer: &Mailer) -> Result<Outcome> {
    let JobContext { store, workspace, job, .. } = context;
    let payload: Payload = serde_json::from_value(job.payload.clone()).map_err(kernel::Error::internal)?;
    let id = payload.email_id;
    let found = store
        .read(*workspace, Actor::SYSTEM, move |tx| {
            let email = find(tx, id)?;
            let references = references(tx, &email)?;
            Ok((email, references))
        })
        .await;
    let (email, references) = match found {
        Ok(found) => found,
        // Its space was deleted.
        Err(error) if error.code() == "email_not_found" => return Ok(Outcome::Done),
        Err(error) => return Err(error),
    };
    if email.state != EmailState::Queued || email.error.is_some() {
        return Ok(Outcome::Done);
    }
    match mailer.hand_over(*workspace, &email, &references).await {
        Ok(()) => {
            let from = mailer.from();
            let sent_by = payload.sent_by;
            store.write(*workspace, Actor::SYSTEM, move |tx| handed_over(tx, id, &from, &sent_by)).await?;
        }
        Err(Refusal::Permanent(why)) => {
            store.write(*workspace, Actor::SYSTEM, move |tx| refused(tx, id, &why)).await?;
        }
        Err(Refusal::Transient(why)) if job.attempts >= job.max_attempts => {
            let why = format!("given up after {} attempts: {why}", job.attempts);
            store.write(*workspace, Actor::SYSTEM, move |tx| refused(tx, id, &why)).await?;
        }
        Err(Refusal::Transient(why)) => {
            let text = "The e-mail could not be handed over yet.";
            return Err(kernel::Error::unavailable("mail_unavailable", text).with_context(why));
        }
    }
    Ok(Outcome::Done)
}

#[derive(serde::Deserialize)]
struct Payload {
    email_id: EmailId,
    #[serde(default)]
    sent_by: Json,
}

/// The Message-IDs of the e-mails that this one answers, directly and before, oldest first.
pub(super) fn references(tx: &mut Tx<'_>, email: &Email) -> Result<Vec<String>> {
    let mut chain: Vec<String> = Vec::new();
    let mut next = email.in_reply_to;
    while let Some(id) = next
        && chain.len() < MOST_REFERENCES
    {
        let sql = "SELECT message_id, in_reply_to FROM emails WHERE id = $1";
        let found = tx.query_opt(sql, params![id], |row| Ok((row.get::<Option<String>>(0)?, row.get(1)?)))?;
        // A draft has no Message-ID yet, so nobody can know it. Drafts that answer each other make a circle.
        let Some((Some(message_id), before)) = found else { break };
        if chain.contains(&message_id) {
            break;
        }
        chain.push(message_id);
        next = before;
    }
    chain.reverse();
    Ok(chain)
}

fn handed_over(tx: &mut Tx<'_>, id: EmailId, from: &str, sent_by: &Json) -> Result<()> {
    let changed = tx.execute(
        "UPDATE emails SET state = $2, sender = $3, sent_at = $4, delivered_at = $4, updated_at = $4 \
         WHERE id = $1 AND state = $5 AND error IS NULL",
        params![id, EmailState::Delivered, from, tx.now(), EmailState::Queued],
    )?;
    if changed == 0 {
        return Ok(()); // another worker, which took the job for abandoned, was here first
    }
    let email = find(tx, id)?;
    event(tx, "email.sent", &email, json!({"message_id": email.message_id, "sent_by": sent_by}))?;
    event(tx, "email.delivered", &email, json!({"message_id": email.message_id}))?;
    // Hidden copies stay hidden.
    let mut named: Vec<&str> = email.to.iter().chain(&email.cc).map(String::as_str).collect();
    if named.is_empty() {
        named.push("hidden recipients");
    }
    let text = format!("E-mail \"{}\" sent to {}", email.subject, named.join(", "));
    tell(tx, &email, &text, json!({"email_id": id, "message_id": email.message_id, "sent_by": sent_by}))
}

fn refused(tx: &mut Tx<'_>, id: EmailId, why: &str) -> Result<()> {
    let why = why.replace('\0', "");
    let changed = tx.execute(
        "UPDATE emails SET error = $2, updated_at = $3 WHERE id = $1 AND state = $4 AND error IS NULL",
        params![id, why, tx.now(), EmailState::Queued],
    )?;
    if changed == 0 {
        return Ok(());
    }
    let email = find(tx, id)?;
    event(tx, "email.failed", &email, json!({"error": why}))?;
    let text = format!("E-mail \"{}\" could not be sent: {why}", email.subject);
    tell(tx, &email, &text, json!({"email_id": id, "error": why}))
}

/// Tells the thread, or the case's thread, what became of the e-mail.
fn tell(tx: &mut Tx<'_>, email: &Email, text: &str, data: Json) -> Result<()> {
    let thread = match (email.thread_id, email.case_id) {
        (Some(thread), _) => Some(thread),
        (None, Some(case)) => {
            tx.query_opt("SELECT thread_id FROM cases WHERE id = $1", params![case], |row| row.get(0))?
        }
        (None, None) => None,
    };
    // Threads go with their space; a case's thread may be gone while the e-mail is not.
    let Some(thread) = thread else { return Ok(()) };
    let exists = tx.query_opt("SELECT 1 FROM threads WHERE id = $1", params![thread], |_| Ok(()))?;
    if exists.is_some() {
        activities::append(tx, thread, ActivityType::SystemEvent, Visibility::Public, text, Some(data))?;
    }
    Ok(())
}
