//! Session streaming (Loom, Sessions): what happens in a conversation or a case's thread, as it happens, and the answers
//! that agents at work on the case wait for. The messages are told in docs/loom.md.

use std::time::{Duration, Instant};

use agents::{
    proposals::Decision,
    queries::{self, Answer, Query},
    runs,
};
use api::{
    Ctx,
    socket::{self, Opened, Opening, code},
};
use axum::{
    extract::{
        Path,
        ws::{Message, WebSocket},
    },
    response::Response,
};
use coding::threads::{self as conversations, Summary};
use kernel::{
    Error, Id, Kind, Result,
    ids::{CaseId, RunId, ThreadId},
};
use serde::Deserialize;
use serde_json::{Value as Json, json, value::RawValue};
use store::{
    Event, Tx,
    events::{self, About},
};
use talk::{live, threads};
use uuid::Uuid;

/// Events read at once.
const BATCH: i64 = 200;
/// Messages of a conversation that come with the event; longer ones are to be asked for.
const MOST_INLINE: usize = 256 << 10;
/// How often a silent socket is pinged, and asked whether whoever opened it may still see this.
const PULSE: Duration = Duration::from_secs(20);
/// How long a message may take to go out before the client counts as gone.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a session is about.
#[derive(Clone)]
enum Subject {
    /// A conversation with a coding agent.
    Conversation(Summary),
    /// A thread, and the case it belongs to.
    Thread(threads::Thread),
}

impl Subject {
    fn find(tx: &mut Tx<'_>, id: &str) -> Result<Self> {
        let conversation = conversations::summary(tx, id);
        match (conversation, id.parse::<ThreadId>()) {
            (Ok(summary), _) => Ok(Self::Conversation(summary)),
            (Err(error), Ok(thread)) if error.kind() == Kind::NotFound => Ok(Self::Thread(threads::get(tx, thread)?)),
            (Err(error), _) => Err(error),
        }
    }

    fn about(&self) -> About {
        match self {
            Self::Conversation(summary) => About { id: summary.key.uuid(), case: None },
            Self::Thread(thread) => About { id: thread.id.uuid(), case: thread.case_id },
        }
    }

    fn case(&self) -> Option<CaseId> {
        match self {
            Self::Conversation(_) => None,
            Self::Thread(thread) => thread.case_id,
        }
    }

    fn told(&self) -> Json {
        match self {
            Self::Conversation(summary) => json!({"kind": "coding_thread", "id": summary.id, "title": summary.title,
                "version": summary.version, "message_count": summary.message_count}),
            Self::Thread(thread) => {
                json!({"kind": "thread", "id": thread.id, "title": thread.title, "case_id": thread.case_id})
            }
        }
    }
}

/// What happens in a conversation or in a thread and its case, as it happens: a WebSocket. Its first message is
/// `{"type": "auth", "token": "ws_…", "after": 42}`; with `after`, all that came after that event comes first.
#[utoipa::path(
    get, path = "/api/ws/sessions/{id}", tag = "Sessions",
    params(("id" = String, Path, description = "A conversation, or a thread.")),
    responses((status = 101, description = "The socket is open.")), security(())
)]
pub async fn session_stream(opening: Opening, Path(id): Path<String>) -> Response {
    opening.accept(move |opened| async move {
        let Opened { ctx, said, socket } = opened;
        let mut session = Session { ctx, id, socket, cursor: 0, queries: Vec::new(), checked: Instant::now() };
        let ended = session.run(said.get("after")).await;
        match ended {
            Ok(Some((code, reason))) => socket::end(session.socket, code, reason).await,
            Ok(None) => {}
            Err(error) => {
                if error.kind() == Kind::Internal {
                    tracing::error!(?error, "a session ended");
                }
                socket::close(session.socket, &error).await;
            }
        }
    })
}

