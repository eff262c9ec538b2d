//! What changed lately, beside each event: written with the change, taken out when it is over.

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::{read_json, write_json};
use domain::change::ChangeKind;
use domain::event::{Event, EventBody};
use domain::id::{CalendarId, EventId, SourceId};
use domain::news::{self, News};
use jiff::Timestamp;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The name of imports that nobody named.
const UNNAMED: &str = "import";

/// Whose word readers are told that it was: the source's name, and where nobody named it, whose
/// data the calendar is.
pub(crate) async fn told_by(
    conn: &mut Conn,
    calendar: CalendarId,
    source: Option<SourceId>,
) -> Result<Option<String>> {
    let Some(source) = source else {
        return Ok(None);
    };
    let name = sql!(
        conn,
        scalar_optional String,
        "SELECT name FROM source WHERE id = $1",
        source.0
    )?;
    if name.as_deref().is_some_and(|name| name != UNNAMED) {
        return Ok(name);
    }
    let calendar = crate::calendars::by_id(conn, calendar).await?;
    Ok(calendar.and_then(|calendar| calendar.profile.attribution.map(|whose| whose.name)))
}

/// The news that an event has once this version of it is published.
pub(crate) async fn of_next(
    conn: &mut Conn,
    next: &Event,
    at: Timestamp,
    source: Option<&str>,
) -> Result<Vec<News>> {
    let row = sql!(
        conn,
        optional(String, Option<String>),
        "SELECT body, news FROM event WHERE id = $1",
        next.id.0
    )?;
    let Some((body, told)) = row else {
        return Ok(Vec::new());
    };
    let before: EventBody = read_json("event", &body)?;
    Ok(news::after(
        &read(told.as_deref())?,
        &before,
        &next.body,
        at,
        source,
    ))
}

pub(crate) fn read(told: Option<&str>) -> Result<Vec<News>> {
    told.map_or(Ok(Vec::new()), |told| read_json("news", told))
}

/// As it is stored; nothing where nothing is told.
pub(crate) fn written(news: &[News]) -> Result<Option<String>> {
    match news {
        [] => Ok(None),
        news => write_json("news", &news).map(Some),
    }
}

/// Takes out what is over at `now`, of at most `limit` events, as a `refreshed` revision of every
/// calendar in which they stand. Returns how many events there were: as many as `limit` means that
/// there may be more.
pub async fn let_go(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<usize> {
    let rows = sql!(
        tx,
        all(Uuid, String),
        "SELECT id, news
         FROM event
         WHERE news_until_ms <= $1
         ORDER BY news_until_ms, id
         LIMIT $2",
        now.as_millisecond(),
        limit
    )?;
    let whole = domain::change::next_modified(None, now).as_millisecond();
    let mut touched: BTreeMap<CalendarId, Vec<(EventId, ChangeKind)>> = BTreeMap::new();
    for (id, told) in &rows {
        let left = news::still(&read(Some(told))?, now);
        sql!(
            tx,
            execute,
            "UPDATE event
             SET news = $2, news_until_ms = $3,
                 modified_ms = CASE WHEN modified_ms + 1000 > $4 THEN modified_ms + 1000 ELSE $4 END
             WHERE id = $1",
            *id,
            written(&left)?,
            news::due(&left).map(|due| due.as_millisecond()),
            whole
        )?;
        let event = EventId(*id);
        for place in crate::events::placements(tx, event).await? {
            touched
                .entry(place)
                .or_default()
                .push((event, ChangeKind::Refreshed));
        }
    }
    crate::publish::record(tx, touched, now).await?;
    Ok(rows.len())
}

/// When the next news are over; `None` while nothing is told.
pub async fn next_due(conn: &mut Conn) -> Result<Option<Timestamp>> {
    let due = sql!(
        conn,
        scalar Option<i64>,
        "SELECT min(news_until_ms) FROM event WHERE news_until_ms IS NOT NULL"
    )?;
    Ok(due.map(crate::instant))
}
