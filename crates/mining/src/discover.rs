//! The procedure that a space's past suggests.

use kernel::{
    Error, Result, check,
    ids::{SpaceId, WorkspaceId},
};
use process_log::{Discovery, Miner};
use serde::Serialize;
use store::Store;
use utoipa::ToSchema;
use work::{
    instructions::InstructionType,
    motion::{Phase, RequiredActor, StagePhase},
};

use crate::{history, space};

/// What was found in a space's past.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Discovered {
    /// Cases with at least one completed stage, of those that are resolved or closed.
    pub cases: u64,
    /// Different paths among them.
    pub variants: u64,
    /// Cases that took the most frequent path.
    pub path_cases: u64,
    /// `path_cases` of `cases`, above 0 and up to 1.
    pub share: f64,
    /// The most frequent path: the names of its stages, in order.
    pub path: Vec<String>,
    /// How often the second stage directly follows the first, over all cases; the most frequent pair first.
    pub directly_follows: Vec<(String, String, u64)>,
    /// The path as a procedure.
    pub procedure: Proposal,
}

/// A procedure as it can be posted: itself without `stages` to `/v1/procedures`, each of its stages to
/// `/v1/procedures/{id}/stages`.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DiscoveredProcedure)]
pub struct Proposal {
    /// The space it is for.
    pub space_id: SpaceId,
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub description: String,
    /// Its stages, in order.
    pub stages: Vec<ProposedStage>,
}

/// A stage of a proposed procedure.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DiscoveredStage)]
pub struct ProposedStage {
    /// Its name.
    pub name: String,
    /// How long it usually takes and who usually does it.
    pub description: String,
    /// Who it is for: both, since a log does not tell.
    pub required_actor_type: RequiredActor,
    /// What is to be done.
    pub instructions: Vec<ProposedInstruction>,
}

/// An instruction of a proposed stage.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DiscoveredInstruction)]
pub struct ProposedInstruction {
    /// How it is satisfied.
    #[serde(rename = "type")]
    pub instruction_type: InstructionType,
    /// What is to be done.
    pub text: String,
}

/// Finds the path that most cases of the space took and proposes it as a procedure, `space` being its id or name.
///
/// Counted are the cases that are resolved or closed, each by its completed stages in order; what was skipped was not done.
/// The cases are streamed: memory grows with the number of different paths only.
///
/// # Errors
/// `space_not_found` (it lists the spaces), `space_ambiguous`, `nothing_to_discover` when no finished case has a completed
/// stage, the store's.
pub async fn discover(store: &Store, workspace: WorkspaceId, space: &str) -> Result<Discovered> {
    let space = space::find(store, workspace, space).await?;
    let mut miner = Miner::new();
    history::each_case(store, workspace, space.id, |case| {
        if matches!(case.phase, Phase::Resolved | Phase::Closed) {
            let done = case.steps.iter().filter(|step| step.phase == StagePhase::Completed);
            miner.add_events(done.map(|step| (step.name.as_str(), step.ended.micros(), step.actor.as_deref())));
        }
        Ok(())
    })
    .await?;
    let Some(found) = miner.finish() else {
        let message = format!(
            "The space {} has no resolved or closed case with a completed stage; there is nothing to discover.",
            space.name
        );
        return Err(Error::conflict("nothing_to_discover", message));
    };
    let procedure = propose(space.id, &space.name, &found);
    Ok(Discovered {
        cases: found.cases,
        variants: found.variants,
        path_cases: found.variant_cases,
        share: found.share,
        path: found.activities.into_iter().map(|step| step.activity).collect(),
        directly_follows: found.directly_follows,
        procedure,
    })
}

fn propose(space_id: SpaceId, space: &str, found: &Discovery) -> Proposal {
    let Discovery { activities, variant_cases, cases, share, .. } = found;
    let suffix = " as practised";
    let room = check::NAME - suffix.len();
    let name: String = space.chars().take(room).collect();
    let mut stages = Vec::with_capacity(activities.len());
    let mut since_last = None;
    for (n, step) in activities.iter().enumerate() {
        let activity = step.activity.trim();
        let time = match since_last {
            Some(seconds) => format!("Usually done {} after the stage before (median). ", duration(seconds)),
            None if n == 0 => "The first stage. ".to_owned(),
            None => String::new(),
        };
        let who = match &step.top_resource {
            Some(name) => format!("Most often done by {name}."),
            None => "Nobody is known to have done it.".to_owned(),
        };
        stages.push(ProposedStage {
            name: activity.to_owned(),
            description: time + &who,
            required_actor_type: RequiredActor::Either,
            instructions: vec![ProposedInstruction {
                instruction_type: InstructionType::Todo,
                text: format!("Carry out: {activity}"),
            }],
        });
        since_last = step.median_seconds_to_next;
    }
    Proposal {
        space_id,
        name: format!("{name}{suffix}"),
        description: format!(
            "The most frequent path of the past: {variant_cases} of {cases} finished cases took it ({:.1} %).",
            share * 100.0
        ),
        stages,
    }
}

/// A duration for people, in its two largest units.
fn duration(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let units = [
        ("day", seconds / 86_400),
        ("hour", seconds / 3_600 % 24),
        ("minute", seconds / 60 % 60),
        ("second", seconds % 60),
    ];
    let first = units.iter().position(|(_, n)| *n > 0).unwrap_or(units.len() - 1);
    let named = |(unit, n): &(&str, i64)| format!("{n} {unit}{}", if *n == 1 { "" } else { "s" });
    let shown = units[first..].iter().take(2).enumerate().filter(|(place, (_, n))| *place == 0 || *n > 0);
    shown.map(|(_, unit)| named(unit)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        for (seconds, text) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (61, "1 minute 1 second"),
            (3_600, "1 hour"),
            (3_601, "1 hour"),
            (90_000, "1 day 1 hour"),
            (-5, "0 seconds"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }
}
