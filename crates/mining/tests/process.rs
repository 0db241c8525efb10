//! The figures of a process, against logs whose figures were worked out by hand and by other means.

#![allow(clippy::unwrap_used)]

mod common;

use common::{World, event, permit_log, xes};
use heddle_mining::{Age, Figure, Period, Process, Processes, import};
use kernel::{
    Error, PageRequest, Timestamp,
    ids::{CaseId, SpaceId},
};
use process_log::{Event, Trace};
use serde_json::Value as Json;
use work::cases::{self, NewCase};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
/// 2026-01-05T00:00:00Z, a Monday.
const MONDAY: i64 = 1_767_571_200 * SECOND;

fn trace(key: &str, events: Vec<Event>) -> Trace {
    Trace { key: key.into(), events, ..Trace::default() }
}

/// Four finished cases: two take the same path, one repeats a step, one skips one.
fn log() -> Vec<Trace> {
    let at = |day: i64, seconds: i64| MONDAY + day * DAY + seconds * SECOND;
    let skipped = Event { lifecycle: Some("manualskip".into()), ..event("check", at(7, 50), Some("Ann")) };
    vec![
        trace(
            "1",
            vec![
                event("open", at(0, 0), Some("Ann")),
                event("check", at(0, 10), Some("Bob")),
                event("close", at(0, 40), None),
            ],
        ),
        trace(
            "2",
            vec![
                event("open", at(1, 0), Some("Ann")),
                event("check", at(1, 20), Some("Bob")),
                event("close", at(1, 30), None),
            ],
        ),
        trace(
            "3",
            vec![
                event("open", at(6, 0), Some("Ann")),
                event("check", at(6, 5), Some("Ann")),
                event("check", at(7, 5), Some("Bob")),
            ],
        ),
        trace("4", vec![event("open", at(7, 0), Some("Ann")), skipped, event("close", at(7, 100), Some("Ann"))]),
    ]
}

async fn figures(world: &World, processes: &Processes, space: SpaceId, period: Period) -> Process {
    let figures = processes.figures(&world.store, world.workspace, world.owner, space, period);
    (*figures.await.unwrap()).clone()
}

async fn titles(world: &World, processes: &Processes, space: SpaceId, figure: Figure) -> (Vec<String>, i64) {
    let request = PageRequest { page: 1, per_page: 200 };
    let wanted = (Period::default(), figure);
    let page = processes.cases(&world.store, world.workspace, world.owner, space, wanted, request).await.unwrap();
    let ids: Vec<CaseId> = page.items;
    let titles = world.read(move |tx| {
        ids.iter().map(|id| cases::get(tx, *id).map(|case| case.title)).collect::<kernel::Result<Vec<_>>>()
    });
    (titles.await, page.total)
}

