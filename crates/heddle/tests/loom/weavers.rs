//! Weavers: over HTTP and over the socket that attaches to their terminals, in real sandboxes of this machine.

mod attach;
mod confinement;
mod lifecycle;

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value as Json, json};

use crate::support::{
    Client, World,
    socket::{Came, Socket},
};

/// A weaver that is asked for.
fn order(world: &World) -> Json {
    json!({"image": "local", "org_id": world.workspace})
}

/// The order with these fields.
fn with(world: &World, fields: Json) -> Json {
    let mut order = order(world);
    order.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    order
}

/// Begins a weaver and answers its id.
async fn begin(client: &Client, order: Json) -> String {
    client.post("/api/weaver", order).await.bare_id(201)
}

async fn end(client: &Client, id: &str) {
    assert_eq!(client.delete(&format!("/api/weaver/{id}")).await.status, 204);
}

/// Somebody at the terminal of a weaver.
struct Terminal {
    socket: Socket,
    seen: String,
}

/// Numbers of commands: what an earlier one showed must not be taken for what this one shows.
static COMMANDS: AtomicU64 = AtomicU64::new(0);

impl Terminal {
    async fn attach(client: &Client, id: &str) -> Self {
        let socket = Socket::enter(client, &format!("/api/weaver/{id}/attach"), json!({})).await;
        Self { socket, seen: String::new() }
    }

    async fn enter(&mut self, text: &str) {
        self.socket.bytes(text.as_bytes()).await;
    }

    /// Waits until this was shown, and answers what was shown before it.
    async fn until(&mut self, wanted: &str) -> String {
        loop {
            if let Some((before, after)) = self.seen.split_once(wanted) {
                let before = before.to_owned();
                self.seen = after.to_owned();
                return before;
            }
            match self.socket.next().await {
                Came::Bytes(bytes) => self.seen.push_str(&String::from_utf8_lossy(&bytes)),
                came => panic!("{came:?} and no {wanted:?} in {:?}", self.seen),
            }
        }
    }

    /// What a command shows.
    async fn run(&mut self, command: &str) -> String {
        // Put together by the shell, so that the line as it was typed does not count.
        let n = COMMANDS.fetch_add(1, Ordering::Relaxed);
        self.enter(&format!("echo beg''un{n}; {command}; echo en''ded{n}\n")).await;
        self.until(&format!("begun{n}\r\n")).await;
        self.until(&format!("ended{n}\r\n")).await.trim().to_owned()
    }
}
