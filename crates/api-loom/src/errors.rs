//! From the gateway's errors to those that callers are told.

use kernel::{Error, Kind};

/// How long a caller is asked to wait when the provider does not say.
const WAIT: u64 = 5;

/// The body is larger than calls of models may be.
pub fn too_large(most: usize) -> Error {
    let message = format!("The body is larger than {} MiB.", most >> 20);
    Error::new(Kind::TooLarge, "body_too_large", message)
}

/// The provider has no key on this server.
pub fn without_key(provider: &str, variable: &str) -> Error {
    Error::unavailable(
        "provider_not_configured",
        format!("This server cannot call {provider}: {variable} is not set. Its operator can set it."),
    )
}

/// What a failed call is told as.
pub fn of_call(error: &gateway::Error) -> Error {
    use gateway::Error as E;
    let seconds = |wait: Option<std::time::Duration>| wait.map_or(WAIT, |wait| wait.as_secs_f64().ceil() as u64).max(1);
    match error {
        E::RateLimited { .. } | E::Resting { .. } => {
            let seconds = seconds(error.retry_after());
            Error::too_many("rate_limited", format!("LLM rate limited; retry after {seconds} seconds"), seconds)
        }
        E::NoProvider { .. } => Error::new(Kind::BadRequest, "unknown_model", error.to_string()),
        E::InvalidRequest(why) => Error::new(Kind::BadRequest, "invalid_request", why.clone()),
        E::Unauthorized => Error::unavailable(
            "provider_key_refused",
            "The provider refuses this server's key; its operator must replace it.",
        ),
        E::Overloaded => Error::unavailable("provider_overloaded", error.to_string()),
        E::Upstream { .. } => Error::unavailable("provider_failed", error.to_string()),
        E::Network(_) => Error::unavailable("provider_unreachable", error.to_string()),
        E::Protocol(_) => Error::unavailable("provider_answer_broken", error.to_string()),
    }
}
