//! Calls of models in one shape for all providers: answered at once, or as a stream of events named `llm`.

use std::{convert::Infallible, sync::Arc, time::Duration};

use agents::redaction::Redactions;
use api::{Body, Ctx, Failure};
use axum::{
    Extension, Json,
    extract::Path,
    http::HeaderMap,
    response::sse::{Event as SseEvent, KeepAlive, Sse},
};
use futures::Stream;
use gateway::{ChatRequest, ChatResponse, Content, StreamEvent, Usage};
use kernel::{Error, Result};
use ledger::{Entry, Outcome, Surface, Who};
use tokio::sync::mpsc;

use crate::{
    cache::{self, Cache, Kept, Lookup},
    errors,
    native::{variable, who},
    queries::{self, Queries},
    wire::{LlmEvent, LlmRequest, LlmResponse},
};

/// The longest wait for a provider that asks to be left alone; beyond it the caller is told.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long answers may go on when the server is told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// An answer of a model. The provider is `anthropic`, `openai`, `vertex`, `zai`, or the name of a server that was set up to
/// speak OpenAI's API.
#[utoipa::path(
    post, path = "/proxy/{provider}/complete", tag = "LLM Proxy", params(("provider" = String, Path)),
    request_body = LlmRequest, responses((status = 200, body = LlmResponse))
)]
pub async fn complete(
    ctx: Ctx,
    provider: Path<String>,
    headers: HeaderMap,
    Extension(shared): Extension<Shared>,
    Body(request): Body<LlmRequest>,
) -> Result<(HeaderMap, Json<LlmResponse>), Failure> {
    let call = Prepared::new(&ctx, &shared, provider.0, &headers, Surface::Complete, request).await?;
    let told = told(&call.lookup);
    let mut call = match call.begin().await? {
        Begun::Answered(answer) => return Ok((told, Json((*answer).clone().into()))),
        Begun::Call(call) => call,
    };
    let answer = {
        let Call { provider, entry, request, .. } = &mut *call;
        let mut heard = |_| entry.first_byte();
        ctx.app.gateway().chat_with(provider, request, PATIENCE, &mut heard).await
    };
    Ok((told, Json(call.end(answer)?.into())))
}

/// An answer of a model as it is written: events named `llm`, the last of them `completed` with the whole answer, or `error`.
/// What fails before the first piece is answered as an error. With `server_queries`, a limit that asks is asked about by an
/// event `server_query`.
#[utoipa::path(
    post, path = "/proxy/{provider}/stream", tag = "LLM Proxy", params(("provider" = String, Path)),
    request_body = LlmRequest,
    responses((status = 200, content_type = "text/event-stream", body = LlmEvent))
)]
pub async fn stream(
    ctx: Ctx,
    provider: Path<String>,
    headers: HeaderMap,
    Extension(shared): Extension<Shared>,
    Body(request): Body<LlmRequest>,
) -> Result<(HeaderMap, Sse<impl Stream<Item = Result<SseEvent, Infallible>>>), Failure> {
    let wants = Wants { reasoning: request.include_reasoning(), queries: request.server_queries() };
    let call = Prepared::new(&ctx, &shared, provider.0, &headers, Surface::Stream, request).await?;
    let told = told(&call.lookup);
    // What a slow client has not taken yet is an answer's text, which the gateway bounds.
    let (sender, mut receiver) = mpsc::unbounded_channel();
    tokio::spawn(answer(call, shared.queries, wants, sender));
    let first = match receiver.recv().await {
        Some(Said::Event(event)) => event,
        Some(Said::Failed(error)) => return Err(error.into()),
        None => return Err(Error::internal("a stream ended without a word").into()),
    };
    let stream = futures::stream::unfold((Some(first), receiver), |(first, mut receiver)| async move {
        let event = match first {
            Some(event) => event,
            None => match receiver.recv().await? {
                Said::Event(event) => event,
                Said::Failed(error) => LlmEvent::Error {
                    error: error.code().to_owned(),
                    message: error.message().to_owned(),
                    retry_after: error.retry_after(),
                },
            },
        };
        // All that is in an event can be written as JSON.
        let event = SseEvent::default().event("llm").json_data(event).unwrap_or_default();
        Some((Ok(event), (None, receiver)))
    });
    Ok((told, Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))))
}

/// What all calls share.
#[derive(Clone)]
pub struct Shared {
    /// Takes the workspaces' secrets out of requests.
    pub redactions: Redactions,
    /// Answers that may be given again.
    pub cache: Cache,
    /// Queries that wait for an answer.
    pub queries: Queries,
}

