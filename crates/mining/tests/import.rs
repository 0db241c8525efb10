//! Logs into spaces.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;

use common::{World, event, many, permit_log, xes};
use heddle_mining::import;
use kernel::{Kind, PageRequest, Timestamp};
use process_log::Trace;
use serde_json::{Value as Json, json};
use work::{
    cases::{self, CaseFilter, NewCase},
    lifecycle,
    motion::{Phase, StagePhase},
    procedures, stages,
};

#[tokio::test]
async fn the_permit_log_becomes_closed_cases_once() {
    let Some(log) = permit_log() else { return };
    for world in World::each().await {
        let space = world.space("Permits").await;
        let mut steps = Vec::new();
        let report = import(&world.store, world.workspace, "Permits", &log, |step| steps.push(step)).await.unwrap();
        assert_eq!((report.traces, report.events, report.skipped, report.rejected_total), (1_434, 8_577, 0, 0));
        let last = steps.last().unwrap();
        assert_eq!((last.traces, last.total, last.events), (1_434, 1_434, 8_577));
        assert!(steps.len() > 3 && steps.windows(2).all(|pair| pair[0].events <= pair[1].events));
        assert_eq!(world.count("stages WHERE phase = 'completed'").await, 8_577);
        assert_eq!(world.count("events WHERE verb = 'stage.completed'").await, 8_577);
        assert_eq!(world.count("activities WHERE type = 'stage_transition'").await, 8_577);
        assert_eq!(world.count("events WHERE verb = 'stage.activated'").await, 0);
        for verb in ["case.created", "case.commenced", "case.resolved", "case.closed"] {
            assert_eq!(world.count(&format!("events WHERE verb = '{verb}'")).await, 1_434, "{verb}");
        }
        assert_eq!(
            world.count("actors WHERE type = 'human' AND email IS NULL AND user_id IS NULL").await,
            report.actors as i64
        );
        assert!(report.actors > 10);
        let filter = CaseFilter { space_id: Some(space), phase: Some(Phase::Closed), ..CaseFilter::default() };
        let page = world.read(move |tx| cases::list(tx, &filter, PageRequest::new(None, None)?)).await;
        assert_eq!(page.total, 1_434);

        let rows = world.rows().await;
        let again = import(&world.store, world.workspace, &space.to_string(), &log, |_| ()).await.unwrap();
        assert_eq!((again.traces, again.events, again.skipped, again.actors), (0, 0, 1_434, 0));
        assert_eq!(world.rows().await, rows);
    }
}

#[tokio::test]
async fn a_case_has_the_times_and_people_of_its_trace() {
    for world in World::each().await {
        let space = world.space("Claims").await;
        let at = |minutes: i64| 1_600_000_000_000_000 + minutes * 60_000_000;
        let mut trace = Trace { key: "C 1".into(), ..Trace::default() };
        trace.attributes.insert("amount".into(), json!(12));
        trace.events =
            vec![event("open", at(0), Some("Ann")), event("check", at(10), None), event("pay", at(30), Some("Bob"))];
        let log = world.file("one.xes", xes(&[trace]));
        import(&world.store, world.workspace, "Claims", &log, |_| ()).await.unwrap();
        let (case, stages, activities, events) = world
            .read(move |tx| {
                let filter = CaseFilter { space_id: Some(space), ..CaseFilter::default() };
                let all = PageRequest::new(None, None)?;
                let case = cases::list(tx, &filter, all)?.items.remove(0);
                let stages = stages::list(tx, case.id, all)?.items;
                let activities = talk::activities::list(tx, case.thread_id, all)?.items;
                let events = store::events::after(tx, 0, 1_000)?;
                let events: Vec<_> = events.into_iter().filter(|event| event.case_id == Some(case.id)).collect();
                Ok((case, stages, activities, events))
            })
            .await;
        let time = |minutes| Timestamp::from_micros(at(minutes));
        assert_eq!((case.title.as_str(), case.external_id.as_deref()), ("C 1", Some("C 1")));
        assert_eq!((case.created_at, case.commenced_at), (time(0), Some(time(0))));
        assert_eq!((case.resolved_at, case.closed_at, case.updated_at), (Some(time(30)), Some(time(30)), time(30)));
        assert_eq!(Json::Object(case.attributes), json!({"amount": 12}));
        let shown: Vec<_> =
            stages.iter().map(|s| (s.name.as_str(), s.started_at.unwrap(), s.ended_at.unwrap())).collect();
        assert_eq!(shown, [("open", time(0), time(0)), ("check", time(0), time(10)), ("pay", time(10), time(30))]);
        assert!(stages.iter().all(|stage| stage.phase == StagePhase::Completed));
        assert_eq!(stages[1].assigned_actor_id, None);
        let pay = stages[2].assigned_actor_id.unwrap();
        let texts: Vec<&str> = activities.iter().map(|activity| activity.content.as_str()).collect();
        assert_eq!(texts.len(), 6);
        assert_eq!(texts[1], "Stage \"open\": active to completed");
        let done = events.iter().find(|event| event.subject_id == stages[2].id.uuid()).unwrap();
        assert_eq!((done.verb.as_str(), done.actor_id, done.at), ("stage.completed", pay, time(30)));
        let verbs: Vec<&str> = events.iter().map(|event| event.verb.as_str()).collect();
        let completed = "stage.completed";
        assert_eq!(
            verbs,
            ["case.created", "case.commenced", completed, completed, completed, "case.resolved", "case.closed"]
        );
        assert_eq!(world.count("members WHERE space_id IN (SELECT space_id FROM cases) AND role = 'member'").await, 2);
    }
}

