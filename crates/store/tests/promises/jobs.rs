//! Durable jobs and schedules, as their workers run them.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use heddle_store::{
    JobContext, NewJob, Outcome, Workers,
    jobs::{self, JobState},
    testing::Place,
};
use kernel::{Actor, Error, Result, Timestamp};
use serde_json::json;
use tokio::sync::{Notify, mpsc};

use crate::support::{Working, job, next, open, read, saying, until, workspace, write};

#[tokio::test(flavor = "multi_thread")]
async fn a_job_runs_if_and_only_if_its_transaction_committed() {
    for place in Place::each() {
        let store = open(&place).await;
        let ws = workspace(&store).await;
        // Before anybody works: an open workspace is found all the same.
        write(&store, ws, |tx| tx.enqueue(job(1))).await;
        let refused = store.write(ws, Actor::SYSTEM, |tx| {
            tx.enqueue(job(2))?;
            Err::<(), _>(Error::conflict("refused", "no"))
        });
        refused.await.unwrap_err();
        let (workers, mut hear) = saying();
        let working = Working::start(&store, workers);
        assert_eq!(next("the first job", &mut hear).await, 1);
        write(&store, ws, |tx| tx.enqueue(job(3))).await;
        assert_eq!(next("the third job", &mut hear).await, 3);
        let done = || read(&store, ws, |tx| jobs::list(tx, JobState::Done, 10));
        until("both are done", || async { (done().await.len() == 2).then_some(()) }).await;
        working.stop().await;
        assert!(hear.try_recv().is_err());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_keeps_doubles_out_until_the_job_has_ended() {
    for place in Place::each() {
        let store = open(&place).await;
        let ws = workspace(&store).await;
        let enqueue = |n: i64| write(&store, ws, move |tx| tx.enqueue(job(n).dedup("key")));
        let first = enqueue(1).await.unwrap();
        assert!(enqueue(2).await.is_none());
        let (workers, mut hear) = saying();
        let _working = Working::start(&store, workers);
        assert_eq!(next("the job", &mut hear).await, 1);
        until("it is done", || async {
            let state = read(&store, ws, move |tx| jobs::get(tx, first)).await.state;
            (state == JobState::Done).then_some(())
        })
        .await;
        assert!(enqueue(3).await.is_some());
        assert_eq!(next("the next job", &mut hear).await, 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_and_panics_are_tried_again_later_until_the_job_is_dead() {
    for place in Place::each() {
        let store = open(&place).await;
        let ws = workspace(&store).await;
        let (tried, mut hear) = mpsc::unbounded_channel();
        let try_ = move |context: &JobContext| tried.send((context.job.kind.clone(), Timestamp::now())).unwrap();
        let (fails, panics, at_once) = (try_.clone(), try_.clone(), try_);
        let workers = Workers::new()
            .job("fails", move |context| {
                fails(&context);
                async { Err(Error::unavailable("nobody_answers", "Nobody answers.")) }
            })
            .job("panics", move |context| {
                panics(&context);
                async { panic!("in the future") }
            })
            .job("panics at once", move |context| -> futures::future::Ready<Result<Outcome>> {
                at_once(&context);
                panic!("before there is a future")
            });
        let _working = Working::start(&store, workers);
        let kinds = ["fails", "panics", "panics at once"];
        write(&store, ws, move |tx| {
            for kind in kinds {
                tx.enqueue(NewJob { max_attempts: 2, ..NewJob::new(kind, json!({})).dedup(kind) })?;
            }
            tx.enqueue(NewJob { max_attempts: 1, ..NewJob::new("unheard of", json!({})) })
        })
        .await;
        let mut tries = Vec::new();
        for _ in 0..6 {
            tries.push(next("another try", &mut hear).await);
        }
        for kind in kinds {
            let times: Vec<Timestamp> = tries.iter().filter(|(k, _)| k == kind).map(|(_, at)| *at).collect();
            assert_eq!(times.len(), 2);
            let apart = times[1].micros() - times[0].micros();
            assert!((900_000..4_000_000).contains(&apart), "{apart} µs");
        }
        let dead = until("all are dead", || async {
            let dead = read(&store, ws, |tx| jobs::list(tx, JobState::Dead, 10)).await;
            (dead.len() == 4).then_some(dead)
        })
        .await;
        for (kind, reason) in
            kinds.iter().zip(["Nobody answers", "panicked", "panicked"]).chain([(&"unheard of", "no handler")])
        {
            let job = dead.iter().find(|job| job.kind == *kind).unwrap();
            assert!(job.error.as_deref().unwrap().contains(reason), "{job:?}");
        }
        // The dead keep nobody out.
        let again = write(&store, ws, |tx| tx.enqueue(NewJob::new("fails", json!({})).dedup("fails"))).await;
        assert!(again.is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_is_seen_while_the_job_runs() {
    for place in Place::each() {
        let store = open(&place).await;
        let ws = workspace(&store).await;
        let go_on = Arc::new(Notify::new());
        let wait = Arc::clone(&go_on);
        let workers = Workers::new().job("test", move |context: JobContext| {
            let wait = Arc::clone(&wait);
            async move {
                context.progress(1, Some(3), Some("counting".to_owned())).await?;
                wait.notified().await;
                Ok(Outcome::Done)
            }
        });
        let _working = Working::start(&store, workers);
        let id = write(&store, ws, |tx| tx.enqueue(job(1))).await.unwrap();
        let get = || read(&store, ws, move |tx| jobs::get(tx, id));
        let job = until("progress", || async { Some(get().await).filter(|job| job.progress_done == 1) }).await;
        assert_eq!((job.state, job.progress_total), (JobState::Running, Some(3)));
        assert_eq!(job.progress_note.as_deref(), Some("counting"));
        go_on.notify_one();
        until("the end", || async { Some(get().await).filter(|job| job.state == JobState::Done) }).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_may_ask_to_be_run_again_as_often_as_it_likes() {
    for place in Place::each() {
        let store = open(&place).await;
        let ws = workspace(&store).await;
        let runs = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&runs);
        let workers = Workers::new().job("test", move |context: JobContext| {
            let n = count.fetch_add(1, Ordering::SeqCst) + 1;
            async move {
                assert_eq!(context.job.attempts, 1, "asking is no failure");
                Ok(if n < 5 { Outcome::Again(Timestamp::now()) } else { Outcome::Done })
            }
        });
        let _working = Working::start(&store, workers);
        let id = write(&store, ws, |tx| tx.enqueue(NewJob { max_attempts: 1, ..job(1) })).await.unwrap();
        until("the end", || async {
            let job = read(&store, ws, move |tx| jobs::get(tx, id)).await;
            assert_ne!(job.state, JobState::Dead);
            (job.state == JobState::Done).then_some(())
        })
        .await;
        assert_eq!(runs.load(Ordering::SeqCst), 5);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn schedules_fire_and_one_that_is_over_goes() {
    for place in Place::each() {
        let store = open(&place).await;
        let ws = workspace(&store).await;
        let (workers, mut hear) = saying();
        let _working = Working::start(&store, workers);
        write(&store, ws, |tx| {
            tx.set_now("2019-06-01T00:00:00Z".parse().unwrap());
            jobs::schedule(tx, "hourly", "0 * * * *", "test", &json!({"n": 1}))?;
            jobs::schedule(tx, "once", "0 0 0 1 1 * 2020", "test", &json!({"n": 2}))
        })
        .await;
        let mut said = [next("a schedule", &mut hear).await, next("the other", &mut hear).await];
        said.sort_unstable();
        assert_eq!(said, [1, 2]);
        let left = read(&store, ws, |tx| {
            tx.query("SELECT name, next_at FROM schedules", &[], |row| {
                Ok((row.get::<String>(0)?, row.get::<Timestamp>(1)?))
            })
        });
        let left = left.await;
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].0, "hourly");
        assert!(left[0].1 > Timestamp::now());
    }
}
