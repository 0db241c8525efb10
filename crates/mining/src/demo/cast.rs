//! Who and what is there before the first case: people, the agent, the space, its labels and its procedure.

use std::collections::HashMap;

use identity::{
    Role,
    actors::{self, ActorType, NewActor},
    spaces::{self, NewSpace},
};
use kernel::{
    Actor, Result, Timestamp,
    ids::{ActorId, LabelId, ProcedureId, SpaceId},
};
use store::Tx;
use work::{
    instructions::{InstructionType, NewInstruction},
    labels,
    motion::RequiredActor,
    procedures::{self, NewStageTemplate},
};

use super::hours_before;

/// Somebody in a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// Takes claims in.
    Maria,
    /// Assesses damage.
    Jonas,
    /// Approves payments.
    Priya,
    /// The rules agent.
    Agent,
}

/// Everything that stories need.
pub(super) struct Cast {
    pub space: SpaceId,
    pub procedure: ProcedureId,
    labels: HashMap<&'static str, LabelId>,
    maria: Actor,
    jonas: Actor,
    priya: Actor,
    agent: Actor,
}

impl Cast {
    pub fn actor(&self, who: Who) -> Actor {
        match who {
            Who::Maria => self.maria,
            Who::Jonas => self.jonas,
            Who::Priya => self.priya,
            Who::Agent => self.agent,
        }
    }

    pub fn label(&self, name: &str) -> Option<LabelId> {
        self.labels.get(name).copied()
    }
}

const LABELS: [(&str, &str); 5] = [
    ("motor", "#3366ff"),
    ("home", "#2f9e44"),
    ("liability", "#ae3ec9"),
    ("fraud check", "#e03131"),
    ("vip", "#f08c00"),
];

const AGENT_PROMPT: &str = "You triage insurance claims. Set the priority by the amount and the kind of damage, say why in one \
                            comment, and leave every decision about cover and payment to a person.";

/// How long before today the house was set up, in hours.
const SET_UP: u64 = 24 * 70;

/// Sets the house up, as its owner.
pub(super) fn enter(tx: &mut Tx<'_>, owner: Actor, today: Timestamp) -> Result<Cast> {
    tx.set_now(hours_before(today, SET_UP));
    tx.acting_as(owner, |tx| {
        let new = NewSpace {
            name: "Claims".to_owned(),
            description: Some("Motor, home and liability claims, from the first call to the letter.".to_owned()),
            review: Vec::new(),
        };
        let space = spaces::create(tx, &new)?.id;
        let maria = person(tx, space, "Maria Santos")?;
        let jonas = person(tx, space, "Jonas Weber")?;
        let priya = person(tx, space, "Priya Nair")?;
        let agent = agent(tx, space)?;
        let mut labels = HashMap::new();
        for (name, color) in LABELS {
            labels.insert(name, labels::create(tx, space, name, Some(color))?.id);
        }
        let procedure = procedure(tx, space, [maria, agent, jonas, priya])?;
        Ok(Cast {
            space,
            procedure,
            labels,
            maria: Actor::human(maria),
            jonas: Actor::human(jonas),
            priya: Actor::human(priya),
            agent: Actor::ai(agent),
        })
    })
}

fn person(tx: &mut Tx<'_>, space: SpaceId, name: &str) -> Result<ActorId> {
    let email = format!("{}@heddle.example", name.to_lowercase().replace(' ', "."));
    let new = NewActor {
        actor_type: ActorType::Human,
        name: name.to_owned(),
        email: Some(email),
        model_id: None,
        system_prompt: None,
        reasoning_effort: None,
        capabilities: Vec::new(),
        review: Vec::new(),
    };
    let id = actors::create(tx, &new)?.id;
    spaces::add_member(tx, space, id, Role::Member)?;
    Ok(id)
}

fn agent(tx: &mut Tx<'_>, space: SpaceId) -> Result<ActorId> {
    let new = NewActor {
        actor_type: ActorType::Ai,
        name: "Triage rules".to_owned(),
        email: None,
        model_id: Some("rules".to_owned()),
        system_prompt: Some(AGENT_PROMPT.to_owned()),
        reasoning_effort: None,
        capabilities: vec!["triage".to_owned(), "document-review".to_owned()],
        review: Vec::new(),
    };
    let id = actors::create(tx, &new)?.id;
    spaces::add_member(tx, space, id, Role::Member)?;
    Ok(id)
}

/// A stage's name, what it is about, who it is for, who gets it, and its todos.
type Template<'a> = (&'a str, &'a str, RequiredActor, Option<ActorId>, &'a [&'a str]);

fn procedure(tx: &mut Tx<'_>, space: SpaceId, [maria, agent, jonas, priya]: [ActorId; 4]) -> Result<ProcedureId> {
    let about = "From the first notice of loss to the letter with the decision.";
    let id = procedures::create(tx, space, "Claims handling", Some(about))?.id;
    let stages: [Template<'_>; 5] = [
        (
            "Intake check",
            "Is the claim complete, and is the policy in force?",
            RequiredActor::Human,
            Some(maria),
            &["Check that the policy was in force on the day of the loss", "Check that photos and receipts are there"],
        ),
        (
            "Triage",
            "How urgent is it, and is there anything unusual?",
            RequiredActor::Ai,
            Some(agent),
            &["Set the priority and say why"],
        ),
        (
            "Assessment",
            "What is the damage, and is it covered?",
            RequiredActor::Human,
            Some(jonas),
            &["Estimate the damage", "Decide whether it is covered, and write down why"],
        ),
        (
            "Payment approval",
            "A second pair of eyes on every payment.",
            RequiredActor::Human,
            Some(priya),
            &["Approve the amount"],
        ),
        (
            "Correspondence",
            "Tell the customer, in plain words.",
            RequiredActor::Either,
            Some(maria),
            &["Send the letter with the decision"],
        ),
    ];
    for (name, description, required_actor_type, assigned_actor_id, todos) in stages {
        let todo = |text: &&str| NewInstruction {
            instruction_type: InstructionType::Todo,
            text: (*text).to_owned(),
            condition: None,
        };
        let new = NewStageTemplate {
            name: name.to_owned(),
            description: Some(description.to_owned()),
            required_actor_type,
            assigned_actor_id,
            instructions: todos.iter().map(todo).collect(),
        };
        procedures::add_stage(tx, id, &new)?;
    }
    Ok(id)
}
