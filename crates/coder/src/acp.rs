//! The agent for editors, by the Agent Client Protocol: JSON-RPC on standard input and output. A session is a thread, with
//! the same id.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use agent_client_protocol::{
    self as rpc, Agent as Ours, ByteStreams, Client as Editor, on_receive_notification, on_receive_request,
    schema::ProtocolVersion,
    v1::{ConnectionTo, schema as say},
};
use client::loom::proxy::Role;
use futures::{FutureExt, future::BoxFuture};
use serde_json::Value as Json;
use tokio_util::{
    compat::{TokioAsyncReadCompatExt, TokioAsyncWriteCompatExt},
    sync::CancellationToken,
};

use crate::{
    Error,
    conversation::{Conversation, Outcome},
    house::{House, Which},
    machine::TurnEnd,
    session::{Session, Shown, Watcher},
    tools::Effect,
};

/// How much of a tool's output an editor is shown, in bytes.
const MOST: usize = 64 << 10;
/// What people are asked about a call: the option, its name, its kind.
const OPTIONS: [(&str, &str, say::PermissionOptionKind); 3] = [
    ("once", "Allow", say::PermissionOptionKind::AllowOnce),
    ("always", "Allow for this session", say::PermissionOptionKind::AllowAlways),
    ("no", "Do not allow", say::PermissionOptionKind::RejectOnce),
];

/// What people are asked when the server wants to know something.
const GO_ON: [(&str, &str, say::PermissionOptionKind); 2] =
    [("yes", "Go on", say::PermissionOptionKind::AllowOnce), ("no", "Stop", say::PermissionOptionKind::RejectOnce)];

/// Serves an editor until it closes standard input.
///
/// # Errors
/// The connection breaks.
pub(crate) async fn serve(house: Arc<House>, trust: bool) -> Result<(), Error> {
    let desk = Arc::new(Desk { house, trust, sessions: Mutex::default() });
    let streams = ByteStreams::new(tokio::io::stdout().compat_write(), tokio::io::stdin().compat());
    let [begins, loads, prompts, cancels] = [(); 4].map(|()| Arc::clone(&desk));
    let outcome = Ours
        .v1()
        .name("heddle")
        .on_receive_request(
            async |asked: say::InitializeRequest, responder, _| responder.respond(introduce(asked.protocol_version)),
            on_receive_request!(),
        )
        .on_receive_request(
            async move |asked: say::NewSessionRequest, responder, connection: ConnectionTo<Editor>| {
                let desk = Arc::clone(&begins);
                connection.spawn(async move {
                    let begun = desk.begin(&asked.cwd, &Which::New).await;
                    responder.respond_with_result(begun.map(|(id, _)| say::NewSessionResponse::new(id)))
                })
            },
            on_receive_request!(),
        )
        .on_receive_request(
            async move |asked: say::LoadSessionRequest, responder, connection: ConnectionTo<Editor>| {
                let (desk, editor) = (Arc::clone(&loads), connection.clone());
                connection.spawn(async move {
                    let loaded = desk.load(&asked, &editor).await;
                    responder.respond_with_result(loaded.map(|()| say::LoadSessionResponse::new()))
                })
            },
            on_receive_request!(),
        )
        .on_receive_request(
            async move |asked: say::PromptRequest, responder, connection: ConnectionTo<Editor>| {
                let (desk, editor) = (Arc::clone(&prompts), connection.clone());
                connection.spawn(async move { responder.respond_with_result(desk.prompt(asked, editor).await) })
            },
            on_receive_request!(),
        )
        .on_receive_notification(
            async move |asked: say::CancelNotification, _| {
                cancels.cancel(&asked.session_id.to_string());
                Ok(())
            },
            on_receive_notification!(),
        )
        .connect_to(streams)
        .await;
    desk.close().await;
    outcome.map_err(|error| Error::Plain(format!("the editor is gone: {error}")))
}

fn introduce(version: ProtocolVersion) -> say::InitializeResponse {
    let info = say::Implementation::new("heddle", env!("CARGO_PKG_VERSION"));
    let able = say::AgentCapabilities::new().load_session(true);
    say::InitializeResponse::new(version.min(ProtocolVersion::V1)).agent_capabilities(able).agent_info(info)
}

