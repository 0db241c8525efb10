//! Vertex AI: `streamGenerateContent` for the models of Google
//! (<https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference>), and `streamRawPredict` with
//! Anthropic's own format for those of Anthropic
//! (<https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/use-claude>).

mod account;
mod wire;

use std::fmt;

use futures::future::BoxFuture;
use reqwest::{Client, Url};

pub use account::ServiceAccount;

use crate::{
    ChatRequest, ChatResponse, Error, Keys, Provider, Strategy, StreamEvent, Verdict, anthropic,
    http::{IDLE_TIMEOUT, client, exchange},
};

/// The provider's name.
pub(crate) const NAME: &str = "vertex";
/// Where models run when no location is named.
const LOCATION: &str = "global";

/// A provider that speaks Vertex AI's API. Its name is `vertex`.
pub struct Vertex {
    client: Client,
    account: ServiceAccount,
    /// The address up to the publisher's name.
    publishers: String,
    /// One that has no secret: it knows whether the provider is to be left alone.
    keys: Keys,
}

impl Vertex {
    /// Vertex AI by this account. The project is the account's unless another is named; the location is `global`.
    ///
    /// # Errors
    /// `InvalidRequest` when an address or a name cannot be used, `Network` when TLS cannot be set up.
    pub fn new(
        account: ServiceAccount,
        project: Option<&str>,
        location: Option<&str>,
        base: Option<&str>,
    ) -> Result<Self, Error> {
        let invalid = |why: &str| Error::InvalidRequest(why.to_owned());
        let project = project.or(account.project()).ok_or_else(|| invalid("VERTEX_PROJECT is not set"))?;
        let location = location.unwrap_or(LOCATION);
        if ![project, location].iter().all(|name| is_name(name)) {
            return Err(invalid("the project or location of Vertex AI is not a name"));
        }
        let host = match location {
            LOCATION => "https://aiplatform.googleapis.com".to_owned(),
            location => format!("https://{location}-aiplatform.googleapis.com"),
        };
        let base = base.unwrap_or(&host).trim().trim_end_matches('/').trim_end_matches("/v1");
        if !Url::parse(base).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
            return Err(invalid("the address of Vertex AI is no http(s) URL"));
        }
        let publishers = format!("{base}/v1/projects/{project}/locations/{location}/publishers");
        let keys = Keys::new(vec![String::new()], Strategy::default());
        Ok(Self { client: client(IDLE_TIMEOUT)?, account, publishers, keys })
    }

    async fn once(
        &self,
        req: &ChatRequest,
        on_event: &mut (dyn FnMut(StreamEvent) + Send),
    ) -> Result<ChatResponse, Error> {
        let token = self.account.token(&self.client).await?;
        let outcome = if req.model.starts_with("claude") {
            self.anthropic(&token, req, on_event).await
        } else {
            self.google(&token, req, on_event).await
        };
        match outcome {
            Err(Error::Unauthorized) => {
                self.account.forget(&token).await;
                Err(Error::Unauthorized)
            }
            outcome => outcome.map_err(|error| error.scrubbed(&token)),
        }
    }

    async fn google(
        &self,
        token: &str,
        req: &ChatRequest,
        on_event: &mut (dyn FnMut(StreamEvent) + Send),
    ) -> Result<ChatResponse, Error> {
        let url = format!("{}/google/models/{}:streamGenerateContent?alt=sse", self.publishers, req.model);
        let request = self.client.post(url).bearer_auth(token).json(&wire::body(req)?);
        let mut answer = wire::Answer::default();
        exchange(request, &mut |data: &str| answer.take(data, on_event)).await.map_err(|failed| failed.error)?;
        answer.finish(&req.model)
    }

    async fn anthropic(
        &self,
        token: &str,
        req: &ChatRequest,
        on_event: &mut (dyn FnMut(StreamEvent) + Send),
    ) -> Result<ChatResponse, Error> {
        let url = format!("{}/anthropic/models/{}:streamRawPredict", self.publishers, req.model);
        let request = self.client.post(url).bearer_auth(token).json(&anthropic::vertex_body(req)?);
        let mut answer = anthropic::Answer::default();
        exchange(request, &mut |data: &str| answer.take(data, on_event)).await.map_err(|failed| failed.error)?;
        answer.finish()
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':' | b'_'))
}

/// Names the provider only: the account is none of the log's.
impl fmt::Debug for Vertex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vertex").finish_non_exhaustive()
    }
}

impl Provider for Vertex {
    fn name(&self) -> &str {
        NAME
    }

    fn chat<'a>(
        &'a self,
        req: &'a ChatRequest,
        on_event: &'a mut (dyn FnMut(StreamEvent) + Send),
    ) -> BoxFuture<'a, Result<ChatResponse, Error>> {
        Box::pin(async move {
            req.check()?;
            // A version follows an @.
            if !is_name(&req.model.replacen('@', "-", 1)) {
                return Err(Error::InvalidRequest("the model's name has forbidden characters".into()));
            }
            let mut lease = self.keys.pick()?;
            let mut outcome = self.once(req, on_event).await;
            if outcome == Err(Error::Unauthorized) {
                // A token may end before its time; the next one is new.
                outcome = self.once(req, on_event).await;
            }
            lease.judge(outcome.as_ref().map_or_else(Error::verdict, |_| Verdict::Good));
            outcome
        })
    }
}
