//! Data tables: rows with typed columns, read from CSV or JSON and asked by filter and sort order.
//!
//! [`table`] turns a source into a [`Table`] without touching a database, so the slow part happens outside of any
//! transaction; [`datatables`] stores and reads; [`filter`] and [`sort`] are the small languages of questions.

pub mod datatables;
pub mod filter;
pub mod schema;
pub mod sort;
mod sql;
pub mod table;

pub use schema::{Column, ColumnType};
pub use table::{Source, SourceFormat, Table};
