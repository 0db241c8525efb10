//! From a provider's error, as an HTTP answer or inside a stream, to our [`Error`].

use std::time::Duration;

use serde_json::Value;

use crate::Error;

/// Reads a provider's error. Both wire formats put it under `error`, with a `message`, a `type`
/// and (OpenAI) a `code`. `status` is the HTTP status, absent inside a stream.
pub(crate) fn failure(status: Option<u16>, retry_after: Option<Duration>, body: &str) -> Error {
    let json: Value = serde_json::from_str(body).unwrap_or_default();
    // Google wraps what fails before a stream begins into a list.
    let json = if json.is_array() { json[0].clone() } else { json };
    let error = &json["error"];
    let message =
        [&error["message"], error, &json["message"]].into_iter().find_map(Value::as_str).unwrap_or(body).to_owned();
    let (kind, code) = (&error["type"], &error["code"]);
    let status = status.unwrap_or_else(|| implied_status(kind, code));
    // An empty account answers 429 too, but waiting does not fill it.
    let out_of_money = [kind, code].contains(&&Value::from("insufficient_quota"));
    match status {
        401 => Error::Unauthorized,
        429 if !out_of_money => Error::RateLimited { retry_after },
        503 | 529 => Error::Overloaded,
        400 | 404 | 413 | 422 => Error::InvalidRequest(message),
        _ => Error::Upstream { status, message },
    }
}

/// The status that an error inside a stream would have had as an HTTP answer.
fn implied_status(kind: &Value, code: &Value) -> u16 {
    let numeric = code.as_u64().and_then(|code| u16::try_from(code).ok());
    if let Some(status @ 400..=599) = numeric {
        return status;
    }
    [kind, code]
        .into_iter()
        .filter_map(Value::as_str)
        .find_map(|name| match name {
            "invalid_request_error" => Some(400),
            "authentication_error" | "invalid_api_key" => Some(401),
            "billing_error" => Some(402),
            "permission_error" => Some(403),
            "not_found_error" => Some(404),
            "request_too_large" => Some(413),
            "rate_limit_error" | "rate_limit_exceeded" | "insufficient_quota" => Some(429),
            "timeout_error" => Some(504),
            "overloaded_error" => Some(529),
            _ => None,
        })
        .unwrap_or(500)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxys_page_is_kept_as_the_message() {
        assert_eq!(
            failure(Some(502), None, "<h1>Bad gateway</h1>"),
            Error::Upstream { status: 502, message: "<h1>Bad gateway</h1>".into() }
        );
    }

    #[test]
    fn an_empty_account_is_not_a_rate_limit() {
        let body = r#"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}"#;
        let error = failure(Some(429), None, body);
        assert!(matches!(error, Error::Upstream { status: 429, .. }));
        assert!(!error.is_retryable());
    }

    #[test]
    fn errors_inside_a_stream_have_no_status_of_their_own() {
        let of = |body| failure(None, None, body);
        assert_eq!(
            of(r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#),
            Error::Overloaded
        );
        assert_eq!(of(r#"{"error":{"message":"slow down","code":429}}"#), Error::RateLimited { retry_after: None });
        assert_eq!(
            of(r#"{"error":{"message":"oops","type":"server_error","code":null}}"#),
            Error::Upstream { status: 500, message: "oops".into() }
        );
    }
}
