//! When a call is made again.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::{Method, StatusCode, header};

use crate::{Answer, Error};

/// How often and how long a call is tried.
///
/// A call that the server counted as one too many (429) is made again whatever its method, because nothing was done. After
/// 502, 503, 504 and a failed connection only `GET`, `PUT` and `DELETE` are: another kind of call may have been carried out.
#[derive(Debug, Clone, Copy)]
pub struct Retry {
    /// How often a call is made at most, the first time included.
    pub attempts: u32,
    /// How long is waited at most between all attempts together. A server that asks for more gets no further attempt.
    pub total_wait: Duration,
    /// How long is waited before the second attempt when the server does not say; doubled each time.
    pub first_wait: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self { attempts: 3, total_wait: Duration::from_secs(30), first_wait: Duration::from_millis(250) }
    }
}

impl Retry {
    /// One attempt only.
    pub const NEVER: Self = Self { attempts: 1, total_wait: Duration::ZERO, first_wait: Duration::ZERO };
}

/// The attempts at one call.
pub(crate) struct Attempts {
    rules: Retry,
    repeatable: bool,
    made: u32,
    waited: Duration,
}

impl Attempts {
    pub(crate) fn new(rules: Retry, method: &Method) -> Self {
        let repeatable = [Method::GET, Method::PUT, Method::DELETE].contains(method);
        Self { rules, repeatable, made: 0, waited: Duration::ZERO }
    }

    /// How long to wait before another attempt; none when the failure is final.
    pub(crate) fn again(&mut self, failure: &Error) -> Option<Duration> {
        self.made += 1;
        if self.made >= self.rules.attempts || !self.passing(failure) {
            return None;
        }
        let asked = match failure {
            Error::Api(error) => retry_after(&error.answer, Timestamp::now()),
            _ => None,
        };
        let wait = asked.unwrap_or_else(|| self.rules.first_wait * 2u32.saturating_pow(self.made - 1));
        self.waited = self.waited.saturating_add(wait);
        (self.waited <= self.rules.total_wait).then_some(wait)
    }

    /// Whether another attempt may go better.
    fn passing(&self, failure: &Error) -> bool {
        match failure {
            Error::Api(error) => match error.answer.status {
                StatusCode::TOO_MANY_REQUESTS => true,
                StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
                    self.repeatable
                }
                _ => false,
            },
            Error::Unreachable { .. } | Error::Broken { .. } => self.repeatable,
            _ => false,
        }
    }
}

/// How long the server asks to wait: a number of seconds, or a time.
fn retry_after(answer: &Answer, now: Timestamp) -> Option<Duration> {
    let value = answer.header(header::RETRY_AFTER.as_str())?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let then = date(value)?;
    // Counted from the server's own clock, as far as it shows it.
    let now = answer.header(header::DATE.as_str()).and_then(date).unwrap_or(now);
    Some(Duration::try_from(then.duration_since(now)).unwrap_or_default())
}

fn date(value: &str) -> Option<Timestamp> {
    Timestamp::try_from(httpdate::parse_http_date(value).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ApiError;

    fn answer(status: u16, headers: &[(&str, &str)]) -> Answer {
        let mut map = header::HeaderMap::new();
        for (name, value) in headers {
            map.insert(header::HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
        }
        Answer { status: StatusCode::from_u16(status).unwrap(), headers: map, body: Default::default() }
    }

    fn refused(status: u16, headers: &[(&str, &str)]) -> Error {
        Error::Api(Box::new(ApiError::read(answer(status, headers))))
    }

    fn waits(method: Method, failure: impl Fn() -> Error) -> Vec<Duration> {
        let mut attempts = Attempts::new(Retry::default(), &method);
        std::iter::from_fn(|| attempts.again(&failure())).collect()
    }

    fn seconds(values: &[f32]) -> Vec<Duration> {
        values.iter().map(|value| Duration::from_secs_f32(*value)).collect()
    }

    #[test]
    fn a_call_too_many_is_made_again_whatever_the_method() {
        for method in [Method::GET, Method::POST, Method::PATCH, Method::DELETE] {
            assert_eq!(waits(method, || refused(429, &[("retry-after", "2")])), seconds(&[2.0, 2.0]));
        }
        assert_eq!(waits(Method::POST, || refused(429, &[])), seconds(&[0.25, 0.5]));
    }

    #[test]
    fn a_server_that_is_down_is_called_again_only_when_that_is_harmless() {
        let broken = || Error::Broken { host: "h".into(), reason: "reset".into() };
        let unreachable = || Error::Unreachable { host: "h".into(), reason: "refused".into() };
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            for status in [502, 503, 504] {
                assert_eq!(waits(method.clone(), || refused(status, &[])), seconds(&[0.25, 0.5]));
            }
            assert_eq!(waits(method.clone(), broken).len(), 2);
            assert_eq!(waits(method.clone(), unreachable).len(), 2);
        }
        for method in [Method::POST, Method::PATCH] {
            assert!(waits(method.clone(), || refused(503, &[])).is_empty());
            assert!(waits(method.clone(), broken).is_empty());
            assert!(waits(method.clone(), unreachable).is_empty());
        }
    }

    #[test]
    fn other_failures_are_final() {
        for status in [301, 400, 401, 404, 409, 422, 500] {
            assert!(waits(Method::GET, || refused(status, &[("retry-after", "1")])).is_empty());
        }
        let timeout = || Error::Timeout { host: "h".into(), after: Duration::from_secs(30) };
        assert!(waits(Method::GET, timeout).is_empty());
    }

    #[test]
    fn no_more_than_the_total_is_waited() {
        assert_eq!(waits(Method::GET, || refused(429, &[("retry-after", "20")])), seconds(&[20.0]));
        assert!(waits(Method::GET, || refused(429, &[("retry-after", "31")])).is_empty());
        assert!(waits(Method::GET, || refused(429, &[("retry-after", "99999999999999")])).is_empty());
    }

    #[test]
    fn a_time_is_counted_from_the_servers_clock() {
        let dated =
            answer(429, &[("date", "Wed, 21 Oct 2015 07:28:00 GMT"), ("retry-after", "Wed, 21 Oct 2015 07:28:07 GMT")]);
        assert_eq!(retry_after(&dated, Timestamp::UNIX_EPOCH), Some(Duration::from_secs(7)));
        let undated = answer(429, &[("retry-after", "Thu, 01 Jan 1970 00:00:03 GMT")]);
        assert_eq!(retry_after(&undated, Timestamp::UNIX_EPOCH), Some(Duration::from_secs(3)));
        let past = answer(429, &[("retry-after", "Thu, 01 Jan 1970 00:00:03 GMT")]);
        assert_eq!(retry_after(&past, Timestamp::from_second(60).unwrap()), Some(Duration::ZERO));
        assert_eq!(retry_after(&answer(429, &[("retry-after", "soon")]), Timestamp::UNIX_EPOCH), None);
    }
}
