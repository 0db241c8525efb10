//! The ledger on both engines.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use gateway::Usage;
use heddle_ledger::{Call, GroupBy, Ledger, Limit, Measure, Outcome, Period, Price, Span, Subject, Surface, Who};
use identity::workspaces;
use kernel::{
    Actor, PageRequest, Timestamp,
    ids::{KeyId, WorkspaceId},
};
use store::{Engine, Store, params, testing::Place};

struct Scene {
    store: Store,
    workspace: WorkspaceId,
    who: Who,
}

impl Scene {
    async fn new(place: &Place) -> Self {
        let store = Store::open(place.config()).await.unwrap();
        let (workspace, _, actor) =
            workspaces::create(&store, "Acme", Some("acme"), "o@example.com", Some("O")).await.unwrap();
        let who = Who::person(workspace.id, actor.id, Some(KeyId::new()));
        Self { store, workspace: workspace.id, who }
    }

    async fn calls(&self) -> Vec<Call> {
        let page = PageRequest::new(None, Some(200)).unwrap();
        let list = move |tx: &mut store::Tx<'_>| heddle_ledger::list(tx, None, page);
        self.store.read(self.workspace, Actor::SYSTEM, list).await.unwrap().items
    }
}

const TAKEN: Usage =
    Usage { input_tokens: 100, output_tokens: 10, cached_input_tokens: 0, cache_write_input_tokens: 0 };

fn limit(subject: Subject, measure: Measure, most: i64) -> Limit {
    Limit { subject, subject_id: None, measure, period: Period::Month, most, ask: false }
}

