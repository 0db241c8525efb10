//! The agent for editors: the protocol's own client against the built program.

use std::{
    process::Stdio,
    sync::{Arc, Mutex},
};

use agent_client_protocol::{
    self as rpc, Agent, ByteStreams, Client, on_receive_notification, on_receive_request,
    schema::ProtocolVersion,
    v1::{ConnectionTo, schema as say},
};
use serde_json::{Value as Json, json};
use tokio_util::compat::{TokioAsyncReadCompatExt, TokioAsyncWriteCompatExt};

use crate::{
    program::Program,
    served::{Reply, Served},
};

/// What an editor was told, and was asked.
#[derive(Clone, Default)]
struct Told {
    updates: Arc<Mutex<Vec<Json>>>,
    asked: Arc<Mutex<Vec<Json>>>,
}

impl Told {
    /// What was told of a kind.
    fn of(&self, kind: &str) -> Vec<Json> {
        self.updates.lock().unwrap().iter().filter(|update| update["sessionUpdate"] == kind).cloned().collect()
    }

    fn text(&self, kind: &str) -> String {
        self.of(kind).iter().map(|update| update["content"]["text"].as_str().unwrap().to_owned()).collect()
    }
}

/// Runs the program as an editor would, answering what it asks by `choose`.
async fn editing<R>(
    program: &Program,
    choose: &'static str,
    work: impl AsyncFnOnce(ConnectionTo<Agent>, Told) -> Result<R, rpc::Error>,
) -> R {
    let mut command = tokio::process::Command::from(program.command(&["acp", "-m", "claude-test"]));
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true).spawn().unwrap();
    let streams = ByteStreams::new(child.stdin.take().unwrap().compat_write(), child.stdout.take().unwrap().compat());
    let told = Told::default();
    let (updates, asked) = (told.clone(), told.clone());
    let result = Client
        .v1()
        .on_receive_notification(
            async move |told: say::SessionNotification, _| {
                updates.updates.lock().unwrap().push(serde_json::to_value(told.update).unwrap());
                Ok(())
            },
            on_receive_notification!(),
        )
        .on_receive_request(
            async move |request: say::RequestPermissionRequest, responder, _| {
                asked.asked.lock().unwrap().push(serde_json::to_value(&request).unwrap());
                let chosen = say::SelectedPermissionOutcome::new(choose);
                responder.respond(say::RequestPermissionResponse::new(say::RequestPermissionOutcome::Selected(chosen)))
            },
            on_receive_request!(),
        )
        .connect_with(streams, async move |agent| {
            let hello = agent.send_request(say::InitializeRequest::new(ProtocolVersion::V1)).block_task().await?;
            assert_eq!((hello.protocol_version, hello.agent_capabilities.load_session), (ProtocolVersion::V1, true));
            work(agent, told).await
        })
        .await
        .unwrap();
    // Its input has ended.
    assert!(child.wait().await.unwrap().success());
    result
}

async fn begin(agent: &ConnectionTo<Agent>, program: &Program) -> Result<say::SessionId, rpc::Error> {
    let request = say::NewSessionRequest::new(program.folder.path());
    Ok(agent.send_request(request).block_task().await?.session_id)
}

fn prompt(id: &say::SessionId, text: &str) -> say::PromptRequest {
    say::PromptRequest::new(id.clone(), vec![text.into()])
}

