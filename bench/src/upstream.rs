//! A provider of models that answers at once and always the same: plain answers, and streams that stay open.

use std::convert::Infallible;

use axum::{
    Json, Router,
    body::Body,
    http::header,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::Result;

/// The bytes of its answer's text: about as long as a short answer of a model.
const TEXT: usize = 400;

/// Serves until the process is ended; prints its address.
pub fn serve() -> Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let router = Router::new().fallback(axum::routing::any(answer));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        axum::serve(listener, router).await?;
        Ok(())
    })
}

async fn answer(Json(asked): Json<Value>) -> Response {
    if asked["stream"] == true {
        let first = "data: {\"id\":\"1\",\"object\":\"chat.completion.chunk\",\"model\":\"gpt-bench\",\
                     \"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":null}]}\n\n";
        let first = futures::stream::once(async move { Ok::<_, Infallible>(Bytes::from_static(first.as_bytes())) });
        let body = Body::from_stream(futures::StreamExt::chain(first, futures::stream::pending()));
        return ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response();
    }
    let message = json!({"role": "assistant", "content": "a".repeat(TEXT)});
    Json(json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt-bench",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 20, "completion_tokens": 100, "total_tokens": 120}
    }))
    .into_response()
}
