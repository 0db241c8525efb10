//! A space with a person, an agent and a commenced case, for tests of domain rules.

use identity::{
    Role,
    actors::{self, ActorType, NewActor},
    spaces::{self, NewSpace},
};
use kernel::{
    Actor, ActorKind, PageRequest, Result,
    ids::{ActorId, CaseId, SpaceId, StageId},
};
use store::{Tx, events, testing::TestWorkspace};
use work::{
    cases::{self, NewCase},
    instructions::{InstructionType, NewInstruction},
    lifecycle,
    motion::RequiredActor,
    procedures::{self, NewStageTemplate},
    stages,
};

pub const ALL: PageRequest = PageRequest { page: 1, per_page: 200 };

#[derive(Clone, Copy)]
pub struct World {
    pub owner: Actor,
    pub member: Actor,
    pub observer: Actor,
    pub stranger: Actor,
    pub agent: Actor,
    pub space: SpaceId,
    pub case: CaseId,
    pub stage: StageId,
}

fn person(tx: &mut Tx<'_>, name: &str) -> Result<Actor> {
    let new = NewActor {
        actor_type: ActorType::Human,
        name: name.into(),
        email: None,
        model_id: None,
        system_prompt: None,
        reasoning_effort: None,
        capabilities: vec![],
        review: vec![],
    };
    Ok(actors::create(tx, &new)?.acting())
}

pub fn ai(tx: &mut Tx<'_>, name: &str, review: &[&str]) -> Result<Actor> {
    let new = NewActor {
        actor_type: ActorType::Ai,
        name: name.into(),
        email: None,
        model_id: Some("rules".into()),
        system_prompt: None,
        reasoning_effort: None,
        capabilities: vec![],
        review: review.iter().map(ToString::to_string).collect(),
    };
    Ok(actors::create(tx, &new)?.acting())
}

/// The case has one stage, the agent's, with one todo.
pub fn world(ws: &mut TestWorkspace) -> World {
    let (owner, member, observer, stranger, agent) = ws.write(Actor::SYSTEM, |tx| {
        let people = [person(tx, "Ada")?, person(tx, "Max")?, person(tx, "Olga")?, person(tx, "Eve")?];
        Ok((people[0], people[1], people[2], people[3], ai(tx, "Weaver", &[])?))
    });
    assert_eq!(agent.kind, ActorKind::Ai);
    ws.write(owner, |tx| {
        let space = spaces::create(tx, &NewSpace { name: "Claims".into(), description: None, review: vec![] })?.id;
        for (actor, role) in [(member, Role::Member), (observer, Role::Observer), (agent, Role::Member)] {
            spaces::add_member(tx, space, actor.id, role)?;
        }
        let procedure = procedures::create(tx, space, "Claim", None)?.id;
        let instructions =
            vec![NewInstruction { instruction_type: InstructionType::Todo, text: "Look".into(), condition: None }];
        let template = NewStageTemplate {
            name: "Triage".into(),
            description: None,
            required_actor_type: RequiredActor::Either,
            assigned_actor_id: Some(agent.id),
            instructions,
        };
        procedures::add_stage(tx, procedure, &template)?;
        let new = NewCase { procedure_id: Some(procedure), ..NewCase::titled(space, "A case") };
        let case = cases::create(tx, &new)?.id;
        lifecycle::commence(tx, case)?;
        let stage = stages::active(tx, case)?.unwrap().id;
        Ok(World { owner, member, observer, stranger, agent, space, case, stage })
    })
}

/// Gives the reader of this crate the events that it has not seen.
pub fn follow(ws: &mut TestWorkspace) {
    loop {
        let more = ws.write(Actor::SYSTEM, |tx| {
            let seen = events::cursor(tx, "agents")?;
            let batch = events::after(tx, seen, 200)?;
            for event in &batch {
                crate::runs::follow_event(tx, event)?;
            }
            let Some(last) = batch.last() else { return Ok(false) };
            events::advance(tx, "agents", last.seq)?;
            Ok(true)
        });
        if !more {
            return;
        }
    }
}

pub fn nobody() -> ActorId {
    ActorId::new()
}
