//! A case of the server as the task.

use serde_json::json;

use crate::{
    model::Model,
    program::Program,
    served::Reply,
    support::{Engine, World},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_worked_on_and_told_of_it() {
    let model = Model::start(vec![]).await;
    let server = model.server(Engine::Sqlite).await.unwrap();
    let w = World::new(&server).await;
    let (case, stages) = w.active_case(&["Repair", "Check"]).await;
    let instruction = w.instructions(stages[0]["id"].as_str().unwrap()).await[0]["id"].as_str().unwrap().to_owned();
    model.replies(vec![
        Reply::Calls(vec![
            ("case_comment", json!({"text": "The hinge was rusty."})),
            ("complete_instruction", json!({"instruction_id": instruction})),
            ("complete_instruction", json!({"instruction_id": "0190b3c0-0000-7000-8000-000000000000"})),
        ]),
        Reply::Text("The hinge is new."),
    ]);
    let program = Program::new(&server.url, &w.owner_key);
    let output = program.run(&["--trust", "--case", &case, "-p", "Do the first stage"]).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let asked = model.asked();
    let system = asked[0]["system"].to_string();
    assert!(system.contains("Do Repair") && system.contains(&instruction), "{system}");
    assert!(asked[1]["messages"].to_string().contains("The case has no such instruction."));
    assert_eq!(w.stages(&case).await[0]["phase"], "completed");
    let id = program.threads()[0]["thread"]["id"].as_str().unwrap().to_owned();
    let said = w.thread(&case).await;
    let comments: Vec<_> = said.iter().filter(|(kind, _)| kind == "comment").map(|(_, text)| text.as_str()).collect();
    assert_eq!(comments, ["The hinge was rusty.", &format!("The hinge is new.\n\nCoding agent, thread {id}")]);
    assert_eq!(program.threads()[0]["thread"]["case_id"], json!(case));
    // Whoever goes on with the thread still works on the case.
    model.replies(vec![Reply::Text("It still is.")]);
    program.print(&["resume", &id], "Look again").await;
    assert!(model.asked()[2]["system"].to_string().contains("Do Check"));
    assert_eq!(w.thread(&case).await.last().unwrap().1, format!("It still is.\n\nCoding agent, thread {id}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_is_not_there_is_no_task() {
    let model = Model::start(vec![]).await;
    let server = model.server(Engine::Sqlite).await.unwrap();
    let w = World::new(&server).await;
    let program = Program::new(&server.url, &w.owner_key);
    let run = async |arguments: &[&str]| program.run(arguments).await.status.code();
    let absent = "0190b3c0-0000-7000-8000-000000000000";
    assert_eq!(run(&["--trust", "--case", absent, "-p", "x"]).await, Some(4));
    assert_eq!(run(&["--trust", "--private", "--case", absent, "-p", "x"]).await, Some(2));
    assert_eq!(model.asked().len(), 0);
}
