//! What the desk's pages list: the queue by kind and in both directions, events of one page at once,
//! calendars by how well they are kept. What is stale or late is not decided here.

use crate::db::Conn;
use crate::error::Result;
use crate::proposals::{Cursor, Entry, Row, read, word};
use crate::{instant, read_json, write_ids};
use domain::event::EventBody;
use domain::id::{CalendarId, EventId, PublicId};
use domain::proposal::{BurstId, State};
use jiff::Timestamp;
use std::collections::HashMap;
use uuid::Uuid;

/// What a proposal wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An event that does not exist yet.
    New,
    /// That one says something else.
    Change,
    /// That one does not take place.
    Cancellation,
}

impl Kind {
    /// All of them, in the order of the filter.
    pub const ALL: &'static [Self] = &[Self::New, Self::Change, Self::Cancellation];

    /// The word in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Change => "change",
            Self::Cancellation => "cancellation",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.as_str() == word)
    }
}

/// Which way a list runs from its cursor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Way {
    /// What was made after it, the oldest first.
    #[default]
    Later,
    /// What was made before it, the newest first.
    Earlier,
}

/// Which proposals are listed. What is `None` does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// Where they stand.
    pub state: State,
    /// What they want.
    pub kind: Option<Kind>,
    /// For which calendar.
    pub calendar: Option<CalendarId>,
    /// About which event.
    pub event: Option<EventId>,
    /// Of which burst; without one, the first of each burst stands for all.
    pub burst: Option<BurstId>,
}

impl Queue {
    /// Everything in a state.
    pub const fn of(state: State) -> Self {
        Self {
            state,
            kind: None,
            calendar: None,
            event: None,
            burst: None,
        }
    }
}

/// A page of the queue from a place on.
pub async fn queue_page(
    conn: &mut Conn,
    queue: &Queue,
    (from, way): (Cursor, Way),
    limit: i64,
) -> Result<Vec<Entry>> {
    let state = word(&queue.state)?;
    let kind = queue.kind.map(Kind::as_str);
    // A NULL has no type of its own: each id is switched by a text beside it.
    let given = |id: Option<Uuid>| (id.map(|_| ""), id.unwrap_or(Uuid::nil()));
    let (has_calendar, calendar) = given(queue.calendar.map(|id| id.0));
    let (has_event, event) = given(queue.event.map(|id| id.0));
    let (has_burst, burst) = given(queue.burst.map(|id| id.0));
    let rows = match way {
        Way::Later => sql!(
            conn,
            all Row,
            "SELECT id, calendar, event, base_version, origin, state, aim, note, created_ms, due_ms,
                author, act, edition, lease_by, lease_until_ms, decided_by, decided_ms, reason,
                reply, reports, published_version, burst, batch, undoes, merged_into
             FROM proposal p
             WHERE state = $1 AND (created_ms, id) > ($2, $3)
               AND (CAST($4 AS TEXT) IS NULL
                 OR $4 = 'new' AND base_version IS NULL
                 OR $4 <> 'new' AND base_version IS NOT NULL AND ($4 = 'cancellation') = EXISTS (
                    SELECT 1 FROM tip t WHERE t.proposal = p.id AND t.kind = 'cancellation'))
               AND (CAST($5 AS TEXT) IS NULL OR calendar = $6)
               AND (CAST($7 AS TEXT) IS NULL OR event = $8)
               AND (CAST($9 AS TEXT) IS NULL OR burst = $10)
               AND (CAST($9 AS TEXT) IS NOT NULL OR burst IS NULL OR NOT EXISTS (
                    SELECT 1
                    FROM proposal before
                    WHERE before.burst = p.burst AND before.state = p.state
                      AND (before.created_ms, before.id) < (p.created_ms, p.id)))
             ORDER BY created_ms, id
             LIMIT $11",
            state,
            from.created.as_millisecond(),
            from.id.0,
            kind,
            has_calendar,
            calendar,
            has_event,
            event,
            has_burst,
            burst,
            limit
        )?,
        Way::Earlier => sql!(
            conn,
            all Row,
            "SELECT id, calendar, event, base_version, origin, state, aim, note, created_ms, due_ms,
                author, act, edition, lease_by, lease_until_ms, decided_by, decided_ms, reason,
                reply, reports, published_version, burst, batch, undoes, merged_into
             FROM proposal p
             WHERE state = $1 AND (created_ms, id) < ($2, $3)
               AND (CAST($4 AS TEXT) IS NULL
                 OR $4 = 'new' AND base_version IS NULL
                 OR $4 <> 'new' AND base_version IS NOT NULL AND ($4 = 'cancellation') = EXISTS (
                    SELECT 1 FROM tip t WHERE t.proposal = p.id AND t.kind = 'cancellation'))
               AND (CAST($5 AS TEXT) IS NULL OR calendar = $6)
               AND (CAST($7 AS TEXT) IS NULL OR event = $8)
               AND (CAST($9 AS TEXT) IS NULL OR burst = $10)
               AND (CAST($9 AS TEXT) IS NOT NULL OR burst IS NULL OR NOT EXISTS (
                    SELECT 1
                    FROM proposal before
                    WHERE before.burst = p.burst AND before.state = p.state
                      AND (before.created_ms, before.id) < (p.created_ms, p.id)))
             ORDER BY created_ms DESC, id DESC
             LIMIT $11",
            state,
            from.created.as_millisecond(),
            from.id.0,
            kind,
            has_calendar,
            calendar,
            has_event,
            event,
            has_burst,
            burst,
            limit
        )?,
    };
    rows.into_iter().map(read).collect()
}

