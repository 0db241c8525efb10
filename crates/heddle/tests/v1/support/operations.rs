//! Calls made up from an OpenAPI document, with ids of things that exist.

use std::collections::BTreeMap;

use reqwest::{Method, multipart};
use serde_json::{Map, Value as Json, json};

use super::{Answer, Client};

/// One operation of the document.
pub struct Operation {
    pub id: String,
    pub method: Method,
    pub path: String,
    /// The required parameters of the query, all of them ids.
    query: Vec<String>,
    pub body: Option<Json>,
    multipart: bool,
}

/// All operations of a document.
pub fn all(document: &Json) -> Vec<Operation> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let content = &operation["requestBody"]["content"];
            all.push(Operation {
                id: operation["operationId"].as_str().expect("every operation has a name").to_owned(),
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                query: operation["parameters"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter(|parameter| {
                        parameter["in"] == "query"
                            && parameter["required"] == true
                            && parameter["name"].as_str().unwrap().ends_with("_id")
                    })
                    .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
                    .collect(),
                body: content.get("application/json").map(|json| json["schema"].clone()),
                multipart: content.get("multipart/form-data").is_some(),
            });
        }
    }
    all
}

/// A value that fits a schema: the required fields, with ids of the world where a field's name says which.
fn example(document: &Json, schema: &Json, name: &str, ids: &BTreeMap<&str, String>) -> Json {
    if let Some(reference) = schema["$ref"].as_str() {
        return example(document, document.pointer(&reference[1..]).expect("references resolve"), name, ids);
    }
    for combined in ["oneOf", "anyOf", "allOf"] {
        if let Some(options) = schema[combined].as_array() {
            let option = options.iter().find(|option| option["type"] != "null").unwrap();
            return example(document, option, name, ids);
        }
    }
    if let Some(first) = schema["enum"].as_array().and_then(|values| values.last()) {
        return first.clone();
    }
    let kind = match &schema["type"] {
        Json::Array(kinds) => kinds[0].as_str().unwrap(),
        other => other.as_str().unwrap_or("object"),
    };
    match kind {
        "string" if schema["format"] == "uuid" => {
            json!(ids.get(name).unwrap_or_else(|| panic!("no id for the field {name}")))
        }
        "string" if name == "url" => json!("https://example.com/tool"),
        "string" => json!("some_text"),
        "integer" | "number" => json!(1),
        "boolean" => json!(true),
        "array" => json!([]),
        _ => {
            let mut object = Map::new();
            for field in schema["required"].as_array().into_iter().flatten() {
                let field = field.as_str().unwrap();
                object.insert(field.to_owned(), example(document, &schema["properties"][field], field, ids));
            }
            // What is attached to a case, a thread or a space needs one of them.
            if schema["properties"].get("case_id").is_some() {
                object.insert("case_id".to_owned(), json!(ids["case_id"]));
            }
            if schema["properties"].get("parent_case_id").is_some() {
                object.insert("space_id".to_owned(), json!(ids["space_id"]));
            }
            Json::Object(object)
        }
    }
}

/// Calls an operation as `client`.
pub async fn call(client: &Client, document: &Json, operation: &Operation, ids: &BTreeMap<&str, String>) -> Answer {
    let mut path = String::new();
    let mut collection = "";
    for segment in operation.path.split('/').skip(1) {
        path.push('/');
        if let Some(name) = segment.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            let id = ids.get(name).or_else(|| ids.get(collection));
            path.push_str(id.unwrap_or_else(|| panic!("no id for {} in {}", collection, operation.path)));
        } else {
            path.push_str(segment);
            collection = segment;
        }
    }
    for (n, name) in operation.query.iter().enumerate() {
        let id = ids.get(name.as_str()).unwrap_or_else(|| panic!("no id for the parameter {name}"));
        path.push_str(&format!("{}{name}={id}", if n == 0 { '?' } else { '&' }));
    }
    let mut request = client.request(operation.method.clone(), &path);
    if operation.multipart {
        let manifest = operation.path.ends_with("/case-ingestions");
        let form = if manifest {
            let line = multipart::Part::bytes(b"{\"title\": \"x\"}\n".to_vec()).file_name("m.jsonl");
            multipart::Form::new().text("space_id", ids["space_id"].clone()).part("manifest", line)
        } else {
            let part = multipart::Part::bytes(b"a,b\n1,2\n".to_vec()).file_name("t.csv");
            let form = multipart::Form::new().text("case_id", ids["case_id"].clone());
            // The public API's files have their own name.
            let form = if operation.path.starts_with("/v1/") { form.text("name", "table") } else { form };
            form.part("file", part)
        };
        request = request.multipart(form);
    } else if let Some(schema) = &operation.body {
        request = request.json(&example(document, schema, "", ids));
    }
    client.send(request).await
}
