//! Hears from other nodes over PostgreSQL's `LISTEN`.

use std::time::Duration;

use tokio_postgres::AsyncMessage;
use tokio_util::sync::CancellationToken;

use crate::Store;

/// Listens until `stop`, connecting again whenever the connection ends.
pub(crate) async fn run(store: Store, url: String, stop: CancellationToken) {
    while !stop.is_cancelled() {
        tokio::select! {
            () = stop.cancelled() => return,
            end = listen(&store, &url) => {
                if let Err(error) = end {
                    tracing::warn!(%error, "the connection that listens to other nodes ended; again in two seconds");
                }
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_secs(2)) => {}
        }
    }
}

async fn listen(store: &Store, url: &str) -> Result<(), tokio_postgres::Error> {
    let (client, mut connection) = tokio_postgres::connect(url, crate::tls::connector()).await?;
    let messages = async move {
        loop {
            match std::future::poll_fn(|cx| connection.poll_message(cx)).await {
                Some(Ok(AsyncMessage::Notification(notification))) => store.wake(notification.payload()),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error),
                None => return Ok(()),
            }
        }
    };
    let subscribe = async {
        client.batch_execute("LISTEN heddle").await?;
        // The client must live as long as the connection is to stay.
        std::future::pending::<Result<(), tokio_postgres::Error>>().await
    };
    tokio::select! {
        end = messages => end,
        end = subscribe => end,
    }
}
