//! The case machine under arbitrary sequences of steps: whatever is tried, what must hold holds.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use heddle_work::{
    cases::{self, CaseFilter, CasePatch, NewCase},
    instructions::{self, InstructionType, NewInstruction},
    lifecycle,
    motion::{Motion, NewMotion, Phase, Priority, RequiredActor, StagePhase},
    moves::{self, Destination},
    procedures::{self, NewStageTemplate},
    removal, stages,
    status::Status,
    subcases,
};
use identity::spaces::{self, NewSpace};
use kernel::{
    Actor, PageRequest, Result,
    ids::{ActorId, CaseId, SpaceId},
};
use proptest::prelude::*;
use store::{
    Tx, params,
    testing::{TestWorkspace, each_engine},
};

/// A step that somebody tries.
#[derive(Clone, Debug)]
enum Step {
    Commence,
    Resolve,
    Reopen,
    Close,
    Motion(Motion),
    Priority(Option<Priority>),
    TickFirstOpen,
    CompleteActive,
    Skip(usize),
    Spawn,
    ResolveChildren,
    ApplyProcedure,
    /// Of the slim API: any status at once.
    Status(Status),
    /// Of the slim API: into the other space, or back.
    Move {
        away: bool,
    },
    /// The first child goes out of its parent, or is deleted.
    Orphan {
        deleted: bool,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Commence),
        2 => Just(Step::Resolve),
        2 => Just(Step::Reopen),
        1 => Just(Step::Close),
        2 => prop::sample::select(Motion::ALL).prop_map(Step::Motion),
        1 => prop::option::of(prop::sample::select(Priority::ALL)).prop_map(Step::Priority),
        4 => Just(Step::TickFirstOpen),
        2 => Just(Step::CompleteActive),
        1 => (0..4usize).prop_map(Step::Skip),
        1 => Just(Step::Spawn),
        1 => Just(Step::ResolveChildren),
        1 => Just(Step::ApplyProcedure),
    ]
}

/// Steps of the slim API among the others.
fn free_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => step(),
        4 => prop::sample::select(Status::ALL).prop_map(Step::Status),
        1 => any::<bool>().prop_map(|away| Step::Move { away }),
        1 => any::<bool>().prop_map(|deleted| Step::Orphan { deleted }),
    ]
}

struct World {
    actor: Actor,
    space: SpaceId,
    other: SpaceId,
    case: CaseId,
}

fn all() -> PageRequest {
    PageRequest::new(None, Some(200)).unwrap()
}

fn set_up(ws: &mut TestWorkspace) -> World {
    let actor = Actor::human(ActorId::new());
    let (space, other, case) = ws.write(actor, |tx| {
        tx.execute(
            "INSERT INTO actors (id, type, name, workspace_admin, capabilities, review, created_at, updated_at) \
             VALUES ($1, 'human', 'x', $3, '[]', '[]', $2, $2)",
            params![actor.id, tx.now(), false],
        )?;
        let new = NewSpace { name: "s".into(), description: None, review: Vec::new() };
        let (space, other) = (spaces::create(tx, &new)?.id, spaces::create(tx, &new)?.id);
        let case = cases::create(tx, &NewCase::titled(space, "c"))?.id;
        Ok((space, other, case))
    });
    World { actor, space, other, case }
}

fn procedure(tx: &mut Tx<'_>, space: SpaceId) -> Result<kernel::ids::ProcedureId> {
    let procedure = procedures::create(tx, space, "p", None)?.id;
    for (name, types) in [
        ("todos", vec![InstructionType::Todo, InstructionType::Todo]),
        ("watch", vec![InstructionType::Implicit]),
        ("child", vec![InstructionType::Subcase, InstructionType::Todo]),
    ] {
        let instructions = types
            .into_iter()
            .map(|instruction_type| NewInstruction {
                instruction_type,
                text: "t".into(),
                condition: (instruction_type == InstructionType::Implicit).then(|| "case.priority == 'high'".into()),
            })
            .collect();
        let new = NewStageTemplate {
            name: name.into(),
            description: None,
            required_actor_type: RequiredActor::Either,
            assigned_actor_id: None,
            instructions,
        };
        procedures::add_stage(tx, procedure, &new)?;
    }
    Ok(procedure)
}

