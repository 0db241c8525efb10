//! A thread as Markdown.

use client::{
    Client, Timestamp, Uuid,
    public::{
        Direction, Page, Paging,
        threads::{self, Payload, ThreadEvent},
    },
    v1::{List, Pages, threads as activities},
};

use super::{
    Kind, Unreadable, if_known,
    markdown::{Document, inline},
    people::{People, Who},
};

/// Entries of a thread that is shown by itself.
const MANY: usize = 100;

/// What happened in a thread of late, oldest first.
pub(crate) struct Entries {
    entries: Vec<Entry>,
    /// Whether there are older ones.
    more: bool,
}

struct Entry {
    at: Timestamp,
    who: Who,
    author: Uuid,
    /// What it is, unless it is something said.
    kind: Option<String>,
    text: String,
}

impl Entries {
    /// The last `count` entries: with what the system noted where the server tells that, else what was said and attached.
    pub(crate) async fn last(client: &Client, thread: &str, count: usize) -> Result<Self, client::Error> {
        match last_activities(client, thread, count).await? {
            Some(entries) => Ok(entries),
            None => {
                let paging = Paging { limit: Some(count as i64), cursor: None };
                Ok(client.send(&threads::events(thread, &paging, Some(&Direction::Desc))).await?.into())
            }
        }
    }

    /// Those who wrote them.
    pub(crate) fn authors(&self) -> impl Iterator<Item = Who> {
        self.entries.iter().map(|entry| entry.who)
    }

    pub(crate) fn write(&self, document: &mut Document, people: &People) {
        for entry in &self.entries {
            let head = format!("{}, {}", entry.at, people.short(entry.author));
            match &entry.kind {
                Some(kind) => document.entry(format_args!("{head}, {}", inline(&kind.replace('_', " "))), &entry.text),
                None => document.entry(head, &entry.text),
            }
        }
        match (self.entries.is_empty(), self.more) {
            (true, _) => document.remark("Nothing was said yet."),
            (false, true) => document.remark("There are older entries: threads_events has what was said."),
            (false, false) => {}
        }
    }
}

async fn last_activities(client: &Client, thread: &str, count: usize) -> Result<Option<Entries>, client::Error> {
    let page = async |page: i64| {
        let pages = Pages { page: Some(page), per_page: Some(count as i64) };
        if_known(client, &activities::activities(thread, &pages)).await
    };
    let Some(first) = page(1).await? else { return Ok(None) };
    let total = first.meta.total as usize;
    // The oldest come first, so the last ones are on the last page, and on the one before when that is not full.
    let last = total.div_ceil(count).max(1) as i64;
    let mut found: Vec<activities::Activity> = Vec::new();
    for wanted in [last - 1, last].into_iter().filter(|page| *page >= 1) {
        let list: Option<List<_>> = if wanted == 1 { Some(first.clone()) } else { page(wanted).await? };
        found.extend(list.into_iter().flat_map(|list| list.data));
    }
    let more = total > count;
    let entries = found.split_off(found.len().saturating_sub(count));
    let entries = entries.into_iter().map(|activity| Entry {
        at: activity.created_at,
        who: Who::Actor(activity.actor_id),
        author: activity.actor_id,
        kind: Some(activity.r#type)
            .filter(|kind| *kind != activities::ActivityType::Comment)
            .map(|kind| kind.to_string()),
        text: activity.content,
    });
    Ok(Some(Entries { entries: entries.collect(), more }))
}

impl From<Page<ThreadEvent>> for Entries {
    /// Of events that come newest first.
    fn from(page: Page<ThreadEvent>) -> Self {
        let entry = |event: ThreadEvent| Entry {
            at: event.created_at,
            who: Who::from(&event.author),
            author: event.author.id,
            kind: None,
            text: said(&event.payloads),
        };
        Self { entries: page.data.into_iter().rev().map(entry).collect(), more: page.has_more }
    }
}

fn said(payloads: &[Payload]) -> String {
    let parts = payloads.iter().filter_map(|payload| match payload {
        Payload::Message { text } => Some(text.clone()),
        Payload::File { file } => Some(format!("(file {})", file.id)),
        Payload::Other => None,
    });
    parts.collect::<Vec<_>>().join("\n")
}

pub(crate) async fn show(client: &Client, id: &str) -> Result<String, Unreadable> {
    let (head, about) = (threads::get(id), activities::get(id));
    let (head, about, entries) =
        tokio::try_join!(client.send(&head), if_known(client, &about), Entries::last(client, id, MANY))?;
    let about = about.map(|one| one.data);
    let title = about.as_ref().and_then(|thread| thread.title.clone()).unwrap_or_else(|| head.id.to_string());
    let people = People::named(client, entries.authors()).await;

    let mut document = Document::titled("Thread", &title);
    document.field("Id", Some(head.id.to_string()));
    document.field("Began", Some(head.created_at.to_string()));
    document.field("Last entry", head.last_thread_event_at.map(|at| at.to_string()));
    if let Some(case) = about.as_ref().and_then(|thread| thread.case_id) {
        document.field("Case", Some(Kind::Case.uri(case)));
    }
    document.section("Entries, oldest first");
    entries.write(&mut document, &people);
    Ok(document.finish())
}
