//! Fields that people set against a source (R6).

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::{read_json, write_json};
use domain::id::EventId;
use domain::merge::Pin;

#[derive(sqlx::FromRow)]
struct Row {
    overruled: String,
    conflict: Option<String>,
}

/// The pins of an event.
pub async fn of_event(conn: &mut Conn, event: EventId) -> Result<Vec<Pin>> {
    let rows = sql!(
        conn,
        all Row,
        "SELECT overruled, conflict FROM pin WHERE event = $1 ORDER BY field",
        event.0
    )?;
    rows.iter()
        .map(|row| {
            Ok(Pin {
                overruled: read_json("pin", &row.overruled)?,
                conflict: row
                    .conflict
                    .as_deref()
                    .map(|c| read_json("pin", c))
                    .transpose()?,
            })
        })
        .collect()
}

/// Replaces the pins of an event.
pub async fn replace(tx: &mut Tx, event: EventId, pins: &[Pin]) -> Result<()> {
    sql!(tx, execute, "DELETE FROM pin WHERE event = $1", event.0)?;
    for pin in pins {
        let conflict = pin
            .conflict
            .as_ref()
            .map(|c| write_json("pin", c))
            .transpose()?;
        sql!(
            tx,
            execute,
            "INSERT INTO pin (event, field, overruled, conflict) VALUES ($1, $2, $3, $4)",
            event.0,
            pin.field().as_str(),
            write_json("pin", &pin.overruled)?,
            conflict.clone()
        )?;
    }
    Ok(())
}

/// Whether any source owns the event: what people set on others has nothing to be pinned against.
pub async fn has_source(conn: &mut Conn, event: EventId) -> Result<bool> {
    let found = sql!(
        conn,
        scalar_optional i64,
        "SELECT CAST(1 AS BIGINT) FROM event_source WHERE event = $1 LIMIT 1",
        event.0
    )?;
    Ok(found.is_some())
}
