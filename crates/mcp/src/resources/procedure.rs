//! A procedure as Markdown.

use client::{Client, public::procedures};

use super::{
    Kind, Unreadable,
    markdown::{Document, inline},
    people::{People, Who},
};

pub(crate) async fn show(client: &Client, id: &str) -> Result<String, Unreadable> {
    let procedure = client.send(&procedures::get(id)).await?;
    let workers = procedure.stages.iter().filter_map(|stage| stage.assignee.as_ref().map(Who::from));
    let people = People::named(client, workers).await;

    let mut document = Document::titled("Procedure", &procedure.title);
    document.field("Id", Some(procedure.id.to_string()));
    document.field("Space", procedure.parent.as_ref().map(|space| Kind::Space.uri(space.id)));
    document.field("Changed", Some(procedure.updated_at.to_string()));
    document.section("Stages");
    if procedure.stages.is_empty() {
        document.remark("There are no stages yet.");
    }
    for (n, stage) in (1..).zip(&procedure.stages) {
        document.part(format_args!("{n}. {}", inline(stage.title.as_deref().unwrap_or("without a title"))));
        document.field("Stage id", Some(stage.id.to_string()));
        if let Some(assignee) = &stage.assignee {
            document.item(format_args!("**Worked by**: {}", people.name(assignee.id)));
        }
        document.field("Instructions", stage.instructions.as_ref());
    }
    Ok(document.finish())
}
