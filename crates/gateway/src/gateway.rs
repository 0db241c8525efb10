//! The providers together: which one serves a model, and when a call is tried again.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

use crate::native::{Format, Upstream};
use crate::{Anthropic, ChatRequest, ChatResponse, Error, Keys, OpenAi, ServiceAccount, Strategy, StreamEvent, Vertex};

/// The variable that says which of a provider's keys serves the next call.
pub const STRATEGY: &str = "HEDDLE_LLM_KEY_STRATEGY";

/// The variable that names servers of others that speak OpenAI's API.
pub const COMPATIBLE: &str = "HEDDLE_LLM_COMPATIBLE";

/// The names that providers of our own knowing have.
const OURS: [&str; 4] = ["anthropic", "openai", "zai", "vertex"];

/// How often one call is tried in all.
const MAX_ATTEMPTS: u32 = 4;
/// The longest wait of our own choosing between two attempts.
const MAX_BACKOFF: Duration = Duration::from_secs(20);
/// The longest wait that a provider can ask for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60);

/// Something that answers chat requests.
pub trait Provider: Send + Sync {
    /// The short name that requests can choose it by: `NAME/MODEL`.
    fn name(&self) -> &str;

    /// Whether it answers only requests that name it, as `NAME/MODEL` or as the model `NAME`: it is
    /// then never the one that models of unknown families go to.
    fn only_by_name(&self) -> bool {
        false
    }

    /// Sends one request, once. `on_event` hears of the answer as it comes in; the result is the
    /// complete answer. Dropping the future ends the call.
    ///
    /// # Errors
    /// See [`Error`]; an answer that is not complete is always one.
    fn chat<'a>(
        &'a self,
        req: &'a ChatRequest,
        on_event: &'a mut (dyn FnMut(StreamEvent) + Send),
    ) -> BoxFuture<'a, Result<ChatResponse, Error>>;
}

/// The way to all configured providers.
#[derive(Clone)]
pub struct Gateway {
    providers: Vec<Arc<dyn Provider>>,
    upstreams: Vec<(&'static str, Arc<Upstream>)>,
    backoff: Duration,
}

impl Gateway {
    /// A gateway with the providers whose keys the environment holds: `ANTHROPIC_API_KEY` and
    /// `OPENAI_API_KEY` and `ZAI_API_KEY`, each a list of one or more keys with commas between them, and each with an
    /// optional `…_BASE_URL`. An empty variable counts as absent.
    /// `GOOGLE_APPLICATION_CREDENTIALS` names the file of a service account for Vertex AI, with `VERTEX_PROJECT`,
    /// `VERTEX_LOCATION` and `VERTEX_BASE_URL`. `HEDDLE_LLM_COMPATIBLE` is a list `NAME=URL,…` of servers that speak OpenAI's
    /// API; the keys of each are in `NAME_API_KEY`, if it needs any.
    /// Without any key the gateway serves no model, which is no error.
    ///
    /// # Errors
    /// `InvalidRequest` when a key or an address cannot be used, `Network` when TLS cannot be set
    /// up.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_vars(|name| std::env::var(name).ok())
    }

