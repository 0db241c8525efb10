//! Notes.

use client::public::notes::{self as api, ListNotes};

use super::{DIRECTION, TIME_SORT};
use crate::{arguments::Param, tool::Tool};

const FIELDS: [Param; 5] = [
    Param::text("title", "Title"),
    Param::text("body", "What it says, in Markdown"),
    Param::text("space_id", "The space it lies in; either this or case_id"),
    Param::text("case_id", "The case it lies in"),
    Param::texts("tags", "All its tags by name"),
];

pub(crate) fn tools() -> Vec<Tool> {
    let [title, others @ ..] = FIELDS;
    vec![
        Tool::reads("notes_list", "List notes, without their bodies", |cx, args| async move {
            let query = ListNotes {
                paging: args.paging(),
                space_id: args.owned("space_id"),
                case_id: args.owned("case_id"),
                thread_id: args.owned("thread_id"),
                sort: args.named("sort"),
                direction: args.named("direction"),
            };
            cx.list(api::list(&query), &args).await
        })
        .takes([
            Param::text("space_id", "Directly in this space"),
            Param::text("case_id", "Attached to this case"),
            Param::text("thread_id", "Attached to this thread"),
            TIME_SORT,
            DIRECTION,
        ])
        .pages_by_cursor(),
        Tool::reads("notes_get", "Get a note with its body", |cx, args| async move {
            cx.show(&api::get(args.need("id"))).await
        })
        .takes_id("Note id"),
        Tool::adds("notes_create", "Write a note in a space or on a case", |cx, args| async move {
            cx.show(&api::create(args.body())).await
        })
        .makes([title.required()].into_iter().chain(others)),
        Tool::sets("notes_update", "Change or move a note", |cx, args| async move {
            cx.show(&api::update(args.need("id"), args.body())).await
        })
        .takes_id("Note id")
        .changes(FIELDS),
        Tool::removes("notes_delete", "Delete a note", |cx, args| async move {
            cx.delete(&api::delete(args.need("id")), args.need("id")).await
        })
        .takes_id("Note id"),
    ]
}
