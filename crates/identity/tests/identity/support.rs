//! People, agents and places for them.

use heddle_identity::{
    Role,
    actors::{self, ActorType, NewActor},
    spaces::{self, NewSpace},
    workspaces::{self, Workspace},
};
use kernel::{
    Actor, Error, Kind, PageRequest, Result,
    ids::{ActorId, SpaceId, UserId},
};
use store::{
    Store, Tx,
    testing::{Place, TestWorkspace},
};

pub fn page() -> PageRequest {
    PageRequest::new(None, None).unwrap()
}

pub fn person(name: &str) -> NewActor {
    NewActor {
        actor_type: ActorType::Human,
        name: name.to_owned(),
        email: None,
        model_id: None,
        system_prompt: None,
        reasoning_effort: None,
        capabilities: Vec::new(),
        review: Vec::new(),
    }
}

pub fn agent(name: &str) -> NewActor {
    NewActor { actor_type: ActorType::Ai, model_id: Some("rules".to_owned()), ..person(name) }
}

/// Makes an actor.
pub fn add(ws: &mut TestWorkspace, new: &NewActor) -> Actor {
    ws.write(Actor::SYSTEM, |tx| actors::create(tx, new)).acting()
}

/// A space that `owner` makes.
pub fn space(ws: &mut TestWorkspace, owner: Actor, name: &str) -> SpaceId {
    let new = NewSpace { name: name.to_owned(), description: None, review: Vec::new() };
    ws.write(owner, |tx| spaces::create(tx, &new)).id
}

/// Puts `who` into the space as Heddle itself would.
pub fn put(ws: &mut TestWorkspace, space: SpaceId, who: Actor, role: Role) {
    ws.write(Actor::SYSTEM, |tx| spaces::add_member(tx, space, who.id, role));
}

#[track_caller]
pub fn refused<T>(result: Result<T>, kind: Kind, code: &str) -> Error {
    let error = result.err().expect("a refusal");
    assert_eq!((error.kind(), error.code()), (kind, code), "{error:?}");
    error
}

/// What the log has recorded of an actor or space.
pub fn verbs(tx: &mut Tx<'_>, subject: &str) -> Result<Vec<String>> {
    let events = store::events::after(tx, 0, 1000)?;
    Ok(events.into_iter().filter(|event| event.subject_id.to_string() == subject).map(|event| event.verb).collect())
}

/// A store with one workspace and its owner.
pub struct House {
    pub store: Store,
    pub workspace: Workspace,
    pub owner: UserId,
    pub owner_actor: ActorId,
    // Ends after the store.
    _place: Place,
}

impl House {
    pub async fn in_place(place: Place) -> Self {
        let store = Store::open(place.config()).await.unwrap();
        let (workspace, user, profile) =
            workspaces::create(&store, "Acme Claims", None, "Ada@Example.com ", Some("Ada")).await.unwrap();
        Self { store, workspace, owner: user.id, owner_actor: profile.id, _place: place }
    }

    pub async fn each() -> Vec<Self> {
        let mut houses = Vec::new();
        for place in Place::each() {
            houses.push(Self::in_place(place).await);
        }
        houses
    }

    pub async fn control<T: Send + 'static>(&self, work: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static) -> T {
        self.store.control_write(work).await.unwrap()
    }
}