/// What a client can do with a stream.
#[derive(Clone, Copy)]
struct Wants {
    reasoning: bool,
    queries: bool,
}

fn told(lookup: &Lookup) -> HeaderMap {
    lookup.told().map(|told| (cache::HEADER.clone(), told)).into_iter().collect()
}

/// Says the answer of a call that is prepared: begins it, after asking where a limit asks.
async fn answer(call: Prepared, queries: Queries, wants: Wants, sender: mpsc::UnboundedSender<Said>) {
    let ctx = call.ctx.clone();
    let begun = match call.begin_or_ask(&queries, wants, &sender).await {
        Ok(Some(begun)) => begun,
        Ok(None) => return,
        Err(error) => {
            let _ = sender.send(Said::Failed(error));
            return;
        }
    };
    match begun {
        Begun::Call(call) => follow(ctx, *call, wants.reasoning, sender).await,
        Begun::Answered(answer) => {
            let events = again(&answer).chain([LlmEvent::Completed { response: (*answer).clone().into() }]);
            for event in events {
                // Whoever has left needs none of it.
                let _ = sender.send(Said::Event(event));
            }
        }
    }
}

/// The events of an answer that was given before.
fn again(answer: &ChatResponse) -> impl Iterator<Item = LlmEvent> {
    answer.content.iter().filter_map(|content| match content {
        Content::Text { text } => Some(LlmEvent::TextDelta { content: text.clone() }),
        Content::ToolCall { id, name, input } => Some(LlmEvent::ToolCallDelta {
            call_id: id.clone(),
            tool_name: name.clone(),
            arguments_fragment: input.to_string(),
        }),
        _ => None,
    })
}

/// What the task that follows an answer says.
enum Said {
    Event(LlmEvent),
    Failed(Error),
}