fn attempt(tx: &mut Tx<'_>, world: &World, step: &Step) -> Result<()> {
    let case = world.case;
    match step {
        Step::Commence => lifecycle::commence(tx, case).map(drop),
        Step::Resolve => lifecycle::resolve(tx, case, Some("done")).map(drop),
        Step::Reopen => lifecycle::reopen(tx, case, "again").map(drop),
        Step::Close => lifecycle::close(tx, case).map(drop),
        Step::Motion(motion) => {
            lifecycle::set_motion(tx, case, &NewMotion { motion: *motion, waiting_on: None }).map(drop)
        }
        Step::Priority(priority) => {
            cases::update(tx, case, &CasePatch { priority: Some(*priority), ..CasePatch::default() }).map(drop)
        }
        Step::TickFirstOpen => {
            let Some(stage) = stages::active(tx, case)? else { return Ok(()) };
            let open = instructions::list(tx, stage.id, all())?.items;
            match open.iter().find(|i| !i.satisfied && i.instruction_type == InstructionType::Todo) {
                Some(instruction) => instructions::complete(tx, instruction.id).map(drop),
                None => Ok(()),
            }
        }
        Step::CompleteActive => match stages::active(tx, case)? {
            Some(stage) => stages::complete(tx, stage.id).map(drop),
            None => Ok(()),
        },
        Step::Skip(n) => match stages::list(tx, case, all())?.items.get(*n) {
            Some(stage) => stages::skip(tx, stage.id).map(drop),
            None => Ok(()),
        },
        Step::Spawn => match stages::active(tx, case)? {
            Some(stage) => {
                let new = subcases::NewSubcase {
                    title: "child".into(),
                    description: None,
                    priority: None,
                    assigned_actor_id: None,
                    procedure_id: None,
                    instruction_id: None,
                };
                subcases::spawn(tx, stage.id, &new).map(drop)
            }
            None => Ok(()),
        },
        Step::ResolveChildren => {
            for child in subcases::list(tx, case, all())?.items {
                if child.phase == Phase::Intake {
                    lifecycle::commence(tx, child.id)?;
                    lifecycle::resolve(tx, child.id, None)?;
                }
            }
            Ok(())
        }
        Step::ApplyProcedure => {
            let procedure = procedure(tx, world.space)?;
            procedures::apply(tx, case, procedure).map(drop)
        }
        Step::Status(status) => {
            assert_eq!(lifecycle::set_status(tx, case, *status)?.status(), *status);
            Ok(())
        }
        Step::Move { away } => {
            let to = if *away { world.other } else { world.space };
            moves::move_case(tx, case, Destination::Space(to)).map(drop)
        }
        Step::Orphan { deleted } => match subcases::list(tx, case, all())?.items.first() {
            Some(child) if *deleted => removal::delete_case(tx, child.id),
            Some(child) => moves::move_case(tx, child.id, Destination::Space(world.other)).map(drop),
            None => Ok(()),
        },
    }
}

/// What holds after every step, refused or not.
fn check(tx: &mut Tx<'_>, world: &World, before: &cases::Case, step: &Step) -> Result<()> {
    let case = cases::get(tx, world.case)?;
    if !matches!(step, Step::Status(_)) {
        check_phases(before, &case);
    }
    let ended = matches!(case.phase, Phase::Resolved | Phase::Closed);
    assert_eq!(case.resolved_at.is_some(), ended && case.status() != Status::Cancelled);
    check_stages(tx, &case)?;
    // The tallies say what a count would.
    for (space, phase) in
        [world.space, world.other].into_iter().flat_map(|space| Phase::ALL.iter().map(move |p| (space, *p)))
    {
        let filter = CaseFilter { space_id: Some(space), phase: Some(phase), ..CaseFilter::default() };
        let page = cases::list(tx, &filter, all())?;
        assert_eq!(page.total, page.items.len() as i64, "{phase}");
    }
    let negative: i64 = tx.query_one("SELECT COUNT(*) FROM case_tallies WHERE n < 0", &[], |row| row.get(0))?;
    assert_eq!(negative, 0);
    // What hangs on a case is in its space.
    let strayed: i64 = tx.query_one(
        "SELECT COUNT(*) FROM threads t JOIN cases c ON c.id = t.case_id WHERE t.space_id <> c.space_id",
        &[],
        |row| row.get(0),
    )?;
    assert_eq!(strayed, 0);
    Ok(())
}

/// What only a status set at once may pass over.
fn check_phases(before: &cases::Case, case: &cases::Case) {
    let legal = before.phase == case.phase
        || matches!(
            (before.phase, case.phase),
            (Phase::Intake, Phase::Active)
                | (Phase::Active, Phase::Resolved)
                | (Phase::Resolved, Phase::Active | Phase::Closed)
        );
    assert!(legal, "{} to {}", before.phase, case.phase);
    if before.phase == Phase::Closed {
        assert_eq!((case.motion, case.priority, case.updated_at), (before.motion, before.priority, before.updated_at));
    }
    assert!(case.waiting_on.is_none() || case.motion == Motion::Waiting);
}

