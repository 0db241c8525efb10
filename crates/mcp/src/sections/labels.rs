//! Labels of spaces, and the ones that cases carry.

use client::v1::labels as api;

use crate::{arguments::Param, tool::Tool};

pub(crate) fn tools() -> Vec<Tool> {
    let space = Param::text("space_id", "Space id").required();
    let case = Param::text("case_id", "Case id").required();
    let label = Param::text("label_id", "Label id").required();
    vec![
        Tool::reads("labels_list", "List the labels of a space", |cx, args| async move {
            cx.list_pages(api::list(args.need("space_id"), &args.pages()), &args).await
        })
        .takes([space])
        .pages_by_number(),
        Tool::adds("labels_create", "Add a label to a space", |cx, args| async move {
            cx.show(&api::create(args.need("space_id"), args.body())).await
        })
        .takes([space])
        .makes([Param::text("name", "Name").required(), Param::text("color", "Colour, as in #d33682")]),
        Tool::adds("labels_apply", "Put a label on a case", |cx, args| async move {
            cx.show(&api::apply(args.need("case_id"), args.body())).await
        })
        .takes([case])
        .sends([label]),
        Tool::removes("labels_remove", "Take a label off a case", |cx, args| async move {
            cx.show(&api::remove(args.need("case_id"), args.need("label_id"))).await
        })
        .takes([case, label]),
    ]
}
