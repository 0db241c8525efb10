//! Events become visible in the order of their numbers, however many nodes write.

use heddle_store::{events, testing::Place};

use crate::support::{emit, open, read, within, workspace, write};

const WRITERS: i64 = 6;
const WRITES: i64 = 60;

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_goes_by_the_number_misses_no_event() {
    for place in Place::each() {
        let nodes = [open(&place).await, open(&place).await];
        let ws = workspace(&nodes[0]).await;
        let writers = (0..WRITERS).map(|writer| {
            let store = nodes[writer as usize % nodes.len()].clone();
            tokio::spawn(async move {
                for n in 0..WRITES {
                    write(&store, ws, move |tx| {
                        emit(tx, writer * 1000 + n)?;
                        emit(tx, writer * 1000 + n + 500)
                    })
                    .await;
                }
            })
        });
        let writers: Vec<_> = writers.collect();
        for store in &nodes {
            let store = store.clone();
            let seen = within("all events are seen", async {
                let mut seen: Vec<events::Event> = Vec::new();
                while seen.len() < (WRITERS * WRITES * 2) as usize {
                    let cursor = seen.last().map_or(0, |event| event.seq);
                    seen.extend(read(&store, ws, move |tx| events::after(tx, cursor, 50)).await);
                }
                seen
            })
            .await;
            assert!(seen.is_sorted_by(|a, b| a.seq < b.seq));
            // Of each writer, everything in its own order; of each write, its two events side by side.
            for writer in 0..WRITERS {
                let own = seen.iter().map(|event| event.data["n"].as_i64().unwrap()).filter(|n| n / 1000 == writer);
                let expected = (0..WRITES).flat_map(|n| [writer * 1000 + n, writer * 1000 + n + 500]);
                assert!(own.eq(expected));
            }
            for pair in seen.chunks(2) {
                assert_eq!(pair[0].data["n"].as_i64().unwrap() + 500, pair[1].data["n"].as_i64().unwrap());
            }
        }
        futures::future::join_all(writers).await;
    }
}
