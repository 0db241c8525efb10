//! Data tables (Interloom v1, DataTables): stored with their columns, attached to a case, a thread or a space.

#[cfg(test)]
mod tests;

use identity::{
    Right, access,
    listing::{self, Listing},
};
use kernel::{
    Error, Page, PageRequest, Result, Timestamp, check,
    ids::{ActorId, CaseId, DatatableId, SpaceId, ThreadId},
};
use serde_json::{Map, Value as Json, json};
use store::{NewEvent, Param, Row, Stored, ToParam, Tx, params, search};
use talk::{
    activities::{self, ActivityType, Visibility},
    place::{self, PlaceRef},
};

use crate::{
    filter,
    schema::Column,
    sort, sql,
    table::{SourceFormat, Table},
};

/// What is known of a data table; its rows are apart.
#[derive(Clone, Debug)]
pub struct Datatable {
    /// Its id.
    pub id: DatatableId,
    /// The space it is in.
    pub space_id: SpaceId,
    /// The case it is attached to, itself or by its thread.
    pub case_id: Option<CaseId>,
    /// The thread it is attached to.
    pub thread_id: Option<ThreadId>,
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: Option<String>,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// What it was read from.
    pub source_format: SourceFormat,
    /// The SHA-256 of the source's bytes, which is also where they are; none for rows that came as such.
    pub source_sha256: Option<String>,
    /// How many rows it has.
    pub row_count: i64,
    /// Who added it.
    pub created_by: ActorId,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

const COLUMNS: &str = "t.id, t.space_id, t.case_id, t.thread_id, t.name, t.description, t.columns, t.source_format, \
                       t.source_sha256, t.row_count, t.created_by, t.created_at, t.updated_at";

fn read(row: &Row<'_>) -> Result<Datatable> {
    Ok(Datatable {
        id: row.get(0)?,
        space_id: row.get(1)?,
        case_id: row.get(2)?,
        thread_id: row.get(3)?,
        name: row.get(4)?,
        description: row.get(5)?,
        columns: serde_json::from_value(row.get(6)?).map_err(Error::internal)?,
        source_format: row.get(7)?,
        source_sha256: row.get(8)?,
        row_count: row.get(9)?,
        created_by: row.get(10)?,
        created_at: row.get(11)?,
        updated_at: row.get(12)?,
    })
}

/// A data table to add, read by [`Table::read`] beforehand.
#[derive(Clone, Copy, Debug)]
pub struct NewDatatable<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is.
    pub description: Option<&'a str>,
    /// Columns and rows.
    pub table: &'a Table,
    /// Where the source's bytes are stored, for a source that is a file.
    pub source: Option<&'a Stored>,
}

/// The data tables that the actor can see, newest first, of one case, thread or space if wanted.
///
/// # Errors
/// `case_not_found`, `thread_not_found` or `space_not_found` when a filter names what the actor cannot see.
pub fn list(
    tx: &mut Tx<'_>,
    case: Option<CaseId>,
    thread: Option<ThreadId>,
    space: Option<SpaceId>,
    request: PageRequest,
) -> Result<Page<Datatable>> {
    let conditions = place::filters(tx, PlaceRef { case, thread, space })?;
    let list = Listing {
        table: "datatables t",
        alias: "t",
        columns: COLUMNS,
        order: "t.created_at DESC, t.id DESC",
        conditions: &conditions,
    };
    listing::page(tx, &list, request, read)
}

/// One data table.
///
/// # Errors
/// `datatable_not_found`.
pub fn get(tx: &mut Tx<'_>, id: DatatableId) -> Result<Datatable> {
    let table = tx
        .query_opt(&format!("SELECT {COLUMNS} FROM datatables t WHERE t.id = $1"), params![id], read)?
        .ok_or_else(|| datatable_not_found(id))?;
    let role = access::role(tx, table.space_id)?;
    access::check(role, Right::See, || datatable_not_found(id))?;
    Ok(table)
}

/// Stores a table, and tells the thread.
///
/// # Errors
/// Those of the place, `forbidden` for observers, `Invalid` for a blank or over-long name and an over-long description.
pub fn create(tx: &mut Tx<'_>, place: PlaceRef, new: &NewDatatable<'_>) -> Result<Datatable> {
    let place = place::resolve(tx, place, Right::Work)?;
    let name = check::required("name", new.name, check::NAME)?;
    let description = check::optional("description", new.description, check::TEXT)?;
    let id = DatatableId::new();
    let columns = serde_json::to_value(new.table.columns()).map_err(Error::internal)?;
    tx.execute(
        "INSERT INTO datatables (id, space_id, case_id, thread_id, name, description, columns, source_format, source_sha256, \
         row_count, created_by, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)",
        params![
            id,
            place.space,
            place.case,
            place.thread,
            name,
            description,
            columns,
            new.table.format(),
            new.source.map(|stored| stored.sha256.as_str()),
            new.table.len(),
            tx.actor().id,
            tx.now()
        ],
    )?;
    insert_rows(tx, id, new.table)?;
    let title = description.unwrap_or_default();
    let item = search::Item {
        kind: "datatable",
        subject: id.uuid(),
        space: place.space,
        case: place.case,
        thread: place.thread,
        title: name,
        body: title,
    };
    search::put(tx, &item)?;
    if let Some(log) = place.log {
        let text = format!("Added the table {name}");
        let data = json!({"datatable_id": id, "name": name});
        activities::append(tx, log, ActivityType::ArtifactAdded, Visibility::Public, &text, Some(data))?;
    }
    tx.emit(NewEvent {
        verb: "datatable.created",
        subject: id.uuid(),
        space: Some(place.space),
        case: place.case,
        thread: place.thread,
        data: json!({"name": name, "rows": new.table.len(), "columns": columns}),
    })?;
    get(tx, id)
}

