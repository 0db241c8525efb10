//! The one error of the gateway.

use std::time::Duration;

use crate::keys::Verdict;

/// The longest text from outside that an error carries, in characters.
const MAX_MESSAGE: usize = 500;

/// Why a call to a model failed. No variant ever holds the API key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No configured provider serves the model.
    #[error("no model provider serves `{model}`")]
    NoProvider {
        /// The model as it was asked for.
        model: String,
    },
    /// The provider refused the API key.
    #[error("the model provider refused the API key")]
    Unauthorized,
    /// Too many calls for now.
    #[error("the model provider's rate limit is reached")]
    RateLimited {
        /// How long the provider asks to wait, if it said so.
        retry_after: Option<Duration>,
    },
    /// The provider has failed so often in a row that it is left alone for a while.
    #[error("the model provider has failed repeatedly and is asked again later")]
    Resting {
        /// For how long.
        retry_after: Duration,
    },
    /// The provider has no capacity for now.
    #[error("the model provider is overloaded")]
    Overloaded,
    /// The request, or the provider's own configuration, is wrong; the text says how.
    #[error("the model request is invalid: {0}")]
    InvalidRequest(String),
    /// The provider answered with any other error.
    #[error("the model provider answered {status}: {message}")]
    Upstream {
        /// The HTTP status, or the nearest one for an error inside a stream.
        status: u16,
        /// What the provider said, shortened.
        message: String,
    },
    /// The provider could not be reached, or it went silent.
    #[error("the model provider could not be reached: {0}")]
    Network(String),
    /// The provider's answer broke off, was too large or made no sense.
    #[error("the model provider's answer is broken: {0}")]
    Protocol(String),
}

impl Error {
    /// Whether the same request may succeed a little later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::RateLimited { .. }
            | Self::Resting { .. }
            | Self::Overloaded
            | Self::Network(_)
            | Self::Protocol(_) => true,
            Self::Upstream { status, .. } => matches!(status, 408 | 409 | 500..),
            Self::NoProvider { .. } | Self::Unauthorized | Self::InvalidRequest(_) => false,
        }
    }

    /// What the error says of the key that was used.
    pub(crate) fn verdict(&self) -> Verdict {
        match self {
            Self::RateLimited { retry_after } => Verdict::Throttled(*retry_after),
            Self::Unauthorized | Self::Upstream { status: 402 | 403 | 429, .. } => Verdict::Refused,
            Self::NoProvider { .. } | Self::InvalidRequest(_) | Self::Resting { .. } => Verdict::Good,
            Self::Upstream { status, .. } if *status < 500 => Verdict::Good,
            Self::Overloaded | Self::Upstream { .. } | Self::Network(_) | Self::Protocol(_) => Verdict::Failed,
        }
    }

    /// Whether another key may serve the same request, because the provider refused it for this one's sake.
    pub(crate) fn is_about_the_key(&self) -> bool {
        matches!(self.verdict(), Verdict::Throttled(_) | Verdict::Refused) || *self == Self::Overloaded
    }

    /// How long to wait before asking again, as far as that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } => *retry_after,
            Self::Resting { retry_after } => Some(*retry_after),
            _ => None,
        }
    }

    /// The same error without `key` in its text, and with no text longer than a screenful: a
    /// provider's message is foreign text that may echo anything.
    pub(crate) fn scrubbed(mut self, key: &str) -> Self {
        if let Self::InvalidRequest(text)
        | Self::Upstream { message: text, .. }
        | Self::Network(text)
        | Self::Protocol(text) = &mut self
        {
            if !key.is_empty() {
                *text = text.replace(key, "[key]");
            }
            if let Some((end, _)) = text.char_indices().nth(MAX_MESSAGE) {
                text.truncate(end);
                text.push('…');
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scrubbing_removes_the_key_and_shortens() {
        let error = Error::Protocol(format!("bad sk-1 {}", "ä".repeat(1000))).scrubbed("sk-1");
        let text = error.to_string();
        assert!(text.contains("bad [key]") && !text.contains("sk-1"));
        assert!(text.chars().count() < 600);
    }

    #[test]
    fn only_passing_troubles_are_retryable() {
        let upstream = |status| Error::Upstream { status, message: String::new() };
        assert!(Error::RateLimited { retry_after: None }.is_retryable());
        assert!(Error::Overloaded.is_retryable());
        assert!(upstream(500).is_retryable() && upstream(408).is_retryable());
        assert!(!upstream(403).is_retryable() && !upstream(429).is_retryable());
        assert!(!Error::Unauthorized.is_retryable());
        assert!(!Error::InvalidRequest(String::new()).is_retryable());
    }
}