#[tokio::test]
async fn what_a_process_that_is_gone_left_running_was_interrupted() {
    for place in Place::each() {
        let scene = Scene::new(&place).await;
        let gone = Ledger::open(scene.store.clone()).await.unwrap();
        let call = gone.begin(scene.who, Surface::Native, "anthropic", "claude", TAKEN).await.unwrap();
        gone.flush().await;
        assert_eq!(scene.calls().await[0].outcome, Outcome::Running);
        if scene.store.engine() == Engine::Postgres {
            let _other = Ledger::open(scene.store.clone()).await.unwrap();
            assert_eq!(scene.calls().await[0].outcome, Outcome::Running, "another node that is alive is left alone");
            let long_ago = Timestamp::from_micros(0);
            let silent = move |tx: &mut store::Tx<'_>| {
                tx.execute("UPDATE ledger_nodes SET alive_at = $1", params![long_ago]).map(drop)
            };
            scene.store.control_write(silent).await.unwrap();
        }
        let next = Ledger::open(scene.store.clone()).await.unwrap();
        let calls = scene.calls().await;
        assert_eq!((calls.len(), calls[0].outcome), (1, Outcome::Interrupted));
        let own = next.begin(scene.who, Surface::Native, "anthropic", "claude", TAKEN).await.unwrap();
        own.end(Outcome::Ok, None);
        next.flush().await;
        assert_eq!(scene.calls().await[0].outcome, Outcome::Ok);
        call.end(Outcome::Ok, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_calls_at_once_as_many_pass_as_may() {
    for place in Place::each() {
        let scene = Scene::new(&place).await;
        let ledger = Ledger::open(scene.store.clone()).await.unwrap();
        let of_one = Limit { subject_id: scene.who.key.map(KeyId::uuid), ..limit(Subject::Key, Measure::Requests, 10) };
        let limits =
            vec![limit(Subject::Key, Measure::Requests, 15), of_one, limit(Subject::Agent, Measure::Requests, 0)];
        ledger.set_limits(scene.workspace, Actor::SYSTEM, limits).await.unwrap();
        let begins = (0..100).map(|_| {
            let (ledger, who) = (ledger.clone(), scene.who);
            tokio::spawn(async move { ledger.begin(who, Surface::Native, "openai", "gpt", TAKEN).await })
        });
        let mut begun = Vec::new();
        for begin in begins.collect::<Vec<_>>() {
            match begin.await.unwrap() {
                Ok(entry) => begun.push(entry),
                Err(error) => assert_eq!(error.code(), "model_rate_limited"),
            }
        }
        assert_eq!(begun.len(), 10);
        // A call that was given up was made nevertheless.
        drop(begun);
        assert!(ledger.begin(scene.who, Surface::Native, "openai", "gpt", TAKEN).await.is_err());
        let other = Who { key: Some(KeyId::new()), ..scene.who };
        assert!(ledger.begin(other, Surface::Native, "openai", "gpt", TAKEN).await.is_ok(), "each key by itself");
        let agent = Who { is_agent: true, key: None, ..scene.who };
        assert!(ledger.begin(agent, Surface::Run, "openai", "gpt", TAKEN).await.is_err());
    }
}

#[tokio::test]
async fn who_says_so_goes_beyond_a_limit_that_asks_and_no_other() {
    for place in Place::each() {
        let scene = Scene::new(&place).await;
        let ledger = Ledger::open(scene.store.clone()).await.unwrap();
        let asks = Limit { ask: true, ..limit(Subject::Workspace, Measure::Requests, 1) };
        let limits = vec![asks, limit(Subject::Member, Measure::Requests, 3)];
        ledger.set_limits(scene.workspace, Actor::SYSTEM, limits.clone()).await.unwrap();
        assert_eq!(ledger.limits(scene.workspace, Actor::SYSTEM).await.unwrap(), limits);
        let begin = async |who: Who| ledger.begin(who, Surface::Native, "openai", "gpt", TAKEN).await;
        let knowing = Who { confirmed: true, ..scene.who };
        assert!(begin(scene.who).await.is_ok());
        assert_eq!(begin(scene.who).await.err().unwrap().code(), heddle_ledger::CONFIRM);
        assert!(begin(knowing).await.is_ok());
        assert!(begin(knowing).await.is_ok());
        for who in [scene.who, knowing] {
            assert_eq!(begin(who).await.err().unwrap().code(), "model_rate_limited");
        }
    }
}

#[tokio::test]
async fn a_new_process_knows_what_was_used() {
    for place in Place::each() {
        let scene = Scene::new(&place).await;
        let price = Price { model: "gpt".into(), input: 1_000_000, cached: 0, cache_write: 0, output: 2_000_000 };
        let first = Ledger::open(scene.store.clone()).await.unwrap();
        first.set_prices(scene.workspace, Actor::SYSTEM, vec![price]).await.unwrap();
        first
            .set_limits(scene.workspace, Actor::SYSTEM, vec![limit(Subject::Member, Measure::Cost, 120)])
            .await
            .unwrap();
        let mut entry = first.begin(scene.who, Surface::Complete, "openai", "gpt", TAKEN).await.unwrap();
        entry.first_byte();
        entry.took(TAKEN, false);
        assert_eq!(entry.cost(), 120);
        entry.end(Outcome::Ok, None);
        first.flush().await;
        let second = Ledger::open(scene.store.clone()).await.unwrap();
        let refused = second.begin(scene.who, Surface::Complete, "openai", "gpt", TAKEN).await.err().unwrap();
        assert_eq!(refused.code(), "budget_exhausted");
        let call = &scene.calls().await[0];
        assert_eq!((call.cost_micros, call.usage, call.outcome), (120, TAKEN, Outcome::Ok));
        assert!(call.first_micros <= call.total_micros && call.first_micros.is_some());
        for by in [GroupBy::Model, GroupBy::Actor, GroupBy::Day, GroupBy::Space] {
            let read = move |tx: &mut store::Tx<'_>| heddle_ledger::usage(tx, Span::default(), by);
            let usage = scene.store.read(scene.workspace, Actor::SYSTEM, read).await.unwrap();
            assert_eq!((usage.groups.len(), usage.total.calls, usage.total.cost_micros), (1, 1, 120), "{by:?}");
        }
        let long_ago = Span { from: None, to: Some(Timestamp::from_micros(1)) };
        let read = move |tx: &mut store::Tx<'_>| heddle_ledger::usage(tx, long_ago, GroupBy::Model);
        assert_eq!(scene.store.read(scene.workspace, Actor::SYSTEM, read).await.unwrap().total.calls, 0);
    }
}

#[tokio::test]
async fn what_nobody_ended_was_cancelled() {
    for place in Place::each() {
        let scene = Scene::new(&place).await;
        let ledger = Ledger::open(scene.store.clone()).await.unwrap();
        let mut entry = ledger.begin(scene.who, Surface::Stream, "openai", "gpt\0", TAKEN).await.unwrap();
        entry.took(TAKEN, true);
        drop(entry);
        ledger.flush().await;
        let call = &scene.calls().await[0];
        assert_eq!((call.outcome, call.estimated, call.usage), (Outcome::Cancelled, true, TAKEN));
        assert_eq!(call.model, "gpt");
    }
}
