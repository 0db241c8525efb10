//! Compares our OpenAPI document of the public API with the contract that its clients were made from (`contract.json`: the
//! vendor's document without its texts). Ours must promise at least as much: the same operations, parameters, bodies and
//! statuses, and answers that every reader of the contract understands.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

/// A schema with everything resolved and spelt one way: the alternatives a value may be.
#[derive(Clone, Debug, Default, PartialEq)]
struct Shape {
    /// Types with their format, constants as `="…"`.
    kinds: BTreeSet<String>,
    /// The fields of an object.
    fields: BTreeMap<String, Shape>,
    required: BTreeSet<String>,
    closed: bool,
    /// The items of an array.
    items: Option<Box<Shape>>,
    /// Limits and defaults.
    limits: BTreeMap<String, Json>,
}

struct Document<'a>(&'a Json);

impl Document<'_> {
    fn shape(&self, schema: &Json) -> Shape {
        let mut shape = Shape::default();
        self.add(&mut shape, schema);
        shape
    }

    fn add(&self, shape: &mut Shape, schema: &Json) {
        if let Some(name) = schema["$ref"].as_str() {
            let name = name.rsplit('/').next().unwrap();
            return self.add(shape, &self.0["components"]["schemas"][name]);
        }
        for word in ["anyOf", "oneOf", "allOf"] {
            for part in schema[word].as_array().into_iter().flatten() {
                self.add(shape, part);
            }
        }
        for word in ["minimum", "maximum", "maxItems", "default"] {
            // null and a constant's only value are what is there anyway.
            if let Some(limit) = schema.get(word).filter(|limit| !limit.is_null() && schema.get("const").is_none()) {
                shape.limits.insert(word.to_owned(), limit.clone());
            }
        }
        let constants = schema["enum"].as_array().cloned().unwrap_or_default();
        let constants: Vec<Json> = constants.into_iter().chain(schema.get("const").cloned()).collect();
        let types = match &schema["type"] {
            Json::String(one) => vec![one.clone()],
            Json::Array(many) => many.iter().map(|one| one.as_str().unwrap().to_owned()).collect(),
            _ => Vec::new(),
        };
        for kind in types {
            match kind.as_str() {
                "null" => shape.kinds.extend(["null".to_owned()]),
                _ if !constants.is_empty() => {
                    shape.kinds.extend(constants.iter().filter(|c| !c.is_null()).map(|c| format!("={c}")));
                }
                "integer" => shape.kinds.extend(["integer".to_owned()]),
                "string" => {
                    let format = schema["format"].as_str().filter(|f| ["uuid", "date-time"].contains(f));
                    let binary = schema.get("contentMediaType").is_some() || schema["format"] == "binary";
                    let format = if binary { Some("binary") } else { format };
                    shape.kinds.extend([format!("string {}", format.unwrap_or("")).trim().to_owned()]);
                }
                "array" => {
                    shape.kinds.extend(["array".to_owned()]);
                    shape.items = Some(Box::new(self.shape(&schema["items"])));
                }
                _ => {
                    shape.kinds.extend([kind]);
                }
            }
        }
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let mut found = self.shape(field);
            if let Some(known) = shape.fields.get(name) {
                found.kinds.extend(known.kinds.iter().cloned());
            }
            shape.fields.insert(name.clone(), found);
        }
        let required = schema["required"].as_array().into_iter().flatten();
        shape.required.extend(required.map(|name| name.as_str().unwrap().to_owned()));
        shape.closed |= schema["additionalProperties"] == false;
    }
}

