//! The client against the servers' own documents: every operation is there, and every answer they describe can be read.

use std::collections::{BTreeMap, BTreeSet};

use client::{Call, Raw, Timestamp, Uuid, loom, public, v1};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

/// An operation of the client: how its answers are read.
type Read = Box<dyn Fn(&[u8]) -> Result<(), String>>;

#[derive(Default)]
struct Operations(BTreeMap<String, Read>);

/// Stands for any id.
const ID: &str = "ID";

fn raw() -> Raw {
    Raw::from(Vec::new())
}

impl Operations {
    fn has<T: DeserializeOwned>(&mut self, call: Call<T>) -> &mut Self {
        self.insert(&call, |body| {
            let body = if body.is_empty() { b"null" } else { body };
            serde_json::from_slice::<T>(body).map(drop).map_err(|error| error.to_string())
        })
    }

    fn has_unread<T>(&mut self, call: Call<T>) -> &mut Self {
        self.insert(&call, |_| Ok(()))
    }

    fn insert<T>(&mut self, call: &Call<T>, read: impl Fn(&[u8]) -> Result<(), String> + 'static) -> &mut Self {
        let line = format!("{} {}", call.method(), call.path_and_query().expect("a path"));
        let known = self.0.insert(line.clone(), Box::new(read));
        assert!(known.is_none(), "{line} is there twice");
        self
    }

    /// Compares with a document: the same operations, and all its answers can be read.
    fn match_document(&self, document: &Value) {
        let lacking = self.lacking_of(document);
        assert!(lacking.is_empty(), "not in the client: {lacking:?}");
    }

    /// What a document has beyond these operations. All of these are in it, and their answers can be read.
    fn lacking_of(&self, document: &Value) -> Vec<String> {
        let mut described = BTreeSet::new();
        for (path, item) in document["paths"].as_object().expect("paths") {
            for (method, operation) in item.as_object().expect("operations") {
                let line = format!("{} {}", method.to_uppercase(), without_names(path));
                if let Some(read) = self.0.get(&line) {
                    for body in answers(document, operation) {
                        let text = String::from_utf8(body.clone()).expect("UTF-8");
                        read(&body).unwrap_or_else(|error| panic!("{line}: {error} in {text}"));
                    }
                }
                described.insert(line);
            }
        }
        let ours: BTreeSet<String> = self.0.keys().cloned().collect();
        let lacking = described.difference(&ours).cloned().collect();
        let unknown: Vec<_> = ours.difference(&described).collect();
        assert!(unknown.is_empty(), "only in the client: {unknown:?}; not there: {lacking:?}");
        lacking
    }
}

