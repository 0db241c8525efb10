//! The command `mcp`, beside a running server.

use std::process::Stdio;

use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::{
    agent::{Agent, id},
    support::{Engine, Live, Server, World},
};

fn command(arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_heddle"));
    command.arg("mcp").args(arguments).env_clear().envs(variables.iter().copied()).kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

async fn terminate(child: &Child) {
    let pid = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_works_over_standard_input_and_output() {
    let server = Server::shared(Engine::Sqlite).await.unwrap();
    let world = World::new(server).await;
    let folder = tempfile::tempdir().unwrap();
    let variables = [("HEDDLE_BASE_URL", server.url.as_str()), ("HEDDLE_API_KEY", world.member.key())];
    let mut child = command(&[], &variables).spawn().unwrap();
    let agent = Agent::of(&mut child).await;

    let case = id(&agent.call("cases_create", json!({"title": "Fence", "space_id": world.space})).await);
    assert!(agent.read(&format!("heddle://cases/{case}")).await.unwrap().starts_with("# Case: Fence\n"));
    let plan = folder.path().join("plan.txt");
    std::fs::write(&plan, "a plan").unwrap();
    let file = id(&agent.call("files_upload", json!({"path": plan, "case_id": case})).await);
    let copy = folder.path().join("copy.txt");
    agent.call("files_download", json!({"id": file, "out": copy})).await;
    assert_eq!(std::fs::read_to_string(&copy).unwrap(), "a plan");
    let manifest = folder.path().join("cases.jsonl");
    std::fs::write(&manifest, "{\"external_id\": \"1\", \"title\": \"Imported\"}\n").unwrap();
    let mut live = Live::open(&world.member, "", None).await;
    let import =
        id(&agent.call("case_ingestions_create", json!({"space_id": world.space, "manifest": manifest})).await);
    live.until("ingestion.ended").await;
    assert_eq!(agent.call("case_ingestions_get", json!({"id": import})).await["success_count"], 1);

    // The client closes its end; the server is through.
    agent.close().await;
    let ended = child.wait_with_output().await.unwrap();
    assert!(ended.status.success() && ended.stderr.is_empty(), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_credentials_nothing_is_served() {
    let home = tempfile::tempdir().unwrap();
    let home = [("HOME", home.path().to_str().unwrap())];
    for arguments in [&[][..], &["--http", "--addr", "127.0.0.1:0"]] {
        let ended = command(arguments, &home).output().await.unwrap();
        assert_eq!(ended.status.code(), Some(1), "{ended:?}");
        assert!(ended.stdout.is_empty(), "{ended:?}");
        let said: serde_json::Value = serde_json::from_slice(&ended.stderr).unwrap();
        assert!(said["error"]["message"].as_str().unwrap().contains("heddle auth login"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_works_over_http_until_the_server_is_told_to_stop() {
    let server = Server::shared(Engine::Sqlite).await.unwrap();
    let world = World::new(server).await;
    let variables = [("INTERLOOM_BASE_URL", server.url.as_str()), ("INTERLOOM_API_KEY", world.observer.key())];
    let arguments = ["--http", "--addr", "localhost:0", "--endpoint", "agents"];
    let mut child = command(&arguments, &variables).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = said.next_line().await.unwrap().unwrap();
    let url = line.strip_prefix("The MCP server listens at ").unwrap_or_else(|| panic!("{line}"));
    assert!(url.starts_with("http://localhost:") && url.ends_with("/agents"), "{url}");

    // Whoever is on this machine needs no key.
    let agent = Agent::at(url, "whatever").await.unwrap();
    assert_eq!(id(&agent.call("users_me", json!({})).await), world.observer_id);
    assert_eq!(agent.refused("cases_create", json!({"title": "x", "space_id": world.space})).await, "forbidden");
    terminate(&child).await;
    let ended = child.wait_with_output().await.unwrap();
    assert!(ended.status.success() && ended.stdout.is_empty(), "{ended:?}");
    assert_eq!(said.next_line().await.unwrap(), None);
    assert!(agent.try_call("users_me", json!({})).await.is_err());
}
