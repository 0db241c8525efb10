//! Search.

use client::v1::search as api;

use crate::{arguments::Param, tool::Tool};

pub(crate) fn tools() -> Vec<Tool> {
    vec![
        Tool::reads("search", "Find cases, documents, data tables and e-mails by words", |cx, args| async move {
            cx.show(&api::search(args.need("query"), args.integer("limit"))).await
        })
        .takes([
            Param::text("query", "Words, each of which must be found; parts of words count").required(),
            Param::integer("limit", "Hits at most: 1 to 200, 50 when absent"),
        ]),
    ]
}
