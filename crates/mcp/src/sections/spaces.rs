//! Spaces.

use client::public::spaces as api;

use crate::{arguments::Param, tool::Tool};

const FIELDS: [Param; 2] = [Param::text("name", "Name"), Param::text("description", "What the space is for")];

pub(crate) fn tools() -> Vec<Tool> {
    vec![
        Tool::reads("spaces_list", "List the spaces you can see", |cx, args| async move {
            cx.list(api::list(&args.paging()), &args).await
        })
        .pages_by_cursor(),
        Tool::reads("spaces_get", "Get a space", |cx, args| async move { cx.show(&api::get(args.need("id"))).await })
            .takes_id("Space id"),
        Tool::adds(
            "spaces_create",
            "Create a space",
            |cx, args| async move { cx.show(&api::create(args.body())).await },
        )
        .makes([FIELDS[0].required(), FIELDS[1]]),
        Tool::sets("spaces_update", "Rename or describe a space", |cx, args| async move {
            cx.show(&api::update(args.need("id"), args.body())).await
        })
        .takes_id("Space id")
        .changes(FIELDS),
        Tool::removes("spaces_delete", "Delete a space and everything in it", |cx, args| async move {
            cx.delete(&api::delete(args.need("id")), args.need("id")).await
        })
        .takes_id("Space id"),
    ]
}
