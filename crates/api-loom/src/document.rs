//! What the OpenAPI document says beside what the handlers declare: the providers one by one, and what a key must be good
//! for.

use api::Need;
use axum::http::Method;
use serde_json::Value as Json;
use utoipa::openapi::{
    OpenApi, PathItem, RefOr,
    extensions::ExtensionsBuilder,
    path::{Operation, Parameter},
};

use crate::scopes;

/// The providers of models that have a path of their own in the document.
const MODELS: [&str; 4] = ["anthropic", "openai", "vertex", "zai"];

/// Names the providers that there can be, in the place of a parameter.
pub fn name_providers(document: &mut OpenApi) {
    for path in ["/proxy/{provider}/complete", "/proxy/{provider}/stream"] {
        // Servers that an operator has set up have names of their own, so the path with the parameter stays.
        if let Some(item) = document.paths.paths.get(path).cloned() {
            add(document, path, &item, &MODELS);
        }
    }
    for path in ["/auth/login/{provider}", "/auth/callback/{provider}", "/auth/{provider}/callback"] {
        if let Some(item) = document.paths.paths.shift_remove(path) {
            add(document, path, &item, &federation::WORDS);
        }
    }
}

fn add(document: &mut OpenApi, path: &str, item: &PathItem, words: &[&str]) {
    for word in words {
        let mut item = item.clone();
        for (_, operation) in operations(&mut item) {
            let parameters = operation.parameters.take().unwrap_or_default();
            operation.parameters = Some(parameters.into_iter().filter(|one| !names_provider(one)).collect());
            if let Some(id) = &mut operation.operation_id {
                *id = format!("{word}_{id}");
            }
        }
        document.paths.paths.insert(path.replace("{provider}", word), item);
    }
}

fn names_provider(parameter: &RefOr<Parameter>) -> bool {
    matches!(parameter, RefOr::T(parameter) if parameter.name == "provider")
}

/// Says on each operation which scope a key with scopes must have.
pub fn name_scopes(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            // Who needs no credential needs no scope.
            if operation.security.is_some() {
                continue;
            }
            let scope = match scopes::need(&method, path) {
                Need::Any => continue,
                Need::Scope(scope) => Json::from(scope.as_str()),
                Need::Unscoped => Json::Null,
            };
            operation.extensions = Some(ExtensionsBuilder::new().add("x-scope", scope).build());
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    let all = [
        (Method::GET, &mut item.get),
        (Method::POST, &mut item.post),
        (Method::PUT, &mut item.put),
        (Method::PATCH, &mut item.patch),
        (Method::DELETE, &mut item.delete),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}
