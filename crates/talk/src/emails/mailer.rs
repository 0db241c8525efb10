//! What carries e-mails away: a mail server by SMTP, or a folder.

use std::{
    fmt,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use kernel::{Error, Result, ids::WorkspaceId};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox,
        header::{ContentType, Header, HeaderName, HeaderValue},
    },
    transport::smtp,
};

use super::Email;
use crate::notices::Notice;

/// Who e-mails are from when nothing is configured.
const DEFAULT_FROM: &str = "heddle@localhost";

/// Carries e-mails away, under one sender.
///
/// Over SMTP a message goes to all recipients or to none: when the server refuses one of them, the whole message counts as
/// refused, so that no half-sent message is retried.
#[derive(Clone)]
pub struct Mailer {
    from: Mailbox,
    carrier: Carrier,
}

#[derive(Clone)]
enum Carrier {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Outbox(Arc<Path>),
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The transport knows a password.
        let carrier = match &self.carrier {
            Carrier::Smtp(_) => "smtp".to_owned(),
            Carrier::Outbox(folder) => folder.display().to_string(),
        };
        f.debug_struct("Mailer").field("from", &self.from.to_string()).field("carrier", &carrier).finish()
    }
}

/// Why a message was not handed over.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It will never be: the message itself or its recipients were refused.
    Permanent(String),
    /// Trying again may help: nobody answers, the server is busy, or it does not accept Heddle's credentials.
    Transient(String),
}

impl Mailer {
    /// Sends by SMTP when there is a URL, else writes into the folder `outbox`.
    ///
    /// `smtp://user:password@host:port` is not encrypted (add `?tls=required` for STARTTLS), `smtps://` is TLS from the
    /// start. Characters that mean something in URLs must be percent-encoded. `from` is `a@b.example` or
    /// `Name <a@b.example>`.
    ///
    /// # Errors
    /// `Unavailable` when the URL or the sender cannot be read, `Internal` when the folder cannot be made.
    pub fn from_config(smtp_url: Option<&str>, from: Option<&str>, outbox: PathBuf) -> Result<Self> {
        let from = from.unwrap_or(DEFAULT_FROM).parse().map_err(|e| {
            Error::unavailable("mail_sender_invalid", "HEDDLE_MAIL_FROM is not an e-mail address.").with_context(e)
        })?;
        let carrier = match smtp_url {
            Some(url) => {
                // The URL holds a password: it must not get into the log.
                let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|e| {
                    Error::unavailable("smtp_url_invalid", "HEDDLE_SMTP_URL cannot be used.").with_context(e)
                })?;
                Carrier::Smtp(builder.timeout(Some(Duration::from_secs(60))).build())
            }
            None => {
                std::fs::create_dir_all(&outbox).map_err(|e| Error::internal(format!("{}: {e}", outbox.display())))?;
                Carrier::Outbox(outbox.into())
            }
        };
        Ok(Self { from, carrier })
    }

    /// Whom e-mails are from.
    pub fn from(&self) -> String {
        self.from.to_string()
    }

    /// Whether there is a mail server, so that what is sent reaches people.
    pub fn has_server(&self) -> bool {
        matches!(self.carrier, Carrier::Smtp(_))
    }

    /// Hands a queued e-mail over. `references` are the Message-IDs of those before it, oldest first.
    pub(super) async fn hand_over(
        &self,
        workspace: WorkspaceId,
        email: &Email,
        references: &[String],
    ) -> Result<(), Refusal> {
        let mut message = self.message(email, references).map_err(Refusal::Permanent)?;
        self.mark(&mut message, workspace, Some(email.space_id.to_string()));
        self.carry(message, email.message_id.as_deref().unwrap_or_default()).await
    }

    /// Hands a message of Heddle's own over.
    pub(crate) async fn hand_over_notice(&self, workspace: WorkspaceId, notice: &Notice) -> Result<(), Refusal> {
        let built = || {
            let to: Mailbox =
                notice.to.parse().map_err(|e| format!("{:?} is not an e-mail address: {e}", notice.to))?;
            Message::builder()
                .from(self.from.clone())
                .to(to)
                .message_id(Some(format!("<{}>", notice.message_id)))
                .date(UNIX_EPOCH + Duration::from_micros(notice.at.micros().unsigned_abs()))
                .subject(notice.subject.as_str())
                .header(ContentType::TEXT_PLAIN)
                .body(notice.text.clone())
                .map_err(|e| e.to_string())
        };
        let mut message: Message = built().map_err(Refusal::Permanent)?;
        self.mark(&mut message, workspace, None);
        self.carry(message, &notice.message_id).await
    }

    /// Writes on what goes to the outbox whose it is, so that it can be shown to them there.
    fn mark(&self, message: &mut Message, workspace: WorkspaceId, space: Option<String>) {
        if !self.has_server() {
            message.headers_mut().set(Workspace(workspace.to_string()));
            if let Some(space) = space {
                message.headers_mut().set(Space(space));
            }
        }
    }

    async fn carry(&self, message: Message, id: &str) -> Result<(), Refusal> {
        match &self.carrier {
            Carrier::Smtp(transport) => transport.send(message).await.map(drop).map_err(|e| refusal(&e)),
            Carrier::Outbox(folder) => {
                let folder = Arc::clone(folder);
                let name = format!("{id}.eml");
                let bytes = message.formatted();
                let written = tokio::task::spawn_blocking(move || write_whole(&folder, &name, &bytes)).await;
                written
                    .map_err(|e| Refusal::Transient(e.to_string()))?
                    .map_err(|e| Refusal::Transient(format!("the outbox cannot be written: {e}")))
            }
        }
    }

    /// The message. However often it is built it is the same: its id and date were fixed when it was queued.
    fn message(&self, email: &Email, references: &[String]) -> Result<Message, String> {
        let id = email.message_id.as_deref().ok_or("it has no Message-ID")?;
        let queued = email.queued_at.map_or(0, |at| at.micros().unsigned_abs());
        let mut builder = Message::builder()
            .from(self.from.clone())
            .message_id(Some(format!("<{id}>")))
            .date(UNIX_EPOCH + Duration::from_micros(queued))
            .subject(email.subject.as_str())
            .header(ContentType::TEXT_PLAIN);
        let read =
            |text: &String| text.parse::<Mailbox>().map_err(|e| format!("{text:?} is not an e-mail address: {e}"));
        for to in &email.to {
            builder = builder.to(read(to)?);
        }
        for cc in &email.cc {
            builder = builder.cc(read(cc)?);
        }
        for bcc in &email.bcc {
            builder = builder.bcc(read(bcc)?);
        }
        if let Some(answered) = references.last() {
            let all: Vec<String> = references.iter().map(|id| format!("<{id}>")).collect();
            builder = builder.in_reply_to(format!("<{answered}>")).references(all.join(" "));
        }
        if matches!(self.carrier, Carrier::Outbox(_)) {
            // Whoever takes the file from the outbox has no envelope that names them.
            builder = builder.keep_bcc();
        }
        builder.body(email.body.clone()).map_err(|e| e.to_string())
    }
}

