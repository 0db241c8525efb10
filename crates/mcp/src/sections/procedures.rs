//! Procedures.

use client::public::procedures as api;

use crate::{arguments::Param, tool::Tool};

pub(crate) fn tools() -> Vec<Tool> {
    vec![
        Tool::reads("procedures_list", "List the procedures of a space, without their stages", |cx, args| async move {
            cx.list(api::list(&args.paging(), args.text("space_id")), &args).await
        })
        .takes([Param::text("space_id", "Space id; the server wants it")])
        .pages_by_cursor(),
        Tool::reads("procedures_get", "Get a procedure with its stages", |cx, args| async move {
            cx.show(&api::get(args.need("id"))).await
        })
        .takes_id("Procedure id"),
        Tool::adds("procedures_create", "Create a procedure; its stages are set by an update", |cx, args| async move {
            cx.show(&api::create(args.body())).await
        })
        .makes([Param::text("title", "Title").required(), Param::text("space_id", "The space it lies in").required()]),
        Tool::sets(
            "procedures_update",
            "Rename a procedure, or set its stages by data: {\"stages\": [{\"id\"?, \"title\", \"instructions\", \
             \"assignee_id\"}]}, all of them in their order, null where one says nothing; those left out are deleted",
            |cx, args| async move { cx.show(&api::update(args.need("id"), args.body())).await },
        )
        .takes_id("Procedure id")
        .changes([Param::text("title", "Title")]),
        Tool::removes("procedures_delete", "Delete a procedure; cases keep their stages", |cx, args| async move {
            cx.delete(&api::delete(args.need("id")), args.need("id")).await
        })
        .takes_id("Procedure id"),
    ]
}
