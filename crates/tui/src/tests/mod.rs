//! The app against a made-up server, without terminal and network.

mod acting;
mod browsing;
mod driver;
mod hostile;
mod live;
mod reading;
mod screens;
mod world;
