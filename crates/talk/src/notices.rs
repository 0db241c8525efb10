//! Mail of Heddle's own: invitations and sign-in links. It is handed over by a job that is enqueued in the transaction that
//! decides it. What it says is sealed while it waits, since its links are secrets that are otherwise kept as hashes only.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use identity::{
    Vault,
    invitations::{self, Invitation, MailState},
};
use kernel::{
    Error, Result, Timestamp,
    ids::{InvitationId, JobId},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{JobContext, NewJob, Outcome, Tx, Workers};

use crate::emails::{MESSAGE_ID_DOMAIN, Mailer, mailer::Refusal};

/// The job's kind.
const JOB: &str = "mail.send";
/// What sealed notices are good for.
const CONTEXT: &[u8] = b"mail.send";
/// How often it is tried before it is given up.
const ATTEMPTS: i64 = 12;

/// A message to one person.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Notice {
    pub(crate) message_id: String,
    pub(crate) at: Timestamp,
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    invitation: Option<InvitationId>,
}

impl Notice {
    /// A message to this address.
    pub fn new(to: impl Into<String>, subject: &str, text: impl Into<String>) -> Self {
        // A line break in somebody's name must not begin another header.
        let subject = subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        Self {
            message_id: format!("{}@{MESSAGE_ID_DOMAIN}", JobId::new()),
            at: Timestamp::now(),
            to: to.into(),
            subject,
            text: text.into(),
            invitation: None,
        }
    }

    /// The message that invites somebody, and the address to open that is in it. `place` is the workspace's name.
    pub fn invitation(public_url: &str, place: &str, invitation: &Invitation, token: &str) -> (Self, String) {
        let url = format!("{public_url}/invitation#token={token}");
        let by = &invitation.invited_by_name;
        let text = format!(
            "Hello,\n\n{by} invites you to work in {place} with Heddle. This link is good for a week:\n\n{url}\n\n\
             If you do not know {by}, leave it.\n"
        );
        let subject = format!("{by} invites you to {place}");
        (Self::new(invitation.email.clone(), &subject, text).about(invitation.id), url)
    }

    /// The message with a link that signs its addressee in, once and for a few minutes.
    pub fn magic_link(to: impl Into<String>, url: &str) -> Self {
        let text = format!(
            "Hello,\n\nthis link signs you in, once and within ten minutes:\n\n{url}\n\nIf you did not ask for it, leave it.\n"
        );
        Self::new(to, "Your link to sign in", text)
    }

    /// The same message, of which the invitation is told what became.
    #[must_use]
    pub fn about(mut self, invitation: InvitationId) -> Self {
        self.invitation = Some(invitation);
        self
    }
}

/// Enqueues the message.
///
/// # Errors
/// The engine's.
pub fn enqueue(tx: &mut Tx<'_>, vault: &Vault, notice: &Notice) -> Result<()> {
    let plain = serde_json::to_vec(notice).map_err(Error::internal)?;
    let sealed = STANDARD.encode(vault.seal(CONTEXT, &plain)?);
    let job = NewJob { max_attempts: ATTEMPTS, ..NewJob::new(JOB, json!({"sealed": sealed})) };
    tx.enqueue(job).map(drop)
}

/// Adds the job that hands messages over.
#[must_use]
pub fn workers(workers: Workers, mailer: Mailer, vault: Vault) -> Workers {
    workers.job(JOB, move |context| {
        let (mailer, vault) = (mailer.clone(), vault.clone());
        async move { run(&context, &mailer, &vault).await }
    })
}

#[derive(Deserialize)]
struct Payload {
    sealed: String,
}

async fn run(context: &JobContext, mailer: &Mailer, vault: &Vault) -> Result<Outcome> {
    let JobContext { store, workspace, job, .. } = context;
    let payload: Payload = serde_json::from_value(job.payload.clone()).map_err(Error::internal)?;
    let sealed = STANDARD.decode(payload.sealed).map_err(Error::internal)?;
    let notice: Notice = serde_json::from_slice(&vault.open(CONTEXT, &sealed)?).map_err(Error::internal)?;
    let (state, failure) = match mailer.hand_over_notice(*workspace, &notice).await {
        Ok(()) if mailer.has_server() => (MailState::Sent, None),
        Ok(()) => (MailState::Outbox, None),
        Err(Refusal::Transient(why)) if job.attempts < job.max_attempts => {
            let text = "The message could not be handed over yet.";
            return Err(Error::unavailable("mail_unavailable", text).with_context(why));
        }
        Err(Refusal::Transient(why) | Refusal::Permanent(why)) => (MailState::Failed, Some(why)),
    };
    if let Some(why) = failure {
        tracing::warn!(why, %workspace, "a message was refused for good");
    }
    if let Some(invitation) = notice.invitation {
        store.control_write(move |tx| invitations::mailed(tx, invitation, state)).await?;
    }
    Ok(Outcome::Done)
}
