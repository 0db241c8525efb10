//! The outermost layer: counts and times requests, and adds the headers that every answer has.

use std::{
    collections::HashMap,
    sync::{LazyLock, PoisonError, RwLock},
    time::Instant,
};

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};
use metrics::{Counter, Histogram};

/// The meters of one route, looked up once and then kept: naming a meter anew for each request costs more than counting.
struct Route {
    seconds: Histogram,
    requests: Vec<(Method, StatusCode, Counter)>,
}

static ROUTES: LazyLock<RwLock<HashMap<String, Route>>> = LazyLock::new(RwLock::default);

/// Headers that keep browsers from guessing.
const SAFE_HEADERS: [(HeaderName, &str); 3] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
];

/// Counts and times requests by route, never by path, so that no id gets into a metric; adds the headers that every answer
/// has.
pub async fn measure(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in SAFE_HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let elapsed = begun.elapsed();
    tracing::debug!(%method, route, status = response.status().as_u16(), micros = elapsed.as_micros() as u64, "request");
    record(route, &method, response.status(), elapsed.as_secs_f64());
    response
}

fn record(route: &str, method: &Method, status: StatusCode, seconds: f64) {
    let known = ROUTES.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = known.get(route)
        && let Some((_, _, counter)) = found.requests.iter().find(|(m, s, _)| m == method && *s == status)
    {
        counter.increment(1);
        found.seconds.record(seconds);
        return;
    }
    drop(known);
    let mut routes = ROUTES.write().unwrap_or_else(PoisonError::into_inner);
    let entry = routes.entry(route.to_owned()).or_insert_with(|| Route {
        seconds: metrics::histogram!("heddle_http_request_seconds", "route" => route.to_owned()),
        requests: Vec::new(),
    });
    // The methods of a route and the statuses of an API are few; an unknown method cannot match a route.
    let name = if route == "none" { "any".to_owned() } else { method.to_string() };
    let labels = [("method", name), ("route", route.to_owned()), ("status", status.as_u16().to_string())];
    let counter = metrics::counter!("heddle_http_requests_total", &labels);
    counter.increment(1);
    entry.seconds.record(seconds);
    if entry.requests.len() < 200 {
        entry.requests.push((method.clone(), status, counter));
    }
}