/// Rows in one statement. Three sizes, so that the engines keep few statements prepared.
const CHUNKS: [usize; 3] = [64, 8, 1];

fn insert_rows(tx: &mut Tx<'_>, id: DatatableId, table: &Table) -> Result<()> {
    let statements = CHUNKS.map(|size| {
        let tuples: Vec<String> = (0..size).map(|i| format!("($1, ${}, ${})", 2 * i + 2, 2 * i + 3)).collect();
        format!("INSERT INTO datatable_rows (datatable_id, n, cells) VALUES {}", tuples.join(", "))
    });
    let mut rows = (1i64..).zip(table.rows());
    let mut left = table.len();
    for (size, statement) in CHUNKS.iter().zip(&statements) {
        while left >= *size {
            let mut values = vec![id.to_param()];
            for (n, cells) in rows.by_ref().take(*size) {
                values.extend([Param::Int(n), Param::Text(cells)]);
            }
            tx.execute(statement, &values)?;
            left -= size;
        }
    }
    Ok(())
}

/// Rows of a data table that pass a filter ([`crate::filter`]), in an order ([`crate::sort`]) or else that of the source.
/// Each has every column; an empty cell is null.
///
/// # Errors
/// `datatable_not_found`, `Invalid` naming `filter` or `sort`.
pub fn rows(
    tx: &mut Tx<'_>,
    id: DatatableId,
    filter: Option<&str>,
    sort: Option<&str>,
    request: PageRequest,
) -> Result<Page<Map<String, Json>>> {
    let table = get(tx, id)?;
    let (items, total) = page(tx, &table, filter, sort, request.limit() as u64, request.offset() as u64)?;
    Ok(Page { items, total, request })
}

/// What an agent is told when it asks a data table.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Answer {
    /// The table's name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// How many rows pass the filter, those that are left out included.
    pub total: i64,
    /// The first of them.
    pub rows: Vec<Map<String, Json>>,
}

/// The most rows that an agent is given at once.
pub const AGENT_ROWS: u32 = 200;

/// The first rows that pass a filter, with what it takes to understand them. `limit` beyond [`AGENT_ROWS`] means that.
///
/// # Errors
/// `datatable_not_found`, `Invalid` naming `filter` or `sort`.
pub fn query_for_agent(
    tx: &mut Tx<'_>,
    id: DatatableId,
    filter: Option<&str>,
    sort: Option<&str>,
    limit: u32,
) -> Result<Answer> {
    let table = get(tx, id)?;
    let (rows, total) = page(tx, &table, filter, sort, limit.min(AGENT_ROWS).into(), 0)?;
    Ok(Answer { name: table.name, columns: table.columns, total, rows })
}

/// What an absent or invisible data table answers.
pub fn datatable_not_found(id: DatatableId) -> Error {
    Error::not_found("datatable_not_found", format!("No datatable found with ID {id}"))
}

fn page(
    tx: &mut Tx<'_>,
    table: &Datatable,
    filter: Option<&str>,
    sort: Option<&str>,
    limit: u64,
    offset: u64,
) -> Result<(Vec<Map<String, Json>>, i64)> {
    // A blank parameter of a query is none.
    let given = |text: &&str| !text.trim().is_empty();
    let columns = &table.columns;
    let filter = filter.filter(given).map(|text| filter::parse(text, columns)).transpose()?;
    let sort = sort.filter(given).map(|text| sort::parse(text, columns)).transpose()?.unwrap_or_default();
    let total = match &filter {
        None => table.row_count,
        Some(filter) => {
            let count = sql::count(table.id, columns, Some(filter))?;
            tx.query_one(&count.sql, &count.values, |row| row.get(0))?
        }
    };
    let select = sql::select(table.id, columns, filter.as_ref(), &sort, limit, offset)?;
    let rows = tx.query(&select.sql, &select.values, |row| {
        let Json::Object(mut cells) = row.get::<Json>(0)? else {
            return Err(Error::internal("a row is not an object"));
        };
        let cell = |column: &Column| (column.name.clone(), cells.remove(&column.name).unwrap_or_default());
        Ok(columns.iter().map(cell).collect())
    })?;
    Ok((rows, total))
}
