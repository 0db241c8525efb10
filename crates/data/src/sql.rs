//! Filters and orders as SQL that means the same on both engines.
//!
//! Cells come out of JSON as text on PostgreSQL and as what they are on SQLite; a cast to the column's type makes both
//! agree. Column names and values are always parameters. Texts compare byte by byte on SQLite; on PostgreSQL they would by
//! the database's own collation, and SQL has no word for another one that both engines know. So each text is joined with an
//! empty piece of `t.name`: a column that is declared to compare by bytes passes that on to what is made with it. The same
//! makes `LOWER` know A to Z only, as it does on SQLite.

use kernel::{Error, Result, ids::DatatableId};
use sea_query::{
    Asterisk, Cond, Expr, ExprTrait, Func, NullOrdering, Order, PostgresQueryBuilder, Query, SelectStatement,
    Value as SqlValue, extension::postgres::PgExpr,
};
use store::Param;

use crate::{
    filter::{Compare, Filter, Match, Value},
    schema::{Column, ColumnType},
    sort::Key,
};

/// A statement with its parameters.
pub struct Statement {
    /// Its text.
    pub sql: String,
    /// `$1` and the following.
    pub values: Vec<Param<'static>>,
}

/// How many rows pass the filter.
pub fn count(table: DatatableId, columns: &[Column], filter: Option<&Filter>) -> Result<Statement> {
    let mut query = from(table, columns, filter)?;
    query.expr(Func::count(Expr::col(Asterisk)));
    build(&query)
}

/// The cells of the rows that pass the filter, in order.
pub fn select(
    table: DatatableId,
    columns: &[Column],
    filter: Option<&Filter>,
    sort: &[Key],
    limit: u64,
    offset: u64,
) -> Result<Statement> {
    let mut query = from(table, columns, filter)?;
    query.column(("r", "cells"));
    for key in sort {
        let order = if key.descending { Order::Desc } else { Order::Asc };
        query.order_by_expr_with_nulls(typed(column(columns, key.column)?), order, NullOrdering::Last);
    }
    query.order_by(("r", "n"), Order::Asc).limit(limit).offset(offset);
    build(&query)
}

/// A column by its place.
pub fn column(columns: &[Column], place: usize) -> Result<&Column> {
    columns
        .get(place)
        .ok_or_else(|| Error::internal(format!("the filter or order is for other columns: no column {place}")))
}

fn from(table: DatatableId, columns: &[Column], filter: Option<&Filter>) -> Result<SelectStatement> {
    let mut query = Query::select();
    query
        .from_as("datatables", "t")
        .join_as(
            sea_query::JoinType::InnerJoin,
            "datatable_rows",
            "r",
            Expr::col(("r", "datatable_id")).equals(("t", "id")),
        )
        .and_where(Expr::col(("t", "id")).eq(table.uuid()));
    if let Some(filter) = filter {
        query.cond_where(condition(columns, filter)?);
    }
    Ok(query)
}

