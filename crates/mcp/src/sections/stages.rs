//! Stages of cases.

use client::v1::stages as api;

use super::{MOTIONS, WAITING_ON};
use crate::{arguments::Param, tool::Tool};

pub(crate) fn tools() -> Vec<Tool> {
    vec![
        Tool::reads("stages_list", "List the stages of a case in their order", |cx, args| async move {
            cx.list_pages(api::list(args.need("case_id"), &args.pages()), &args).await
        })
        .takes([Param::text("case_id", "Case id").required()])
        .pages_by_number(),
        Tool::reads("stages_get", "Get a stage", |cx, args| async move { cx.show(&api::get(args.need("id"))).await })
            .takes_id("Stage id"),
        Tool::adds(
            "stages_complete",
            "Complete the active stage; its instructions must be done",
            |cx, args| async move { cx.show(&api::complete(args.need("id"))).await },
        )
        .takes_id("Stage id"),
        Tool::adds("stages_skip", "Skip a pending or active stage", |cx, args| async move {
            cx.show(&api::skip(args.need("id"))).await
        })
        .takes_id("Stage id"),
        Tool::sets("stages_update", "Assign a stage, or say whether it moves", |cx, args| async move {
            cx.show(&api::update(args.need("id"), args.body())).await
        })
        .takes_id("Stage id")
        .changes([
            Param::text("assigned_actor_id", "The person or agent who works it"),
            Param::choice("motion", MOTIONS, "Motion"),
            WAITING_ON,
        ]),
    ]
}
