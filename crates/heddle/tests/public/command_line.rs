//! The built program as a client of the built server, under both of its names.

use std::{
    path::Path,
    process::{Command, Output},
};

use serde_json::{Value as Json, json};

use crate::support::{Engine, Server, World};

fn run(program: &Path, home: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).env_clear().env("HOME", home).envs(variables.iter().copied());
    command.stdin(std::process::Stdio::null()).output().expect("the program starts")
}

fn printed(output: &Output) -> Json {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn told(output: &Output) -> (Option<i32>, Json) {
    (output.status.code(), serde_json::from_slice(&output.stderr).expect("an envelope on standard error"))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_program_has_two_names() {
    let server = Server::shared(Engine::Sqlite).await.unwrap();
    let w = World::new(server).await;
    let key = w.owner_key.clone();
    let folder = tempfile::tempdir().unwrap();
    let heddle = Path::new(env!("CARGO_BIN_EXE_heddle")).to_owned();
    let interloom = folder.path().join("interloom");
    std::os::unix::fs::symlink(&heddle, &interloom).unwrap();
    let own = [("HEDDLE_BASE_URL", server.url.as_str()), ("HEDDLE_API_KEY", key.as_str())];
    let theirs = [("INTERLOOM_BASE_URL", server.url.as_str()), ("INTERLOOM_API_KEY", key.as_str())];

    let made =
        printed(&run(&heddle, folder.path(), &own, &["cases", "create", "--space-id", &w.space, "--title", "Fence"]));
    assert_eq!((&made["type"], &made["status"]), (&json!("CASE"), &json!("open")));
    let id = made["id"].as_str().unwrap();
    assert_eq!(printed(&run(&interloom, folder.path(), &theirs, &["cases", "get", id])), made);
    // Under its own name it takes the other's variables where its own are not set, and not the other way round.
    assert_eq!(printed(&run(&heddle, folder.path(), &theirs, &["cases", "get", id])), made);
    let (code, error) = told(&run(&interloom, folder.path(), &own, &["cases", "get", id]));
    assert_eq!(code, Some(1), "{error}");
    // What /v1 has beyond it.
    let commenced = printed(&run(&heddle, folder.path(), &own, &["cases", "commence", id]));
    assert_eq!(commenced["data"]["phase"], "active");
    // Server commands belong to one name only.
    let (code, error) = told(&run(&interloom, folder.path(), &theirs, &["serve"]));
    assert_eq!(code, Some(2), "{error}");
    let (code, error) =
        told(&run(&heddle, folder.path(), &own, &["cases", "get", "0190b3c0-0000-7000-8000-000000000000"]));
    assert_eq!((code, &error["error"]["code"]), (Some(4), &json!("case_not_found")));
    let (code, error) = told(&run(&heddle, folder.path(), &own, &["cases", "create", "--title", "x"]));
    assert_eq!((code, &error["error"]["code"]), (Some(5), &json!("invalid_case_parent")));
    let (code, _) = told(&run(&heddle, folder.path(), &[own[0], ("HEDDLE_API_KEY", "hd_nobody")], &["cases", "list"]));
    assert_eq!(code, Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_is_ingested_and_waited_for() {
    let server = Server::shared(Engine::Sqlite).await.unwrap();
    let w = World::new(server).await;
    let key = w.owner_key.clone();
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("cases.jsonl");
    std::fs::write(
        &manifest,
        "{\"external_id\": \"1\", \"title\": \"Gate\"}\n{\"external_id\": \"2\", \"title\": \" \"}\n",
    )
    .unwrap();
    let heddle = Path::new(env!("CARGO_BIN_EXE_heddle"));
    let own = [("HEDDLE_BASE_URL", server.url.as_str()), ("HEDDLE_API_KEY", key.as_str())];
    let arguments = ["case-ingestions", "create", manifest.to_str().unwrap(), "--space-id", &w.space, "--wait"];
    let done = printed(&run(heddle, folder.path(), &own, &arguments));
    assert_eq!(
        (&done["status"], &done["success_count"], &done["error_count"]),
        (&json!("completed"), &json!(1), &json!(1))
    );
    let errors = printed(&run(
        heddle,
        folder.path(),
        &own,
        &["case-ingestions", "errors", done["id"].as_str().unwrap(), "--all"],
    ));
    assert_eq!(errors["data"][0]["line_number"], 2);
    // A file up and down again, byte by byte.
    let file = folder.path().join("bytes.bin");
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    std::fs::write(&file, &bytes).unwrap();
    let up = printed(&run(
        heddle,
        folder.path(),
        &own,
        &["files", "upload", file.to_str().unwrap(), "--space-id", &w.space],
    ));
    let down = run(heddle, folder.path(), &own, &["files", "download", up["id"].as_str().unwrap()]);
    assert!(down.status.success() && down.stdout == bytes);
}
