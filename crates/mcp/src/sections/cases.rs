//! Cases: those of the public API, and their way through the phases.

use client::{
    public::cases::{self as api, ListCases},
    v1::cases as machine,
};

use super::{MOTIONS, WAITING_ON};
use crate::{
    arguments::{Args, Param},
    tool::Tool,
};

const STATUSES: &[&str] = &["open", "started", "completed", "cancelled", "blocked"];
const SORTS: &[&str] = &["position", "created_at", "updated_at"];

const TITLE: Param = Param::text("title", "Title");
const DESCRIPTION: Param = Param::text("description", "What the case is about");
const ASSIGNEE: Param = Param::text("assignee_id", "The person or agent who has it");
const DUE: Param = Param::text("due_at", "When it is due, as in 2026-01-31T09:30:00Z");

pub(crate) fn tools() -> Vec<Tool> {
    public().into_iter().chain(phases()).collect()
}

fn public() -> Vec<Tool> {
    vec![
        Tool::reads(
            "cases_list",
            "List cases, without descriptions. Use `search` to find one by words",
            |cx, args| async move { cx.list(api::list(&wanted(&args)), &args).await },
        )
        .takes([
            Param::text("space_id", "Directly in this space"),
            Param::text("parent_case_id", "Directly below this case"),
            Param::text("assignee_id", "Assigned to this person or agent"),
            Param::choices("status", STATUSES, "In one of these states"),
            Param::choice("sort", SORTS, "The order: position within a space or case, else created_at"),
            Param::choice("direction", &["asc", "desc"], "asc within a space or case and by position, else desc"),
        ])
        .pages_by_cursor(),
        Tool::reads("cases_get", "Get a case with its description, summary, files and thread", |cx, args| async move {
            cx.show(&api::get(args.need("id"))).await
        })
        .takes_id("Case id"),
        Tool::adds("cases_create", "Open a case in a space or below another case", |cx, args| async move {
            cx.show(&api::create(args.body())).await
        })
        .makes([
            TITLE.required(),
            DESCRIPTION,
            Param::text("space_id", "The space it goes to; either this or parent_case_id"),
            Param::text("parent_case_id", "The case it goes below"),
            ASSIGNEE,
            DUE,
            Param::text("external_id", "Its name in another system, unique in the space"),
            Param::texts("tags", "Tags by name"),
            Param::texts("attached_file_ids", "Files that become the case's"),
        ]),
        Tool::sets("cases_update", "Change a case, set its status, or move it", |cx, args| async move {
            cx.show(&api::update(args.need("id"), args.body())).await
        })
        .takes_id("Case id")
        .changes([
            TITLE,
            DESCRIPTION,
            Param::text("space_id", "The space it moves to"),
            Param::text("parent_case_id", "The case it moves below"),
            ASSIGNEE,
            DUE,
            Param::choice("status", STATUSES, "Where it stands"),
            Param::texts("tags", "All its tags by name; [] for none"),
        ]),
        Tool::removes("cases_delete", "Delete a case and everything below it", |cx, args| async move {
            cx.delete(&api::delete(args.need("id")), args.need("id")).await
        })
        .takes_id("Case id"),
    ]
}

fn phases() -> Vec<Tool> {
    vec![
        Tool::adds("cases_commence", "Begin work on a case: intake to active", |cx, args| async move {
            cx.show(&machine::commence(args.need("id"))).await
        })
        .takes_id("Case id"),
        Tool::adds("cases_resolve", "End the work on a case: active to resolved", |cx, args| async move {
            cx.show(&machine::resolve(args.need("id"), args.body())).await
        })
        .takes_id("Case id")
        .sends([Param::text("summary", "How it went")]),
        Tool::adds("cases_reopen", "Take a resolved case up again", |cx, args| async move {
            cx.show(&machine::reopen(args.need("id"), args.body())).await
        })
        .takes_id("Case id")
        .sends([Param::text("reason", "Why it is taken up again").required()]),
        Tool::sets("cases_close", "Close a resolved case for good", |cx, args| async move {
            cx.show(&machine::close(args.need("id"))).await
        })
        .takes_id("Case id"),
        Tool::sets("cases_set_motion", "Say whether a case moves, and what holds it", |cx, args| async move {
            cx.show(&machine::set_motion(args.need("id"), args.body())).await
        })
        .takes_id("Case id")
        .sends([Param::choice("motion", MOTIONS, "Motion").required(), WAITING_ON]),
        Tool::adds("cases_apply_procedure", "Give a case the stages of a procedure", |cx, args| async move {
            cx.show(&machine::apply_procedure(args.need("id"), args.body())).await
        })
        .takes_id("Case id")
        .sends([Param::text("procedure_id", "Procedure id").required()]),
        Tool::reads("cases_subcases", "List the cases that were spawned from a case's stages", |cx, args| async move {
            cx.list_pages(machine::subcases(args.need("id"), &args.pages()), &args).await
        })
        .takes_id("Case id")
        .pages_by_number(),
    ]
}

fn wanted(args: &Args) -> ListCases {
    let query = ListCases {
        paging: args.paging(),
        space_id: args.owned("space_id"),
        parent_case_id: args.owned("parent_case_id"),
        assignee_id: args.owned("assignee_id"),
        status: args.texts("status").map(Into::into).collect(),
        sort: args.named("sort"),
        direction: args.named("direction"),
    };
    query.in_usual_order()
}
