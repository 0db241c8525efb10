//! Secrets that tools use. Their values go in and never come out.

use client::public::secrets as api;

use crate::{arguments::Param, tool::Tool};

pub(crate) fn tools() -> Vec<Tool> {
    vec![
        Tool::reads("secrets_list", "List the secrets that tools use, without their values", |cx, args| async move {
            cx.list(api::list(&args.paging()), &args).await
        })
        .pages_by_cursor(),
        Tool::adds(
            "secrets_create",
            "Store a secret",
            |cx, args| async move { cx.show(&api::create(args.body())).await },
        )
        .makes([
            Param::text("name", "Name: letters, digits and _, not beginning with a digit").required(),
            Param::text("value", "Value").required(),
        ]),
        Tool::removes("secrets_delete", "Delete a secret; tools lose it", |cx, args| async move {
            cx.delete(&api::delete(args.need("id")), args.need("id")).await
        })
        .takes_id("Secret id"),
    ]
}
