//! Who is who and who may what: workspaces, users, keys and sessions in the control database; actors, spaces and
//! members in each workspace.

pub mod access;
pub mod accounts;
pub mod actors;
pub mod attempts;
pub mod audit;
pub mod invitations;
pub mod keys;
pub mod listing;
pub mod members;
pub mod passwords;
mod principal;
mod secret;
pub mod sessions;
pub mod setup;
pub mod socket_tokens;
pub mod spaces;
pub mod users;
pub mod vault;
pub mod workspaces;

pub use access::{Right, Role};
pub use principal::{Authenticator, Principal, Via};
pub use vault::Vault;
