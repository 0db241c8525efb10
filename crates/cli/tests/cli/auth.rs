//! `auth`

use std::fs;

use serde_json::json;

use crate::{
    stub::{Reply, Stub, nobody},
    support::Person,
};

const ME: &str = r#"{"id":"0198c0de-0000-7000-8000-000000000001","type":"USER","name":"Ada","score":1.0,
    "organization":{"id":"0198c0de-0000-7000-8000-000000000002","name":"Acme","slug":"acme"}}"#;

fn port(stub: &Stub) -> String {
    stub.url.rsplit(':').next().expect("a port").to_owned()
}

#[test]
fn the_key_on_standard_input_is_checked_and_saved() {
    let stub = Stub::answering([Reply::json(200, ME)]);
    let person = Person::new().with("INTERLOOM_API_KEY", "not this one");
    let name = format!("127.0.0.1-{}-acme", port(&stub));
    let outcome = person.run_with(&["auth", "login", &stub.url], "  the key\n");
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let said: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    let expected =
        json!({"config_name": name, "base_url": stub.url, "organization_slug": "acme", "status": "authenticated"});
    assert_eq!(said, expected);
    assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
    assert!(!format!("{outcome:?}").contains("the key"));

    let seen = stub.only();
    assert_eq!((seen.line().as_str(), seen.header("authorization")), ("GET /api/v1/public/users/me", "Bearer the key"));
    let saved = json!({"api_key": "the key", "base_url": stub.url, "organization_slug": "acme"});
    assert_eq!(person.saved(&name), saved);
    assert_eq!(person.saved("config"), json!({"current_config_name": name}));
    // From now on nothing needs to be said.
    let me = Person::run(&person, &["auth", "status"]);
    assert_eq!(me.code, 0, "{me:?}");
}

#[cfg(unix)]
#[test]
fn what_is_saved_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let stub = Stub::answering([Reply::json(200, ME)]);
    let person = Person::new();
    // A folder that others can look into is closed.
    fs::create_dir_all(person.folder()).expect("a folder");
    fs::set_permissions(person.folder(), fs::Permissions::from_mode(0o755)).expect("permissions");
    assert_eq!(person.run_with(&["auth", "login", &stub.url], "k").code, 0);
    let mode = |path: std::path::PathBuf| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(person.folder()), 0o700);
    let files: Vec<_> =
        fs::read_dir(person.folder()).expect("a folder").map(|entry| entry.expect("a file").path()).collect();
    assert_eq!(files.len(), 2, "{files:?}");
    assert!(files.into_iter().all(|file| mode(file) == 0o600));

    // One that is made is closed from the beginning, whatever the umask.
    let person = Person::new();
    assert_eq!(person.run_with(&["auth", "login", &stub.url], "k").code, 0);
    assert_eq!(mode(person.folder()), 0o700);
}

#[test]
fn the_variable_holds_the_key_when_standard_input_is_empty() {
    let stub = Stub::answering([Reply::json(200, ME)]);
    let person = Person::new().with("INTERLOOM_API_KEY", "from the variable");
    assert_eq!(person.run_with(&["auth", "login", &stub.url], " \n").code, 0);
    assert_eq!(stub.only().header("authorization"), "Bearer from the variable");
}

#[test]
fn without_a_key_nobody_is_called() {
    let stub = Stub::answering([Reply::json(200, ME)]);
    let message = Person::new().run(&["auth", "login", &stub.url]).message(1);
    assert!(message.contains("INTERLOOM_API_KEY"), "{message}");
    let message = Person::of_heddle().run(&["auth", "login", &stub.url]).message(1);
    assert!(message.contains("HEDDLE_API_KEY"), "{message}");
    assert!(stub.seen().is_empty());
}

#[test]
fn a_key_that_is_not_accepted_is_a_plain_error_and_saves_nothing() {
    for status in [401, 403] {
        let stub = Stub::answering([Reply::error(status, "unauthorized")]);
        let person = Person::new();
        let outcome = person.run_with(&["auth", "login", &stub.url], "secret-key");
        let message = outcome.message(1);
        assert!(message.contains("does not accept") && !message.contains("secret-key"), "{message}");
        assert_eq!(outcome.error().as_object().expect("an object").len(), 1);
        assert!(!person.folder().exists());
    }
}