    fn from_vars(var: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let var = |name: &str| var(name).filter(|value| !value.trim().is_empty());
        let strategy = match var(STRATEGY) {
            None => Strategy::default(),
            Some(name) => Strategy::named(name.trim()).ok_or_else(|| {
                Error::InvalidRequest(format!("{STRATEGY} must be round_robin, least_used or primary"))
            })?,
        };
        let mut gateway = Self::new();
        if let Some(keys) = var("ANTHROPIC_API_KEY") {
            let keys = Keys::listed(&keys, strategy);
            let base = var("ANTHROPIC_BASE_URL").unwrap_or_else(|| Anthropic::BASE_URL.into());
            gateway = gateway.with_provider(Arc::new(Anthropic::new(&base, keys.clone())?));
            // The address may be given with or without the version that all its paths begin with.
            let base = base.trim().trim_end_matches('/').trim_end_matches("/v1").to_owned() + "/v1";
            gateway = gateway.with_upstream("anthropic", Upstream::new(Format::Anthropic, &base, keys)?);
        }
        if let Some(keys) = var("OPENAI_API_KEY") {
            let keys = Keys::listed(&keys, strategy);
            let base = var("OPENAI_BASE_URL").unwrap_or_else(|| OpenAi::BASE_URL.into());
            gateway = gateway.with_provider(Arc::new(OpenAi::new(&base, keys.clone())?));
            gateway = gateway.with_upstream("openai", Upstream::new(Format::OpenAi, &base, keys)?);
        }
        if let Some(keys) = var("ZAI_API_KEY") {
            let base = var("ZAI_BASE_URL").unwrap_or_else(|| OpenAi::ZAI_BASE_URL.into());
            gateway = gateway.with_provider(Arc::new(OpenAi::zai(&base, Keys::listed(&keys, strategy))?));
        }
        if let Some(path) = var("GOOGLE_APPLICATION_CREDENTIALS") {
            let account = ServiceAccount::read(&path)?;
            let vertex = Vertex::new(
                account,
                var("VERTEX_PROJECT").as_deref(),
                var("VERTEX_LOCATION").as_deref(),
                var("VERTEX_BASE_URL").as_deref(),
            )?;
            gateway = gateway.with_provider(Arc::new(vertex));
        }
        for entry in var(COMPATIBLE).iter().flat_map(|list| list.split(',')).map(str::trim).filter(|e| !e.is_empty()) {
            let invalid = || Error::InvalidRequest(format!("{COMPATIBLE} must read NAME=URL,NAME=URL…"));
            let (name, base) = entry.split_once('=').ok_or_else(invalid)?;
            let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
            if name.is_empty() || !plain || OURS.contains(&name) {
                return Err(invalid());
            }
            let keys = var(&format!("{}_API_KEY", name.to_ascii_uppercase())).map(|keys| Keys::listed(&keys, strategy));
            gateway = gateway.with_provider(Arc::new(OpenAi::compatible(name, base, keys)?));
        }
        Ok(gateway)
    }

    /// A gateway without providers.
    pub fn new() -> Self {
        Self { providers: Vec::new(), upstreams: Vec::new(), backoff: Duration::from_millis(500) }
    }

    /// The same gateway with one more provider; it takes the place of one with the same name.
    pub fn with_provider(mut self, provider: Arc<dyn Provider>) -> Self {
        self.providers.retain(|other| other.name() != provider.name());
        self.providers.push(provider);
        self
    }

    /// The same gateway with the own API of a provider, to be passed through.
    pub fn with_upstream(mut self, provider: &'static str, upstream: Upstream) -> Self {
        self.upstreams.retain(|(other, _)| *other != provider);
        self.upstreams.push((provider, Arc::new(upstream)));
        self
    }

    /// The own API of a provider, if it has a key.
    pub fn upstream(&self, provider: &str) -> Option<&Arc<Upstream>> {
        self.upstreams.iter().find(|(name, _)| *name == provider).map(|(_, upstream)| upstream)
    }

    /// The same gateway with another longest wait before the second attempt (500 ms by default);
    /// it doubles with every attempt, up to 20 s.
    pub fn with_backoff(mut self, backoff: Duration) -> Self {
        self.backoff = backoff;
        self
    }

    /// The names of the providers.
    pub fn providers(&self) -> Vec<String> {
        self.providers.iter().map(|provider| provider.name().to_owned()).collect()
    }

    /// Whether some provider would be asked for this model; the provider may still not know it.
    pub fn serves(&self, model: &str) -> bool {
        self.route(model).is_some()
    }

    /// The name of the provider that would be asked for this model.
    pub fn provider_of(&self, model: &str) -> Option<&str> {
        self.route(model).map(|(provider, _)| provider.name())
    }

    /// Sends a request to the provider of its model: the one named in front of it
    /// (`anthropic/MODEL`, `openai/MODEL`), else the maker of the family (`claude…`; `gpt…`, `o1…`,
    /// `o3…`, `o4…`, `chatgpt…`), else the only one there is besides those that must be named.
    ///
    /// `on_event` hears of the answer as it comes in. A call that fails for a passing reason is
    /// tried again, up to four times in all, as long as no event was delivered: nobody hears the
    /// beginning of an answer twice. There is no limit to the whole time; dropping the future ends
    /// the call.
    ///
    /// # Errors
    /// `NoProvider` when no provider serves the model; else the error of the last attempt.
    pub async fn chat(
        &self,
        req: &ChatRequest,
        on_event: &mut (dyn FnMut(StreamEvent) + Send),
    ) -> Result<ChatResponse, Error> {
        let Some((provider, model)) = self.route(&req.model) else {
            return Err(Error::NoProvider { model: req.model.clone() });
        };
        self.ask(provider, model, req, None, on_event).await
    }