/// The shape of a value: types and names, without what differs from case to case.
fn shape(value: &Json) -> Json {
    match value {
        Json::Object(map) => {
            map.iter().filter(|(key, _)| *key != "log").map(|(key, value)| (key.clone(), shape(value))).collect()
        }
        Json::String(text) if text.parse::<kernel::ids::CaseId>().is_ok() => "id".into(),
        other => other.clone(),
    }
}

#[tokio::test]
async fn imported_rows_look_like_those_of_a_worked_case() {
    for world in World::each().await {
        let imported = world.space("Imported").await;
        let worked = world.space("Worked").await;
        let log = world
            .file("one.xes", xes(&[Trace { key: "T".into(), events: vec![event("do", 7, None)], ..Trace::default() }]));
        import(&world.store, world.workspace, "Imported", &log, |_| ()).await.unwrap();
        world
            .write(move |tx| {
                let procedure = procedures::create(tx, worked, "P", None)?.id;
                let stage = procedures::NewStageTemplate {
                    name: "do".into(),
                    description: None,
                    required_actor_type: work::motion::RequiredActor::Either,
                    assigned_actor_id: None,
                    instructions: Vec::new(),
                };
                procedures::add_stage(tx, procedure, &stage)?;
                let new = NewCase { external_id: Some("T".into()), ..NewCase::titled(worked, "T") };
                let case = cases::create(tx, &new)?.id;
                procedures::apply(tx, case, procedure)?;
                lifecycle::commence(tx, case)?;
                let stage = stages::active(tx, case)?.unwrap().id;
                stages::complete(tx, stage)?;
                lifecycle::resolve(tx, case, None)?;
                lifecycle::close(tx, case)
            })
            .await;
        let mut shapes = Vec::new();
        for space in [imported, worked] {
            let (events, activities, tally) = world
                .read(move |tx| {
                    let events = store::events::after(tx, 0, 1_000)?;
                    let kept = |verb: &str| verb != "stage.activated" && verb != "case.procedure_applied";
                    let events = events.into_iter().filter(|e| e.space_id == Some(space) && e.case_id.is_some() && kept(&e.verb));
                    let events: Vec<_> = events.map(|e| (e.verb, e.thread_id.is_some(), shape(&e.data).to_string())).collect();
                    let sql = "SELECT a.type, a.visibility, a.content, a.data FROM activities a JOIN threads t ON t.id = a.thread_id \
                               WHERE t.space_id = $1 AND a.type <> 'system_event' AND a.content NOT LIKE '%pending%' ORDER BY a.id";
                    let activities = tx.query(sql, store::params![space], |row| {
                        let data = shape(&row.get(3)?).to_string();
                        Ok([row.get::<String>(0)?, row.get(1)?, row.get(2)?, data])
                    })?;
                    let sql = "SELECT phase, motion, priority, n FROM case_tallies WHERE space_id = $1 AND n > 0";
                    let tally = tx.query(sql, store::params![space], |row| {
                        Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?, row.get::<i64>(3)?))
                    })?;
                    Ok((events, activities, tally))
                })
                .await;
            let mut columns = BTreeMap::new();
            for (table, of) in [("cases", "space_id"), ("threads", "space_id")] {
                for column in [
                    "phase",
                    "motion",
                    "waiting_on",
                    "priority",
                    "summary",
                    "description",
                    "title",
                    "parent_case_id",
                    "resolved_at",
                ] {
                    if table == "threads" && column != "title" {
                        continue;
                    }
                    let sql = format!(
                        "{table} WHERE {of} IN (SELECT id FROM spaces WHERE name = '{}') AND {column} IS NULL",
                        if space == imported { "Imported" } else { "Worked" }
                    );
                    columns.insert((table, column), world.count(&sql).await);
                }
            }
            shapes.push((events, activities, tally, columns));
        }
        assert_eq!(shapes[0], shapes[1]);
    }
}