/// The sessions of an editor.
struct Desk {
    house: Arc<House>,
    trust: bool,
    sessions: Mutex<HashMap<String, Arc<Open>>>,
}

/// A session that the editor works with.
struct Open {
    session: Arc<tokio::sync::Mutex<Session>>,
    root: PathBuf,
    /// Ends the turn that runs.
    cancel: Mutex<CancellationToken>,
    /// What the person allowed for the whole session.
    allowed: Mutex<HashSet<&'static str>>,
    /// How often the server's questions were passed on.
    questions: AtomicU64,
}

type Answer<T> = Result<T, rpc::Error>;

impl Desk {
    fn sessions(&self) -> MutexGuard<'_, HashMap<String, Arc<Open>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn begin(&self, folder: &Path, which: &Which) -> Answer<(String, Arc<Open>)> {
        if !folder.is_absolute() {
            return Err(wrong("cwd must be an absolute path"));
        }
        let session = self.house.session(folder, which, None).await.map_err(|error| wrong(error.to_string()))?;
        let id = session.thread().id.clone();
        let open = Arc::new(Open {
            root: folder.canonicalize().unwrap_or_else(|_| folder.to_owned()),
            session: Arc::new(tokio::sync::Mutex::new(session)),
            cancel: Mutex::default(),
            allowed: Mutex::default(),
            questions: AtomicU64::default(),
        });
        self.sessions().insert(id.clone(), Arc::clone(&open));
        Ok((id, open))
    }

    async fn load(&self, asked: &say::LoadSessionRequest, editor: &ConnectionTo<Editor>) -> Answer<()> {
        let id = asked.session_id.to_string();
        let before = self.sessions().get(&id).map(Arc::clone);
        if let Some(open) = before {
            // Its thread is ours already; another session about it needs the thread back.
            let mut session = open.session.try_lock().map_err(|_| wrong("a turn of this session runs"))?;
            session.close().map_err(|error| wrong(error.to_string()))?;
            self.sessions().remove(&id);
            drop(session);
            drop(open);
        }
        let (id, open) = self.begin(&asked.cwd, &Which::This(id)).await?;
        let said = open.session.lock().await.thread().messages.clone();
        for update in history(&said) {
            editor.send_notification(say::SessionNotification::new(id.clone(), update))?;
        }
        Ok(())
    }

    async fn prompt(&self, asked: say::PromptRequest, editor: ConnectionTo<Editor>) -> Answer<say::PromptResponse> {
        let id = asked.session_id.to_string();
        let open = self.sessions().get(&id).map(Arc::clone).ok_or_else(|| wrong("there is no such session"))?;
        let session = Arc::clone(&open.session);
        let mut session = session.try_lock_owned().map_err(|_| wrong("a turn of this session runs"))?;
        let cancel = CancellationToken::new();
        *open.cancel.lock().unwrap_or_else(PoisonError::into_inner) = cancel.clone();
        let watcher: Arc<dyn Watcher> = Arc::new(Eyes { editor, id, open, trust: self.trust });
        let end = session.turn(text_of(asked.prompt), &watcher, &cancel).await;
        let reason = match end {
            TurnEnd::Done => say::StopReason::EndTurn,
            TurnEnd::Length => say::StopReason::MaxTokens,
            TurnEnd::Declined => say::StopReason::Refusal,
            TurnEnd::Cancelled => say::StopReason::Cancelled,
            TurnEnd::TooManyRequests => say::StopReason::MaxTurnRequests,
            TurnEnd::Failed(failure) => return Err(broken(&failure.message)),
        };
        Ok(say::PromptResponse::new(reason))
    }

    fn cancel(&self, id: &str) {
        if let Some(open) = self.sessions().get(id) {
            open.cancel.lock().unwrap_or_else(PoisonError::into_inner).cancel();
        }
    }

    async fn close(&self) {
        let sessions: Vec<_> = self.sessions().drain().collect();
        for (id, open) in sessions {
            open.cancel.lock().unwrap_or_else(PoisonError::into_inner).cancel();
            if let Err(error) = open.session.lock().await.close() {
                eprintln!("Thread {id}: {error}");
            }
        }
    }
}