/// The path with `ID` for whatever stands in braces.
fn without_names(path: &str) -> String {
    let segments = path.split('/').map(|segment| if segment.starts_with('{') { ID } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

/// What an operation may answer: everything there can be, only what must be, and `null` wherever that is allowed.
fn answers(document: &Value, operation: &Value) -> Vec<Vec<u8>> {
    let responses = operation["responses"].as_object().expect("responses");
    let success = responses.iter().filter(|(status, _)| status.starts_with('2'));
    let mut bodies = Vec::new();
    for (_, response) in success {
        match response.pointer("/content/application~1json/schema") {
            Some(schema) => {
                let samples = [Sample::Full, Sample::Least, Sample::Null].map(|kind| kind.of(document, schema));
                bodies.extend(samples.map(|sample| sample.to_string().into_bytes()));
            }
            None => bodies.push(Vec::new()),
        }
    }
    bodies
}

#[derive(Clone, Copy, PartialEq)]
enum Sample {
    Full,
    Least,
    Null,
}

impl Sample {
    fn of(self, document: &Value, schema: &Value) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit('/').next().expect("a name");
            return self.of(document, &document["components"]["schemas"][name]);
        }
        for choice in ["oneOf", "anyOf"] {
            if let Some(variants) = schema[choice].as_array() {
                let nullable = variants.iter().any(|variant| variant["type"] == "null");
                return match self {
                    Self::Null if nullable => Value::Null,
                    // The last of the kinds, and the first.
                    Self::Least => self.of(document, variants.iter().rfind(|it| it["type"] != "null").expect("one")),
                    _ => self.of(document, &variants[0]),
                };
            }
        }
        if let Some(parts) = schema["allOf"].as_array() {
            let whole = parts.iter().flat_map(|part| match self.of(document, part) {
                Value::Object(fields) => fields,
                other => panic!("what is {other}?"),
            });
            return Value::Object(whole.collect());
        }
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        if let Some(values) = schema["enum"].as_array() {
            return values[0].clone();
        }
        let kinds = match &schema["type"] {
            Value::Array(kinds) => kinds.clone(),
            Value::Null => return json!({"anything": [1]}),
            kind => vec![kind.clone()],
        };
        if self == Self::Null && kinds.contains(&json!("null")) {
            return Value::Null;
        }
        match kinds[0].as_str().expect("a type") {
            "object" => self.object(document, schema),
            "array" if self == Self::Full => json!([self.of(document, &schema["items"])]),
            "array" => json!([]),
            "string" => match schema["format"].as_str() {
                Some("uuid") => json!(Uuid::nil()),
                Some("date-time") => json!("2026-01-31T09:30:00.123456Z"),
                _ => json!("text"),
            },
            "integer" => json!(7),
            "number" => json!(7.5),
            "boolean" => json!(true),
            "null" => Value::Null,
            other => panic!("what is {other}?"),
        }
    }

    fn object(self, document: &Value, schema: &Value) -> Value {
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mut object = Map::new();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            if self != Self::Least || required.contains(&name.as_str()) {
                object.insert(name.clone(), self.of(document, field));
            }
        }
        Value::Object(object)
    }
}

