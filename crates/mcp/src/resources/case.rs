//! A case as Markdown.

use client::{
    Client, Uuid,
    public::{
        Page, Paging,
        cases::{self, ListCases},
        files::{self, ListFiles},
        notes::{self, ListNotes},
    },
    v1::{
        self, Pages, WaitingOn,
        instructions::{self, Instruction},
        stages::{self, Stage, StagePhase},
    },
};
use futures::{StreamExt, TryStreamExt, stream};

use super::{
    Kind, Unreadable, if_known,
    markdown::{Document, inline},
    people::{People, Who},
    thread::Entries,
};

/// Entries of the thread that are shown.
const OF_LATE: usize = 30;
/// The most items of a list that are shown.
const LISTED: i64 = 100;
const ALL: Pages = Pages { page: None, per_page: Some(200) };
/// Requests for instructions under way at once.
const AT_ONCE: usize = 8;

/// All that is shown.
struct Whole {
    case: cases::Case,
    /// What `/v1` knows beyond that, and the stages.
    phases: Option<v1::cases::Case>,
    stages: Vec<(Stage, Vec<Instruction>)>,
    files: Page<files::File>,
    notes: Page<notes::Note>,
    subcases: Page<cases::CaseItem>,
    thread: Entries,
}

pub(crate) async fn show(client: &Client, id: &str) -> Result<String, Unreadable> {
    let whole = Whole::read(client, id).await?;
    let people = People::named(client, whole.people()).await;
    Ok(whole.write(&people))
}

impl Whole {
    async fn read(client: &Client, id: &str) -> Result<Self, client::Error> {
        let case = client.send(&cases::get(id)).await?;
        let paging = Paging { limit: Some(LISTED), cursor: None };
        let here = || Some(case.id.to_string());
        let list_files = ListFiles { paging: paging.clone(), case_id: here(), ..ListFiles::default() };
        let list_notes = ListNotes { paging: paging.clone(), case_id: here(), ..ListNotes::default() };
        let list_cases = ListCases { paging, parent_case_id: here(), ..ListCases::default() }.in_usual_order();
        let thread_id = case.thread.id.to_string();
        let (list_files, list_notes, list_cases) =
            (files::list(&list_files), notes::list(&list_notes), cases::list(&list_cases));
        let (phases, stages, files, notes, subcases, thread) = tokio::try_join!(
            phases(client, case.id),
            stages_of(client, case.id),
            client.send(&list_files),
            client.send(&list_notes),
            client.send(&list_cases),
            Entries::last(client, &thread_id, OF_LATE),
        )?;
        Ok(Self { case, phases, stages, files, notes, subcases, thread })
    }

    /// Everybody who is named.
    fn people(&self) -> impl Iterator<Item = Who> {
        let assignee = self.case.assignee.as_ref().map(Who::from);
        let workers = self.stages.iter().filter_map(|(stage, _)| stage.assigned_actor_id.map(Who::Actor));
        let ticked = self.stages.iter().flat_map(|(_, todo)| todo).filter_map(|one| one.satisfied_by.map(Who::Actor));
        assignee.into_iter().chain(workers).chain(ticked).chain(self.thread.authors())
    }

    fn write(&self, people: &People) -> String {
        let mut document = Document::titled("Case", &self.case.title);
        self.write_fields(&mut document, people);
        for (name, text) in [("Description", &self.case.description), ("Summary", &self.case.summary)] {
            if let Some(text) = text.as_deref().filter(|text| !text.trim().is_empty()) {
                document.section(name);
                document.text(text);
            }
        }
        if self.phases.is_some() {
            self.write_stages(&mut document, people);
        }
        self.write_documents(&mut document);
        if !self.subcases.data.is_empty() {
            document.section("Cases below this one");
            for case in &self.subcases.data {
                let (title, status) = (inline(&case.title), inline(case.status.as_str()));
                document.item(format_args!("{title}, {status}: {}", Kind::Case.uri(case.id)));
            }
            more(&mut document, self.subcases.has_more, "cases_list");
        }
        document.section("Thread of late, oldest first");
        self.thread.write(&mut document, people);
        document.finish()
    }

