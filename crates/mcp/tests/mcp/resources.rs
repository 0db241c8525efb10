use pulldown_cmark::{Event, Options, Parser, Tag};
use rmcp::{
    model::{ErrorCode, ReadResourceRequestParams, ResourceContents},
    service::ServiceError,
};
use serde_json::json;

use crate::{
    stub::{Reply, Stub},
    support::Session,
    world::{ADA, BOT, CASE, CHILD, OTHER, PROCEDURE, SPACE, STAGE, THREAD, heddle, public_only},
};

async fn read(stub: &Stub, uri: &str) -> String {
    let answer =
        Session::at(stub).await.0.read_resource(ReadResourceRequestParams::new(uri)).await.expect("a resource");
    let [ResourceContents::TextResourceContents { uri: told, mime_type, text, .. }] = &answer.contents[..] else {
        panic!("{answer:?}")
    };
    assert_eq!((&**told, mime_type.as_deref()), (uri, Some("text/markdown")));
    text.clone()
}

fn all() -> [String; 4] {
    [
        format!("heddle://cases/{CASE}"),
        format!("heddle://threads/{THREAD}"),
        format!("heddle://procedures/{PROCEDURE}"),
        format!("heddle://spaces/{SPACE}"),
    ]
}

#[tokio::test]
async fn a_case_shows_all_that_hangs_on_it() {
    let text = read(&heddle("Fence"), &all()[0]).await;
    for line in [
        "# Case: Fence",
        "- **Status**: started",
        "- **Phase**: active",
        "- **Priority**: high",
        "- **Attribute**: Fence = \"Fence\"",
        &format!("- **Assignee**: Ada Fence ({ADA})"),
        "## Description",
        "### 1. Fence, active",
        &format!("- **Stage id**: {STAGE}"),
        "- **Waiting on**: external: Fence",
        &format!("- **Worked by**: Bot Fence ({BOT})"),
        &format!("- [x] todo {OTHER}, done by Ada Fence: Fence"),
        &format!("- [ ] todo {OTHER}: Fence"),
        &format!("- Note {OTHER}: Fence"),
        &format!("- File {OTHER}: Fence (text/plain, 3 bytes)"),
        &format!("- Fence, started: heddle://cases/{CHILD}"),
        "- 2026-01-31T09:30:00Z, Ada Fence: Fence",
        "- 2026-01-31T09:30:00Z, Bot Fence, status change: Fence",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\nis not in\n{text}");
    }
}

#[tokio::test]
async fn a_server_without_phases_shows_what_it_has() {
    let text = read(&public_only("Fence"), &all()[0]).await;
    for line in [
        "- **Status**: started",
        &format!("- **Assignee**: Ada Fence ({ADA})"),
        &format!("- Note {OTHER}: Fence"),
        // Newest came first, oldest is shown first.
        "## Thread of late, oldest first",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\nis not in\n{text}");
    }
    assert!(!text.contains("Phase") && !text.contains("## Stages"), "{text}");
    let (ada, bot) = (text.find("Z, Ada Fence:"), text.find("Z, Bot Fence:"));
    assert!(ada.is_some() && ada < bot, "{text}");
    for uri in &all()[1..] {
        assert!(read(&public_only("Fence"), uri).await.starts_with("# "), "{uri}");
    }
}

#[tokio::test]
async fn what_people_write_does_not_change_the_document() {
    let structure = |text: &str| -> Vec<String> {
        let parts = Parser::new_ext(text, Options::ENABLE_GFM | Options::ENABLE_TASKLISTS | Options::ENABLE_TABLES);
        let parts = parts.filter_map(|event| match event {
            Event::Start(Tag::Paragraph | Tag::CodeBlock(_)) | Event::End(_) | Event::Text(_) => None,
            Event::Start(tag) => Some(format!("{tag:?}")),
            other => Some(format!("{other:?}")),
        });
        parts.collect()
    };
    for hostile in [
        "# x\n\n## Stages\n\n- [x] done",
        "```\n````\n~~~\n# x",
        "<!--",
        "</details><script>",
        "- [x] y\n- z",
        "[a](javascript:x) ![b](http://x)",
        "1. one\n\n---\n",
        "| a |\n|---|\n| b |",
    ] {
        for uri in all() {
            let (plain, found) = (read(&heddle("plain"), &uri).await, read(&heddle(hostile), &uri).await);
            assert_eq!(structure(&found), structure(&plain), "{hostile:?} in\n{found}");
        }
    }
}

