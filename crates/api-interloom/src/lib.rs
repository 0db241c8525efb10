//! The dialects of Interloom: `/v1`, the rich model of cases, stages and threads.

pub mod v1;