    /// Sends a request to this provider, whatever the model's name. A provider that asks to be left alone for longer than
    /// `patience` is not waited for.
    ///
    /// # Errors
    /// As [`Gateway::chat`].
    pub async fn chat_with(
        &self,
        provider: &str,
        req: &ChatRequest,
        patience: Duration,
        on_event: &mut (dyn FnMut(StreamEvent) + Send),
    ) -> Result<ChatResponse, Error> {
        let Some(found) = self.named(provider) else {
            return Err(Error::NoProvider { model: req.model.clone() });
        };
        let own = req.model.strip_prefix(provider).and_then(|rest| rest.strip_prefix('/'));
        self.ask(found, own.unwrap_or(&req.model), req, Some(patience), on_event).await
    }

    async fn ask(
        &self,
        provider: &dyn Provider,
        model: &str,
        req: &ChatRequest,
        patience: Option<Duration>,
        on_event: &mut (dyn FnMut(StreamEvent) + Send),
    ) -> Result<ChatResponse, Error> {
        let req = if model == req.model {
            Cow::Borrowed(req)
        } else {
            Cow::Owned(ChatRequest { model: model.to_owned(), ..req.clone() })
        };
        let mut attempt = 1;
        loop {
            let mut delivered = false;
            let mut deliver = |event| {
                delivered = true;
                on_event(event);
            };
            let outcome = provider.chat(&req, &mut deliver).await;
            let error = match outcome {
                Err(error)
                    if error.is_retryable()
                        && !delivered
                        && attempt < MAX_ATTEMPTS
                        && error
                            .retry_after()
                            .is_none_or(|asked| patience.is_none_or(|patience| asked <= patience)) =>
                {
                    error
                }
                outcome => return outcome,
            };
            let wait = self.wait(attempt, &error);
            tracing::warn!(provider = provider.name(), model, attempt, ?wait, %error, "trying again");
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    /// How long to wait after the failed `attempt` (from 1): anything up to the doubled backoff, so
    /// that many callers do not come back at once, but no less than the provider asks for.
    fn wait(&self, attempt: u32, error: &Error) -> Duration {
        let factor = 1 << (attempt - 1).min(16);
        let longest = self.backoff.saturating_mul(factor).min(MAX_BACKOFF);
        let wait = rand::random_range(Duration::ZERO..=longest);
        match error {
            Error::RateLimited { retry_after: Some(asked) } | Error::Resting { retry_after: asked } => {
                wait.max((*asked).min(MAX_RETRY_AFTER))
            }
            _ => wait,
        }
    }

    /// The provider for a model and the model's name there.
    fn route<'m>(&self, model: &'m str) -> Option<(&dyn Provider, &'m str)> {
        if let Some((name, rest)) = model.split_once('/') {
            if let Some(provider) = self.named(name) {
                return (!rest.is_empty()).then_some((provider, rest));
            }
            if OURS.contains(&name) {
                return None;
            }
        }
        if let Some(provider) = self.named(model).filter(|provider| provider.only_by_name()) {
            return Some((provider, model));
        }
        let provider = match family(model) {
            Some(name) => self.named(name)?,
            None if model.is_empty() => return None,
            None => {
                let mut open = self.providers.iter().filter(|provider| !provider.only_by_name());
                match (open.next(), open.next()) {
                    (Some(only), None) => only.as_ref(),
                    _ => return None,
                }
            }
        };
        Some((provider, model))
    }

    fn named(&self, name: &str) -> Option<&dyn Provider> {
        self.providers.iter().find(|provider| provider.name() == name).map(AsRef::as_ref)
    }
}

/// The provider that makes the models of this name.
fn family(model: &str) -> Option<&'static str> {
    let is = |prefix: &&str| model.starts_with(*prefix);
    if model.starts_with("claude") {
        Some("anthropic")
    } else if ["gpt", "o1", "o3", "o4", "chatgpt"].iter().any(is) {
        Some("openai")
    } else if model.starts_with("glm-") {
        Some("zai")
    } else if model.starts_with("gemini-") {
        Some("vertex")
    } else {
        None
    }
}

impl Default for Gateway {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway").field("providers", &self.providers()).field("backoff", &self.backoff).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Named(&'static str);

    impl Provider for Named {
        fn name(&self) -> &str {
            self.0
        }

