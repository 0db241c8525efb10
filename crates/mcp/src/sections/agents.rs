//! AI agents, the tools they have, and the models they think with.

use client::public::{agents as api, models};

use crate::{arguments::Param, tool::Tool};

const FIELDS: [Param; 4] = [
    Param::text("name", "Name"),
    Param::text("job_description", "What it is told to do"),
    Param::text("model", "Model id; the default one when absent"),
    Param::choice("reasoning_effort", &["LOW", "MEDIUM", "HIGH", "XHIGH"], "How much it thinks"),
];

pub(crate) fn tools() -> Vec<Tool> {
    let [name, others @ ..] = FIELDS;
    vec![
        Tool::reads("agents_list", "List the AI agents", |cx, args| async move {
            cx.list(api::list(&args.paging()), &args).await
        })
        .pages_by_cursor(),
        Tool::reads("agents_get", "Get an agent with its job description", |cx, args| async move {
            cx.show(&api::get(args.need("id"))).await
        })
        .takes_id("Agent id"),
        Tool::adds(
            "agents_create",
            "Create an agent",
            |cx, args| async move { cx.show(&api::create(args.body())).await },
        )
        .makes([name.required()].into_iter().chain(others)),
        Tool::sets("agents_update", "Change an agent", |cx, args| async move {
            cx.show(&api::update(args.need("id"), args.body())).await
        })
        .takes_id("Agent id")
        .changes(FIELDS),
        Tool::reads("agents_tools_list", "List the tools that an agent has", |cx, args| async move {
            cx.show(&api::tools(args.need("agent_id"))).await
        })
        .takes([Param::text("agent_id", "Agent id").required()]),
        Tool::sets("agents_tools_replace", "Give an agent these tools and no others", |cx, args| async move {
            cx.show(&api::replace_tools(args.need("agent_id"), args.body())).await
        })
        .takes([Param::text("agent_id", "Agent id").required()])
        .sends([Param::texts("tool_ids", "Tool ids; [] for none").required()]),
        Tool::reads("models_list", "List the models that agents can think with", |cx, _| async move {
            cx.show(&models::list()).await
        })
        // This list has no pages, but models take it for one that has.
        .ignores(&["limit", "cursor", "all"]),
    ]
}