    fn write_fields(&self, document: &mut Document, people: &People) {
        let case = &self.case;
        document.field("Id", Some(case.id.to_string()));
        document.field("Status", Some(case.status.as_str()));
        if let Some(phases) = &self.phases {
            document.field("Phase", Some(phases.phase.as_str()));
            document.field("Motion", Some(phases.motion.as_str()));
            document.field("Waiting on", phases.waiting_on.as_ref().map(waiting_on));
            document.field("Priority", phases.priority.as_ref().map(v1::Priority::as_str));
            document.field("Procedure", phases.procedure_id.map(|id| Kind::Procedure.uri(id)));
            for (name, value) in &phases.attributes {
                document.field("Attribute", Some(format!("{name} = {value}")));
            }
        }
        if let Some(assignee) = &case.assignee {
            document.item(format_args!("**Assignee**: {}", people.name(assignee.id)));
        }
        document.field("Due", case.due_at.map(|at| at.to_string()));
        document.field("External id", case.external_id.as_ref());
        document.field("Tags", Some(case.tags.join(", ")).filter(|tags| !tags.is_empty()));
        document.field("Lies in", case.parent.as_ref().map(|parent| format!("{} {}", parent.r#type, parent.id)));
        document.field("Thread", Some(Kind::Thread.uri(case.thread.id)));
        document.field("Opened", Some(case.created_at.to_string()));
        document.field("Changed", Some(case.updated_at.to_string()));
        document.field("Completed", case.completed_at.map(|at| at.to_string()));
    }

    fn write_stages(&self, document: &mut Document, people: &People) {
        document.section("Stages");
        if self.stages.is_empty() {
            document.remark("There are no stages; a procedure would give it some.");
        }
        for (n, (stage, instructions)) in (1..).zip(&self.stages) {
            document.part(format_args!("{n}. {}, {}", inline(&stage.name), inline(stage.phase.as_str())));
            document.field("Stage id", Some(stage.id.to_string()));
            document.field("Motion", Some(stage.motion.as_str()).filter(|_| stage.phase == StagePhase::Active));
            document.field("Waiting on", stage.waiting_on.as_ref().map(waiting_on));
            document.field("What it is for", stage.description.as_ref());
            if let Some(actor) = stage.assigned_actor_id {
                document.item(format_args!("**Worked by**: {}", people.name(actor)));
            }
            for instruction in instructions {
                let tick = if instruction.satisfied { "x" } else { " " };
                let by = instruction.satisfied_by.map(|actor| format!(", done by {}", people.short(actor)));
                let (kind, by) = (inline(instruction.r#type.as_str()), by.unwrap_or_default());
                document.entry(format_args!("[{tick}] {kind} {}{by}", instruction.id), &instruction.text);
            }
        }
    }

    fn write_documents(&self, document: &mut Document) {
        if self.files.data.is_empty() && self.notes.data.is_empty() {
            return;
        }
        document.section("Documents");
        for note in &self.notes.data {
            document.item(format_args!("Note {}: {}", note.id, inline(&note.title)));
        }
        for file in &self.files.data {
            let kind = inline(&file.mime_type);
            document.item(format_args!("File {}: {} ({kind}, {} bytes)", file.id, inline(&file.name), file.size));
        }
        more(document, self.notes.has_more || self.files.has_more, "notes_list and files_list");
    }
}

fn more(document: &mut Document, more: bool, tool: &str) {
    if more {
        document.remark(format_args!("There are more: see {tool}."));
    }
}

fn waiting_on(what: &WaitingOn) -> String {
    let id = what.id.map(|id| format!(" {id}")).unwrap_or_default();
    let reason = what.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("{}{id}{reason}", what.kind)
}

async fn phases(client: &Client, id: Uuid) -> Result<Option<v1::cases::Case>, client::Error> {
    Ok(if_known(client, &v1::cases::get(id)).await?.map(|one| one.data))
}

async fn stages_of(client: &Client, case: Uuid) -> Result<Vec<(Stage, Vec<Instruction>)>, client::Error> {
    let list = if_known(client, &stages::list(case, &ALL)).await?;
    let stages = list.map(|list| list.data).unwrap_or_default();
    let with_instructions = stream::iter(stages).map(|stage| async move {
        let list = client.send(&instructions::list(stage.id, &ALL)).await?;
        Ok((stage, list.data))
    });
    with_instructions.buffered(AT_ONCE).try_collect().await
}
