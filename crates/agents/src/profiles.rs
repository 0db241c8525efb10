//! Agents as the slim API sets them up (Interloom public, Agents): a name, a job, a model and how much it thinks.

use gateway::{Catalogue, Effort};
use identity::{
    Role,
    actors::{self, ActorPatch, ActorType, NewActor, Profile},
    spaces,
};
use kernel::{Error, Result, ids::ActorId};
use store::Tx;

/// What a new agent needs.
#[derive(Clone, Debug)]
pub struct NewAgent {
    /// Its name.
    pub name: String,
    /// What it is told about itself.
    pub job_description: Option<String>,
    /// The model it thinks with; the server's default when absent.
    pub model: Option<String>,
    /// How much it thinks; the model's own measure when absent.
    pub effort: Option<Effort>,
}

/// Changes to an agent; absent fields stay.
#[derive(Clone, Debug, Default)]
pub struct AgentPatch {
    /// A new name.
    pub name: Option<String>,
    /// Another job; `Some(None)` clears it.
    pub job_description: Option<Option<String>>,
    /// Another model; `Some(None)` is the server's default.
    pub model: Option<Option<String>>,
    /// Another effort; `Some(None)` is the model's own.
    pub effort: Option<Option<Effort>>,
}

/// Makes an agent, a member of the workspace's general space.
///
/// # Errors
/// `forbidden` below workspace admin, `Invalid` naming the field, also for an effort that the model does not have.
pub fn create(tx: &mut Tx<'_>, models: &Catalogue, new: &NewAgent) -> Result<Profile> {
    check_effort(models, new.model.as_deref(), new.effort)?;
    let agent = NewActor {
        actor_type: ActorType::Ai,
        name: new.name.clone(),
        email: None,
        model_id: new.model.clone(),
        system_prompt: new.job_description.clone(),
        reasoning_effort: new.effort.map(|effort| effort.as_str().to_owned()),
        capabilities: Vec::new(),
        review: Vec::new(),
    };
    let agent = actors::create(tx, &agent)?;
    let general = spaces::general(tx)?;
    spaces::add_member(tx, general, agent.id, Role::Member)?;
    Ok(agent)
}

/// Changes an agent.
///
/// # Errors
/// `actor_not_found`, also for a person, `forbidden` below workspace admin, `Invalid` naming the field, also for an effort
/// that the model does not have.
pub fn update(tx: &mut Tx<'_>, models: &Catalogue, id: ActorId, patch: &AgentPatch) -> Result<Profile> {
    let before = actors::get_of(tx, id, ActorType::Ai)?;
    let model = patch.model.as_ref().unwrap_or(&before.model_id);
    // An effort that stays although the new model has none is dropped when the model is called.
    if let Some(effort) = patch.effort {
        check_effort(models, model.as_deref(), effort)?;
    }
    let patch = ActorPatch {
        name: patch.name.clone(),
        model_id: patch.model.clone(),
        system_prompt: patch.job_description.clone(),
        reasoning_effort: patch.effort.map(|effort| effort.map(|effort| effort.as_str().to_owned())),
        ..ActorPatch::default()
    };
    actors::update(tx, id, &patch)
}

fn check_effort(models: &Catalogue, model: Option<&str>, effort: Option<Effort>) -> Result<()> {
    let model = model.unwrap_or(models.default_id());
    match effort {
        Some(effort) if !models.supports(model, effort) => {
            let message = format!("the model {model} cannot be asked for the effort {}", effort.as_str());
            Err(Error::invalid("reasoning_effort", message))
        }
        _ => Ok(()),
    }
}