fn document(name: &str) -> Value {
    let path = format!("{}/../../openapi/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).expect("the document")).expect("JSON")
}

#[test]
fn v1_is_complete_and_its_answers_are_read() {
    let (pages, place) = (v1::Pages::default(), v1::Place::default());
    let mut all = Operations::default();
    all.has(v1::spaces::list(&pages)).has(v1::spaces::create(raw())).has(v1::spaces::get(ID));
    all.has(v1::spaces::update(ID, raw())).has(v1::spaces::members(ID, &pages)).has(v1::spaces::add_member(ID, raw()));
    all.has(v1::cases::list(&Default::default())).has(v1::cases::create(raw())).has(v1::cases::get(ID));
    all.has(v1::cases::update(ID, raw())).has(v1::cases::commence(ID)).has(v1::cases::resolve(ID, raw()));
    all.has(v1::cases::reopen(ID, raw())).has(v1::cases::close(ID)).has(v1::cases::set_motion(ID, raw()));
    all.has(v1::cases::apply_procedure(ID, raw())).has(v1::cases::subcases(ID, &pages));
    all.has(v1::stages::list(ID, &pages)).has(v1::stages::get(ID)).has(v1::stages::update(ID, raw()));
    all.has(v1::stages::complete(ID)).has(v1::stages::skip(ID)).has(v1::stages::spawn_subcase(ID, raw()));
    all.has(v1::instructions::list(ID, &pages)).has(v1::instructions::create(ID, raw()));
    all.has(v1::instructions::update(ID, raw())).has(v1::instructions::complete(ID));
    all.has(v1::procedures::list(None, &pages)).has(v1::procedures::create(raw())).has(v1::procedures::get(ID));
    all.has(v1::procedures::update(ID, raw())).has(v1::procedures::stages(ID, &pages));
    all.has(v1::procedures::add_stage(ID, raw()));
    all.has(v1::actors::list(&pages)).has(v1::actors::create(raw())).has(v1::actors::get(ID));
    all.has(v1::actors::update(ID, raw()));
    all.has(v1::threads::list(None, None, &pages)).has(v1::threads::create(raw())).has(v1::threads::get(ID));
    all.has(v1::threads::activities(ID, &pages)).has(v1::threads::post_activity(ID, raw()));
    all.has(v1::artifacts::list(&place, &pages)).has(v1::artifacts::upload("f", &place, None));
    all.has(v1::artifacts::get(ID)).has(v1::artifacts::delete(ID)).has_unread(v1::artifacts::download(ID));
    all.has(v1::datatables::list(&place, &pages)).has(v1::datatables::create(raw())).has(v1::datatables::get(ID));
    all.has(v1::datatables::rows(ID, &Default::default()));
    all.has(v1::emails::list(&place, &pages)).has(v1::emails::create(raw())).has(v1::emails::get(ID));
    all.has(v1::emails::update(ID, raw())).has(v1::emails::send(ID));
    all.has(v1::tools::list(ID, &pages)).has(v1::tools::register(ID, raw())).has(v1::tools::attach(ID, raw()));
    all.has(v1::tools::get(ID)).has(v1::tools::script(ID)).has(v1::tools::set_hosts(ID, raw()));
    all.has(v1::labels::list(ID, &pages)).has(v1::labels::create(ID, raw())).has(v1::labels::apply(ID, raw()));
    all.has(v1::labels::remove(ID, ID));
    all.has(v1::runs::list(&Default::default())).has(v1::runs::get(ID)).has(v1::runs::steps(ID, &pages));
    all.has(v1::runs::cancel(ID)).has(v1::runs::retry(ID));
    all.has(v1::proposals::list(&Default::default())).has(v1::proposals::get(ID)).has(v1::proposals::decide(ID, raw()));
    all.has(v1::spaces::remove_member(ID, ID)).has(v1::labels::update(ID, raw())).has(v1::labels::delete(ID));
    all.has(v1::session::setup()).has(v1::session::run_setup(raw())).has(v1::session::get());
    all.has(v1::session::sign_in(raw())).has(v1::session::sign_out()).has(v1::session::switch(raw()));
    all.has(v1::session::request_link(raw())).has(v1::session::redeem_link(raw()));
    all.has(v1::session::set_password(raw())).has(v1::session::update_user(raw()));
    all.has(v1::session::list()).has(v1::session::end(ID));
    all.has(v1::keys::list(None, &pages)).has(v1::keys::create(raw())).has(v1::keys::revoke(ID));
    all.has(v1::members::list(None, None, &pages)).has(v1::members::update(ID, raw()));
    all.has(v1::members::deactivate(ID)).has(v1::members::reactivate(ID));
    all.has(v1::members::invitations(&pages)).has(v1::members::invite(raw())).has(v1::members::withdraw(ID));
    all.has(v1::members::show_invitation(raw())).has(v1::members::accept_invitation(raw()));
    all.has(v1::audit::list(&Default::default(), None, None));
    all.has_unread(v1::audit::export(&Default::default(), None));
    all.has(v1::workspace::get()).has(v1::workspace::update(raw())).has(v1::workspace::outbox());
    all.has(v1::designs::get(ID)).has(v1::designs::put(ID, raw())).has(v1::designs::versions(ID, &pages));
    all.has(v1::designs::version(ID, ID)).has(v1::designs::restore(ID, ID)).has(v1::designs::delete(ID));
    all.has(v1::designs::check_condition(raw())).has(v1::designs::dry_run(raw()));
    all.has(v1::trials::begin(ID, raw())).has(v1::trials::record(ID, None, None));
    all.has(v1::usage::get(None, None, None)).has(v1::usage::models()).has(v1::calls::list(None, &pages));
    all.has(v1::calls::prices()).has(v1::calls::set_prices(raw()));
    all.has(v1::calls::limits()).has(v1::calls::set_limits(raw()));
    all.has(v1::process::get(ID, &Default::default())).has(v1::process::cases(ID, &Default::default()));
    all.has(v1::process::discovered(ID));
    all.has(v1::cases::counts(ID, &Default::default())).has(v1::cases::change(raw())).has(v1::cases::moves(ID));
    all.has(v1::cases::history(ID, &pages)).has(v1::cases::tree(ID));
    all.has(v1::threads::edit_comment(ID, raw())).has(v1::threads::delete_comment(ID));
    all.has_unread(v1::artifacts::preview(ID)).has(v1::inbox::get()).has(v1::inbox::set_seen(raw()));
    all.has(v1::views::list(None, &pages)).has(v1::views::create(raw())).has(v1::views::update(ID, raw()));
    all.has(v1::views::delete(ID));
    all.has_unread(v1::events::follow(None)).has(v1::search::search("", None));
    all.match_document(&document("interloom-v1"));
}

#[test]
fn threads_and_models_of_loom_are_read() {
    let part = loom::Part::default();
    let mut some = Operations::default();
    some.has(loom::threads::list(part)).has(loom::threads::get::<Value>(ID)).has(loom::threads::delete(ID));
    some.has(loom::threads::put::<Value>(ID, Some(1), raw())).has(loom::threads::update(ID, raw()));
    some.has(loom::threads::share(ID, raw())).has(loom::threads::versions(ID, part));
    some.has(loom::proxy::complete(ID, raw())).has_unread(loom::proxy::stream(ID, raw()));
    some.has_unread(loom::proxy::answer(ID, raw()));
    some.lacking_of(&document("loom"));
    let path = |call: Call<loom::threads::Threads>| call.path_and_query().expect("a path");
    let part = loom::Part { limit: Some(2), offset: Some(4) };
    assert_eq!(path(loom::threads::search("a b", part)), "/api/threads/search?q=a%20b&limit=2&offset=4");
}

#[test]
fn the_public_api_is_complete_and_its_answers_are_read() {
    use public::*;
    let paging = Paging::default();
    let mut all = Operations::default();
    all.has(spaces::list(&paging)).has(spaces::create(raw())).has(spaces::get(ID)).has(spaces::update(ID, raw()));
    all.has(spaces::delete(ID)).has(spaces::trigger(ID)).has(spaces::update_trigger(ID, raw()));
    all.has(cases::list(&Default::default())).has(cases::create(raw())).has(cases::get(ID));
    all.has(cases::update(ID, raw())).has(cases::delete(ID));
    all.has(case_ingestions::create("f", "s")).has(case_ingestions::get(ID)).has(case_ingestions::errors(ID, &paging));
    all.has(models::list());
    all.has(agents::list(&paging)).has(agents::create(raw())).has(agents::get(ID)).has(agents::update(ID, raw()));
    all.has(agents::tools(ID)).has(agents::replace_tools(ID, raw()));
    all.has(tools::list(&paging)).has(tools::create(raw())).has(tools::get(ID)).has(tools::update(ID, raw()));
    all.has(files::list(&Default::default())).has(files::upload("f", None, None)).has(files::get(ID));
    all.has(files::update(ID, raw())).has(files::delete(ID));
    all.has(procedures::list(&paging, None)).has(procedures::create(raw())).has(procedures::get(ID));
    all.has(procedures::update(ID, raw())).has(procedures::delete(ID));
    all.has(secrets::list(&paging)).has(secrets::create(raw())).has(secrets::delete(ID));
    all.has(notes::list(&Default::default())).has(notes::create(raw())).has(notes::get(ID));
    all.has(notes::update(ID, raw())).has(notes::delete(ID));
    all.has(users::list(&paging)).has(users::get(ID)).has(users::me());
    all.has(threads::get(ID)).has(threads::events(ID, &paging, None)).has(threads::create_message(ID, raw()));

    all.match_document(&document("interloom-public"));
}

/// Compares a body that says everything with the fields that the document has for it.
fn says_everything(document: &Value, name: &str, body: impl Serialize) {
    let schema = &document["components"]["schemas"][name];
    let fields: BTreeSet<&String> = schema["properties"].as_object().expect(name).keys().collect();
    let body = serde_json::to_value(body).expect("JSON");
    assert_eq!(body.as_object().expect(name).keys().collect::<BTreeSet<_>>(), fields, "{name}");
}

fn some<T: From<&'static str>>() -> Option<T> {
    Some("text".into())
}

