//! The API `/api/v1/public`: bare objects, lists with a cursor.
//!
//! One module per section of the reference, each with its operations, its objects and its bodies.

pub mod agents;
pub mod case_ingestions;
pub mod cases;
pub mod files;
pub mod models;
pub mod notes;
mod objects;
pub mod procedures;
pub mod secrets;
pub mod spaces;
pub mod threads;
pub mod tools;
pub mod users;

pub use objects::{Direction, Link, Page, Paging, ResourceType, Sort};
use reqwest::Method;

use crate::Call;

/// Where the API lies below the base URL.
const ROOT: &str = "api/v1/public";

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

fn delete(collection: &str) -> Call<()> {
    Call::new(Method::DELETE, ROOT).at(collection)
}

impl<T> Call<T> {
    fn paged(self, paging: &Paging) -> Self {
        self.query("limit", paging.limit).query("cursor", paging.cursor.as_deref())
    }

    fn sorted(self, sort: Option<&Sort>, direction: Option<&Direction>) -> Self {
        self.query("sort", sort).query("direction", direction)
    }
}
