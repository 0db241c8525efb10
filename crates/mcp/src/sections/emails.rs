//! E-mails.

use client::v1::emails as api;

use super::{PLACE, place};
use crate::{arguments::Param, tool::Tool};

pub(crate) fn tools() -> Vec<Tool> {
    vec![
        Tool::reads("emails_list", "List e-mails", |cx, args| async move {
            cx.list_pages(api::list(&place(&args), &args.pages()), &args).await
        })
        .takes(PLACE)
        .pages_by_number(),
        Tool::reads("emails_get", "Get an e-mail", |cx, args| async move { cx.show(&api::get(args.need("id"))).await })
            .takes_id("E-mail id"),
        Tool::adds(
            "emails_create",
            "Draft an e-mail, attached to one place; emails_send sends it",
            |cx, args| async move { cx.show(&api::create(args.body())).await },
        )
        .makes(PLACE.into_iter().chain([
            Param::texts("to", "Addresses"),
            Param::texts("cc", "Addresses"),
            Param::texts("bcc", "Addresses"),
            Param::text("subject", "Subject"),
            Param::text("body", "What it says, as plain text"),
            Param::text("in_reply_to", "The e-mail it answers, by id"),
        ])),
        Tool::adds("emails_send", "Send a draft to its recipients", |cx, args| async move {
            cx.show(&api::send(args.need("id"))).await
        })
        .takes_id("E-mail id")
        .reaches_out(),
    ]
}