/// How many proposals of each burst stand in a state.
pub async fn burst_sizes(
    conn: &mut Conn,
    bursts: &[BurstId],
    state: State,
) -> Result<HashMap<BurstId, i64>> {
    let rows = sql!(
        conn,
        all(Uuid, i64),
        sqlite "SELECT burst, count(*)
             FROM proposal
             WHERE burst IN (SELECT unhex(value) FROM json_each($1)) AND state = $2
             GROUP BY burst"
        postgres "SELECT burst, count(*)
             FROM proposal
             WHERE burst IN (
                 SELECT CAST(value AS UUID) FROM json_array_elements_text(CAST($1 AS JSON))
             ) AND state = $2
             GROUP BY burst",
        write_ids(bursts.iter().map(|burst| burst.0)),
        word(&state)?
    )?;
    Ok(rows.into_iter().map(|(id, n)| (BurstId(id), n)).collect())
}

/// An event as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    /// What its address is made of.
    pub public_id: PublicId,
    /// Which version it is.
    pub version: i64,
    /// What it says.
    pub body: EventBody,
}

/// Events by their ids, removed ones too.
pub async fn glances(conn: &mut Conn, ids: &[EventId]) -> Result<HashMap<EventId, Glance>> {
    let rows = sql!(
        conn,
        all(Uuid, String, i64, String),
        sqlite "SELECT id, public_id, version, body
             FROM event
             WHERE id IN (SELECT unhex(value) FROM json_each($1))"
        postgres "SELECT id, public_id, version, body
             FROM event
             WHERE id IN (
                 SELECT CAST(value AS UUID) FROM json_array_elements_text(CAST($1 AS JSON))
             )",
        write_ids(ids.iter().map(|id| id.0))
    )?;
    rows.into_iter()
        .map(|(id, public_id, version, body)| {
            let glance = Glance {
                public_id: public_of(&public_id)?,
                version,
                body: read_json("event", &body)?,
            };
            Ok((EventId(id), glance))
        })
        .collect()
}

fn public_of(text: &str) -> Result<PublicId> {
    PublicId::parse(text).ok_or_else(|| crate::Error::Damaged {
        what: "event",
        cause: format!("{text:?}"),
    })
}

/// How long the one in the middle waited of all that were decided since, in milliseconds. `None`
/// where nothing was.
pub async fn median_wait(conn: &mut Conn, since: Timestamp) -> Result<Option<i64>> {
    let decided = sql!(
        conn,
        scalar i64,
        "SELECT count(*) FROM proposal WHERE decided_ms >= $1 AND decided_ms IS NOT NULL",
        since.as_millisecond()
    )?;
    Ok(sql!(
        conn,
        scalar_optional i64,
        "SELECT decided_ms - created_ms AS waited
         FROM proposal
         WHERE decided_ms >= $1 AND decided_ms IS NOT NULL
         ORDER BY waited
         LIMIT 1 OFFSET $2",
        since.as_millisecond(),
        decided / 2
    )?)
}

/// An event that somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coming {
    /// Which.
    pub event: EventId,
    /// In which calendar.
    pub calendar: CalendarId,
    /// When its day begins.
    pub starts: Timestamp,
}

/// Events of a stretch of time whose day is fixed and whose hour is not, soonest first; once for
/// each calendar that they stand in.
pub async fn without_time(
    conn: &mut Conn,
    (from, to): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<Coming>> {
    let rows = sql!(
        conn,
        all(Uuid, Uuid, i64),
        sqlite "SELECT o.event, o.calendar, o.starts_ms
             FROM occurrence o
             JOIN event e ON e.id = o.event
             WHERE o.category IS NOT NULL AND o.starts_ms >= $1 AND o.starts_ms < $2
               AND json_extract(e.body, '$.time.kind') = 'date_only'
             ORDER BY o.starts_ms, o.event, o.calendar
             LIMIT $3"
        postgres "SELECT o.event, o.calendar, o.starts_ms
             FROM occurrence o
             JOIN event e ON e.id = o.event
             WHERE o.category IS NOT NULL AND o.starts_ms >= $1 AND o.starts_ms < $2
               AND CAST(e.body AS JSON) -> 'time' ->> 'kind' = 'date_only'
             ORDER BY o.starts_ms, o.event, o.calendar
             LIMIT $3",
        from.as_millisecond(),
        to.as_millisecond(),
        limit
    )?;
    let read = |(event, calendar, starts)| Coming {
        event: EventId(event),
        calendar: CalendarId(calendar),
        starts: instant(starts),
    };
    Ok(rows.into_iter().map(read).collect())
}

/// A source that says something else than people and what it said before (R6): somebody decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// About which event.
    pub event: EventId,
    /// In which calendar.
    pub calendar: CalendarId,
    /// How many of its fields.
    pub fields: i64,
}