fn check_stages(tx: &mut Tx<'_>, case: &cases::Case) -> Result<()> {
    let stages = stages::list(tx, case.id, all())?.items;
    let active = stages.iter().filter(|stage| stage.phase == StagePhase::Active).count();
    assert!(active <= 1);
    let waits = stages.iter().any(|stage| stage.phase == StagePhase::Pending);
    if case.phase == Phase::Active && waits {
        assert_eq!(active, 1, "an active case with pending stages works on one");
    }
    if case.phase == Phase::Intake {
        assert_eq!(active, 0);
    }
    for stage in &stages {
        let lines = instructions::list(tx, stage.id, all())?.items;
        if stage.phase == StagePhase::Completed {
            assert!(lines.iter().all(|line| line.satisfied));
        }
        if stage.phase == StagePhase::Active && !lines.is_empty() && case.phase == Phase::Active {
            assert!(lines.iter().any(|line| !line.satisfied), "a full stage completes by itself");
        }
    }
    Ok(())
}

fn play(ws: &mut TestWorkspace, steps: &[Step]) {
    let world = set_up(ws);
    for step in steps {
        let before = ws.read(world.actor, |tx| cases::get(tx, world.case));
        // A refused step has changed nothing: the transaction is undone.
        let refused = ws.try_write(world.actor, |tx| attempt(tx, &world, step)).err();
        if let Some(error) = refused {
            assert!(error.kind() != kernel::Kind::Internal, "{step:?}: {error:?}");
        }
        ws.read(world.actor, |tx| check(tx, &world, &before, step));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_steps_breaks_the_machine(steps in prop::collection::vec(step(), 1..30)) {
        play(&mut TestWorkspace::new(), &steps);
    }

    #[test]
    fn nor_does_one_with_steps_of_the_slim_api(steps in prop::collection::vec(free_step(), 1..30)) {
        play(&mut TestWorkspace::new(), &steps);
    }
}

#[test]
fn a_long_walk_holds_on_each_engine() {
    let walk = [
        Step::ApplyProcedure,
        Step::Commence,
        Step::TickFirstOpen,
        Step::TickFirstOpen,
        Step::Priority(Some(Priority::High)),
        Step::Spawn,
        Step::TickFirstOpen,
        Step::ResolveChildren,
        Step::Motion(Motion::Blocked),
        Step::ApplyProcedure,
        Step::Skip(3),
        Step::Resolve,
        Step::Reopen,
        Step::TickFirstOpen,
        Step::Resolve,
        Step::Close,
        Step::Reopen,
        Step::Status(Status::Started),
        Step::Move { away: true },
        Step::Status(Status::Open),
        Step::Orphan { deleted: false },
        Step::Status(Status::Cancelled),
        Step::Status(Status::Blocked),
        Step::Move { away: false },
    ];
    each_engine(|ws| play(ws, &walk));
}

#[test]
fn an_agent_does_not_complete_a_stage_for_people() {
    each_engine(|ws| {
        let world = set_up(ws);
        let agent = Actor::ai(ActorId::new());
        let (stage, todo) = ws.write(world.actor, |tx| {
            tx.execute(
                "INSERT INTO actors (id, type, name, workspace_admin, capabilities, review, created_at, updated_at) \
                 VALUES ($1, 'ai', 'a', $3, '[]', '[]', $2, $2)",
                params![agent.id, tx.now(), false],
            )?;
            spaces::add_member(tx, world.space, agent.id, identity::Role::Member)?;
            let procedure = procedures::create(tx, world.space, "p", None)?.id;
            let line = NewInstruction { instruction_type: InstructionType::Todo, text: "Sign".into(), condition: None };
            let new = NewStageTemplate {
                name: "Sign".into(),
                description: None,
                required_actor_type: RequiredActor::Human,
                assigned_actor_id: None,
                instructions: vec![line],
            };
            procedures::add_stage(tx, procedure, &new)?;
            procedures::apply(tx, world.case, procedure)?;
            lifecycle::commence(tx, world.case)?;
            let stage = stages::active(tx, world.case)?.unwrap();
            let todo = instructions::list(tx, stage.id, all())?.items.remove(0);
            Ok((stage, todo))
        });
        // Ticking the last instruction would complete the stage just as well as completing it.
        let refused = ws.try_write(agent, |tx| instructions::complete(tx, todo.id)).unwrap_err();
        assert_eq!(refused.kind(), kernel::Kind::Forbidden);
        assert_eq!(ws.read(world.actor, |tx| stages::get(tx, stage.id)).phase, StagePhase::Active);
        ws.write(world.actor, |tx| instructions::complete(tx, todo.id));
        assert_eq!(ws.read(world.actor, |tx| stages::get(tx, stage.id)).phase, StagePhase::Completed);
    });
}
