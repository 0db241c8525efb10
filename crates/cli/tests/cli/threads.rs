//! `threads`

use crate::support::{Person, agreeable};

fn posts(arguments: &[&str], body: &str) {
    let stub = agreeable();
    Person::at(&stub).run(&[&["threads", "messages", "create", "t1"][..], arguments].concat()).json();
    let seen = stub.only();
    assert_eq!(seen.line(), "POST /api/v1/public/threads/t1/messages");
    assert_eq!(seen.text(), body);
}

#[test]
fn a_message_is_words_files_or_json() {
    posts(&["--text", "Hello"], r#"{"text":"Hello"}"#);
    posts(&["--text", "See", "--file-ids", "a,b", "--file-ids", "c"], r#"{"text":"See","file_ids":["a","b","c"]}"#);
    posts(&["--text", "See", "--file-ids", ""], r#"{"text":"See"}"#);
    posts(&["-d", r#"{"text": "JSON"}"#], r#"{"text": "JSON"}"#);
}

#[test]
fn files_need_words_and_words_exclude_json() {
    let stub = agreeable();
    let person = Person::at(&stub);
    let message = person.run(&["threads", "messages", "create", "t1", "--file-ids", "a"]).message(2);
    assert_eq!(message, "required flags are missing: --text");
    person.run(&["threads", "messages", "create", "t1", "--text", "a", "-d", "{}"]).message(2);
    person.run(&["threads", "messages", "create", "t1", "--file-ids", "a", "-d", "{}"]).message(2);
    assert!(stub.seen().is_empty());
}

#[test]
fn there_is_no_other_way_to_post() {
    for arguments in [&["threads", "message", "create", "t1"][..], &["threads", "list"]] {
        Person::new().run(arguments).message(2);
    }
    let stub = agreeable();
    Person::at(&stub).run(&["threads", "get", "t1"]).json();
    assert_eq!(stub.only().line(), "GET /api/v1/public/threads/t1");
}