fn edit() -> Reply {
    let edits = json!([{"old_str": "", "new_str": "hello\n"}]);
    Reply::Calls(vec![("edit_file", json!({"path": "new.txt", "edits": edits}))])
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_sees_the_turn_and_is_asked_before_anything_changes() {
    let command = || Reply::Calls(vec![("bash", json!({"command": "echo out"}))]);
    let served = Served::start(vec![edit(), command(), command(), Reply::Text("All done.")]).await;
    let program = Program::new(&served.url, "hd_key");
    let id = editing(&program, "always", async |agent, told| {
        let id = begin(&agent, &program).await?;
        let answer = agent.send_request(prompt(&id, "Go")).block_task().await?;
        assert_eq!(answer.stop_reason, say::StopReason::EndTurn);
        assert_eq!(told.text("agent_message_chunk"), "All done.");
        let calls = told.of("tool_call");
        let kinds: Vec<_> = calls.iter().map(|call| (call["kind"].clone(), call["status"].clone())).collect();
        assert_eq!(kinds[0].0, "edit");
        // What was allowed for the session is not asked again.
        assert_eq!((&kinds[1].0, &kinds[2]), (&json!("execute"), &(json!("execute"), json!("in_progress"))));
        assert_eq!(told.asked.lock().unwrap().len(), 2);
        assert_eq!(
            (&calls[0]["content"][0]["type"], &calls[0]["content"][0]["newText"]),
            (&json!("diff"), &json!("hello\n"))
        );
        let asked = told.asked.lock().unwrap()[0].clone();
        assert_eq!(asked["toolCall"]["toolCallId"], calls[0]["toolCallId"]);
        let ends: Vec<_> =
            told.of("tool_call_update").into_iter().filter(|update| update["status"] == "completed").collect();
        assert_eq!(ends.len(), 3);
        assert!(ends[2]["content"][0]["content"]["text"].as_str().unwrap().contains("out"), "{ends:?}");
        Ok(id)
    })
    .await;
    assert_eq!(std::fs::read_to_string(program.file("new.txt")).unwrap(), "hello\n");
    // The session is a thread with the same id, here and there.
    assert_eq!(program.threads()[0]["thread"]["id"], json!(id.to_string()));
    assert_eq!(served.ids(), [id.to_string()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_allowed_is_not_done() {
    let served = Served::start(vec![edit(), Reply::Text("A pity.")]).await;
    let program = Program::new(&served.url, "hd_key");
    editing(&program, "no", async |agent, told| {
        let id = begin(&agent, &program).await?;
        agent.send_request(prompt(&id, "Go")).block_task().await?;
        assert_eq!(told.of("tool_call_update").last().unwrap()["status"], "failed");
        Ok(())
    })
    .await;
    assert!(!program.file("new.txt").exists());
    assert!(served.asked()[1]["messages"].to_string().contains("did not allow"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_may_ask_the_editors_person() {
    let served = Served::start(vec![Reply::Asking("The budget is used up.", "On it goes.")]).await;
    let program = Program::new(&served.url, "hd_key");
    editing(&program, "yes", async |agent, told| {
        let id = begin(&agent, &program).await?;
        let answer = agent.send_request(prompt(&id, "Go")).block_task().await?;
        assert_eq!(answer.stop_reason, say::StopReason::EndTurn);
        assert_eq!(told.asked.lock().unwrap()[0]["toolCall"]["title"], "The budget is used up.");
        Ok(())
    })
    .await;
    assert_eq!(served.answers(), [json!({"answer": "yes"})]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_can_be_cancelled_and_the_session_goes_on() {
    let served = Served::start(vec![Reply::Endless("I begin "), Reply::Text("Again.")]).await;
    let program = Program::new(&served.url, "hd_key");
    editing(&program, "once", async |agent, _| {
        let id = begin(&agent, &program).await?;
        let turn = agent.send_request(prompt(&id, "one"));
        served.begun().await;
        // One turn at a time.
        let busy = agent.send_request(prompt(&id, "meanwhile")).block_task().await.unwrap_err();
        assert!(busy.message.contains("turn"), "{busy:?}");
        agent.send_notification(say::CancelNotification::new(id.clone()))?;
        assert_eq!(turn.block_task().await?.stop_reason, say::StopReason::Cancelled);
        let answer = agent.send_request(prompt(&id, "two")).block_task().await?;
        assert_eq!(answer.stop_reason, say::StopReason::EndTurn);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_loaded_with_what_was_said() {
    let calls = vec![("list_files", json!({}))];
    let served =
        Served::start(vec![Reply::Calls(calls), Reply::Text("Nothing there."), Reply::Text("Still nothing.")]).await;
    let program = Program::new(&served.url, "hd_key");
    let id = editing(&program, "once", async |agent, _| {
        let id = begin(&agent, &program).await?;
        agent.send_request(prompt(&id, "What is there?")).block_task().await?;
        Ok(id)
    })
    .await;
    editing(&program, "once", async |agent, told| {
        for _ in 0..2 {
            let request = say::LoadSessionRequest::new(id.clone(), program.folder.path());
            agent.send_request(request).block_task().await?;
        }
        assert_eq!(told.text("user_message_chunk"), "What is there?".repeat(2));
        assert_eq!(told.text("agent_message_chunk"), "Nothing there.".repeat(2));
        assert_eq!(told.of("tool_call")[0]["status"], "completed");
        agent.send_request(prompt(&id, "And now?")).block_task().await?;
        Ok(())
    })
    .await;
    assert_eq!(served.asked()[2]["messages"].as_array().unwrap().len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_refused() {
    let served = Served::start(vec![]).await;
    let program = Program::new(&served.url, "hd_key");
    editing(&program, "once", async |agent, _| {
        let refused = agent.send_request(say::NewSessionRequest::new("relative")).block_task().await.unwrap_err();
        assert!(refused.message.contains("absolute"), "{refused:?}");
        let nowhere = program.file("nowhere");
        agent.send_request(say::NewSessionRequest::new(nowhere)).block_task().await.unwrap_err();
        let unknown = say::SessionId::from("T-unknown");
        agent.send_request(prompt(&unknown, "x")).block_task().await.unwrap_err();
        let request = say::LoadSessionRequest::new(unknown, program.folder.path());
        let refused = agent.send_request(request).block_task().await.unwrap_err();
        assert!(refused.message.contains("no thread"), "{refused:?}");
        Ok(())
    })
    .await;
}
