//! Pages of what lies in the spaces of the actor: the one query behind most lists.

use kernel::{Direction, Mark, Page, PageRequest, Result, Slice, SliceRequest};
use store::{Param, Row, ToParam, Tx};

/// A list of the rows of a table that has a `space_id`.
pub struct Listing<'a> {
    /// The table with its alias, such as `documents d`.
    pub table: &'a str,
    /// The alias.
    pub alias: &'a str,
    /// The columns to read, with the alias.
    pub columns: &'a str,
    /// The order, with the alias; it must tell any two rows apart.
    pub order: &'a str,
    /// Columns (without the alias) that must have a value, where one is given.
    pub conditions: &'a [(&'a str, Option<Param<'a>>)],
}

/// One page of the rows that the actor can see, and how many there are.
///
/// # Errors
/// The engine's, or the first that `read` gives.
pub fn page<T>(
    tx: &mut Tx<'_>,
    list: &Listing<'_>,
    request: PageRequest,
    read: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Page<T>> {
    let Listing { table, alias, columns, order, conditions } = list;
    let actor = tx.actor().id;
    let mut values: Vec<Param<'_>> = vec![actor.to_param()];
    let mut from =
        format!("FROM {table} JOIN members m ON m.space_id = {alias}.space_id AND m.actor_id = $1 WHERE TRUE");
    for (column, value) in *conditions {
        if let Some(value) = value {
            values.push(value.clone());
            from.push_str(&format!(" AND {alias}.{column} = ${}", values.len()));
        }
    }
    let total = tx.query_one(&format!("SELECT COUNT(*) {from}"), &values, |row| row.get(0))?;
    let n = values.len();
    values.extend([Param::Int(request.limit()), Param::Int(request.offset())]);
    let sql = format!("SELECT {columns} {from} ORDER BY {order} LIMIT ${} OFFSET ${}", n + 1, n + 2);
    let items = tx.query(&sql, &values, read)?;
    Ok(Page { items, total, request })
}

/// A list of the rows of a table, ordered by a time and the id.
pub struct Sliced<'a> {
    /// The table with its alias, such as `documents d`.
    pub table: &'a str,
    /// The alias.
    pub alias: &'a str,
    /// The columns to read, with the alias.
    pub columns: &'a str,
    /// The column of the time.
    pub sort: &'a str,
    /// Which rows, with parameters from `$1` on.
    pub condition: &'a str,
    /// The condition's parameters.
    pub values: Vec<Param<'a>>,
}

/// The condition that a row lies in a space of the actor, who is parameter `$n`.
pub fn visible(alias: &str, n: usize) -> String {
    format!("{alias}.space_id IN (SELECT space_id FROM members WHERE actor_id = ${n})")
}

/// One slice of the rows. `mark` says where a row is in the list.
///
/// # Errors
/// The engine's, or the first that `read` gives.
pub fn slice<T>(
    tx: &mut Tx<'_>,
    list: Sliced<'_>,
    request: SliceRequest,
    read: impl FnMut(&Row<'_>) -> Result<T>,
    mark: impl FnOnce(&T) -> Mark,
) -> Result<Slice<T>> {
    let Sliced { table, alias, columns, sort, condition, mut values } = list;
    let (order, beyond) = match request.direction {
        Direction::Ascending => ("ASC", ">"),
        Direction::Descending => ("DESC", "<"),
    };
    let mut condition = condition.to_owned();
    if let Some(after) = &request.after {
        values.extend([after.at.to_param(), Param::Id(after.id)]);
        let n = values.len();
        condition.push_str(&format!(" AND ({alias}.{sort}, {alias}.id) {beyond} (${}, ${n})", n - 1));
    }
    // One more than asked for tells whether the list goes on.
    values.push(Param::Int(i64::from(request.limit) + 1));
    let sql = format!(
        "SELECT {columns} FROM {table} WHERE {condition} ORDER BY {alias}.{sort} {order}, {alias}.id {order} LIMIT ${}",
        values.len()
    );
    let items = tx.query(&sql, &values, read)?;
    Ok(Slice::cut(items, request.limit, mark))
}
