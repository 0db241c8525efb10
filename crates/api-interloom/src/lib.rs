//! The dialects of Interloom: `/v1`, the rich model of cases, stages and threads, and `/api/v1/public`, the slim one that
//! its command line speaks.

pub mod download;
mod preview;
pub mod public;
pub mod v1;
