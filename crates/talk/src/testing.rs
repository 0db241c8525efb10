//! A scene for tests of what is attached to cases, threads and spaces.

use identity::{
    Role,
    actors::{self, ActorType, NewActor},
    spaces::{self, NewSpace},
};
use kernel::{
    Actor, Result,
    ids::{CaseId, SpaceId, ThreadId},
};
use store::{Tx, params};

use crate::threads;

/// A space with a case, and somebody of each role.
#[derive(Clone, Copy)]
pub struct Scene {
    /// The space.
    pub space: SpaceId,
    /// A case in it.
    pub case: CaseId,
    /// The case's thread.
    pub log: ThreadId,
    /// Owns the space.
    pub owner: Actor,
    /// Works in it.
    pub member: Actor,
    /// Looks on.
    pub observer: Actor,
    /// Has nothing to do with it.
    pub stranger: Actor,
}

/// Makes a scene, in a transaction of the system.
///
/// # Errors
/// The engine's.
pub fn scene(tx: &mut Tx<'_>) -> Result<Scene> {
    let mut person = |name: &str| {
        let new = NewActor {
            actor_type: ActorType::Human,
            name: name.to_owned(),
            email: None,
            model_id: None,
            system_prompt: None,
            reasoning_effort: None,
            capabilities: vec![],
            review: vec![],
        };
        actors::create(tx, &new).map(|profile| profile.acting())
    };
    let (owner, member, observer, stranger) = (person("Olga")?, person("Max")?, person("Otto")?, person("Sven")?);
    tx.acting_as(owner, |tx| {
        let space = spaces::create(tx, &NewSpace { name: "Claims".to_owned(), description: None, review: vec![] })?.id;
        spaces::add_member(tx, space, member.id, Role::Member)?;
        spaces::add_member(tx, space, observer.id, Role::Observer)?;
        let (case, log) = (CaseId::new(), ThreadId::new());
        threads::insert(tx, log, space, Some(case), None)?;
        tx.execute(
            "INSERT INTO cases (id, space_id, thread_id, title, phase, motion, attributes, created_by, created_at, updated_at) \
             VALUES ($1, $2, $3, 'A case', 'intake', 'idle', '{}', $4, $5, $5)",
            params![case, space, log, owner.id, tx.now()],
        )?;
        Ok(Scene { space, case, log, owner, member, observer, stranger })
    })
}
