//! What is said: threads and their activities, e-mail; and the place (case, thread or space) that things are attached to.

pub mod activities;
pub mod comments;
pub mod emails;
pub mod live;
pub mod mentions;
pub mod notices;
pub mod outbox;
pub mod place;
pub mod testing;
pub mod threads;

pub use place::Place;
