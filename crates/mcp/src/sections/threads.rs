//! Threads and what is said in them.

use client::public::threads as api;

use super::DIRECTION;
use crate::{arguments::Param, tool::Tool};

pub(crate) fn tools() -> Vec<Tool> {
    vec![
        Tool::reads("threads_get", "Get a thread", |cx, args| async move { cx.show(&api::get(args.need("id"))).await })
            .takes_id("Thread id; a case names its thread"),
        Tool::reads(
            "threads_events",
            "List what was said and attached in a thread, oldest first",
            |cx, args| async move {
                let direction = args.named("direction");
                cx.list(api::events(args.need("id"), &args.paging(), direction.as_ref()), &args).await
            },
        )
        .takes_id("Thread id")
        .takes([DIRECTION])
        .pages_by_cursor(),
        Tool::adds("threads_messages_create", "Post a message in a thread", |cx, args| async move {
            cx.show(&api::create_message(args.need("thread_id"), args.body_unless_empty("file_ids"))).await
        })
        .takes([Param::text("thread_id", "Thread id").required()])
        .makes([
            Param::text("text", "What to say, in Markdown; <@U…> with an id mentions somebody").required(),
            Param::texts("file_ids", "Files that go with it, at most 100"),
        ]),
    ]
}
