//! Imports of many cases.

use client::public::case_ingestions as api;

use super::files::BOUND;
use crate::{Files, arguments::Param, reply::Refusal, tool::Tool};

pub(crate) fn tools(files: Files) -> Vec<Tool> {
    let space = Param::text("space_id", "The space that the cases go to").required();
    let about = "Import many cases; see case_ingestions_get for how far it is";
    let create = match files {
        Files::Local => Tool::adds("case_ingestions_create", about, |cx, args| async move {
            cx.show(&api::create(args.need("manifest"), args.need("space_id"))).await
        })
        .takes([space, Param::text("manifest", "Path of a local file with one case a line, as JSON").required()]),
        Files::Inline => Tool::adds("case_ingestions_create", about, |cx, args| async move {
            let manifest = args.need("content").to_owned();
            if manifest.len() > BOUND {
                return Err(Refusal::arguments(format!("content is larger than {} MiB", BOUND >> 20)));
            }
            cx.show(&api::create_from(manifest.into(), args.need("space_id"))).await
        })
        .takes([space, Param::text("content", "The cases: one a line, as JSON; at most 8 MiB").required()]),
    };
    vec![
        create,
        Tool::reads("case_ingestions_get", "Get how far an import is", |cx, args| async move {
            cx.show(&api::get(args.need("id"))).await
        })
        .takes_id("Import id"),
        Tool::reads("case_ingestions_errors", "List the entries of an import that failed", |cx, args| async move {
            cx.list(api::errors(args.need("id"), &args.paging()), &args).await
        })
        .takes_id("Import id")
        .pages_by_cursor(),
    ]
}