/// Events on which a source and a person disagree, in the order of their ids.
pub async fn conflicts(conn: &mut Conn, limit: i64) -> Result<Vec<Conflict>> {
    let rows = sql!(
        conn,
        all(Uuid, Uuid, i64),
        "SELECT p.event, l.calendar, count(*)
         FROM pin p
         JOIN placement l ON l.event = p.event
         WHERE p.conflict IS NOT NULL
         GROUP BY p.event, l.calendar
         ORDER BY p.event, l.calendar
         LIMIT $1",
        limit
    )?;
    let read = |(event, calendar, fields)| Conflict {
        event: EventId(event),
        calendar: CalendarId(calendar),
        fields,
    };
    Ok(rows.into_iter().map(read).collect())
}

/// A source, and when it was last read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visited {
    /// Its name.
    pub name: String,
    /// When it was last read.
    pub seen: Timestamp,
}

/// How well a calendar is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// Its sources, the one that was read longest ago first.
    pub sources: Vec<Visited>,
    /// When subscribers last saw a change.
    pub changed: Option<Timestamp>,
    /// Dates that begin within the stretch that was asked for.
    pub ahead: i64,
    /// Dates of those whose hour is open.
    pub without_time: i64,
    /// Days of the stretch on which something begins.
    pub days: i64,
    /// Dates that begin at or after the stretch's beginning, however far ahead.
    pub ever: i64,
    /// Proposals that wait.
    pub waiting: i64,
}

/// How well every calendar is kept, looking ahead from one moment to another.
pub async fn health(
    conn: &mut Conn,
    (from, to): (Timestamp, Timestamp),
) -> Result<HashMap<CalendarId, Health>> {
    let mut all: HashMap<CalendarId, Health> = HashMap::new();
    let sources = sql!(
        conn,
        all(Uuid, String, i64),
        "SELECT calendar, name, seen_ms FROM source ORDER BY seen_ms, name"
    )?;
    for (calendar, name, seen) in sources {
        let seen = instant(seen);
        let one = all.entry(CalendarId(calendar)).or_default();
        one.sources.push(Visited { name, seen });
    }
    let changed = sql!(
        conn,
        all(Uuid, i64),
        "SELECT calendar, max(at_ms) FROM change GROUP BY calendar"
    )?;
    for (calendar, at) in changed {
        all.entry(CalendarId(calendar)).or_default().changed = Some(instant(at));
    }
    let ahead = sql!(
        conn,
        all(Uuid, i64, i64, i64),
        sqlite "SELECT o.calendar, count(*),
                sum(json_extract(e.body, '$.time.kind') = 'date_only'),
                count(DISTINCT o.first_day)
             FROM occurrence o
             JOIN event e ON e.id = o.event
             WHERE o.starts_ms >= $1 AND o.starts_ms < $2
             GROUP BY o.calendar"
        postgres "SELECT o.calendar, count(*),
                count(*) FILTER (WHERE CAST(e.body AS JSON) -> 'time' ->> 'kind' = 'date_only'),
                count(DISTINCT o.first_day)
             FROM occurrence o
             JOIN event e ON e.id = o.event
             WHERE o.starts_ms >= $1 AND o.starts_ms < $2
             GROUP BY o.calendar",
        from.as_millisecond(),
        to.as_millisecond()
    )?;
    for (calendar, ahead, without_time, days) in ahead {
        let one = all.entry(CalendarId(calendar)).or_default();
        (one.ahead, one.without_time, one.days) = (ahead, without_time, days);
    }
    let ever = sql!(
        conn,
        all(Uuid, i64),
        "SELECT calendar, count(*) FROM occurrence WHERE starts_ms >= $1 GROUP BY calendar",
        from.as_millisecond()
    )?;
    for (calendar, ever) in ever {
        all.entry(CalendarId(calendar)).or_default().ever = ever;
    }
    let waiting = sql!(
        conn,
        all(Uuid, i64),
        "SELECT calendar, count(*) FROM proposal WHERE state = $1 GROUP BY calendar",
        word(&State::Waiting)?
    )?;
    for (calendar, waiting) in waiting {
        all.entry(CalendarId(calendar)).or_default().waiting = waiting;
    }
    Ok(all)
}
