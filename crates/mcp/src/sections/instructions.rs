//! Instructions of stages.

use client::v1::instructions as api;

use crate::{arguments::Param, tool::Tool};

pub(crate) fn tools() -> Vec<Tool> {
    let stage = Param::text("stage_id", "Stage id").required();
    vec![
        Tool::reads("instructions_list", "List the instructions of a stage in their order", |cx, args| async move {
            cx.list_pages(api::list(args.need("stage_id"), &args.pages()), &args).await
        })
        .takes([stage])
        .pages_by_number(),
        Tool::adds("instructions_create", "Add an instruction to a stage", |cx, args| async move {
            cx.show(&api::create(args.need("stage_id"), args.body())).await
        })
        .takes([stage])
        .makes([
            Param::text("text", "What is to be done").required(),
            Param::choice("type", &["todo", "subcase", "implicit"], "todo when absent"),
            Param::text("condition", "With implicit: the CEL expression that satisfies it"),
        ]),
        Tool::adds(
            "instructions_complete",
            "Tick a todo; the stage completes with its last one",
            |cx, args| async move { cx.show(&api::complete(args.need("id"))).await },
        )
        .takes_id("Instruction id"),
    ]
}
