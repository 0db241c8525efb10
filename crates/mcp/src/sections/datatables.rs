//! Data tables.

use client::v1::datatables::{self as api, QueryRows};
use serde_json::{Value, json};

use super::{PLACE, place};
use crate::{arguments::Param, tool::Tool};

pub(crate) fn tools() -> Vec<Tool> {
    vec![
        Tool::reads("datatables_list", "List data tables", |cx, args| async move {
            cx.list_pages(api::list(&place(&args), &args.pages()), &args).await
        })
        .takes(PLACE)
        .pages_by_number(),
        Tool::reads("datatables_get", "Get a data table with its columns", |cx, args| async move {
            cx.show(&api::get(args.need("id"))).await
        })
        .takes_id("Data table id"),
        Tool::reads("datatables_rows", "Read rows of a data table", |cx, args| async move {
            let query = QueryRows { filter: args.owned("filter"), sort: args.owned("sort"), pages: args.pages() };
            cx.list_pages(api::rows(args.need("id"), &query), &args).await
        })
        .takes_id("Data table id")
        .takes([
            Param::text("filter", "Condition, as in: amount >= 100 and (status = \"open\" or note is null)"),
            Param::text("sort", "Columns, as in: -amount,name"),
        ])
        .pages_by_number(),
        Tool::adds("datatables_create", "Make a data table of rows, attached to one place", |cx, args| async move {
            cx.show(&api::create(args.body())).await
        })
        .makes(
            [Param::text("name", "Name").required(), Param::text("description", "What it holds")]
                .into_iter()
                .chain(PLACE)
                .chain([
                    Param::objects("columns", "Its columns in their order; told by the rows when absent").of(column),
                    Param::objects("rows", "Its rows: objects by column").required(),
                ]),
        ),
    ]
}

fn column() -> Value {
    json!({
        "name": { "type": "string" },
        "type": { "type": "string", "enum": ["text", "integer", "number", "boolean", "date", "datetime"] },
    })
}
