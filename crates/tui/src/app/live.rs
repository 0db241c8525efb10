//! What happens on the server while a case is open.

use client::v1::events::Event;

use super::App;
use crate::request::Part;

impl App {
    /// Events are being followed from now on, or are not any more.
    pub(super) fn following(&mut self, live: bool) {
        let begins = live && !self.live;
        self.live = live;
        // What happened between loading and following was not told.
        if begins && let Some(case) = self.path.last_mut() {
            for part in [Part::Case, Part::Work, Part::Thread, Part::Proposals] {
                case.refresh(part, &mut self.outbox);
            }
        }
    }

    /// Fetches what an event has changed of the open case. Other events are left alone.
    pub(super) fn happened(&mut self, event: &Event) {
        let Some(case) = self.path.last_mut() else { return };
        let is_here = event.case_id == Some(case.id)
            || event.subject_id == case.id
            || event.thread_id.is_some_and(|thread| case.thread() == Some(thread));
        let is_subcase = event.case_id.is_some_and(|id| case.subcases.position(id).is_some());
        let kind = event.verb.split('.').next().unwrap_or_default();
        let parts: &[Part] = match kind {
            "case" if is_subcase && !is_here => &[Part::Subcases],
            _ if !is_here => &[],
            "activity" => &[Part::Thread],
            "case" => &[Part::Case, Part::Work],
            "stage" | "instruction" => &[Part::Stages, Part::Case, Part::Work],
            "artifact" => &[Part::Notes, Part::Files],
            "subcase" => &[Part::Subcases],
            "proposal" => &[Part::Proposals, Part::Work],
            _ => &[],
        };
        for part in parts {
            match part {
                // Nobody has looked at the stages yet.
                Part::Stages if !case.stages.list.has_come() => {}
                Part::Stages => {
                    case.refresh(Part::Stages, &mut self.outbox);
                    let loaded: Vec<_> = case.stages.instructions.keys().copied().collect();
                    for stage in loaded {
                        case.refresh(Part::Instructions(stage), &mut self.outbox);
                    }
                }
                part => case.refresh(*part, &mut self.outbox),
            }
        }
        self.changed |= !parts.is_empty();
    }
}
