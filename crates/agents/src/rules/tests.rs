use gateway::Message;

use super::*;

/// A conversation with the rules agent: answers its calls by what `answers` says.
fn converse(
    case: Json,
    mut answers: impl FnMut(&str, &Json) -> Result<Json, String>,
    after_turn: &str,
) -> Vec<(String, Json)> {
    let text = |text: &str| Content::Text { text: text.to_owned() };
    let mut messages = vec![Message { role: Role::User, content: vec![text("begin")] }];
    let mut calls = Vec::new();
    let mut turns_ended = 0;
    for _ in 0..40 {
        let request = ChatRequest {
            model: NAME.into(),
            system: None,
            messages: messages.clone(),
            tools: vec![],
            max_tokens: 1,
            temperature: None,
            effort: None,
            tool_choice: None,
        };
        let content = plan(&Memory::of(&request));
        let mut results = Vec::new();
        for part in &content {
            if let Content::ToolCall { id, name, input } = part {
                calls.push((name.clone(), input.clone()));
                let outcome = if name == "read_case" { Ok(case.clone()) } else { answers(name, input) };
                let (output, is_error) = match outcome {
                    Ok(output) => (output.to_string(), false),
                    Err(message) => (json!({"error": {"message": message}}).to_string(), true),
                };
                results.push(Content::ToolResult { id: id.clone(), output, is_error });
                if name == "ask_person" {
                    results.push(text("Ada wrote: done"));
                }
            }
        }
        let ended = results.is_empty();
        messages.push(Message { role: Role::Assistant, content });
        if calls.last().is_some_and(|(name, _)| name == "finish_stage") {
            return calls;
        }
        if ended {
            turns_ended += 1;
            if turns_ended > 1 {
                return calls;
            }
            results.push(text(after_turn));
        }
        messages.push(Message { role: Role::User, content: results });
    }
    panic!("no end: {calls:?}");
}

fn case(instructions: &[(&str, &str)]) -> Json {
    let instructions: Vec<Json> = instructions
        .iter()
        .enumerate()
        .map(|(i, (kind, text))| json!({"id": format!("i{i}"), "type": kind, "text": text, "satisfied": false, "subcase_id": null}))
        .collect();
    json!({"case": {}, "stage": {"name": "Triage", "instructions": instructions}})
}

fn names(calls: &[(String, Json)]) -> Vec<&str> {
    calls.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn it_acts_ticks_and_finishes() {
    let case = case(&[("todo", "set priority to high"), ("todo", "Look at it")]);
    let calls = converse(case, |_, _| Ok(json!({})), "");
    assert_eq!(
        names(&calls),
        ["read_case", "set_priority", "complete_instruction", "complete_instruction", "finish_stage"]
    );
    let summary = calls[4].1["summary"].as_str().unwrap();
    assert!(summary.starts_with("rules agent") && summary.contains("Look at it") && !summary.contains("set priority"));
}

#[test]
fn it_asks_for_help_and_tries_once_more() {
    let mut refusals = 1;
    let answers = |name: &str, _: &Json| {
        if name == "add_label" && refusals > 0 {
            refusals -= 1;
            return Err("no such label.".to_owned());
        }
        Ok(json!({}))
    };
    let calls = converse(case(&[("todo", "label urgent")]), answers, "");
    assert_eq!(
        names(&calls),
        ["read_case", "add_label", "ask_person", "add_label", "complete_instruction", "finish_stage"]
    );
    assert!(calls[2].1["question"].as_str().unwrap().contains("no such label."));
    // Refused for good, it gives up.
    let calls = converse(
        case(&[("todo", "label urgent")]),
        |name, _| {
            if name == "add_label" { Err("never".to_owned()) } else { Ok(json!({})) }
        },
        "",
    );
    assert_eq!(names(&calls), ["read_case", "add_label", "ask_person", "add_label"]);
}

#[test]
fn it_waits_until_somebody_says_so() {
    let calls = converse(case(&[("todo", "wait for the post")]), |_, _| Ok(json!({})), "The post is here.");
    assert_eq!(names(&calls), ["read_case", "set_motion", "complete_instruction", "finish_stage"]);
}

#[test]
fn it_opens_subcases_and_waits_for_what_the_system_satisfies() {
    let calls = converse(case(&[("subcase", "Inspect the roof")]), |_, _| Ok(json!({})), "");
    assert_eq!(names(&calls)[..3], ["read_case", "spawn_subcase", "set_motion"]);
    assert_eq!(calls[1].1["instruction_id"], "i0");
}