/// What was said before, as an editor is told.
fn history(said: &Conversation) -> Vec<say::SessionUpdate> {
    let mut updates = Vec::new();
    for (n, message) in said.messages.iter().enumerate() {
        let chunk = || say::ContentChunk::new(message.text().into());
        match &message.role {
            Role::User => updates.push(say::SessionUpdate::UserMessageChunk(chunk())),
            Role::Assistant => {
                if !message.text().is_empty() {
                    updates.push(say::SessionUpdate::AgentMessageChunk(chunk()));
                }
                for call in &message.tool_calls {
                    let results = said.messages[n + 1..].iter().take_while(|next| next.tool_call_id.is_some());
                    let mut results = results.filter(|next| next.tool_call_id.as_ref() == Some(&call.id));
                    let result = results.next();
                    let status = match result.is_none_or(|result| result.is_error) {
                        true => say::ToolCallStatus::Failed,
                        false => say::ToolCallStatus::Completed,
                    };
                    let shown = say::ToolCall::new(format!("past-{n}-{}", call.id), call.tool_name.clone());
                    let shown = shown.name(call.tool_name.clone()).status(status).raw_input(call.arguments.clone());
                    let content = result.map(|result| vec![cut(&result.text()).into()]).unwrap_or_default();
                    updates.push(say::SessionUpdate::ToolCall(shown.content(content)));
                }
            }
            _ => {}
        }
    }
    updates
}

/// A prompt as text. What is linked is named; the agent can read it by itself.
fn text_of(blocks: Vec<say::ContentBlock>) -> String {
    let text = |block| match block {
        say::ContentBlock::Text(text) => Some(text.text),
        say::ContentBlock::ResourceLink(link) => Some(format!("{} ({})", link.name, link.uri)),
        _ => None,
    };
    blocks.into_iter().filter_map(text).collect::<Vec<_>>().join("\n")
}

fn wrong(why: impl Into<String>) -> rpc::Error {
    rpc::Error::new(-32602, why)
}

fn broken(why: &str) -> rpc::Error {
    rpc::Error::new(-32603, why)
}

