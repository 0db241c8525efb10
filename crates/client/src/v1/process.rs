//! The process of a space: its figures, the cases behind them, and the procedure that they suggest.

use std::fmt::Display;

use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    ActorType, List, Motion, One, Pages, RequiredActor,
    cases::{Case, Phase},
    get as read,
    instructions::InstructionType,
};
use crate::{Call, names::names};

names! {
    /// How long a case has been open.
    Age {
        Day = "<1d",
        Week = "1-7d",
        Month = "7-30d",
        Quarter = "30-90d",
        Longer = ">90d",
    }
}

/// The figures of a space's process.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Process {
    /// The hour that ages are counted to.
    pub as_of: Timestamp,
    /// All cases.
    pub cases: u64,
    /// Those that are resolved or closed.
    pub finished: u64,
    /// What is done.
    pub activities: Vec<Activity>,
    /// What cases begin with.
    pub starts: Vec<NamedCount>,
    /// What finished cases end with.
    pub ends: Vec<NamedCount>,
    /// What leads to what.
    pub edges: Vec<Edge>,
    /// The most frequent paths of finished cases.
    pub variants: Vec<Variant>,
    /// How many different paths there are.
    pub variant_count: u64,
    /// Cases opened and finished by week.
    pub throughput: Vec<Week>,
    /// How old open cases are.
    pub ageing: Vec<Ageing>,
    /// Who completes how much.
    pub actors: Vec<ActorFigures>,
}

/// An activity.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Activity {
    /// Its name.
    pub name: String,
    /// How often it was completed.
    pub count: u64,
    /// In how many cases.
    pub cases: u64,
    /// How long it takes.
    pub median_seconds: Option<i64>,
    /// The mean of the same.
    pub mean_seconds: Option<i64>,
    /// How often a person completed it.
    pub people: u64,
    /// How often an agent completed it.
    pub agents: u64,
}

/// How often something is first or last.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct NamedCount {
    /// The activity.
    pub name: String,
    /// In how many cases.
    pub count: u64,
}

/// One activity directly following another.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Edge {
    /// The earlier activity.
    pub from: String,
    /// The one that follows.
    pub to: String,
    /// How often it does.
    pub count: u64,
    /// The time between their ends.
    pub median_wait_seconds: Option<i64>,
    /// The mean of the same.
    pub mean_wait_seconds: Option<i64>,
}

/// A path.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Variant {
    /// The activities, in order.
    pub path: Vec<String>,
    /// How many finished cases took it.
    pub cases: u64,
    /// Of all finished cases with a path.
    pub share: f64,
    /// From opening to end.
    pub median_seconds: Option<i64>,
}

/// A week.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Week {
    /// Its Monday.
    pub week: String,
    /// Cases opened in it.
    pub opened: u64,
    /// Cases resolved in it.
    pub resolved: u64,
}

/// How old the open cases of a phase and motion are.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Ageing {
    /// Their phase.
    pub phase: Phase,
    /// Their motion.
    pub motion: Motion,
    /// How many there are of each age.
    pub buckets: Vec<AgeBucket>,
}

/// How many open cases have an age.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AgeBucket {
    /// The age.
    pub label: Age,
    /// How many cases have it.
    pub count: u64,
}

/// What an actor completes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ActorFigures {
    /// Who.
    pub actor: Who,
    /// How many stages.
    pub completed: u64,
    /// How long one takes.
    pub median_seconds: Option<i64>,
}

/// An actor.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Who {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Whether it is a person.
    pub r#type: ActorType,
}

/// What was found in a space's past.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Discovered {
    /// Finished cases with a path.
    pub cases: u64,
    /// Different paths.
    pub variants: u64,
    /// Cases that took the most frequent one.
    pub path_cases: u64,
    /// `path_cases` of `cases`.
    pub share: f64,
    /// The most frequent path.
    pub path: Vec<String>,
    /// What directly follows what, and how often.
    pub directly_follows: Vec<serde_json::Value>,
    /// The path as a procedure.
    pub procedure: Proposal,
}

/// A procedure that can be made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Proposal {
    /// The space it is for.
    pub space_id: Uuid,
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub description: String,
    /// Its stages.
    pub stages: Vec<ProposedStage>,
}

/// A stage of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ProposedStage {
    /// Its name.
    pub name: String,
    /// How long it takes and who does it.
    pub description: String,
    /// Who may work on it.
    pub required_actor_type: RequiredActor,
    /// What is to be done.
    pub instructions: Vec<ProposedInstruction>,
}

/// An instruction of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ProposedInstruction {
    /// How it is satisfied.
    pub r#type: InstructionType,
    /// What is to be done.
    pub text: String,
}

/// Which cases count; all conditions hold together.
#[derive(Debug, Clone, Default)]
pub struct Period {
    /// Opened at this time or later.
    pub from: Option<String>,
    /// Opened before this time.
    pub to: Option<String>,
    /// To which this procedure was applied last.
    pub procedure_id: Option<String>,
}

/// The figure whose cases are wanted; all conditions hold together.
#[derive(Debug, Clone, Default)]
pub struct Figure {
    /// The page.
    pub pages: Pages,
    /// Which cases count.
    pub period: Period,
    /// Finished cases that took exactly this path: a JSON array.
    pub variant: Option<String>,
    /// In which this was completed.
    pub activity: Option<String>,
    /// In which `to_activity` was completed directly after this.
    pub from_activity: Option<String>,
    /// In which this was completed directly after `from_activity`.
    pub to_activity: Option<String>,
    /// In which this actor completed something.
    pub actor_id: Option<String>,
    /// In this phase.
    pub phase: Option<Phase>,
    /// With this motion.
    pub motion: Option<Motion>,
    /// Open cases of this age.
    pub age: Option<Age>,
}

impl<T> Call<T> {
    fn of(self, period: &Period) -> Self {
        self.query("from", period.from.as_deref())
            .query("to", period.to.as_deref())
            .query("procedure_id", period.procedure_id.as_deref())
    }
}

/// The figures of a space's process.
pub fn get(space: impl Display, period: &Period) -> Call<One<Process>> {
    read("spaces").at(space).at("process").of(period)
}

/// The cases behind a figure, the newest first.
pub fn cases(space: impl Display, figure: &Figure) -> Call<List<Case>> {
    read("spaces")
        .at(space)
        .at("process")
        .at("cases")
        .of(&figure.period)
        .query("variant", figure.variant.as_deref())
        .query("activity", figure.activity.as_deref())
        .query("from_activity", figure.from_activity.as_deref())
        .query("to_activity", figure.to_activity.as_deref())
        .query("actor_id", figure.actor_id.as_deref())
        .query("phase", figure.phase.as_ref())
        .query("motion", figure.motion.as_ref())
        .query("age", figure.age.as_ref())
        .on(&figure.pages)
}

/// The procedure that a space's past suggests.
pub fn discovered(space: impl Display) -> Call<One<Discovered>> {
    read("spaces").at(space).at("discovered-procedure")
}
