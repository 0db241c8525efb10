//! The tools, a file per section of the API, in the order in which they are listed.

mod agents;
mod case_ingestions;
mod cases;
mod datatables;
mod emails;
mod events;
mod files;
mod instructions;
mod labels;
mod notes;
mod procedures;
mod proposals;
mod runs;
mod search;
mod secrets;
mod spaces;
mod stages;
mod threads;
mod tools;
mod users;

use client::v1::Place;
use serde_json::{Value, json};

use crate::{
    Files,
    arguments::{Args, Param},
    tool::Tool,
};

/// The tools of a server that may or may not work on local files.
pub(crate) fn all(files: Files) -> Vec<Tool> {
    let sections = [
        spaces::tools(),
        cases::tools(),
        stages::tools(),
        instructions::tools(),
        labels::tools(),
        case_ingestions::tools(files),
        notes::tools(),
        files::tools(files),
        datatables::tools(),
        emails::tools(),
        threads::tools(),
        procedures::tools(),
        agents::tools(),
        tools::tools(),
        secrets::tools(),
        runs::tools(),
        proposals::tools(),
        users::tools(),
        events::tools(),
        search::tools(),
    ];
    sections.into_iter().flatten().collect()
}

const DIRECTION: Param = Param::choice("direction", &["asc", "desc"], "Which end comes first");
const TIME_SORT: Param = Param::choice("sort", &["created_at", "updated_at"], "The order");

const MOTIONS: &[&str] = &["working", "waiting", "blocked", "paused"];

const WAITING_ON: Param = Param::object("waiting_on", "What it waits for, with motion waiting").of(waiting_on);

fn waiting_on() -> Value {
    json!({
        "kind": { "type": "string", "enum": ["subcase", "approval", "external", "actor"] },
        "id": { "type": "string" },
        "reason": { "type": "string" },
    })
}

/// Where something of `/v1` lies.
const PLACE: [Param; 3] = [
    Param::text("case_id", "Attached to this case"),
    Param::text("thread_id", "Attached to this thread"),
    Param::text("space_id", "Attached to this space"),
];

fn place(args: &Args) -> Place {
    Place { case_id: args.owned("case_id"), thread_id: args.owned("thread_id"), space_id: args.owned("space_id") }
}