fn cut(text: &str) -> String {
    let end = (0..=text.len().min(MOST)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text[..end].to_owned()
}

/// Shows an editor what happens, and asks its person.
struct Eyes {
    editor: ConnectionTo<Editor>,
    id: String,
    open: Arc<Open>,
    trust: bool,
}

impl Eyes {
    fn tell(&self, update: say::SessionUpdate) {
        // An editor that has left is noticed elsewhere.
        let _ = self.editor.send_notification(say::SessionNotification::new(self.id.clone(), update));
    }

    fn call(&self, shown: &Shown) -> say::ToolCall {
        let input = &shown.call.arguments;
        let path = input["path"].as_str().map(|path| self.open.root.join(path));
        let kind = match shown.effect {
            Some(Effect::Reads) => say::ToolKind::Read,
            Some(Effect::Edits) => say::ToolKind::Edit,
            Some(Effect::Executes) => say::ToolKind::Execute,
            Some(Effect::Asks) if shown.call.tool_name == "oracle" => say::ToolKind::Think,
            Some(Effect::Asks) => say::ToolKind::Fetch,
            Some(Effect::Reports) | None => say::ToolKind::Other,
        };
        let mut content = Vec::new();
        if let (Some(Effect::Edits), Some(path), Some(edits)) = (shown.effect, &path, input["edits"].as_array()) {
            let text = |edit: &Json, name: &str| edit[name].as_str().unwrap_or_default().to_owned();
            let diff = |edit: &Json| {
                let old = Some(text(edit, "old_str")).filter(|old| !old.is_empty());
                say::Diff::new(path.clone(), text(edit, "new_str")).old_text(old)
            };
            content.extend(edits.iter().map(|edit| say::ToolCallContent::Diff(diff(edit))));
        }
        let places = path.map(say::ToolCallLocation::new).into_iter().collect();
        let call = say::ToolCall::new(shown.id.clone(), shown.about.clone()).name(shown.call.tool_name.clone());
        call.kind(kind).content(content).locations(places).raw_input(input.clone())
    }

    fn needs_leave(&self, shown: &Shown) -> bool {
        let allowed = self.open.allowed.lock().unwrap_or_else(PoisonError::into_inner);
        !self.trust && shown.changes() && !allowed.iter().any(|tool| *tool == shown.call.tool_name)
    }

    async fn ask(&self, shown: &Shown) -> bool {
        let call = self.call(shown);
        let fields = say::ToolCallUpdateFields::new().title(call.title).kind(call.kind).raw_input(call.raw_input);
        let fields = fields.content(call.content).locations(call.locations).status(say::ToolCallStatus::Pending);
        let update = say::ToolCallUpdate::new(shown.id.clone(), fields);
        match self.choose(update, &OPTIONS).await.as_deref() {
            Some("always") => {
                let known = match shown.effect {
                    Some(Effect::Edits) => "edit_file",
                    _ => "bash",
                };
                self.open.allowed.lock().unwrap_or_else(PoisonError::into_inner).insert(known);
                true
            }
            Some("once") => true,
            _ => false,
        }
    }
}

impl Eyes {
    /// Asks by the only means that editors have. Answers the option that was chosen.
    async fn choose(
        &self,
        about: say::ToolCallUpdate,
        options: &[(&'static str, &'static str, say::PermissionOptionKind)],
    ) -> Option<String> {
        let options = options.iter().map(|(id, name, kind)| say::PermissionOption::new(*id, *name, *kind)).collect();
        let request = say::RequestPermissionRequest::new(self.id.clone(), about, options);
        match self.editor.send_request(request).block_task().await.ok()?.outcome {
            say::RequestPermissionOutcome::Selected(chosen) => Some(chosen.option_id.to_string()),
            _ => None,
        }
    }
}

impl Watcher for Eyes {
    fn text(&self, piece: &str) {
        if !piece.is_empty() {
            self.tell(say::SessionUpdate::AgentMessageChunk(say::ContentChunk::new(piece.into())));
        }
    }

    fn tool_began(&self, shown: &Shown) {
        let status = match self.needs_leave(shown) {
            true => say::ToolCallStatus::Pending,
            false => say::ToolCallStatus::InProgress,
        };
        self.tell(say::SessionUpdate::ToolCall(self.call(shown).status(status)));
    }

    fn tool_ended(&self, shown: &Shown, outcome: &Outcome) {
        let status = match outcome.is_error {
            true => say::ToolCallStatus::Failed,
            false => say::ToolCallStatus::Completed,
        };
        let mut fields = say::ToolCallUpdateFields::new().status(status);
        // What an edit changed is shown already.
        if outcome.is_error || shown.effect != Some(Effect::Edits) {
            fields = fields.content(vec![cut(&outcome.output).into()]);
        }
        self.tell(say::SessionUpdate::ToolCallUpdate(say::ToolCallUpdate::new(shown.id.clone(), fields)));
    }

    fn retrying(&self, error: &str, wait: Duration, attempt: u32) {
        self.warn(&format!("{error}; attempt {} in {} s", attempt + 1, wait.as_secs()));
    }

    fn warn(&self, text: &str) {
        self.tell(say::SessionUpdate::AgentThoughtChunk(say::ContentChunk::new(text.into())));
    }

    fn permit<'a>(&'a self, shown: &'a Shown) -> BoxFuture<'a, bool> {
        async move {
            if !self.needs_leave(shown) {
                return true;
            }
            let allowed = self.ask(shown).await;
            if allowed {
                let fields = say::ToolCallUpdateFields::new().status(say::ToolCallStatus::InProgress);
                self.tell(say::SessionUpdate::ToolCallUpdate(say::ToolCallUpdate::new(shown.id.clone(), fields)));
            }
            allowed
        }
        .boxed()
    }

    fn can_be_asked(&self) -> bool {
        true
    }

    fn confirm<'a>(&'a self, question: &'a str) -> BoxFuture<'a, bool> {
        async move {
            let number = self.open.questions.fetch_add(1, Ordering::Relaxed);
            let fields = say::ToolCallUpdateFields::new().title(question.to_owned()).kind(say::ToolKind::Other);
            let fields = fields.status(say::ToolCallStatus::Pending);
            let update = say::ToolCallUpdate::new(format!("question-{number}"), fields);
            self.choose(update, &GO_ON).await.as_deref() == Some("yes")
        }
        .boxed()
    }
}