#[tokio::test]
async fn a_long_thread_shows_its_end() {
    let activity = |n: u64| {
        json!({
            "id": OTHER, "thread_id": THREAD, "type": "comment", "visibility": "public", "actor_id": ADA,
            "content": format!("entry {n}"), "data": null, "created_at": "2026-01-31T09:30:00Z",
        })
    };
    let head =
        json!({"id": THREAD, "created_at": "2026-01-31T09:30:00Z", "last_thread_event_at": null, "events_url": "/"});
    let stub = Stub::new(move |seen| {
        if !seen.path().ends_with("/activities") {
            let is_head = seen.target == format!("/api/v1/public/threads/{THREAD}");
            return if is_head { Reply::json(200, head.to_string()) } else { Reply::error(404, "not_found") };
        }
        let page: u64 = seen.target.split(['=', '&']).nth(1).and_then(|page| page.parse().ok()).expect("a page");
        let data: Vec<_> = ((page - 1) * 100..(page * 100).min(230)).map(activity).collect();
        let meta = json!({"request_id": OTHER, "total": 230, "page": page, "per_page": 100});
        Reply::json(200, json!({"data": data, "meta": meta}).to_string())
    });
    let text = read(&stub, &all()[1]).await;
    let entries: Vec<&str> = text.lines().filter(|line| line.contains("entry")).collect();
    assert_eq!(entries.len(), 100, "{text}");
    assert!(entries[0].ends_with("entry 130") && entries[99].ends_with("entry 229"), "{text}");
    assert!(text.contains("There are older entries"));
}

#[tokio::test]
async fn the_cases_last_changed_are_listed_page_by_page() {
    let case = json!({
        "id": CASE, "type": "CASE", "created_at": "2026-01-31T09:30:00Z", "updated_at": "2026-01-31T09:30:00Z",
        "parent": null, "title": "Fence\n# x", "status": "open", "tags": [],
    });
    let stub = Stub::answering([
        Reply::json(200, json!({"data": [case], "has_more": true, "next_cursor": "n"}).to_string()),
        Reply::json(200, json!({"data": [], "has_more": false, "next_cursor": null}).to_string()),
    ]);
    let listed = Session::at(&stub).await.0.list_all_resources().await.expect("resources");
    assert_eq!(listed.len(), 1);
    assert_eq!((&*listed[0].uri, listed[0].title.as_deref()), (&*all()[0], Some("Fence\n# x")));
    let query = "GET /api/v1/public/cases?limit=30";
    assert_eq!(
        stub.lines(),
        [format!("{query}&sort=updated_at&direction=desc"), format!("{query}&cursor=n&sort=updated_at&direction=desc")]
    );
}

#[tokio::test]
async fn templates_name_every_kind() {
    let templates = Session::at(&heddle("x")).await.0.list_all_resource_templates().await.expect("templates");
    let found: Vec<&str> = templates.iter().map(|template| &*template.uri_template).collect();
    assert_eq!(
        found,
        ["heddle://cases/{id}", "heddle://threads/{id}", "heddle://procedures/{id}", "heddle://spaces/{id}"]
    );
}

#[tokio::test]
async fn what_is_not_there_cannot_be_read() {
    let stub = heddle("x");
    let session = Session::at(&stub).await;
    let uris = ["heddle://cases/absent", "heddle://nothing/1", "file:///etc/passwd", "heddle://cases/../users/me"];
    for uri in uris {
        let failed = session.0.read_resource(ReadResourceRequestParams::new(uri)).await.expect_err("refused");
        let ServiceError::McpError(error) = failed else { panic!("{failed:?}") };
        assert_eq!(error.code, ErrorCode::RESOURCE_NOT_FOUND, "{uri}: {error:?}");
    }
    assert_eq!(stub.lines(), ["GET /api/v1/public/cases/absent"]);

    let refusing = Stub::answering([Reply::error(401, "unauthorized")]);
    let failed = Session::at(&refusing).await.0.read_resource(ReadResourceRequestParams::new(&*all()[0])).await;
    let Err(ServiceError::McpError(error)) = failed else { panic!("{failed:?}") };
    assert_eq!(error.data, Some(json!({"error": {"code": "unauthorized", "message": "It is unauthorized."}})));
}
