//! Texts that are being written: comments, summaries, reasons.

use std::collections::BTreeMap;

use client::{
    Uuid,
    v1::{WaitingKind, proposals::Verdict},
};

use crate::{editor::Editor, text::Clean};

/// What a text is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// It is posted in the thread.
    Comment,
    /// It says how the case went.
    Resolve,
    /// It says why the case is taken up again.
    Reopen,
    /// It says what is waited for.
    Wait { kind: WaitingKind },
    /// It goes with a decision.
    Decide { proposal: Uuid, verdict: Verdict, action: Clean },
}

/// Which text it is, so that one that was not sent is found again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Comment,
    Resolve,
    Reopen,
    Wait,
    Decide(Uuid),
}

/// A text of a case.
pub type DraftKey = (Uuid, Kind);

impl Purpose {
    fn kind(&self) -> Kind {
        match self {
            Self::Comment => Kind::Comment,
            Self::Resolve => Kind::Resolve,
            Self::Reopen => Kind::Reopen,
            Self::Wait { .. } => Kind::Wait,
            Self::Decide { proposal, .. } => Kind::Decide(*proposal),
        }
    }

    /// Whether it can be sent without a text.
    pub fn is_optional(&self) -> bool {
        matches!(self, Self::Resolve | Self::Wait { .. } | Self::Decide { .. })
    }

    /// What is asked for.
    pub fn title(&self) -> String {
        match self {
            Self::Comment => "Comment".to_owned(),
            Self::Resolve => "Resolve: summary (optional)".to_owned(),
            Self::Reopen => "Reopen: reason".to_owned(),
            Self::Wait { kind } => format!("Waiting for: {kind} (Tab changes), reason (optional)"),
            Self::Decide { verdict: Verdict::Approve, action, .. } => format!("Approve {action}: note (optional)"),
            Self::Decide { action, .. } => format!("Reject {action}: note (optional)"),
        }
    }

    /// What is called so where it is left unsent.
    fn name(&self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Resolve => "summary",
            Self::Reopen | Self::Wait { .. } => "reason",
            Self::Decide { .. } => "note",
        }
    }
}

/// A text being written.
#[derive(Debug)]
pub struct Form {
    /// The case it belongs to.
    pub case: Uuid,
    /// That case's title.
    pub title: Clean,
    /// What it is for.
    pub purpose: Purpose,
    /// The text.
    pub editor: Editor,
    /// Whether it is on its way.
    pub is_sent: bool,
}

impl Form {
    /// Which text it is.
    pub fn key(&self) -> DraftKey {
        (self.case, self.purpose.kind())
    }

    /// Goes to the next kind of thing that can be waited for.
    pub fn next_kind(&mut self) {
        if let Purpose::Wait { kind } = &mut self.purpose {
            let at = WaitingKind::KNOWN.iter().position(|known| known == kind).unwrap_or_default();
            *kind = WaitingKind::KNOWN[(at + 1) % WaitingKind::KNOWN.len()].clone();
        }
    }

    /// The text without the space around it; none when there is nothing else.
    pub fn words(&self) -> Option<String> {
        Some(self.editor.text().trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// The text as it is kept until it is sent.
    pub fn draft(&self) -> Draft {
        Draft { name: self.purpose.name(), title: self.title.clone(), text: self.editor.text() }
    }
}

/// A text that has not been sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What it is.
    pub name: &'static str,
    /// The title of its case.
    pub title: Clean,
    /// The text.
    pub text: String,
}

/// The texts that have not been sent.
#[derive(Debug, Default)]
pub struct Drafts(BTreeMap<DraftKey, Draft>);

impl Drafts {
    /// Keeps a text, unless there is nothing in it.
    pub fn keep(&mut self, form: &Form) {
        match form.editor.is_blank() {
            true => self.0.remove(&form.key()),
            false => self.0.insert(form.key(), form.draft()),
        };
    }

    /// The text that was kept.
    pub fn text(&self, key: DraftKey) -> &str {
        self.0.get(&key).map_or("", |draft| draft.text.as_str())
    }

    /// Whether a comment of a case was kept.
    pub fn has_comment(&self, case: Uuid) -> bool {
        self.0.contains_key(&(case, Kind::Comment))
    }

    /// Forgets a text that was sent.
    pub fn sent(&mut self, key: DraftKey) {
        self.0.remove(&key);
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Draft> {
        self.0.values()
    }
}
