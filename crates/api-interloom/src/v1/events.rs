//! Live events of a workspace (ours), by server-sent events.

use std::{convert::Infallible, time::Duration};

use api::{Ctx, Failure, Query};
use axum::{
    http::HeaderMap,
    response::sse::{Event as SseEvent, KeepAlive, Sse},
};
use futures::Stream;
use kernel::{Error, Kind, Result};
use serde::Deserialize;
use store::{Event, events};
use talk::live;
use tokio::sync::mpsc;
use utoipa::IntoParams;

/// Where to begin.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Follow {
    /// The number of the last event that is known; only newer ones come. A negative one begins so many events before the
    /// newest, -50 with the last 50. Without it, only what happens from now on. `Last-Event-ID` wins over it.
    after: Option<i64>,
}

/// Events read at once.
const BATCH: i64 = 500;
/// Events that wait for a slow client; then reading pauses.
const BUFFER: usize = 256;

/// Events of the workspace that the caller may see, as they happen. Each has its number as id, its verb as event and the
/// event as data; a client that comes back with `Last-Event-ID` misses nothing.
#[utoipa::path(
    get, path = "/v1/events", tag = "Events", params(Follow, ("Last-Event-ID" = Option<i64>, Header)),
    responses((status = 200, content_type = "text/event-stream", body = Event))
)]
pub async fn follow_events(
    ctx: Ctx,
    headers: HeaderMap,
    Query(query): Query<Follow>,
) -> Result<Sse<impl Stream<Item = Result<SseEvent, Infallible>>>, Failure> {
    let resume = match headers.get("last-event-id") {
        Some(value) => {
            let seq = value.to_str().ok().and_then(|text| text.trim().parse::<i64>().ok());
            Some(seq.ok_or_else(|| Error::invalid("Last-Event-ID", "Last-Event-ID must be the number of an event"))?)
        }
        None => query.after,
    };
    let signal = ctx.app.store().subscribe(ctx.principal.workspace).await?;
    let cursor = match resume {
        Some(seq) if seq >= 0 => seq,
        back => (ctx.read(events::last_seq).await?.saturating_add(back.unwrap_or_default())).max(0),
    };
    let (sender, receiver) = mpsc::channel(BUFFER);
    tokio::spawn(async move {
        if let Err(error) = follow(&ctx, &headers, signal, cursor, &sender).await {
            tracing::warn!(?error, "a live stream ended");
        }
    });
    let stream = futures::stream::unfold(receiver, |mut receiver| async move {
        let event: SseEvent = receiver.recv().await?;
        Some((Ok(event), receiver))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

/// Sends what the caller may see until the client leaves or the server stops.
async fn follow(
    ctx: &Ctx,
    headers: &HeaderMap,
    mut signal: tokio::sync::watch::Receiver<store::Signal>,
    mut cursor: i64,
    sender: &mpsc::Sender<SseEvent>,
) -> Result<()> {
    // The answer's head goes out with its first line; until then a client cannot tell that it is connected.
    if sender.send(SseEvent::default().comment("following")).await.is_err() {
        return Ok(());
    }
    loop {
        signal.borrow_and_update();
        // Who has signed out or was deactivated meanwhile is told no more.
        match api::credentials(&ctx.app, headers).await {
            Ok(_) => {}
            Err(error) if error.kind() == Kind::Unauthorized => return Ok(()),
            Err(error) => return Err(error),
        }
        loop {
            let (visible, reached) = ctx.read(move |tx| live::after(tx, cursor, BATCH, None)).await?;
            for event in visible {
                let data = serde_json::to_string(&event).map_err(Error::internal)?;
                let message = SseEvent::default().id(event.seq.to_string()).event(event.verb).data(data);
                if sender.send(message).await.is_err() {
                    return Ok(());
                }
            }
            if reached == cursor {
                break;
            }
            cursor = reached;
        }
        tokio::select! {
            changed = signal.changed() => if changed.is_err() {
                // The workspace was closed for want of use; following it is use.
                signal = ctx.app.store().subscribe(ctx.principal.workspace).await?;
            },
            () = sender.closed() => return Ok(()),
            () = ctx.app.stop().cancelled() => return Ok(()),
        }
    }
}