#[test]
fn other_failures_of_the_server_keep_their_code() {
    for (status, code) in [(404, 4), (422, 5), (500, 1)] {
        let stub = Stub::answering([Reply::error(status, "some_code")]);
        let outcome = Person::new().run_with(&["auth", "login", &stub.url], "k");
        assert_eq!((outcome.code, outcome.error()["code"].as_str()), (code, Some("some_code")), "{outcome:?}");
    }
    let message = Person::new().run_with(&["auth", "login", &nobody()], "k").message(1);
    assert!(message.contains("cannot be reached"), "{message}");
}

#[test]
fn an_answer_without_an_organisation_saves_nothing() {
    for body in ["{}", r#"{"organization":{}}"#, r#"{"organization":{"slug":""}}"#, "{", "<html>", ""] {
        let stub = Stub::answering([Reply::json(200, body)]);
        let person = Person::new();
        person.run_with(&["auth", "login", &stub.url], "k").message(1);
        assert!(!person.folder().exists(), "{body}");
    }
}

#[test]
fn a_server_cannot_choose_which_file_is_written() {
    for slug in ["../../evil", "a/b", "a\\\\b", "a b"] {
        let stub = Stub::answering([Reply::json(200, format!(r#"{{"organization":{{"slug":"{slug}"}}}}"#))]);
        let person = Person::new();
        let message = person.run_with(&["auth", "login", &stub.url], "k").message(1);
        assert!(message.contains("no slug"), "{message}");
        assert!(!person.folder().exists());
    }
}

#[test]
fn the_instance_is_the_argument_or_else_the_configurations_name() {
    let stub = Stub::answering([Reply::json(200, ME)]);
    let address = format!("localhost:{}", port(&stub));
    let person = Person::new();
    // A base URL says nothing here: it is for calls.
    let outcome = person.run_with(&["auth", "login", "-c", &address, "--base-url", "http://127.0.0.1:1"], "k");
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert_eq!(person.saved("config"), json!({"current_config_name": format!("localhost-{}-acme", port(&stub))}));
    let message = person.run_with(&["auth", "login", " "], "k").message(1);
    assert!(message.contains("blank"), "{message}");
}

#[test]
fn status_shows_whose_key_it_is_as_the_server_says_it() {
    let stub = Stub::answering([Reply::json(200, ME)]);
    let person = Person::new();
    person.saves("dev-acme", &format!(r#"{{"api_key":"k","base_url":"{}","organization_slug":"acme"}}"#, stub.url));
    person.saves("config", r#"{"current_config_name":"dev-acme"}"#);
    let outcome = person.run(&["auth", "status"]);
    let said = outcome.json();
    assert_eq!((said["config_name"].as_str(), said["status"].as_str()), (Some("dev-acme"), Some("ok")));
    assert_eq!(said["base_url"], stub.url.as_str());
    assert_eq!(said["user"]["organization"]["slug"], "acme");
    assert!(outcome.stdout.contains("\"score\": 1.0"), "{outcome:?}");
    assert!(outcome.stdout.starts_with("{\n  \"config_name\": \"dev-acme\",\n  \"base_url\""), "{outcome:?}");
}

#[test]
fn status_fills_in_an_organisation_that_is_not_known() {
    let stub = Stub::answering([Reply::json(200, ME)]);
    let person = Person::new();
    person.saves("dev", &format!(r#"{{"api_key":"k","base_url":"{}","later":[1]}}"#, stub.url));
    let person = person.with("INTERLOOM_CONFIG", "dev");
    person.run(&["auth", "status"]).json();
    let saved = json!({"api_key": "k", "base_url": stub.url, "organization_slug": "acme", "later": [1]});
    assert_eq!(person.saved("dev"), saved);

    // Another key says nothing about this configuration.
    person.saves("dev", &format!(r#"{{"api_key":"k","base_url":"{}"}}"#, stub.url));
    let person = person.with("INTERLOOM_API_KEY", "another");
    person.run(&["auth", "status"]).json();
    let text = fs::read_to_string(person.folder().join("dev.json")).expect("a file");
    assert!(!text.contains("acme"), "{text}");
}

#[test]
fn an_expired_key_ends_with_three() {
    let stub = Stub::answering([Reply::error(401, "unauthorized")]);
    for arguments in [&["auth", "status"][..], &["cases", "list"], &["users", "me"]] {
        let outcome = Person::at(&stub).run(arguments);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (3, ""), "{outcome:?}");
        assert_eq!(outcome.error()["code"], "unauthorized");
    }
}
