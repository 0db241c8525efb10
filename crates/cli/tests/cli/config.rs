//! `config`, and which configuration a command uses.

use std::fs;

use serde_json::json;

use crate::{
    stub::Stub,
    support::{Person, agreeable},
};

fn saves(person: &Person, name: &str, key: &str, stub: &Stub) {
    person.saves(name, &format!(r#"{{"api_key":"{key}","base_url":"{}/","organization_slug":"acme"}}"#, stub.url));
}

#[test]
fn a_configuration_is_listed_chosen_shown_and_removed() {
    let person = Person::new();
    assert_eq!(person.run(&["config", "list"]).json(), json!({"current": "", "configs": []}));
    let message = person.run(&["config", "current"]).message(1);
    assert!(message.contains("auth login"), "{message}");

    person.saves("dev-acme", r#"{"api_key":"hush","base_url":"https://dev.interloom.com","organization_slug":"acme"}"#);
    person.saves("app", r#"{"api_key":"hush","base_url":"https://app.interloom.com"}"#);
    fs::write(person.folder().join("notes.txt"), "no configuration").expect("written");
    let chosen = person.run(&["config", "use", "dev-acme"]);
    let dev = json!({"config": "dev-acme", "base_url": "https://dev.interloom.com", "organization_slug": "acme"});
    assert_eq!(chosen.json()["status"], "current");
    assert_eq!(person.run(&["config", "current"]).json(), dev);
    let listed = person.run(&["config", "list"]);
    let expected = json!({"current": "dev-acme", "configs": [
        {"name": "app", "base_url": "https://app.interloom.com", "current": false},
        {"name": "dev-acme", "base_url": "https://dev.interloom.com", "organization_slug": "acme", "current": true},
    ]});
    assert_eq!(listed.json(), expected);
    let table = person.run(&["config", "list", "-o", "table"]);
    let rows: Vec<_> = table.stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).collect();
    assert_eq!(rows[2], ["dev-acme", "acme", "https://dev.interloom.com", "true"], "{table:?}");
    assert!(!format!("{chosen:?}{listed:?}{table:?}").contains("hush"));

    assert_eq!(person.run(&["config", "delete", "app"]).json(), json!({"config": "app", "status": "deleted"}));
    assert_eq!(person.run(&["config", "current"]).json(), dev);
    person.run(&["config", "delete", "dev-acme"]).json();
    assert_eq!(person.run(&["config", "list"]).json(), json!({"current": "", "configs": []}));
    for arguments in [["config", "use", "dev-acme"], ["config", "delete", "dev-acme"]] {
        let message = person.run(&arguments).message(1);
        assert!(message.contains("\"dev-acme\""), "{message}");
    }
}

#[test]
fn the_current_one_does_not_depend_on_the_variable() {
    let person = Person::new().with("INTERLOOM_CONFIG", "b");
    person.saves("a", r#"{"api_key":"k","base_url":"https://a"}"#);
    person.saves("b", r#"{"api_key":"k","base_url":"https://b"}"#);
    person.run(&["config", "use", "a"]).json();
    assert_eq!(person.run(&["config", "current"]).json(), json!({"config": "a", "base_url": "https://a"}));
}

#[test]
fn a_name_never_leaves_the_folder() {
    let person = Person::new();
    person.saves("a", r#"{"api_key":"k","base_url":"https://a"}"#);
    for name in ["../interloom/a", "/etc/passwd", ".", "..", ".hidden", "config", "", "a\\b"] {
        let message = person.run(&["config", "use", name]).message(1);
        assert!(message.contains("cannot be the name"), "{name:?}: {message}");
        person.run(&["config", "delete", name]).message(1);
        person.run(&["cases", "list", "-c", name]).message(1);
    }
    assert!(person.folder().join("a.json").exists());
}

#[test]
fn flags_come_before_variables_and_variables_before_files() {
    let (file, variable, flag) = (agreeable(), agreeable(), agreeable());
    let person = Person::new();
    saves(&person, "one", "key one", &file);
    saves(&person, "two", "key two", &file);
    saves(&person, "three", "key three", &file);
    person.saves("config", r#"{"current_config_name":"one"}"#);
    let keys = |stub: &Stub| stub.seen().iter().map(|seen| seen.header("authorization").to_owned()).collect::<Vec<_>>();

    person.run(&["cases", "get", "x"]).json();
    let person = person.with("INTERLOOM_CONFIG", "two");
    person.run(&["cases", "get", "x"]).json();
    person.run(&["cases", "get", "x", "-c", "three"]).json();
    person.run(&["cases", "--config-name", "three", "get", "x"]).json();
    let person = person.with("INTERLOOM_API_KEY", "the variable's");
    person.run(&["cases", "get", "x"]).json();
    let expected = ["key one", "key two", "key three", "key three", "the variable's"];
    assert_eq!(keys(&file), expected.map(|key| format!("Bearer {key}")));

    let person = person.with("INTERLOOM_BASE_URL", &variable.url);
    person.run(&["cases", "get", "x"]).json();
    assert_eq!(variable.seen().len(), 1);
    for place in [&["--base-url", &flag.url, "cases", "get", "x"][..], &["cases", "get", "x", "--base-url", &flag.url]]
    {
        person.run(place).json();
    }
    assert_eq!((file.seen().len(), variable.seen().len(), flag.seen().len()), (5, 1, 2));
    assert!(flag.lines().iter().all(|line| line == "GET /api/v1/public/cases/x"), "{:?}", flag.lines());
}

#[test]
fn heddle_has_a_folder_and_variables_of_its_own_and_those_of_interloom_behind_them() {
    let (ours, theirs) = (agreeable(), agreeable());
    let person = Person::of_heddle().with("INTERLOOM_API_KEY", "theirs").with("INTERLOOM_BASE_URL", &theirs.url);
    person.run(&["cases", "get", "x"]).json();
    assert_eq!(theirs.only().header("authorization"), "Bearer theirs");
    let person = person.with("HEDDLE_API_KEY", "ours").with("HEDDLE_BASE_URL", &ours.url);
    person.run(&["cases", "get", "x"]).json();
    assert_eq!(ours.only().header("authorization"), "Bearer ours");

    let person = Person::of_heddle();
    saves(&person, "one", "saved", &ours);
    person.with("HEDDLE_CONFIG", "one").run(&["cases", "get", "x"]).json();
    assert_eq!(ours.seen()[1].header("authorization"), "Bearer saved");

    // interloom knows nothing of heddle's.
    let person = Person::new().with("HEDDLE_API_KEY", "ours").with("HEDDLE_BASE_URL", &ours.url);
    person.run(&["cases", "get", "x"]).message(1);
    assert_eq!(ours.seen().len(), 2);
}

#[test]
fn the_folder_of_configurations_may_lie_elsewhere() {
    let stub = agreeable();
    let person = Person::new();
    let folder = person.home().join("elsewhere/interloom");
    fs::create_dir_all(&folder).expect("a folder");
    let content = format!(r#"{{"api_key":"k","base_url":"{}"}}"#, stub.url);
    fs::write(folder.join("dev.json"), content).expect("written");
    let elsewhere = person.home().join("elsewhere").display().to_string();
    person.with("XDG_CONFIG_HOME", &elsewhere).run(&["cases", "get", "x", "-c", "dev"]).json();
    assert_eq!(stub.seen().len(), 1);
}

#[test]
fn without_server_or_key_it_is_said_what_to_do() {
    let person = Person::new();
    let message = person.run(&["cases", "list"]).message(1);
    assert!(message.contains("interloom auth login") && message.contains("INTERLOOM_BASE_URL"), "{message}");
    let message = person.run(&["cases", "list", "-c", "gone"]).message(1);
    assert!(message.contains("\"gone\""), "{message}");
    let message = person.run(&["cases", "list", "--base-url", "http://localhost:1"]).message(1);
    assert!(message.contains("INTERLOOM_API_KEY"), "{message}");
    let message =
        Person::new().with("INTERLOOM_API_KEY", "k").run(&["cases", "list", "--base-url", "localhost"]).message(1);
    assert!(message.contains("localhost"), "{message}");
    let empty = Person::new().with("INTERLOOM_API_KEY", "").with("INTERLOOM_BASE_URL", "");
    empty.run(&["cases", "list"]).message(1);
}

#[test]
fn a_broken_configuration_is_named_with_the_reason() {
    let stub = agreeable();
    let person = Person::new();
    person.saves("dev", "{\"api_key\": \"hush\", ");
    for arguments in [&["cases", "list", "-c", "dev"][..], &["config", "list"], &["config", "use", "dev"]] {
        let message = person.run(arguments).message(1);
        assert!(message.contains("dev.json cannot be read: EOF"), "{message}");
        assert!(!message.contains("hush"));
    }
    person.saves("config", "[]");
    for arguments in [&["cases", "list"][..], &["config", "current"]] {
        let message = person.run(arguments).message(1);
        assert!(message.contains("config.json cannot be read: "), "{message}");
    }
    // What needs no file is not stopped by it.
    let set = person.with("INTERLOOM_API_KEY", "k").with("INTERLOOM_BASE_URL", &stub.url);
    set.run(&["cases", "get", "x"]).json();
}

#[test]
fn a_configuration_that_cannot_be_opened_is_named_with_the_reason() {
    let person = Person::new();
    // A folder in its place: reading fails for everybody, root too.
    fs::create_dir_all(person.folder().join("dev.json")).expect("a folder");
    let message = person.run(&["cases", "list", "-c", "dev"]).message(1);
    assert!(message.contains("dev.json cannot be read: "), "{message}");

    let person = Person::new();
    fs::create_dir_all(person.home().join(".config")).expect("a folder");
    person.file(".config/interloom", "a file where the folder should be");
    let message = person.run(&["config", "list"]).message(1);
    assert!(message.contains("/.config/interloom") && message.contains(" cannot be read: "), "{message}");
}