fn refusal(error: &smtp::Error) -> Refusal {
    /// Refused credentials: the fault is in Heddle's settings, not in the message.
    const CREDENTIALS: [u16; 4] = [530, 534, 535, 538];
    let ours = error.status().is_some_and(|code| CREDENTIALS.contains(&code.into()));
    // The client itself refuses what this server cannot carry, such as addresses beyond ASCII.
    if (error.is_permanent() && !ours) || error.is_client() {
        return Refusal::Permanent(error.to_string());
    }
    Refusal::Transient(error.to_string())
}

/// Writes a file that is there whole or not at all, also after a power cut. An older one of that name is replaced.
fn write_whole(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let unfinished = folder.join(format!(".{name}.part"));
    let mut file = std::fs::File::create(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&unfinished, folder.join(name))?;
    #[cfg(unix)]
    std::fs::File::open(folder)?.sync_all()?;
    Ok(())
}

macro_rules! marks {
    ($($(#[$meta:meta])* $type:ident = $name:literal;)*) => {
        $($(#[$meta])*
        #[derive(Clone)]
        pub(crate) struct $type(String);

        impl $type {
            /// The header's name.
            pub(crate) const NAME: &'static str = $name;
        }

        impl Header for $type {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($name)
            }

            fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Ok(Self(text.to_owned()))
            }

            fn display(&self) -> HeaderValue {
                HeaderValue::new(Self::name(), self.0.clone())
            }
        })*
    };
}

marks! {
    /// The workspace that a message in the outbox comes from.
    Workspace = "X-Heddle-Workspace";
    /// The space that an e-mail in the outbox comes from.
    Space = "X-Heddle-Space";
}