#[tokio::test]
async fn the_figures_of_a_small_log_are_those_worked_out_by_hand() {
    for world in World::each().await {
        let space = world.space("Permits").await;
        let file = world.file("log.xes", xes(&log()));
        import(&world.store, world.workspace, "Permits", &file, |_| ()).await.unwrap();
        let processes = Processes::default();
        let found = figures(&world, &processes, space, Period::default()).await;
        let found = serde_json::to_value(&found).unwrap();
        let numbers = |list: &str, fields: &[&str]| -> Vec<Vec<Json>> {
            let items = found[list].as_array().unwrap().iter();
            items.map(|item| fields.iter().map(|field| item[*field].clone()).collect()).collect()
        };
        let expected = |json: Json| -> Vec<Vec<Json>> { serde_json::from_value(json).unwrap() };
        assert_eq!((&found["cases"], &found["finished"]), (&4.into(), &4.into()));
        // A stage of a log begins with the event before, so `close` took 30, 10 and 50 seconds, `check` 10, 20, 5 and a day.
        assert_eq!(
            numbers("activities", &["name", "count", "cases", "median_seconds", "mean_seconds", "people", "agents"]),
            expected(serde_json::json!([
                ["check", 4, 3, 15, (10 + 20 + 5 + 86_400) / 4, 4, 0],
                ["open", 4, 4, 0, 0, 4, 0],
                ["close", 3, 3, 30, 30, 1, 0],
            ]))
        );
        assert_eq!(numbers("starts", &["name", "count"]), expected(serde_json::json!([["open", 4]])));
        assert_eq!(numbers("ends", &["name", "count"]), expected(serde_json::json!([["close", 3], ["check", 1]])));
        assert_eq!(
            numbers("edges", &["from", "to", "count", "median_wait_seconds", "mean_wait_seconds"]),
            expected(serde_json::json!([
                ["open", "check", 3, 10, 11],
                ["check", "close", 2, 20, 20],
                ["check", "check", 1, 86_400, 86_400],
                ["open", "close", 1, 100, 100],
            ]))
        );
        assert_eq!(found["variant_count"], 3);
        assert_eq!(
            numbers("variants", &["path", "cases", "share", "median_seconds"]),
            expected(serde_json::json!([
                [["open", "check", "close"], 2, 0.5, 35],
                [["open", "check", "check"], 1, 0.25, 86_405],
                [["open", "close"], 1, 0.25, 100],
            ]))
        );
        assert_eq!(
            numbers("throughput", &["week", "opened", "resolved"]),
            expected(serde_json::json!([["2026-01-05", 3, 2], ["2026-01-12", 1, 2]]))
        );
        assert_eq!(found["ageing"], serde_json::json!([]));
        let who: Vec<_> = found["actors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|of| (of["actor"]["name"].clone(), of["completed"].clone(), of["median_seconds"].clone()))
            .collect();
        assert_eq!(who, [("Ann".into(), 6.into(), 0.into()), ("Bob".into(), 3.into(), 20.into())]);
    }
}

#[tokio::test]
async fn the_cases_behind_each_figure_are_as_many_as_it_says() {
    for world in World::each().await {
        let space = world.space("Permits").await;
        let file = world.file("log.xes", xes(&log()));
        import(&world.store, world.workspace, "Permits", &file, |_| ()).await.unwrap();
        let processes = Processes::default();
        let found = figures(&world, &processes, space, Period::default()).await;
        for activity in &found.activities {
            let figure = Figure { activity: Some(activity.name.clone()), ..Figure::default() };
            assert_eq!(titles(&world, &processes, space, figure).await.1, activity.cases as i64, "{}", activity.name);
        }
        for variant in &found.variants {
            let figure = Figure { variant: Some(variant.path.clone()), ..Figure::default() };
            assert_eq!(titles(&world, &processes, space, figure).await.1, variant.cases as i64);
        }
        let edge = Some(("check".to_owned(), "close".to_owned()));
        let figure = Figure { edge, ..Figure::default() };
        assert_eq!(titles(&world, &processes, space, figure).await, (vec!["2".to_owned(), "1".to_owned()], 2));
        let bob = found.actors.iter().find(|of| of.actor.name == "Bob").unwrap().actor.id;
        let both = Figure { actor_id: Some(bob), activity: Some("close".into()), ..Figure::default() };
        assert_eq!(titles(&world, &processes, space, both).await.0, ["2", "1"]);
        let none = Figure { age: Some(Age::Day), ..Figure::default() };
        assert_eq!(titles(&world, &processes, space, none).await.1, 0, "finished cases have no age");
    }
}

#[tokio::test]
async fn figures_follow_what_happens_and_are_kept_until_then() {
    for world in World::each().await {
        let space = world.space("Permits").await;
        let processes = Processes::default();
        assert_eq!(figures(&world, &processes, space, Period::default()).await.cases, 0);
        world.write(move |tx| cases::create(tx, &NewCase::titled(space, "first"))).await;
        let one =
            processes.figures(&world.store, world.workspace, world.owner, space, Period::default()).await.unwrap();
        let again =
            processes.figures(&world.store, world.workspace, world.owner, space, Period::default()).await.unwrap();
        assert!(std::sync::Arc::ptr_eq(&one, &again), "nothing happened in between");
        assert_eq!(one.cases, 1);
        world.write(move |tx| cases::create(tx, &NewCase::titled(space, "second"))).await;
        let two = figures(&world, &processes, space, Period::default()).await;
        let ageing = serde_json::to_value(&two.ageing).unwrap();
        assert_eq!((two.cases, &ageing[0]["buckets"][0]), (2, &serde_json::json!({"label": "<1d", "count": 2})));
        let young = Figure { age: Some(Age::Day), ..Figure::default() };
        assert_eq!(titles(&world, &processes, space, young).await.0, ["second", "first"]);
        let later = Period { from: Some(Timestamp::from_micros(i64::MAX / 4)), ..Period::default() };
        assert_eq!(figures(&world, &processes, space, later).await.cases, 0);
    }
}

#[tokio::test]
async fn a_stranger_sees_no_figures() {
    for world in World::each().await {
        let space = world.space("Permits").await;
        let stranger = kernel::Actor::human(kernel::ids::ActorId::new());
        let figures = Processes::default();
        let asked = figures.figures(&world.store, world.workspace, stranger, space, Period::default()).await;
        assert_eq!(asked.map(drop).map_err(|error: Error| error.code()), Err("space_not_found"));
    }
}

/// The numbers were counted from the file by a program of its own, without any of ours.
#[tokio::test]
async fn the_figures_of_the_permit_log_are_those_of_the_file() {
    let Some(path) = permit_log() else { return };
    let world = World::open(None).await;
    let space = world.space("Permits").await;
    import(&world.store, world.workspace, "Permits", &path, |_| ()).await.unwrap();
    let found = figures(&world, &Processes::default(), space, Period::default()).await;
    assert_eq!((found.cases, found.finished, found.variant_count), (1_434, 1_434, 116));
    assert_eq!((found.activities.len(), found.edges.len(), found.variants.len(), found.actors.len()), (27, 99, 50, 48));
    assert_eq!(found.activities.iter().map(|of| of.count).sum::<u64>(), 8_577);
    let check = found.activities.iter().find(|of| of.name == "T02 Check confirmation of receipt").unwrap();
    let times = (check.count, check.cases, check.median_seconds, check.mean_seconds);
    assert_eq!(times, (1_368, 1_316, Some(41), Some(100_581)));
    let edge = &found.edges[0];
    assert_eq!(
        (edge.from.as_str(), edge.to.as_str()),
        ("T04 Determine confirmation of receipt", "T05 Print and send confirmation of receipt")
    );
    assert_eq!((edge.count, edge.median_wait_seconds, edge.mean_wait_seconds), (1_177, Some(31), Some(55_643)));
    assert_eq!((found.ends[0].count, found.ends[1].count, found.variants[0].cases), (828, 400, 713));
    let (opened, resolved) =
        found.throughput.iter().fold((0, 0), |all, week| (all.0 + week.opened, all.1 + week.resolved));
    assert_eq!((opened, resolved), (1_434, 1_434));
}
