//! The cases behind a figure: found by the same pass that counts.

use std::sync::Arc;

use kernel::{
    Result, Timestamp,
    ids::{ActorId, CaseId},
};
use store::Tx;
use work::motion::{Motion, Phase};

use super::{
    State,
    past::{self, Past},
};

store::text_enum! {
    /// How long a case has been open.
    pub enum Age {
        /// Less than a day.
        Day = "<1d",
        /// Less than a week.
        Week = "1-7d",
        /// Less than 30 days.
        Month = "7-30d",
        /// Less than 90 days.
        Quarter = "30-90d",
        /// 90 days or more.
        Longer = ">90d",
    }
}

impl Age {
    /// The age of a case that was opened at `created`.
    pub(super) fn of(created: Timestamp, now: Timestamp) -> Self {
        const DAY: i64 = 86_400_000_000;
        match now.micros().saturating_sub(created.micros()).div_euclid(DAY) {
            ..1 => Self::Day,
            1..7 => Self::Week,
            7..30 => Self::Month,
            30..90 => Self::Quarter,
            90.. => Self::Longer,
        }
    }
}

/// Which cases are wanted; all given conditions hold together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Figure {
    /// Finished cases that took exactly this path.
    pub variant: Option<Vec<String>>,
    /// Cases in which this was completed.
    pub activity: Option<String>,
    /// Cases in which the second was completed directly after the first.
    pub edge: Option<(String, String)>,
    /// Cases in which this actor completed something.
    pub actor_id: Option<ActorId>,
    /// Cases in this phase.
    pub phase: Option<Phase>,
    /// Cases with this motion.
    pub motion: Option<Motion>,
    /// Open cases of this age.
    pub age: Option<Age>,
}

impl Figure {
    fn matches(&self, case: &Past, as_of: Timestamp) -> bool {
        let names = || case.steps.iter().map(|step| step.name.as_str());
        let follows =
            |(from, to): &(String, String)| case.steps.windows(2).any(|two| two[0].name == *from && two[1].name == *to);
        self.phase.is_none_or(|phase| case.phase == phase)
            && self.motion.is_none_or(|motion| case.motion == motion)
            && self.age.is_none_or(|age| !case.is_finished() && Age::of(case.created, as_of) == age)
            && self.actor_id.is_none_or(|actor| case.steps.iter().any(|step| step.by == Some(actor)))
            && self.activity.as_ref().is_none_or(|activity| names().any(|name| name == activity))
            && self.edge.as_ref().is_none_or(follows)
            && self
                .variant
                .as_ref()
                .is_none_or(|path| case.is_finished() && names().eq(path.iter().map(String::as_str)))
    }
}

/// All cases behind the figure, newest first.
pub(super) fn find(tx: &mut Tx<'_>, state: &State, figure: &Figure) -> Result<Arc<[CaseId]>> {
    let mut found = Vec::new();
    past::each(tx, state, |case| {
        if figure.matches(case, state.as_of) {
            found.push(case.id);
        }
    })?;
    found.reverse();
    Ok(found.into())
}