fn condition(columns: &[Column], filter: &Filter) -> Result<Cond> {
    Ok(match filter {
        Filter::And(parts) => {
            parts.iter().try_fold(Cond::all(), |cond, part| Ok::<_, Error>(cond.add(condition(columns, part)?)))?
        }
        Filter::Or(parts) => {
            parts.iter().try_fold(Cond::any(), |cond, part| Ok::<_, Error>(cond.add(condition(columns, part)?)))?
        }
        Filter::Not(part) => Cond::all().add(condition(columns, part)?).not(),
        Filter::Compare(place, compare, value) => {
            let column = column(columns, *place)?;
            let cell = cell(column, std::slice::from_ref(value));
            match compare {
                // The opposite of `=`, which an empty cell makes false.
                Compare::NotEqual => Cond::all().add(known(cell.eq(bound(value)))).not(),
                Compare::Equal => known(cell.eq(bound(value))).into(),
                Compare::Less => known(cell.lt(bound(value))).into(),
                Compare::LessOrEqual => known(cell.lte(bound(value))).into(),
                Compare::Greater => known(cell.gt(bound(value))).into(),
                Compare::GreaterOrEqual => known(cell.gte(bound(value))).into(),
            }
        }
        Filter::In(place, values) => {
            let column = column(columns, *place)?;
            let cell = cell(column, values);
            // One kind of number for all, since they are compared with one cell.
            let double = column.column_type == ColumnType::Integer && any_double(values);
            let values = values.iter().map(|value| match value {
                Value::Integer(value) if double => Expr::val(*value as f64),
                value => bound(value),
            });
            known(cell.is_in(values)).into()
        }
        Filter::Match(place, part, text) => {
            let column = column(columns, *place)?;
            // `LIKE` distinguishes A from a on one engine only.
            let mut pattern = String::new();
            if *part == Match::Contains {
                pattern.push('%');
            }
            for c in text.to_ascii_lowercase().chars() {
                if matches!(c, '%' | '_' | '!') {
                    pattern.push('!');
                }
                pattern.push(c);
            }
            pattern.push('%');
            known(Expr::cust_with_exprs("LOWER($1) LIKE $2 ESCAPE '!'", [typed(column), Expr::val(pattern)])).into()
        }
        Filter::IsNull(place) => raw(column(columns, *place)?).is_null().into(),
    })
}

/// The comparison, with false instead of unknown.
fn known(comparison: Expr) -> Expr {
    Expr::cust_with_expr("COALESCE($1, FALSE)", comparison)
}

fn any_double(values: &[Value]) -> bool {
    values.iter().any(|value| matches!(value, Value::Number(_)))
}

/// The cell as it is compared with these values.
fn cell(column: &Column, values: &[Value]) -> Expr {
    if column.column_type == ColumnType::Integer && any_double(values) {
        return Expr::cust_with_expr("CAST($1 AS double precision)", raw(column));
    }
    typed(column)
}

/// The cell as it comes out of JSON.
fn raw(column: &Column) -> Expr {
    Expr::col(("r", "cells")).cast_json_field(Expr::val(column.name.as_str()))
}

/// The cell in its column's type.
fn typed(column: &Column) -> Expr {
    match column.column_type {
        ColumnType::Text | ColumnType::Date | ColumnType::Datetime => {
            Expr::cust_with_exprs("(($1) || SUBSTR($2, 1, 0))", [raw(column), Expr::col(("t", "name"))])
        }
        ColumnType::Integer => Expr::cust_with_expr("CAST($1 AS bigint)", raw(column)),
        ColumnType::Number => Expr::cust_with_expr("CAST($1 AS double precision)", raw(column)),
        ColumnType::Boolean => Expr::cust_with_expr("CAST($1 AS boolean)", raw(column)),
    }
}

fn bound(value: &Value) -> Expr {
    match value {
        Value::Text(text) => Expr::val(text.as_str()),
        Value::Integer(value) => Expr::val(*value),
        Value::Number(value) => Expr::val(*value),
        Value::Boolean(value) => Expr::val(*value),
    }
}

fn build(query: &SelectStatement) -> Result<Statement> {
    let (sql, values) = query.build(PostgresQueryBuilder);
    let values = values.0.into_iter().map(param).collect::<Result<_>>()?;
    Ok(Statement { sql, values })
}

fn param(value: SqlValue) -> Result<Param<'static>> {
    Ok(match value {
        SqlValue::Bool(Some(value)) => Param::Bool(value),
        SqlValue::BigInt(Some(value)) => Param::Int(value),
        SqlValue::BigUnsigned(Some(value)) => Param::Int(i64::try_from(value).map_err(Error::internal)?),
        SqlValue::Double(Some(value)) => Param::Real(value),
        SqlValue::String(Some(value)) => Param::Owned(value),
        SqlValue::Uuid(Some(value)) => Param::Id(value),
        other => return Err(Error::internal(format!("no parameter for {other:?}"))),
    })
}
