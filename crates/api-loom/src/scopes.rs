//! Which scope a key with scopes must have for which operation. What is not here is for keys without scopes.

use api::Need;
use axum::http::Method;
use identity::Scope;

/// What an operation needs, by its method and its path in the router.
pub fn need(method: &Method, path: &str) -> Need {
    let reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    let by_method = |read, write| Need::Scope(if reads { read } else { write });
    let below = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    match path {
        // Who it is, and its end; a socket's token may no more than what it was made with.
        "/auth/me" | "/auth/logout" | "/auth/ws-token" => Need::Any,
        _ if below("/auth/identities") || below("/api/keys") => Need::Scope(Scope::Account),
        _ if below("/api/orgs") => by_method(Scope::OrgsRead, Scope::OrgsWrite),
        _ if below("/api/threads") => by_method(Scope::ThreadsRead, Scope::ThreadsWrite),
        _ if below("/api/ws/sessions") => Need::Scope(Scope::ThreadsRead),
        // Whoever is attached types.
        _ if below("/api/weaver") && path.ends_with("/attach") => Need::Scope(Scope::WeaversWrite),
        _ if below("/api/weaver") || below("/api/weavers") => by_method(Scope::WeaversRead, Scope::WeaversWrite),
        _ if below("/proxy") => Need::Scope(Scope::Llm),
        _ => Need::Unscoped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_need_what_they_do() {
        let scope = |method: Method, path: &str| need(&method, path);
        for (method, path, needed) in [
            (Method::GET, "/api/threads", Scope::ThreadsRead),
            (Method::DELETE, "/api/threads/{id}", Scope::ThreadsWrite),
            (Method::POST, "/proxy/{provider}/v1/{*rest}", Scope::Llm),
            (Method::GET, "/api/weaver/{id}", Scope::WeaversRead),
            (Method::GET, "/api/weaver/{id}/attach", Scope::WeaversWrite),
            (Method::PATCH, "/api/orgs/{id}", Scope::OrgsWrite),
            (Method::GET, "/api/keys", Scope::Account),
        ] {
            assert_eq!(scope(method, path), Need::Scope(needed), "{path}");
        }
        assert_eq!(scope(Method::GET, "/api/threadsalike"), Need::Unscoped);
        assert_eq!(scope(Method::POST, "/auth/device/approve"), Need::Unscoped);
    }
}
