//! People.

use client::public::users as api;

use crate::tool::Tool;

pub(crate) fn tools() -> Vec<Tool> {
    vec![
        Tool::reads("users_list", "List the people of the organisation", |cx, args| async move {
            cx.list(api::list(&args.paging()), &args).await
        })
        .pages_by_cursor(),
        Tool::reads("users_get", "Get a person", |cx, args| async move { cx.show(&api::get(args.need("id"))).await })
            .takes_id("User id"),
        Tool::reads("users_me", "Get the person you act as, and their organisation", |cx, _| async move {
            cx.show(&api::me()).await
        }),
    ]
}
