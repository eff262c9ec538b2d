//! Fields that people set against a source (R6).

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::{read_json, write_json};
use domain::id::{CalendarId, EventId};
use domain::merge::Pin;
use uuid::Uuid;

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
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Pin> {
    let conflict = row.conflict.as_deref();
    Ok(Pin {
        overruled: read_json("pin", &row.overruled)?,
        conflict: conflict.map(|c| read_json("pin", c)).transpose()?,
    })
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

/// Fields of a calendar's events on which a source says a third thing since people overruled it:
/// each waits for a decision. In the order of the events' ids.
pub async fn conflicts(
    conn: &mut Conn,
    calendar: CalendarId,
    limit: i64,
) -> Result<Vec<(EventId, Pin)>> {
    let rows = sql!(
        conn,
        all(Uuid, String, Option<String>),
        "SELECT n.event, n.overruled, n.conflict
         FROM placement p
         JOIN pin n ON n.event = p.event
         WHERE p.calendar = $1 AND n.conflict IS NOT NULL
         ORDER BY n.event, n.field
         LIMIT $2",
        calendar.0,
        limit
    )?;
    rows.into_iter()
        .map(|(event, overruled, conflict)| {
            let row = Row {
                overruled,
                conflict,
            };
            Ok((EventId(event), read(&row)?))
        })
        .collect()
}