#[test]
fn the_bodies_of_v1_have_the_fields_of_the_document() {
    use v1::{Place, WaitingOn, proposals::*, spaces::*, stages::*, threads::*, tools::*};
    use v1::{actors::*, cases::*, datatables::*, emails::*, instructions::*, labels::*, procedures::*};
    let document = document("interloom-v1");
    let all = |name, body: Value| says_everything(&document, name, body);
    let id = Some(Uuid::nil());
    let waiting = Some(WaitingOn { kind: "actor".into(), id, reason: some() });
    let place = Place { case_id: some(), thread_id: some(), space_id: some() };
    let object: Map<String, Value> = json!({"a": 1}).as_object().expect("an object").clone();
    let texts = || vec!["text".to_owned()];

    all("CreateSpace", json!(CreateSpace { name: "n".into(), description: some(), review: texts() }));
    all("UpdateSpace", json!(UpdateSpace { name: some(), description: Some(some()), review: Some(texts()) }));
    all("AddMember", json!(AddMember { actor_id: Uuid::nil(), role: "owner".into() }));
    all(
        "CreateCase",
        json!(CreateCase {
            space_id: Uuid::nil(),
            title: "t".into(),
            description: some(),
            priority: some(),
            assigned_actor_id: id,
            due_at: Some(Timestamp::UNIX_EPOCH),
            procedure_id: id,
            external_id: some(),
            attributes: object.clone(),
        }),
    );
    all(
        "UpdateCase",
        json!(UpdateCase {
            title: some(),
            description: Some(some()),
            priority: Some(None),
            assigned_actor_id: Some(None),
            due_at: Some(None),
        }),
    );
    all("ResolveCase", json!(ResolveCase { summary: some() }));
    all("ReopenCase", json!(ReopenCase { reason: "r".into() }));
    all("SetMotion", json!(SetMotion { motion: "waiting".into(), waiting_on: waiting.clone() }));
    all("ApplyProcedure", json!(ApplyProcedure { procedure_id: Uuid::nil() }));
    all("UpdateStage", json!(UpdateStage { assigned_actor_id: Some(id), motion: some(), waiting_on: waiting.clone() }));
    all("WaitingOn", json!(waiting));
    all(
        "SpawnSubcase",
        json!(SpawnSubcase {
            title: "t".into(),
            description: some(),
            priority: some(),
            assigned_actor_id: id,
            procedure_id: id,
            instruction_id: id,
        }),
    );
    all("InstructionLine", json!(InstructionLine { r#type: some(), text: "t".into(), condition: some() }));
    all("UpdateInstruction", json!(UpdateInstruction { text: some(), condition: Some(None) }));
    all("CreateProcedure", json!(CreateProcedure { space_id: Uuid::nil(), name: "n".into(), description: some() }));
    all("UpdateProcedure", json!(UpdateProcedure { name: some(), description: Some(None) }));
    all(
        "AddProcedureStage",
        json!(AddProcedureStage {
            name: "n".into(),
            description: some(),
            required_actor_type: some(),
            assigned_actor_id: id,
            instructions: vec![InstructionLine::default()],
        }),
    );
    all(
        "CreateActor",
        json!(CreateActor {
            r#type: "ai".into(),
            name: "n".into(),
            email: some(),
            model_id: some(),
            system_prompt: some(),
            capabilities: texts(),
            review: texts(),
        }),
    );
    all(
        "UpdateActor",
        json!(UpdateActor {
            name: some(),
            email: Some(None),
            model_id: some(),
            system_prompt: Some(None),
            capabilities: Some(texts()),
            review: Some(texts()),
        }),
    );
    all("EditComment", json!(EditComment { content: "c".into(), visibility: some() }));
    all("ChangeCases", json!(ChangeCases { ids: vec![Uuid::nil()], change: object.clone() }));
    all("SetSeen", json!(v1::inbox::SetSeen { seq: 1 }));
    {
        use v1::views::{CreateView, UpdateView};
        let (query, layout) = (object.clone(), "board");
        let view =
            CreateView { name: "n".into(), space_id: id, shared: true, query: query.clone(), layout: layout.into() };
        all("CreateView", json!(view));
        let (query, layout) = (Some(query), Some(layout.into()));
        all("UpdateView", json!(UpdateView { name: some(), shared: Some(true), query, layout, position: Some(1) }));
    }
    all("CreateThread", json!(CreateThread { title: some(), space_id: id }));
    all("PostActivity", json!(PostActivity { r#type: "comment".into(), content: "c".into(), visibility: some() }));
    all(
        "CreateDatatable",
        json!(CreateDatatable {
            name: "n".into(),
            description: some(),
            place: place.clone(),
            columns: Some(vec![]),
            rows: vec![]
        }),
    );
    all(
        "CreateEmail",
        json!(CreateEmail {
            place,
            to: texts(),
            cc: texts(),
            bcc: texts(),
            subject: some(),
            body: some(),
            in_reply_to: id,
        }),
    );
    all(
        "UpdateEmail",
        json!(UpdateEmail {
            to: Some(texts()),
            cc: Some(texts()),
            bcc: Some(texts()),
            subject: some(),
            body: some(),
            in_reply_to: Some(None),
        }),
    );
    all("CreateLabel", json!(CreateLabel { name: "n".into(), color: some() }));
    all("UpdateLabel", json!(UpdateLabel { name: some(), color: Some(None) }));
    accounts(&document);
    all("ApplyLabel", json!(ApplyLabel { label_id: Uuid::nil() }));
    all(
        "RegisterTool",
        json!(RegisterTool {
            name: "n".into(),
            description: "d".into(),
            url: "u".into(),
            input_schema: object.clone()
        }),
    );
    all("SetToolHosts", json!(SetHosts { hosts: texts() }));
    all("AttachTool", json!(AttachTool { actor_id: Uuid::nil() }));
    let stage = || v1::designs::PutStage {
        id,
        name: "n".into(),
        description: some(),
        required_actor_type: some(),
        assigned_actor_id: id,
        instructions: vec![InstructionLine::default()],
    };
    all("PutDesignStage", json!(stage()));
    let stages = vec![stage()];
    all("TriedDesign", json!(v1::designs::TriedDesign { name: "n".into(), description: some(), stages }));
    let (name, stages) = ("n".to_owned(), vec![stage()]);
    all(
        "PutDesign",
        json!(v1::designs::PutDesign { base_version: 1, name, description: some(), stages, note: some() }),
    );
    all("CheckCondition", json!(v1::designs::CheckCondition { condition: "c".into(), case_id: id }));
    let design = Some(v1::designs::TriedDesign::default());
    all("TryProcedure", json!(v1::designs::TryProcedure { case_id: Uuid::nil(), procedure_id: id, design }));
    all("BeginTrial", json!(v1::trials::BeginTrial { case_id: Uuid::nil(), stage_id: id, instructions: some() }));
    all("DecideProposal", json!(DecideProposal { decision: "edit".into(), input: Some(object), note: some() }));
}

fn accounts(document: &Value) {
    use v1::{keys::*, members::*, session::*, workspace::UpdateWorkspace};
    let all = |name, body: Value| says_everything(document, name, body);
    let text = || "text".to_owned();
    all(
        "RunSetup",
        json!(RunSetup {
            token: text(),
            workspace_name: text(),
            owner_name: text(),
            owner_email: text(),
            password: text()
        }),
    );
    all("SignIn", json!(SignIn { email: text(), password: text(), workspace: some() }));
    all("RequestLink", json!(RequestLink { email: text() }));
    all("RedeemLink", json!(RedeemLink { token: text() }));
    all("SwitchWorkspace", json!(SwitchWorkspace { slug: text() }));
    all("SetPassword", json!(SetPassword { current: some(), new: text() }));
    all("UpdateUser", json!(UpdateUser { name: some() }));
    all("CreateKey", json!(CreateKey { name: text(), expires_at: Some(Timestamp::UNIX_EPOCH) }));
    all("UpdateMember", json!(UpdateMember { role: "admin".into() }));
    all(
        "CreateInvitation",
        json!(CreateInvitation { email: text(), role: "admin".into(), space_ids: vec![Uuid::nil()] }),
    );
    all("InvitationToken", json!(InvitationToken { token: text() }));
    all("AcceptInvitation", json!(AcceptInvitation { token: text(), name: some(), password: some() }));
    all("UpdateWorkspace", json!(UpdateWorkspace { name: some() }));
}

#[test]
fn the_names_of_v1_are_those_of_the_document() {
    let document = document("interloom-v1");
    let known = |schema: &str, names: &[String]| {
        let values = document["components"]["schemas"][schema]["enum"].as_array().expect(schema);
        let values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
        assert_eq!(names, values, "{schema}");
    };
    macro_rules! known {
        ($($schema:literal: $names:ty),+ $(,)?) => {
            $(known($schema, &<$names>::KNOWN.iter().map(ToString::to_string).collect::<Vec<_>>());)+
        };
    }
    known!(
        "ActivityType": v1::threads::ActivityType,
        "ActorType": v1::ActorType,
        "Age": v1::process::Age,
        "MailState": v1::members::MailState,
        "MemberState": v1::members::MemberState,
        "WorkspaceRole": v1::members::WorkspaceRole,
        "ColumnType": v1::datatables::ColumnType,
        "DocumentKind": v1::artifacts::ArtifactKind,
        "EmailState": v1::emails::EmailState,
        "InstructionFate": v1::designs::InstructionFate,
        "InstructionType": v1::instructions::InstructionType,
        "Layout": v1::views::Layout,
        "Motion": v1::Motion,
        "Phase": v1::cases::Phase,
        "Priority": v1::Priority,
        "ProposalState": v1::proposals::ProposalState,
        "RequiredActor": v1::RequiredActor,
        "Role": v1::spaces::Role,
        "RunState": v1::runs::RunState,
        "SourceFormat": v1::datatables::SourceFormat,
        "SpaceKind": v1::spaces::SpaceKind,
        "StageFate": v1::designs::StageFate,
        "StagePhase": v1::stages::StagePhase,
        "StepKind": v1::runs::StepKind,
        "ToolKind": v1::tools::ToolKind,
        "Verdict": v1::proposals::Verdict,
        "Visibility": v1::threads::Visibility,
        "WaitingFor": v1::runs::WaitingFor,
        "WaitingKind": v1::WaitingKind,
    );
}

#[test]
fn a_name_that_is_not_known_is_kept() {
    let status: public::cases::CaseStatus = serde_json::from_str("\"parked\"").expect("a name");
    assert_eq!(status, public::cases::CaseStatus::Other("parked".into()));
    assert_eq!(serde_json::to_string(&status).expect("JSON"), "\"parked\"");
    let payload: public::threads::Payload =
        serde_json::from_str(r#"{"payload_type":"poll","x":1}"#).expect("a payload");
    assert_eq!(payload, public::threads::Payload::Other);
}

#[test]
fn a_trigger_is_read_and_written_in_all_its_kinds() {
    use public::spaces::Trigger;
    let id = Uuid::nil();
    for (trigger, text) in [
        (Trigger::Assignee(id), format!(r#"{{"trigger_type":"assignee","assignee_id":"{id}"}}"#)),
        (Trigger::ReferenceTask(id), format!(r#"{{"trigger_type":"reference_task","reference_case_id":"{id}"}}"#)),
        (Trigger::ApplyProcedure(id), format!(r#"{{"trigger_type":"apply_procedure","procedure_id":"{id}"}}"#)),
        (Trigger::Off, r#"{"trigger_type":null}"#.to_owned()),
    ] {
        assert_eq!(serde_json::to_string(&trigger).expect("JSON"), text);
        assert_eq!(serde_json::from_str::<Trigger>(&text).expect("a trigger"), trigger);
    }
    assert!(serde_json::from_str::<Trigger>(r#"{"trigger_type":"assignee"}"#).is_err());
}
