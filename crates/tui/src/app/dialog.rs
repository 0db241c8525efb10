//! What stands in front of the panes for a while.

use client::{
    Uuid,
    public::cases::CaseStatus,
    v1::{Motion, cases::Phase},
};

use super::form::Form;
use crate::{pager::Choice, request::Place, scroll::Scroll, text::Clean};

/// Something in front of the panes. Keys go to it.
#[derive(Debug)]
pub enum Dialog {
    /// The keys.
    Help(Scroll),
    /// A choice.
    Menu(Menu),
    /// A text to be written.
    Form(Box<Form>),
    /// The stages of the open case.
    Stages,
    /// The proposals in the open case.
    Proposals,
    /// An address that no browser opened.
    Address(Clean),
}

/// A choice.
#[derive(Debug)]
pub struct Menu {
    /// What is chosen.
    pub title: &'static str,
    /// Among what.
    pub options: Vec<Choosable>,
    /// The row.
    pub choice: Choice,
}

/// Something that can be chosen.
#[derive(Debug, Clone)]
pub struct Choosable {
    /// What it is called.
    pub label: Clean,
    /// Whether it is so now.
    pub is_current: bool,
    /// What choosing it does.
    pub action: Action,
}

/// What choosing something does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Shows cases of one status only, or all.
    Filter(Place, Option<CaseStatus>),
    /// Changes to a configuration.
    Config(Clean),
    /// Sets the motion of a case.
    Motion(Uuid, Motion),
    /// Takes a step with a case.
    Step(Uuid, Step),
    /// Goes back.
    Nothing,
}

/// A step that changes the phase of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Commence,
    Resolve,
    Reopen,
    Close,
    /// As [`Step::Close`], and it is meant.
    CloseForGood,
}

impl Step {
    /// What can be done with a case now.
    pub fn legal(phase: &Phase) -> &'static [Step] {
        match phase {
            Phase::Intake => &[Step::Commence],
            Phase::Active => &[Step::Resolve],
            Phase::Resolved => &[Step::Reopen, Step::Close],
            Phase::Closed | Phase::Other(_) => &[],
        }
    }

    fn label(self) -> Clean {
        Clean::ours(match self {
            Step::Commence => "Commence",
            Step::Resolve => "Resolve, with a summary",
            Step::Reopen => "Reopen, with a reason",
            Step::Close => "Close",
            Step::CloseForGood => "Yes, close it for good",
        })
    }
}

impl Menu {
    fn new(title: &'static str, options: Vec<Choosable>) -> Self {
        let at = options.iter().position(|option| option.is_current).unwrap_or(0);
        Self { title, options, choice: Choice { at, top: 0 } }
    }

    /// Which cases are shown.
    pub fn filter(place: Place, current: Option<&CaseStatus>) -> Self {
        use CaseStatus::{Blocked, Cancelled, Completed, Open, Started};
        let statuses = [None, Some(Open), Some(Started), Some(Blocked), Some(Completed), Some(Cancelled)];
        let options = statuses.into_iter().map(|status| Choosable {
            label: Clean::ours(match &status {
                None => "all",
                Some(Open) => "open",
                Some(Started) => "started",
                Some(Blocked) => "blocked",
                Some(Completed) => "completed",
                Some(_) => "cancelled",
            }),
            is_current: status.as_ref() == current,
            action: Action::Filter(place, status),
        });
        Self::new("Show cases", options.collect())
    }

    /// Which configuration is used.
    pub fn configs(names: Vec<Clean>, current: &str) -> Self {
        let options = names.into_iter().map(|name| Choosable {
            is_current: &*name == current,
            action: Action::Config(name.clone()),
            label: name,
        });
        Self::new("Configuration", options.collect())
    }

    /// Which motion a case has.
    pub fn motion(case: Uuid, current: &Motion) -> Self {
        let motions = [
            (Motion::Working, "working: it moves"),
            (Motion::Waiting, "waiting: for something, with a reason"),
            (Motion::Blocked, "blocked: by a surprise"),
            (Motion::Paused, "paused: agents stand still"),
        ];
        let options = motions.into_iter().map(|(motion, label)| Choosable {
            label: Clean::ours(label),
            is_current: motion == *current,
            action: Action::Motion(case, motion),
        });
        Self::new("Motion", options.collect())
    }

    /// Which step is taken.
    pub fn steps(case: Uuid, phase: &Phase) -> Self {
        let options = Step::legal(phase).iter().map(|step| Choosable {
            label: step.label(),
            is_current: false,
            action: Action::Step(case, *step),
        });
        Self::new("Next step", options.collect())
    }

    /// Whether a case is to be closed.
    pub fn close(case: Uuid) -> Self {
        let no = Choosable { label: Clean::ours("No, go back"), is_current: true, action: Action::Nothing };
        let step = Step::CloseForGood;
        let yes = Choosable { label: step.label(), is_current: false, action: Action::Step(case, step) };
        Self::new("A closed case stays closed", vec![no, yes])
    }

    /// What the chosen row does.
    pub fn action(&self) -> Option<Action> {
        self.options.get(self.choice.at).map(|option| option.action.clone())
    }
}