/// Sends what comes in until the answer is complete, the client leaves or the server stops.
async fn follow(ctx: Ctx, mut call: Call, reasoning: bool, sender: mpsc::UnboundedSender<Said>) {
    let stop = ctx.app.stop().clone();
    let stopped = async move {
        stop.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    let answer = {
        let Call { provider, entry, request, expected, .. } = &mut call;
        let mut taken = Usage { input_tokens: expected.input_tokens, ..Usage::default() };
        let mut heard = |event| {
            entry.first_byte();
            // If the answer breaks off, the provider tells no tokens: an event is about one.
            taken.output_tokens += 1;
            entry.took(taken, true);
            let event = match event {
                StreamEvent::TextDelta(content) => LlmEvent::TextDelta { content },
                StreamEvent::ReasoningDelta(content) if reasoning => LlmEvent::ReasoningDelta { content },
                StreamEvent::ReasoningDelta(_) => return,
                StreamEvent::ToolCall { id, name } => {
                    LlmEvent::ToolCallDelta { call_id: id, tool_name: name, arguments_fragment: String::new() }
                }
                StreamEvent::ToolCallDelta { id, name, fragment } => {
                    LlmEvent::ToolCallDelta { call_id: id, tool_name: name, arguments_fragment: fragment }
                }
            };
            // That the client has left is heard below.
            let _ = sender.send(Said::Event(event));
        };
        tokio::select! {
            answer = ctx.app.gateway().chat_with(provider, request, PATIENCE, &mut heard) => answer,
            // Dropping the entry tells the ledger, dropping the call ends it at the provider.
            () = sender.closed() => return,
            () = stopped => {
                let error = Error::unavailable("server_stopping", "The server stops; try again.");
                let _ = sender.send(Said::Failed(error));
                call.entry.end(Outcome::Interrupted, Some("the server stopped".to_owned()));
                return;
            }
        }
    };
    let said = match call.end(answer) {
        Ok(answer) => Said::Event(LlmEvent::Completed { response: answer.into() }),
        Err(error) => Said::Failed(error),
    };
    let _ = sender.send(said);
}

/// A call that has been checked and has not been begun.
struct Prepared {
    ctx: Ctx,
    who: Who,
    surface: Surface,
    provider: String,
    model: String,
    request: ChatRequest,
    expected: Usage,
    lookup: Lookup,
    cache: Cache,
}

/// What beginning a call comes to.
enum Begun {
    /// It is in the ledger, and is to be made.
    Call(Box<Call>),
    /// It is in the ledger, and was answered before.
    Answered(Arc<ChatResponse>),
}

impl Prepared {
    async fn new(
        ctx: &Ctx,
        shared: &Shared,
        provider: String,
        headers: &HeaderMap,
        surface: Surface,
        request: LlmRequest,
    ) -> Result<Self> {
        let gateway = ctx.app.gateway();
        let known = ["anthropic", "openai", "vertex", "zai"].contains(&provider.as_str());
        let has_key = gateway.providers().contains(&provider);
        if !known && !has_key {
            return Err(Error::not_found("not_found", format!("There is no provider {provider} on this server.")));
        }
        if !has_key {
            return Err(errors::without_key(&provider, variable(&provider)));
        }
        let model = request.model().to_owned();
        let cleaner = shared.redactions.of(ctx.app.store(), ctx.principal.workspace).await?;
        let request = cleaner.request(request.into_chat()?);
        let expected = Usage {
            input_tokens: request.rough_input_tokens(),
            output_tokens: request.max_tokens.into(),
            ..Usage::default()
        };
        let asked = serde_json::to_vec(&request).map_err(Error::internal)?;
        let lookup = shared.cache.look(headers, ctx.principal.workspace, &[provider.as_bytes(), &asked]);
        let who = who(ctx, headers);
        let cache = shared.cache.clone();
        Ok(Self { ctx: ctx.clone(), who, surface, provider, model, request, expected, lookup, cache })
    }

    /// Begins the call, if the limits let it pass.
    async fn begin(self) -> Result<Begun> {
        let entry = self.enter(self.who).await?;
        Ok(self.begun(entry))
    }

    /// [`Prepared::begin`]; where a limit asks and the client can be asked, it is. None when it has left.
    async fn begin_or_ask(
        self,
        queries: &Queries,
        wants: Wants,
        sender: &mpsc::UnboundedSender<Said>,
    ) -> Result<Option<Begun>> {
        let entry = match self.enter(self.who).await {
            Err(error) if error.code() == ledger::CONFIRM && wants.queries => {
                let pending = queries.ask(&self.ctx);
                let query = LlmEvent::ServerQuery {
                    id: pending.id,
                    kind: "confirm",
                    question: error.message().to_owned(),
                    expires_in: queries::PATIENCE.as_secs(),
                };
                let _ = sender.send(Said::Event(query));
                let yes = tokio::select! {
                    yes = pending.answered_yes() => yes,
                    () = sender.closed() => return Ok(None),
                    () = self.ctx.app.stop().cancelled() => false,
                };
                if !yes {
                    return Err(error);
                }
                self.enter(Who { confirmed: true, ..self.who }).await?
            }
            entry => entry?,
        };
        Ok(Some(self.begun(entry)))
    }

    async fn enter(&self, who: Who) -> Result<Entry> {
        let expected = if matches!(self.lookup, Lookup::Hit(_)) { Usage::default() } else { self.expected };
        self.ctx.app.ledger().begin(who, self.surface, &self.provider, &self.model, expected).await
    }

    fn begun(self, entry: Entry) -> Begun {
        let keep = match self.lookup {
            Lookup::Hit(Kept::Chat(answer)) => {
                entry.end(Outcome::Cached, None);
                return Begun::Answered(answer);
            }
            Lookup::Miss(key) => Some((self.cache, key)),
            Lookup::Hit(_) | Lookup::Off(_) => None,
        };
        let Self { provider, request, expected, .. } = self;
        Begun::Call(Box::new(Call { provider, entry, request, expected, keep }))
    }
}

/// A call that is in the ledger.
struct Call {
    provider: String,
    entry: Entry,
    request: ChatRequest,
    expected: Usage,
    /// Where its answer is kept.
    keep: Option<(Cache, cache::Key)>,
}

impl Call {
    /// Settles the call.
    fn end(mut self, answer: Result<ChatResponse, gateway::Error>) -> Result<ChatResponse> {
        match answer {
            Ok(answer) => {
                self.entry.took(answer.usage, false);
                self.entry.answered_by(&answer.model);
                self.entry.end(Outcome::Ok, None);
                if let Some((cache, key)) = self.keep {
                    let size = serde_json::to_vec(&answer).map_or(usize::MAX, |json| json.len());
                    cache.keep(key, Kept::Chat(Arc::new(answer.clone())), size);
                }
                Ok(answer)
            }
            Err(error) => {
                tracing::warn!(provider = self.provider, %error, "a call was not answered");
                self.entry.end(Outcome::Error, Some(error.to_string()));
                Err(errors::of_call(&error))
            }
        }
    }
}