/// How a session ends; none when the client has gone.
type End = Option<(u16, &'static str)>;

struct Session {
    ctx: Ctx,
    id: String,
    socket: WebSocket,
    /// The number of the last event that was read.
    cursor: i64,
    /// What agents wait for, as the client knows it.
    queries: Vec<Query>,
    /// When it was last asked whether the client may be here.
    checked: Instant,
}

impl Session {
    async fn run(&mut self, after: Option<&Json>) -> Result<End> {
        let mut signal = self.ctx.app.store().subscribe(self.ctx.principal.workspace).await?;
        let id = self.id.clone();
        let (subject, last, open) = self
            .ctx
            .read(move |tx| {
                let subject = Subject::find(tx, &id)?;
                let open = open_queries(tx, &subject)?;
                Ok((subject, events::last_seq(tx)?, open))
            })
            .await?;
        self.cursor = match after {
            None | Some(Json::Null) => last,
            Some(seq) => {
                let seq = seq.as_i64().filter(|seq| *seq >= 0);
                seq.ok_or_else(|| Error::invalid("after", "after must be the number of an event"))?.min(last)
            }
        };
        let ready = json!({"type": "ready", "session": subject.told(), "seq": self.cursor, "queries": open});
        self.queries = open;
        if !self.say(&ready).await {
            return Ok(None);
        }
        let mut pulse = tokio::time::interval(PULSE);
        loop {
            signal.borrow_and_update();
            if let Some(end) = self.tell_news().await? {
                return Ok(end);
            }
            tokio::select! {
                changed = signal.changed() => if changed.is_err() {
                    // The workspace was closed for want of use; following it is use.
                    signal = self.ctx.app.store().subscribe(self.ctx.principal.workspace).await?;
                },
                message = self.socket.recv() => if !self.hear(message).await? {
                    return Ok(None);
                },
                _ = pulse.tick() => if self.socket.send(Message::Ping(Default::default())).await.is_err() {
                    return Ok(None);
                },
                () = self.ctx.app.stop().cancelled() => return Ok(Some((code::LEAVING, "the server shuts down"))),
            }
        }
    }

    /// Sends what has happened since. Answers how the session ends, when it does.
    async fn tell_news(&mut self) -> Result<Option<End>> {
        if self.checked.elapsed() >= PULSE {
            self.checked = Instant::now();
            if !self.ctx.app.authenticator().still(&self.ctx.principal).await? {
                return Err(Error::new(Kind::Unauthorized, "unauthorized", "The key or session has ended."));
            }
        }
        loop {
            let (id, cursor) = (self.id.clone(), self.cursor);
            let news = self.ctx.read(move |tx| News::after(tx, &id, cursor)).await?;
            let moved = news.reached != cursor;
            self.cursor = news.reached;
            for message in &news.messages {
                if !self.say(message).await {
                    return Ok(Some(None));
                }
            }
            if news.is_over {
                return Ok(Some(Some((code::DONE, "gone"))));
            }
            if !moved {
                return Ok(None);
            }
            if !self.tell_queries(news.queries).await {
                return Ok(Some(None));
            }
        }
    }

    /// Tells what agents wait for now and did not before, and what is settled.
    async fn tell_queries(&mut self, now: Vec<Query>) -> bool {
        let before = std::mem::replace(&mut self.queries, now.clone());
        for query in &now {
            if !before.contains(query) && !self.say(&json!({"type": "query", "query": query})).await {
                return false;
            }
        }
        for query in before.iter().filter(|query| !now.iter().any(|other| other.id == query.id)) {
            if !self.say(&json!({"type": "query_closed", "query_id": query.id})).await {
                return false;
            }
        }
        true
    }

    /// Takes a message of the client. False when it has gone.
    async fn hear(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<bool> {
        let text = match message {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Ok(true),
            Some(Ok(Message::Binary(_))) => return Err(malformed("messages are JSON, sent as text")),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(false),
        };
        match serde_json::from_str(text.as_str()) {
            Ok(Heard::Ping) => Ok(self.say(&json!({"type": "pong"})).await),
            Ok(Heard::Auth) => Ok(true),
            Ok(Heard::Answer(given)) => {
                let query = given.query_id;
                let reply = match answer(self.ctx.clone(), self.id.clone(), given).await {
                    Ok(()) => json!({"type": "answered", "query_id": query}),
                    Err(error) if error.kind() == Kind::Internal => return Err(error),
                    Err(error) => {
                        json!({"type": "refused", "query_id": query, "error": error.code(), "message": error.message()})
                    }
                };
                Ok(self.say(&reply).await)
            }
            Err(error) => Err(malformed(&error.to_string())),
        }
    }

    /// Sends a message. False when the client has gone.
    async fn say(&mut self, message: &Json) -> bool {
        let sent = self.socket.send(Message::Text(message.to_string().into()));
        matches!(tokio::time::timeout(PATIENCE, sent).await, Ok(Ok(())))
    }
}

async fn answer(ctx: Ctx, id: String, given: Given) -> Result<()> {
    let query = given.query_id;
    let answer = given.checked()?;
    ctx.write(move |tx| {
        let nobody = || Error::new(Kind::NotFound, "query_not_found", "Nobody waits for this answer.");
        let case = Subject::find(tx, &id)?.case().ok_or_else(nobody)?;
        queries::answer(tx, case, query, &answer)
    })
    .await
}

fn malformed(why: &str) -> Error {
    Error::new(Kind::BadRequest, "invalid_message", why)
}

/// What a client may say after its first message.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Heard {
    Ping,
    /// Clients that send a key with the upgrade may send the first message too.
    Auth,
    Answer(Given),
}

/// An answer to a query.
#[derive(Deserialize)]
struct Given {
    query_id: Uuid,
    decision: Option<Verdict>,
    input: Option<Json>,
    note: Option<String>,
    text: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Approve,
    Edit,
    Reject,
}

impl Given {
    fn checked(self) -> Result<Answer> {
        match (self.decision, self.input, self.text) {
            (Some(Verdict::Approve), None, None) => Ok(Answer::Decision(Decision::Approve, self.note)),
            (Some(Verdict::Reject), None, None) => Ok(Answer::Decision(Decision::Reject, self.note)),
            (Some(Verdict::Edit), Some(input @ Json::Object(_)), None) => {
                Ok(Answer::Decision(Decision::Edit(input), self.note))
            }
            (Some(Verdict::Edit), _, None) => Err(Error::invalid("input", "edit needs an object as input")),
            (None, None, Some(text)) => Ok(Answer::Text(text)),
            _ => Err(Error::invalid("decision", "an answer has a decision (edit with input) or a text")),
        }
    }
}

/// What has happened after an event.
struct News {
    messages: Vec<Json>,
    reached: i64,
    queries: Vec<Query>,
    /// What the session is about is no more.
    is_over: bool,
}

impl News {
    fn after(tx: &mut Tx<'_>, id: &str, cursor: i64) -> Result<Self> {
        let last = events::last_seq(tx)?;
        if last == cursor {
            return Ok(Self { messages: Vec::new(), reached: cursor, queries: Vec::new(), is_over: false });
        }
        let subject = match Subject::find(tx, id) {
            // It was deleted, or is hidden from the client now.
            Err(error) if error.kind() == Kind::NotFound => {
                return Ok(Self { messages: Vec::new(), reached: last, queries: Vec::new(), is_over: true });
            }
            found => found?,
        };
        let (seen, reached) = live::after(tx, cursor, BATCH, Some(subject.about()))?;
        let mut messages = Vec::with_capacity(seen.len());
        for event in seen {
            messages.push(told(tx, &subject, event)?);
        }
        let queries = open_queries(tx, &subject)?;
        Ok(Self { messages, reached, queries, is_over: false })
    }
}

fn open_queries(tx: &mut Tx<'_>, subject: &Subject) -> Result<Vec<Query>> {
    match subject.case() {
        Some(case) => queries::open(tx, case),
        None => Ok(Vec::new()),
    }
}

/// An event with what it is about: the new messages of a conversation, the step of a run.
fn told(tx: &mut Tx<'_>, subject: &Subject, event: Event) -> Result<Json> {
    let mut message = json!({"type": "event", "seq": event.seq, "at": event.at, "event": event.verb,
        "actor_id": event.actor_id, "subject_id": event.subject_id, "data": event.data});
    match (subject, event.verb.as_str()) {
        (Subject::Conversation(summary), "coding_thread.created" | "coding_thread.saved") => {
            if let Some(new) = new_messages(tx, summary, &event)? {
                message["messages"] = Json::Array(new);
            }
        }
        (_, "run.step") => {
            let run: RunId = Id::from_uuid(event.subject_id);
            if let Some(step) = runs::step(tx, run, event.data["n"].as_i64().unwrap_or(-1))? {
                message["step"] = json!({"run_id": step.run_id, "n": step.n, "kind": step.kind, "tool": step.tool,
                    "input": step.input, "output": step.output, "is_error": step.is_error});
            }
        }
        _ => {}
    }
    Ok(message)
}

/// The messages that a version has and the one before had not, when they are few and can be read.
fn new_messages(tx: &mut Tx<'_>, summary: &Summary, event: &Event) -> Result<Option<Vec<Json>>> {
    let (Some(version), Some(from)) = (event.data["version"].as_i64(), event.data["changed_from"].as_i64()) else {
        return Ok(None);
    };
    let new: Vec<Box<RawValue>> = conversations::messages_from(tx, summary.key, version, from)?;
    if new.iter().map(|raw| raw.get().len()).sum::<usize>() > MOST_INLINE {
        return Ok(None);
    }
    // What is nested too deeply for us is to be asked for.
    Ok(new.iter().map(|raw| serde_json::from_str(raw.get())).collect::<std::result::Result<_, _>>().ok())
}