#[tokio::test]
async fn a_cut_file_an_unknown_space_and_a_private_one_change_nothing() {
    for world in World::each().await {
        world.space("Claims").await;
        let rows = world.rows().await;
        let whole = xes(&many(2_000));
        for cut in [whole.len() - 8, whole.len() / 2] {
            let log = world.file("cut.xes", &whole[..cut]);
            let error = import(&world.store, world.workspace, "Claims", &log, |_| ()).await.unwrap_err();
            assert_eq!((error.kind(), error.code()), (Kind::Invalid, "log_truncated"));
            assert!(error.message().contains("cut off at line") && error.message().contains("cut.xes"), "{error}");
        }
        let log = world.file("whole.xes", &whole);
        let error = import(&world.store, world.workspace, "Klaims", &log, |_| ()).await.unwrap_err();
        assert_eq!(error.code(), "space_not_found");
        assert!(
            error.message().contains("Klaims")
                && error.message().contains("Claims")
                && error.message().contains("General")
        );
        let error = import(&world.store, world.workspace, "Private", &log, |_| ()).await.unwrap_err();
        assert_eq!(error.code(), "private_space");
        let missing = world.folder.path().join("missing.xes");
        let error = import(&world.store, world.workspace, "Claims", &missing, |_| ()).await.unwrap_err();
        assert_eq!(error.code(), "log_unreadable");
        assert_eq!(world.rows().await, rows);
        world.space("Claims").await;
        let error = import(&world.store, world.workspace, "Claims", &log, |_| ()).await.unwrap_err();
        assert_eq!(error.code(), "space_ambiguous");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_reported_and_the_rest_imported() {
    for world in World::each().await {
        let log = world.file(
            "claims.csv",
            "case,activity,timestamp,resource\n\
             A,open,2024-01-01T10:00:00Z,Ann\n\
             A,,2024-01-01T11:00:00Z,Ann\n\
             A,close,never,Ann\n\
             B,open,2024-01-02T10:00:00Z,\n",
        );
        let report = import(&world.store, world.workspace, "General", &log, |_| ()).await.unwrap();
        assert_eq!((report.traces, report.events, report.rejected_total), (2, 2, 2));
        assert_eq!(report.rejected.iter().map(|one| one.line).collect::<Vec<_>>(), [Some(3), Some(4)]);
        let mut rows = "case,activity,timestamp\n".to_owned();
        for n in 0..3_000 {
            rows.push_str(&format!("C{n},x,never\n"));
        }
        let report =
            import(&world.store, world.workspace, "General", &world.file("bad.csv", rows), |_| ()).await.unwrap();
        assert_eq!((report.traces, report.rejected_total, report.rejected.len()), (0, 3_000, 1_000));
        let twice = [many(3), many(1)].concat();
        let report = import(&world.store, world.workspace, "General", &world.file("twice.xes", xes(&twice)), |_| ())
            .await
            .unwrap();
        assert_eq!((report.traces, report.skipped, report.rejected_total), (3, 0, 1));
        assert_eq!(report.rejected[0].trace.as_deref(), Some("trace 0"));
    }
}
