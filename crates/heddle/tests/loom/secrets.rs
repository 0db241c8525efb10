//! The workspace's secrets stay here.

use serde_json::{Value as Json, json};

use crate::house::{House, chat, messages};

#[tokio::test(flavor = "multi_thread")]
async fn secrets_of_the_workspace_do_not_leave() {
    let house = House::new().await;
    let say = |text: &str| json!({"model": "claude-test-plain", "messages": [{"role": "user", "content": text}]});
    let before = house.owner.post("/proxy/anthropic/complete", say("the word is correct-horse")).await;
    assert_eq!(before.status, 200, "{}", before.text);
    assert!(house.upstream.last().json().to_string().contains("correct-horse"), "nothing is secret yet");

    let secret = json!({"name": "WORD", "value": "correct-horse"});
    assert_eq!(house.owner.post("/api/v1/public/secrets", secret).await.status, 201);
    let calls: [(&str, Json); 4] = [
        ("/proxy/anthropic/complete", say("the word is correct-horse")),
        ("/proxy/anthropic/stream", say("the word is correct-horse")),
        ("/proxy/anthropic/v1/messages", messages("plain", "the word is correct-horse", false)),
        ("/proxy/openai/v1/chat/completions", chat("plain", "the word is correct-horse", true)),
    ];
    for (path, body) in calls {
        assert_eq!(house.owner.post(path, body).await.status, 200);
        let asked = house.upstream.last().json().to_string();
        assert!(asked.contains("the word is [secret WORD]") && !asked.contains("correct-horse"), "{path} {asked}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn personal_data_does_not_leave_where_that_is_switched_on() {
    let house = House::with(|options| options.set("HEDDLE_LLM_REDACT_PERSONAL", "true")).await;
    let said = "I am ada@mail.example, +41 44 668 18 00";
    let translated = json!({"model": "claude-test-plain", "messages": [{"role": "user", "content": said}]});
    for (path, body) in
        [("/proxy/anthropic/complete", translated), ("/proxy/openai/v1/chat/completions", chat("plain", said, false))]
    {
        assert_eq!(house.owner.post(path, body).await.status, 200);
        let asked = house.upstream.last().json().to_string();
        assert!(asked.contains("I am [e-mail address], [phone number]"), "{path} {asked}");
    }
}
