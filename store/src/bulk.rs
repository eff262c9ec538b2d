//! Many rows in few statements: an import of 50,000 events would else spend its time in
//! statement overhead (0.17 s against 0.53 s a table, R20).

use crate::db::Tx;
use crate::error::Result;
use crate::sql::Engine;
use sqlx::{Database, Encode, QueryBuilder, Type};
use uuid::Uuid;

/// A value of a row. Options are typed, because PostgreSQL wants to know the type of a NULL.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Id(Uuid),
    MaybeId(Option<Uuid>),
    Int(i64),
    MaybeInt(Option<i64>),
    Text(String),
    MaybeText(Option<String>),
    Bytes(Vec<u8>),
    Bool(bool),
}

/// Most bound values of one statement: SQLite takes 32,766, PostgreSQL 65,535.
const VALUES: usize = 32_000;

/// `INSERT INTO {table} ({columns}) VALUES ...{tail}`, in as few statements as the engine takes.
pub(crate) async fn insert(
    tx: &mut Tx,
    table: &'static str,
    columns: &'static [&'static str],
    tail: &'static str,
    rows: Vec<Vec<Value>>,
) -> Result<()> {
    let per_statement = (VALUES / columns.len()).min(1_000);
    let mut rows = rows.into_iter();
    loop {
        let chunk: Vec<Vec<Value>> = rows.by_ref().take(per_statement).collect();
        if chunk.is_empty() {
            return Ok(());
        }
        match tx.on() {
            Engine::Sqlite(conn) => {
                let mut query = statement::<sqlx::Sqlite>(table, columns, tail, chunk);
                query.build().execute(conn).await?;
            }
            Engine::Postgres(conn) => {
                let mut query = statement::<sqlx::Postgres>(table, columns, tail, chunk);
                query.build().execute(conn).await?;
            }
        }
    }
}

fn statement<DB>(
    table: &'static str,
    columns: &[&'static str],
    tail: &'static str,
    rows: Vec<Vec<Value>>,
) -> QueryBuilder<DB>
where
    DB: Database,
    for<'q> Uuid: Encode<'q, DB> + Type<DB>,
    for<'q> Option<Uuid>: Encode<'q, DB> + Type<DB>,
    for<'q> i64: Encode<'q, DB> + Type<DB>,
    for<'q> Option<i64>: Encode<'q, DB> + Type<DB>,
    for<'q> String: Encode<'q, DB> + Type<DB>,
    for<'q> Option<String>: Encode<'q, DB> + Type<DB>,
    for<'q> Vec<u8>: Encode<'q, DB> + Type<DB>,
    for<'q> bool: Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new("INSERT INTO ");
    query
        .push(table)
        .push(" (")
        .push(columns.join(", "))
        .push(") ");
    query.push_values(rows, |mut row, values| {
        for value in values {
            match value {
                Value::Id(v) => row.push_bind(v),
                Value::MaybeId(v) => row.push_bind(v),
                Value::Int(v) => row.push_bind(v),
                Value::MaybeInt(v) => row.push_bind(v),
                Value::Text(v) => row.push_bind(v),
                Value::MaybeText(v) => row.push_bind(v),
                Value::Bytes(v) => row.push_bind(v),
                Value::Bool(v) => row.push_bind(v),
            };
        }
    });
    query.push(tail);
    query
}
