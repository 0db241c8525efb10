//! What is kept: documents (files and notes) and the blobs behind them.

pub mod documents;
pub mod names;