        fn only_by_name(&self) -> bool {
            self.0 == "rules"
        }

        fn chat<'a>(
            &'a self,
            _: &'a ChatRequest,
            _: &'a mut (dyn FnMut(StreamEvent) + Send),
        ) -> BoxFuture<'a, Result<ChatResponse, Error>> {
            Box::pin(async { Err(Error::Overloaded) })
        }
    }

    fn gateway(names: &[&'static str]) -> Gateway {
        names.iter().fold(Gateway::new(), |gateway, name| gateway.with_provider(Arc::new(Named(name))))
    }

    fn route(names: &[&'static str], model: &str) -> Option<(String, String)> {
        gateway(names).route(model).map(|(provider, model)| (provider.name().to_owned(), model.to_owned()))
    }

    fn to(provider: &str, model: &str) -> Option<(String, String)> {
        Some((provider.to_owned(), model.to_owned()))
    }

    #[test]
    fn a_model_goes_to_its_provider() {
        let both = ["anthropic", "openai"];
        assert_eq!(route(&both, "claude-x"), to("anthropic", "claude-x"));
        assert_eq!(route(&both, "anthropic/glm"), to("anthropic", "glm"));
        assert_eq!(route(&both, "openai/a/b"), to("openai", "a/b"));
        for model in ["gpt-6", "o1", "o3-mini", "o4-mini", "chatgpt-4o"] {
            assert_eq!(route(&both, model), to("openai", model));
        }
        assert_eq!(route(&both, "llama"), None);
        assert_eq!(route(&both, "openai/"), None);
    }

    #[test]
    fn an_unknown_name_goes_to_the_only_provider() {
        assert_eq!(route(&["openai"], "llama"), to("openai", "llama"));
        assert_eq!(route(&["openai"], "meta/llama"), to("openai", "meta/llama"));
        assert_eq!(route(&["openai"], "claude-x"), None);
        assert_eq!(route(&["openai"], "anthropic/x"), None);
        assert_eq!(route(&["openai"], ""), None);
        assert_eq!(route(&[], "llama"), None);
    }

    #[test]
    fn a_provider_that_must_be_named_gets_nothing_else() {
        let names = ["openai", "rules"];
        assert_eq!(route(&names, "rules"), to("rules", "rules"));
        assert_eq!(route(&names, "rules/simple"), to("rules", "simple"));
        assert_eq!(route(&names, "llama"), to("openai", "llama"));
        assert_eq!(route(&["rules"], "llama"), None);
    }

    #[test]
    fn a_provider_replaces_its_namesake() {
        assert_eq!(gateway(&["a", "b", "a"]).providers(), ["b", "a"]);
    }

    #[test]
    fn waits_grow_and_honour_the_provider() {
        let gateway = Gateway::new();
        for (attempt, longest) in [(1, 500), (2, 1000), (3, 2000), (9, 20_000)] {
            assert!(gateway.wait(attempt, &Error::Overloaded) <= Duration::from_millis(longest));
        }
        let asking = |seconds| Error::RateLimited { retry_after: Some(Duration::from_secs(seconds)) };
        assert_eq!(gateway.wait(1, &asking(7)), Duration::from_secs(7));
        assert_eq!(gateway.wait(1, &asking(3600)), MAX_RETRY_AFTER);
    }

    #[test]
    fn the_environment_names_the_providers() -> Result<(), Error> {
        let gateway = Gateway::from_vars(|name| match name {
            "ANTHROPIC_API_KEY" => Some("sk-ant-secret".into()),
            "OPENAI_API_KEY" => Some("sk-oai-secret".into()),
            "OPENAI_BASE_URL" => Some("http://localhost:1/v1/".into()),
            _ => None,
        })?;
        assert_eq!(gateway.providers(), ["anthropic", "openai"]);
        assert!(!format!("{gateway:?}").contains("secret"));

        assert_eq!(Gateway::from_vars(|_| None)?.providers(), Vec::<String>::new());
        assert_eq!(Gateway::from_vars(|_| Some(" ".into()))?.providers(), Vec::<String>::new());
        let broken = Gateway::from_vars(|_| Some("sk-secret".into()));
        let error = broken.err().ok_or(Error::Overloaded)?;
        assert!(matches!(error, Error::InvalidRequest(_)));
        assert!(!format!("{error} {error:?}").contains("sk-secret"));
        Ok(())
    }
}
