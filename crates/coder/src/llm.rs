//! Asking models through the server.

use std::time::Duration;

use client::{
    Client, Error, StatusCode,
    loom::proxy::{self, Event, Message, Request, Response, Tool},
};

use crate::{
    machine::{Failure, Retry},
    session::Person,
};

/// The most tokens of an answer.
const MAX_TOKENS: u32 = 16_000;

/// A model at a provider, reached through the server.
#[derive(Clone, Debug)]
pub struct Llm {
    client: Client,
    /// The provider.
    pub provider: String,
    /// The model.
    pub model: String,
}

impl Llm {
    /// A model.
    pub fn new(client: Client, provider: String, model: String) -> Self {
        Self { client, provider, model }
    }

    fn request(&self, system: String, messages: Vec<Message>, tools: Vec<Tool>) -> Request {
        Request {
            model: self.model.clone(),
            messages,
            tools,
            system: Some(system),
            max_tokens: Some(MAX_TOKENS),
            reasoning_effort: None,
            server_queries: false,
        }
    }

    /// Asks, and tells what is written while it is. Where there is a person, the server may ask them back.
    pub async fn ask(
        &self,
        system: String,
        messages: Vec<Message>,
        tools: Vec<Tool>,
        heard: impl Fn(String),
        person: Option<&Person>,
    ) -> Result<Response, Failure> {
        let request = Request { server_queries: person.is_some(), ..self.request(system, messages, tools) };
        let mut events = self.client.events(&proxy::stream(&self.provider, &request)).await.map_err(failure)?;
        loop {
            match events.next().await.map_err(failure)? {
                Some(Event::TextDelta { content }) => heard(content),
                Some(Event::Completed { response }) => return Ok(response),
                Some(Event::Error { error, message, retry_after }) => {
                    return Err(Failure { message, retry: retry(&error, retry_after) });
                }
                Some(Event::ServerQuery { id, question }) => {
                    let yes = match person {
                        Some(person) => person.confirms(&question).await,
                        None => false,
                    };
                    let said = if yes { proxy::Confirm::Yes } else { proxy::Confirm::No };
                    self.client.send_raw(&proxy::answer(&id, &said)).await.map_err(failure)?;
                }
                Some(Event::ToolCallDelta { .. } | Event::Other) => {}
                None => {
                    return Err(Failure { message: "the answer broke off".into(), retry: Retry::Later });
                }
            }
        }
    }

    /// Asks for an answer as a whole, with much thought and without tools.
    pub async fn think(&self, system: String, messages: Vec<Message>) -> Result<String, Error> {
        let plain = self.request(system, messages, Vec::new());
        let thoughtful = Request { reasoning_effort: Some("high".into()), ..plain.clone() };
        let answer = match self.client.send(&proxy::complete(&self.provider, &thoughtful)).await {
            // Some models cannot be asked to think more.
            Err(error) if error.status() == Some(StatusCode::BAD_REQUEST) => {
                self.client.send(&proxy::complete(&self.provider, &plain)).await
            }
            answer => answer,
        };
        answer.map(|response| response.message.content)
    }
}

/// What a failed request means for the turn.
fn failure(error: Error) -> Failure {
    let message = error.to_string();
    let retry = match &error {
        Error::Api(error) => {
            let header = error.answer.header("retry-after").and_then(|value| value.trim().parse().ok());
            let asked = header.or_else(|| seconds(&error.message));
            match error.answer.status.as_u16() {
                429 | 500 | 502 | 503 | 504 => retry(error.code.as_deref().unwrap_or_default(), asked),
                _ => Retry::Never,
            }
        }
        Error::Unreachable { .. } | Error::Timeout { .. } | Error::Broken { .. } => Retry::Later,
        _ => Retry::Never,
    };
    Failure { message, retry }
}

/// What a word of the server means.
fn retry(word: &str, asked: Option<u64>) -> Retry {
    match (word, asked) {
        // Its operator has to do something first.
        (
            "provider_not_configured"
            | "provider_key_refused"
            | "budget_exhausted"
            | "confirmation_required"
            | "invalid_request",
            _,
        ) => Retry::Never,
        (_, Some(seconds)) => Retry::After(Duration::from_secs(seconds)),
        (_, None) => Retry::Later,
    }
}

/// The seconds in a message such as "LLM rate limited; retry after 30 seconds".
fn seconds(message: &str) -> Option<u64> {
    let rest = message.split_once("retry after ")?.1;
    rest.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seconds_are_found_in_the_message() {
        assert_eq!(seconds("LLM rate limited; retry after 30 seconds"), Some(30));
        assert_eq!(seconds("retry after a while"), None);
        assert_eq!(seconds("busy"), None);
    }

    #[test]
    fn what_only_an_operator_can_mend_is_not_tried_again() {
        assert_eq!(retry("provider_not_configured", None), Retry::Never);
        assert_eq!(retry("budget_exhausted", Some(3600)), Retry::Never);
        assert_eq!(retry("rate_limited", Some(3)), Retry::After(Duration::from_secs(3)));
        assert_eq!(retry("provider_overloaded", None), Retry::Later);
    }
}
