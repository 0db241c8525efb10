//! Tools that agents call.

use client::public::tools as api;

use crate::{arguments::Param, tool::Tool};

const NAME: Param = Param::text("name", "Name, unique in the organisation");
const DESCRIPTION: Param = Param::text("description", "What it is for; agents read this");
const SCRIPT: Param = Param::text("script", "What it does, in Python");
const INPUT: Param = Param::object("input_schema", "JSON schema of its input; the server wants one");
const SECRETS: Param = Param::texts("secret_ids", "All secrets it may use");

pub(crate) fn tools() -> Vec<Tool> {
    vec![
        Tool::reads("tools_list", "List the tools that agents can have", |cx, args| async move {
            cx.list(api::list(&args.paging()), &args).await
        })
        .pages_by_cursor(),
        Tool::reads("tools_get", "Get a tool with its input schema", |cx, args| async move {
            cx.show(&api::get(args.need("id"))).await
        })
        .takes_id("Tool id"),
        Tool::adds("tools_create", "Create a tool out of a script", |cx, args| async move {
            cx.show(&api::create(args.body())).await
        })
        .makes([NAME.required(), DESCRIPTION.required(), SCRIPT.required(), INPUT, SECRETS]),
        Tool::sets("tools_update", "Change a tool", |cx, args| async move {
            cx.show(&api::update(args.need("id"), args.body())).await
        })
        .takes_id("Tool id")
        .changes([
            NAME,
            DESCRIPTION,
            SCRIPT,
            INPUT,
            SECRETS,
            Param::text("manager_id", "Who manages it from now on; alone, and without secrets"),
        ]),
    ]
}
