//! The API `/v1`: every answer in an envelope, lists with numbered pages.
//!
//! One module per section of the reference, each with its operations, its objects and its bodies.

pub mod actors;
pub mod artifacts;
pub mod audit;
pub mod calls;
pub mod cases;
pub mod datatables;
pub mod designs;
pub mod emails;
pub mod events;
pub mod inbox;
pub mod instructions;
pub mod keys;
pub mod labels;
pub mod members;
mod objects;
pub mod procedures;
pub mod process;
pub mod proposals;
pub mod runs;
pub mod search;
pub mod session;
pub mod spaces;
pub mod stages;
pub mod threads;
pub mod tools;
pub mod trials;
pub mod usage;
pub mod views;
pub mod workspace;

pub use objects::{
    ActorType, Deleted, List, ListMeta, Meta, Motion, One, Pages, Place, Priority, RequiredActor, WaitingKind,
    WaitingOn,
};
use reqwest::Method;

use crate::Call;

/// Where the API lies below the base URL.
const ROOT: &str = "v1";

fn get<T>(collection: &str) -> Call<T> {
    Call::new(Method::GET, ROOT).at(collection)
}

fn post<T>(collection: &str) -> Call<T> {
    Call::new(Method::POST, ROOT).at(collection)
}

fn patch<T>(collection: &str) -> Call<T> {
    Call::new(Method::PATCH, ROOT).at(collection)
}

fn put<T>(collection: &str) -> Call<T> {
    Call::new(Method::PUT, ROOT).at(collection)
}

fn delete<T>(collection: &str) -> Call<T> {
    Call::new(Method::DELETE, ROOT).at(collection)
}

impl<T> Call<T> {
    fn on(self, pages: &Pages) -> Self {
        self.query("page", pages.page).query("per_page", pages.per_page)
    }

    fn within(self, place: &Place) -> Self {
        self.query("case_id", place.case_id.as_deref())
            .query("thread_id", place.thread_id.as_deref())
            .query("space_id", place.space_id.as_deref())
    }
}
