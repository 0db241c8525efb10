//! Runs: agents working stages.

use client::v1::runs::{self as api, ListRuns};

use crate::{arguments::Param, tool::Tool};

const STATES: &[&str] = &["queued", "running", "waiting", "succeeded", "failed", "cancelled"];

pub(crate) fn tools() -> Vec<Tool> {
    vec![
        Tool::reads("runs_list", "List runs of agents, newest first", |cx, args| async move {
            let query = ListRuns {
                pages: args.pages(),
                space_id: args.owned("space_id"),
                case_id: args.owned("case_id"),
                stage_id: args.owned("stage_id"),
                actor_id: args.owned("actor_id"),
                state: args.named("state"),
                trial: None,
            };
            cx.list_pages(api::list(&query), &args).await
        })
        .takes([
            Param::text("space_id", "In this space"),
            Param::text("case_id", "Of this case"),
            Param::text("stage_id", "Of this stage"),
            Param::text("actor_id", "By this agent"),
            Param::choice("state", STATES, "In this state"),
        ])
        .pages_by_number(),
        Tool::reads("runs_get", "Get a run", |cx, args| async move { cx.show(&api::get(args.need("id"))).await })
            .takes_id("Run id"),
        Tool::reads("runs_steps", "List the steps of a run in their order", |cx, args| async move {
            cx.list_pages(api::steps(args.need("id"), &args.pages()), &args).await
        })
        .takes_id("Run id")
        .pages_by_number(),
        Tool::sets("runs_cancel", "End a run; what it did stays", |cx, args| async move {
            cx.show(&api::cancel(args.need("id"))).await
        })
        .takes_id("Run id"),
        Tool::adds("runs_retry", "Begin a new run in the place of a failed or cancelled one", |cx, args| async move {
            cx.show(&api::retry(args.need("id"))).await
        })
        .takes_id("Run id"),
    ]
}
