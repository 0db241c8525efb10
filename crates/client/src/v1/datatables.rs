//! Data tables: rows with typed columns, made from CSV or JSON.

use std::{fmt::Display, path::Path};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{List, One, Pages, Place, get as read, post};
use crate::{Call, IntoBody, Upload, names::names};

names! {
    /// The type of a column.
    ColumnType {
        Text = "text",
        Integer = "integer",
        Number = "number",
        Boolean = "boolean",
        Date = "date",
        Datetime = "datetime",
    }

    /// What a table was made from.
    SourceFormat {
        Csv = "csv",
        Json = "json",
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub r#type: ColumnType,
}

/// A data table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Datatable {
    /// Its id.
    pub id: Uuid,
    /// The space it lies in.
    pub space_id: Uuid,
    /// The case it belongs to.
    pub case_id: Option<Uuid>,
    /// The thread it belongs to.
    pub thread_id: Option<Uuid>,
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Its columns.
    pub columns: Vec<Column>,
    /// What it was made from.
    pub source_format: SourceFormat,
    /// How many rows it has.
    pub row_count: u64,
    /// Who made it.
    pub created_by: Uuid,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A row: its cells by the names of their columns.
pub type Row = Map<String, Value>;

/// A new data table, from rows.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CreateDatatable {
    /// Its name.
    pub name: String,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where it is attached.
    #[serde(flatten)]
    pub place: Place,
    /// Its columns; found out from the rows when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<Column>>,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// What a table that is made from a file is to be called and to be.
#[derive(Debug, Clone, Default)]
pub struct UploadDatatable {
    /// Its name; that of the file when left out.
    pub name: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// Where it is attached.
    pub place: Place,
    /// What the file is; found out when left out.
    pub format: Option<SourceFormat>,
    /// Its columns as JSON; found out from the rows when left out.
    pub columns: Option<String>,
}

/// Which rows are wanted.
#[derive(Debug, Clone, Default)]
pub struct QueryRows {
    /// A condition, such as `amount >= 100 and status = "open"`.
    pub filter: Option<String>,
    /// Columns to sort by, such as `-amount,name`.
    pub sort: Option<String>,
    /// The page.
    pub pages: Pages,
}

/// Data tables, of one place or all that the caller can see.
pub fn list(place: &Place, pages: &Pages) -> Call<List<Datatable>> {
    read("datatables").within(place).on(pages)
}

/// Makes a table from rows.
pub fn create(body: impl IntoBody<CreateDatatable>) -> Call<One<Datatable>> {
    post("datatables").json(body)
}

/// Makes a table from a file.
pub fn upload(path: impl AsRef<Path>, about: &UploadDatatable) -> Call<One<Datatable>> {
    let upload = Upload::new("file", path)
        .field("name", about.name.as_deref())
        .field("description", about.description.as_deref())
        .field("format", about.format.as_ref().map(SourceFormat::as_str))
        .field("columns", about.columns.as_deref());
    post("datatables").upload(about.place.fields(upload))
}

/// One table.
pub fn get(id: impl Display) -> Call<One<Datatable>> {
    read("datatables").at(id)
}

/// The rows of a table.
pub fn rows(id: impl Display, query: &QueryRows) -> Call<List<Row>> {
    read("datatables")
        .at(id)
        .at("rows")
        .query("filter", query.filter.as_deref())
        .query("sort", query.sort.as_deref())
        .on(&query.pages)
}