/// What is not as the contract says.
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn check(&mut self, holds: bool, place: &str, what: impl FnOnce() -> String) {
        if !holds {
            self.0.push(format!("{place}: {}", what()));
        }
    }

    /// What a client may send: exactly what the contract lets it.
    fn sent(&mut self, place: &str, theirs: &Shape, ours: &Shape) {
        self.check(theirs.kinds == ours.kinds, place, || format!("is {:?}, must be {:?}", ours.kinds, theirs.kinds));
        self.check(theirs.required == ours.required, place, || {
            format!("requires {:?}, must require {:?}", ours.required, theirs.required)
        });
        self.check(theirs.closed == ours.closed, place, || format!("is closed: {}", ours.closed));
        self.check(theirs.limits == ours.limits, place, || {
            format!("has limits {:?}, must have {:?}", ours.limits, theirs.limits)
        });
        for (name, field) in &theirs.fields {
            match ours.fields.get(name) {
                Some(own) => self.sent(&format!("{place}.{name}"), field, own),
                None => self.0.push(format!("{place}.{name}: is missing")),
            }
        }
        for name in ours.fields.keys().filter(|name| !theirs.fields.contains_key(*name)) {
            self.check(!theirs.closed, place, || format!("takes {name} besides, but must be closed"));
        }
        if let (Some(theirs), Some(ours)) = (&theirs.items, &ours.items) {
            self.sent(&format!("{place}[]"), theirs, ours);
        }
    }

    /// What we answer: nothing that a reader of the contract does not expect.
    fn answered(&mut self, place: &str, theirs: &Shape, ours: &Shape) {
        self.check(ours.kinds.is_subset(&theirs.kinds), place, || {
            format!("may be {:?}, must be one of {:?}", ours.kinds, theirs.kinds)
        });
        let constants = |shape: &Shape| shape.kinds.iter().filter(|kind| kind.starts_with('=')).count();
        self.check(constants(theirs) == constants(ours), place, || {
            format!("has the values {:?}, must have {:?}", ours.kinds, theirs.kinds)
        });
        self.check(theirs.required.is_subset(&ours.required), place, || {
            format!("requires {:?}, must require {:?}", ours.required, theirs.required)
        });
        for (name, field) in &theirs.fields {
            match ours.fields.get(name) {
                Some(own) => self.answered(&format!("{place}.{name}"), field, own),
                None => self.0.push(format!("{place}.{name}: is missing")),
            }
        }
        if let (Some(theirs), Some(ours)) = (&theirs.items, &ours.items) {
            self.answered(&format!("{place}[]"), theirs, ours);
        }
    }
}

#[test]
fn our_document_promises_all_that_the_contract_does() {
    let contract: Json = serde_json::from_str(include_str!("contract.json")).unwrap();
    let shown = std::process::Command::new(env!("CARGO_BIN_EXE_heddle"))
        .args(["openapi", "interloom-public"])
        .output()
        .unwrap();
    let document: Json = serde_json::from_slice(&shown.stdout).unwrap();
    let (theirs, ours) = (Document(&contract), Document(&document));
    let mut faults = Faults::default();
    let mut operations = 0;
    for (path, item) in contract["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations += 1;
            let place = format!("{} {path}", method.to_uppercase());
            let Some(own) = document["paths"][path].get(method) else {
                faults.0.push(format!("{place}: is missing"));
                continue;
            };
            faults.check(own["operationId"] == operation["operationId"], &place, || {
                format!("is called {}, must be {}", own["operationId"], operation["operationId"])
            });
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let place = format!("{place} ?{}", parameter["name"].as_str().unwrap());
                let same = |own: &&Json| own["name"] == parameter["name"] && own["in"] == parameter["in"];
                let Some(own) = own["parameters"].as_array().into_iter().flatten().find(same) else {
                    faults.0.push(format!("{place}: is missing"));
                    continue;
                };
                let needed = |of: &Json| of.get("required").cloned().unwrap_or(json!(false));
                faults.check(needed(own) == needed(parameter), &place, || format!("is required: {}", needed(own)));
                faults.sent(&place, &theirs.shape(&parameter["schema"]), &ours.shape(&own["schema"]));
            }
            let body = |of: &Json| of["requestBody"]["content"].as_object().cloned().unwrap_or_default();
            let (body, own_body) = (body(operation), body(own));
            faults.check(body.keys().eq(own_body.keys()), &place, || {
                format!("takes {:?}, must take {:?}", own_body.keys(), body.keys())
            });
            for (kind, media) in &body {
                if let Some(own) = own_body.get(kind) {
                    faults.sent(&format!("{place} body"), &theirs.shape(&media["schema"]), &ours.shape(&own["schema"]));
                }
            }
            for (status, response) in operation["responses"].as_object().unwrap() {
                let place = format!("{place} {status}");
                let Some(own) = own["responses"].get(status) else {
                    faults.0.push(format!("{place}: is missing"));
                    continue;
                };
                let schema = |of: &Json| of["content"]["application/json"]["schema"].clone();
                faults.answered(&place, &theirs.shape(&schema(response)), &ours.shape(&schema(own)));
            }
        }
    }
    assert_eq!(operations, 50);
    assert!(faults.0.is_empty(), "{} faults:\n{}", faults.0.len(), faults.0.join("\n"));
}
