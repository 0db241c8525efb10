//! Calls of models in one shape for all providers: answered at once, or as a stream of events named `llm`.

use std::{convert::Infallible, time::Duration};

use agents::redaction::Redactions;
use api::{Body, Ctx, Failure};
use axum::{
    Extension, Json,
    extract::Path,
    response::sse::{Event as SseEvent, KeepAlive, Sse},
};
use futures::Stream;
use gateway::{ChatRequest, ChatResponse, StreamEvent, Usage};
use kernel::{Error, Result};
use ledger::{Entry, Outcome, Surface};
use tokio::sync::mpsc;

use crate::{
    errors,
    native::{variable, who},
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
    Extension(redactions): Extension<Redactions>,
    Body(request): Body<LlmRequest>,
) -> Result<Json<LlmResponse>, Failure> {
    let provider = provider.0;
    let mut call = Call::begin(&ctx, &redactions, &provider, Surface::Complete, request).await?;
    let answer = {
        let Call { entry, request, .. } = &mut call;
        let mut heard = |_| entry.first_byte();
        ctx.app.gateway().chat_with(&provider, request, PATIENCE, &mut heard).await
    };
    let answer = call.end(answer)?;
    Ok(Json(answer.into()))
}

/// An answer of a model as it is written: events named `llm`, the last of them `completed` with the whole answer, or `error`.
/// What fails before the first piece is answered as an error.
#[utoipa::path(
    post, path = "/proxy/{provider}/stream", tag = "LLM Proxy", params(("provider" = String, Path)),
    request_body = LlmRequest,
    responses((status = 200, content_type = "text/event-stream", body = LlmEvent))
)]
pub async fn stream(
    ctx: Ctx,
    provider: Path<String>,
    Extension(redactions): Extension<Redactions>,
    Body(request): Body<LlmRequest>,
) -> Result<Sse<impl Stream<Item = Result<SseEvent, Infallible>>>, Failure> {
    let reasoning = request.include_reasoning();
    let call = Call::begin(&ctx, &redactions, &provider.0, Surface::Stream, request).await?;
    // What a slow client has not taken yet is an answer's text, which the gateway bounds.
    let (sender, mut receiver) = mpsc::unbounded_channel();
    tokio::spawn(follow(ctx, call, reasoning, sender));
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
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
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
        let Call { provider, entry, request, expected } = &mut call;
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

/// A call that is in the ledger.
struct Call {
    provider: String,
    entry: Entry,
    request: ChatRequest,
    expected: Usage,
}

impl Call {
    async fn begin(
        ctx: &Ctx,
        redactions: &Redactions,
        provider: &str,
        surface: Surface,
        request: LlmRequest,
    ) -> Result<Self> {
        let gateway = ctx.app.gateway();
        let known = ["anthropic", "openai", "vertex", "zai"].contains(&provider);
        let has_key = gateway.providers().iter().any(|name| name == provider);
        if !known && !has_key {
            return Err(Error::not_found("not_found", format!("There is no provider {provider} on this server.")));
        }
        if !has_key {
            return Err(errors::without_key(provider, variable(provider)));
        }
        let model = request.model().to_owned();
        let cleaner = redactions.of(ctx.app.store(), ctx.principal.workspace).await?;
        let request = cleaner.request(request.into_chat()?);
        let expected = Usage {
            input_tokens: request.rough_input_tokens(),
            output_tokens: request.max_tokens.into(),
            ..Usage::default()
        };
        let entry = ctx.app.ledger().begin(who(ctx), surface, provider, &model, expected).await?;
        Ok(Self { provider: provider.to_owned(), entry, request, expected })
    }

    /// Settles the call.
    fn end(mut self, answer: Result<ChatResponse, gateway::Error>) -> Result<ChatResponse> {
        match answer {
            Ok(answer) => {
                self.entry.took(answer.usage, false);
                self.entry.answered_by(&answer.model);
                self.entry.end(Outcome::Ok, None);
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
