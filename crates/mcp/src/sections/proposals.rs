//! Proposals: what agents may not do without a person.

use client::{
    Raw,
    v1::proposals::{self as api, ListProposals},
};
use serde_json::json;

use crate::{
    arguments::{Args, Param},
    tool::Tool,
};

const STATES: &[&str] = &["pending", "approved", "rejected", "withdrawn"];
const NOTE: Param = Param::text("note", "Why, for the agent and the record");

pub(crate) fn tools() -> Vec<Tool> {
    vec![
        Tool::reads(
            "proposals_list",
            "List actions of agents that need a decision, newest first",
            |cx, args| async move {
                let query = ListProposals {
                    pages: args.pages(),
                    space_id: args.owned("space_id"),
                    case_id: args.owned("case_id"),
                    run_id: args.owned("run_id"),
                    state: args.named("state"),
                };
                cx.list_pages(api::list(&query), &args).await
            },
        )
        .takes([
            Param::text("space_id", "In this space"),
            Param::text("case_id", "Of this case"),
            Param::text("run_id", "Of this run"),
            Param::choice("state", STATES, "In this state"),
        ])
        .pages_by_number(),
        Tool::reads(
            "proposals_get",
            "Get a proposal",
            |cx, args| async move { cx.show(&api::get(args.need("id"))).await },
        )
        .takes_id("Proposal id"),
        Tool::sets("proposals_approve", "Let a proposed action take effect", |cx, args| async move {
            let decision = if args.object("input").is_some() { "edit" } else { "approve" };
            cx.show(&api::decide(args.need("id"), decided(decision, &args))).await
        })
        .takes_id("Proposal id")
        .takes([Param::object("input", "The action's input, in place of what the agent proposed"), NOTE]),
        Tool::sets("proposals_reject", "Refuse a proposed action", |cx, args| async move {
            cx.show(&api::decide(args.need("id"), decided("reject", &args))).await
        })
        .takes_id("Proposal id")
        .takes([NOTE]),
    ]
}

fn decided(decision: &str, args: &Args) -> Raw {
    let mut body = json!({ "decision": decision });
    if let Some(input) = args.object("input") {
        body["input"] = input.clone().into();
    }
    if let Some(note) = args.text("note") {
        body["note"] = note.into();
    }
    Raw::from(&body)
}
