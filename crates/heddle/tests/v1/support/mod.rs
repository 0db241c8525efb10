//! What the black-box tests share: a running server per engine, workspaces with one client per kind of caller.
#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(unused_imports, reason = "each test binary uses a part of it")]

pub mod browser;
pub mod client;
pub mod live;
pub mod operations;
pub mod server;
pub mod socket;
pub mod world;

pub use browser::Browser;
pub use client::{Answer, Client};
pub use live::Live;
pub use server::{Engine, Server};
pub use socket::{Came, Socket};
pub use world::World;

/// Runs an async test against a server of each engine: `on_each_engine!(name, |server| async { … })`.
#[macro_export]
macro_rules! on_each_engine {
    ($($(#[$meta:meta])* async fn $name:ident($server:ident: &Server) $body:block)*) => {
        $(mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn run($server: &Server) $body

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                run(Server::shared(Engine::Sqlite).await.expect("the embedded engine needs nothing")).await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                match Server::shared(Engine::Postgres).await {
                    Some(server) => run(server).await,
                    None => eprintln!("skipped: HEDDLE_TEST_DATABASE_URL names no PostgreSQL server"),
                }
            }
        })*
    };
}
