//! What is kept: documents (files and notes), the blobs behind them, and messages that bring files with them.

pub mod documents;
pub mod messages;
pub mod names;
