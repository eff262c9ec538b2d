//! Writing what calendars and events are found by.

use crate::bulk::{self, Value};
use crate::db::{Conn, Db, Tx};
use crate::error::Result;
use crate::search::numbers::{Numbers, ROOM, SHORT_MS, first_number};
use crate::sql::Engine;
use crate::{calendars, events, read_json, settings};
use domain::calendar::{Calendar, Visibility};
use domain::event::Event;
use domain::id::{CalendarId, EventId};
use domain::search::{ANALYSER_VERSION, Terms, calendar_terms, event_terms, home_terms};
use domain::series::Series;
use domain::text::Text;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::task::JoinHandle;
use uuid::Uuid;

/// Version of the analyser that the index was made with.
const MADE_WITH: &str = "search_analyser";

/// Where what has no date stands among what is to come: at the end of time (`Timestamp::MAX`, in
/// milliseconds).
const UNDATED: i64 = 253_402_207_200_999;

struct Doc {
    calendar: CalendarId,
    event: Option<EventId>,
    starts_ms: i64,
    ends_ms: i64,
    repeats: bool,
    terms: String,
}

fn joined(terms: &Terms) -> String {
    let terms: Vec<&str> = terms.terms.iter().map(String::as_str).collect();
    terms.join(" ")
}

/// Events from which on it pays to make their terms on another thread.
const MANY: usize = 500;

/// The terms of several events, perhaps still being made.
pub(crate) enum Analysis {
    Made(Vec<Terms>),
    UnderWay(Arc<Vec<Event>>, JoinHandle<Vec<Terms>>),
}

/// What an event is found by.
pub(crate) fn terms_of(event: &Event) -> Terms {
    event_terms(&event.body)
}

/// Begins to make the terms of events.
pub(crate) fn analyse(events: &Arc<Vec<Event>>) -> Analysis {
    let all = |events: &[Event]| events.iter().map(terms_of).collect();
    if events.len() < MANY {
        return Analysis::Made(all(events));
    }
    let theirs = events.clone();
    let handle = tokio::task::spawn_blocking(move || all(&theirs));
    Analysis::UnderWay(events.clone(), handle)
}

impl Analysis {
    /// The terms in the events' order, once; none where they are not wanted.
    pub(crate) async fn take(&mut self, wanted: bool) -> Vec<Terms> {
        if !wanted {
            return Vec::new();
        }
        match std::mem::replace(self, Self::Made(Vec::new())) {
            Self::Made(terms) => terms,
            Self::UnderWay(events, handle) => match handle.await {
                Ok(terms) => terms,
                // The thread could not be had: the work is the same here.
                Err(_) => events.iter().map(terms_of).collect(),
            },
        }
    }
}

/// Writes the events of one calendar. Their instances must be written before.
pub(crate) async fn index_events<'a>(
    tx: &mut Tx,
    calendar: &Calendar,
    events: impl IntoIterator<Item = (&'a Event, Terms)>,
) -> Result<()> {
    if calendar.visibility != Visibility::Public {
        return Ok(());
    }
    let home = home_terms(&calendar.profile);
    let (mut docs, mut words) = (Vec::new(), home.words.clone());
    let home = joined(&home);
    for (event, mut terms) in events {
        // Not `append`, which goes through all that was gathered before.
        words.extend(std::mem::take(&mut terms.words));
        // A title without a word leaves nothing before the blank.
        let terms = format!("{home} {}", joined(&terms)).trim().to_owned();
        docs.push(event_doc(event, calendar, terms));
    }
    write(tx, docs).await?;
    write_words(tx, words).await
}

fn event_doc(event: &Event, calendar: &Calendar, terms: String) -> Doc {
    let time = event.body.main.time.instants(&calendar.profile.zone);
    let (starts_ms, ends_ms) = time.map_or((UNDATED, UNDATED), |(starts, ends)| {
        (starts.as_millisecond(), ends.as_millisecond())
    });
    let endless = event.body.series.as_ref().is_some_and(Series::is_endless);
    Doc {
        calendar: calendar.id,
        event: Some(event.id),
        starts_ms,
        ends_ms: if endless { UNDATED } else { ends_ms },
        repeats: event.body.series.is_some(),
        terms,
    }
}

/// Writes a calendar, instead of what was written of it before.
pub(crate) async fn index_calendar(tx: &mut Tx, calendar: &Calendar) -> Result<()> {
    forget_calendar_itself(tx, calendar.id).await?;
    if calendar.visibility != Visibility::Public {
        return Ok(());
    }
    let category = category_title(tx, calendar).await?;
    let mut terms = calendar_terms(&calendar.profile, &category);
    let words = std::mem::take(&mut terms.words);
    let doc = Doc {
        calendar: calendar.id,
        event: None,
        starts_ms: 0,
        ends_ms: 0,
        repeats: false,
        terms: joined(&terms),
    };
    write(tx, vec![doc]).await?;
    write_words(tx, words).await
}

async fn category_title(conn: &mut Conn, calendar: &Calendar) -> Result<Text> {
    let title = sql!(
        conn,
        scalar_optional String,
        "SELECT title FROM category WHERE slug = $1",
        calendar.profile.category.as_str()
    )?;
    title.map_or(Ok(Text::none()), |title| read_json("category", &title))
}

async fn write(tx: &mut Tx, docs: Vec<Doc>) -> Result<()> {
    if docs.is_empty() {
        return Ok(());
    }
    let repeats = docs.iter().any(|doc| doc.repeats);
    let (after, before) = match tx.on() {
        Engine::Sqlite(_) => {
            let lowest = sql!(tx, scalar Option<i64>, "SELECT min(doc) FROM search_doc")?;
            let lowest = lowest.unwrap_or(0).min(0);
            write_sqlite(tx, docs, lowest).await?;
            (i64::MIN, lowest)
        }
        Engine::Postgres(_) => {
            let highest = sql!(tx, scalar Option<i64>, "SELECT max(doc) FROM search_doc")?;
            if let Engine::Postgres(conn) = tx.on() {
                write_postgres(conn, docs).await?;
            }
            (highest.unwrap_or(0), i64::MAX)
        }
    };
    if repeats {
        take_times_of_instances(tx, after, before).await?;
    }
    Ok(())
}

/// Takes numbers for documents (`super::numbers`) and writes them in the order of these: FTS5
/// begins a new segment whenever a number is lower than the one before.
async fn write_sqlite(tx: &mut Tx, docs: Vec<Doc>, lowest: i64) -> Result<()> {
    let mut taken = Numbers::below(lowest);
    let minutes: BTreeSet<i64> = docs.iter().filter_map(Doc::minute).collect();
    if let Engine::Sqlite(conn) = tx.on() {
        let minutes = crate::write_json("minutes", &minutes)?;
        let rows: Vec<(i64, Option<i64>)> = sqlx::query_as(
            "SELECT value, (SELECT max(doc) FROM search_doc WHERE doc >= value AND doc < value + $2)
             FROM json_each($1)",
        )
        .bind(minutes)
        .bind(ROOM)
        .fetch_all(conn)
        .await?;
        taken.know(rows);
    }
    let numbered = docs.into_iter().map(|doc| (taken.take(doc.minute()), doc));
    let mut numbered: Vec<(i64, Doc)> = numbered.collect();
    numbered.sort_unstable_by_key(|(number, _)| *number);
    let mut rows = Vec::with_capacity(numbered.len());
    let (mut texts, mut late) = (Vec::with_capacity(numbered.len()), Vec::new());
    for (number, doc) in numbered {
        rows.push(vec![
            Value::Int(number),
            Value::Id(doc.calendar.0),
            Value::MaybeId(doc.event.map(|event| event.0)),
            Value::Int(doc.starts_ms),
            Value::Int(doc.ends_ms),
            Value::Int(doc.ends_ms.saturating_sub(doc.starts_ms)),
            Value::Bool(doc.repeats),
        ]);
        let text = vec![Value::Int(number), Value::Text(doc.terms)];
        if number < 0 {
            late.push(text);
        } else {
            texts.push(text);
        }
    }
    let columns = &[
        "doc",
        "calendar",
        "event",
        "starts_ms",
        "ends_ms",
        "longest_ms",
        "repeats",
    ];
    bulk::insert(tx, "search_doc", columns, "", rows).await?;
    bulk::insert(tx, "search_late", &["rowid", "terms"], "", late).await?;
    bulk::insert(tx, "search_text", &["rowid", "terms"], "", texts).await
}

impl Doc {
    /// Where its number is taken from; `None` for calendars, and for events that may be to come
    /// long after they began.
    fn minute(&self) -> Option<i64> {
        let short = self.ends_ms.saturating_sub(self.starts_ms) <= SHORT_MS;
        let plain = self.event.is_some() && !self.repeats && short;
        plain.then(|| first_number(self.starts_ms))
    }
}

/// Documents of one statement: their terms are text of some kilobytes each.
const CHUNK: usize = 2_000;

async fn write_postgres(conn: &mut sqlx::PgConnection, docs: Vec<Doc>) -> Result<()> {
    for chunk in docs.chunks(CHUNK) {
        let column = |read: fn(&Doc) -> i64| chunk.iter().map(read).collect::<Vec<i64>>();
        let calendars: Vec<Uuid> = chunk.iter().map(|doc| doc.calendar.0).collect();
        let events: Vec<Option<Uuid>> = chunk.iter().map(|d| d.event.map(|e| e.0)).collect();
        let repeats: Vec<bool> = chunk.iter().map(|doc| doc.repeats).collect();
        let terms: Vec<&str> = chunk.iter().map(|doc| doc.terms.as_str()).collect();
        sqlx::query(
            "INSERT INTO search_doc (calendar, event, starts_ms, ends_ms, longest_ms, repeats, terms)
             SELECT d.calendar, d.event, d.starts_ms, d.ends_ms, d.ends_ms - d.starts_ms,
                 d.repeats, array_to_tsvector(string_to_array(d.terms, ' '))
             FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::boolean[],
                 $6::text[])
                 AS d (calendar, event, starts_ms, ends_ms, repeats, terms)",
        )
        .bind(calendars)
        .bind(events)
        .bind(column(|doc| doc.starts_ms))
        .bind(column(|doc| doc.ends_ms))
        .bind(repeats)
        .bind(terms)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// The first start and the last end of events that repeat, and how long their longest instance
/// is, of documents with numbers between two others. What repeats for ever has no last end.
async fn take_times_of_instances(tx: &mut Tx, after: i64, before: i64) -> Result<()> {
    sql!(
        tx,
        execute,
        "UPDATE search_doc
         SET starts_ms = coalesce((SELECT min(o.starts_ms) FROM occurrence o
                WHERE o.event = search_doc.event), starts_ms),
             ends_ms = CASE WHEN ends_ms = $3 THEN ends_ms ELSE
                coalesce((SELECT max(o.ends_ms) FROM occurrence o
                WHERE o.event = search_doc.event), ends_ms) END,
             longest_ms = coalesce((SELECT max(o.ends_ms - o.starts_ms) FROM occurrence o
                WHERE o.event = search_doc.event), 0)
         WHERE doc > $1 AND doc < $2 AND repeats = TRUE",
        after,
        before,
        UNDATED
    )?;
    Ok(())
}

async fn write_words(tx: &mut Tx, words: BTreeSet<String>) -> Result<()> {
    // In one order for everybody: two transactions that write the same words wait for each
    // other, and must not do so crosswise.
    let rows = words.into_iter().map(|word| vec![Value::Text(word)]);
    let tail = " ON CONFLICT (word) DO NOTHING";
    bulk::insert(tx, "search_word", &["word"], tail, rows.collect()).await
}

/// Takes events out of the index, in whatever calendars they stand.
pub(crate) async fn forget(tx: &mut Tx, events: &[EventId]) -> Result<()> {
    for chunk in events.chunks(CHUNK) {
        match tx.on() {
            Engine::Sqlite(conn) => {
                let ids: Vec<String> = chunk.iter().map(|e| e.0.simple().to_string()).collect();
                let ids = crate::write_json("ids", &ids)?;
                for statement in [
                    "DELETE FROM search_text WHERE rowid IN (SELECT doc FROM search_doc
                        WHERE doc >= 0 AND event IN (SELECT unhex(value) FROM json_each($1)))",
                    "DELETE FROM search_late WHERE rowid IN (SELECT doc FROM search_doc
                        WHERE doc < 0 AND event IN (SELECT unhex(value) FROM json_each($1)))",
                    "DELETE FROM search_doc
                     WHERE event IN (SELECT unhex(value) FROM json_each($1))",
                ] {
                    sqlx::query(statement)
                        .bind(&ids)
                        .execute(&mut *conn)
                        .await?;
                }
            }
            Engine::Postgres(conn) => {
                let ids: Vec<Uuid> = chunk.iter().map(|event| event.0).collect();
                sqlx::query("DELETE FROM search_doc WHERE event = ANY($1)")
                    .bind(ids)
                    .execute(conn)
                    .await?;
            }
        }
    }
    Ok(())
}

async fn forget_calendar_itself(tx: &mut Tx, calendar: CalendarId) -> Result<()> {
    if let Engine::Sqlite(conn) = tx.on() {
        sqlx::query(
            "DELETE FROM search_late WHERE rowid IN (SELECT doc FROM search_doc
                WHERE calendar = $1 AND event IS NULL)",
        )
        .bind(calendar.0)
        .execute(conn)
        .await?;
    }
    sql!(
        tx,
        execute,
        "DELETE FROM search_doc WHERE calendar = $1 AND event IS NULL",
        calendar.0
    )?;
    Ok(())
}

async fn forget_calendar(tx: &mut Tx, calendar: CalendarId) -> Result<()> {
    if let Engine::Sqlite(conn) = tx.on() {
        for statement in [
            "DELETE FROM search_text
             WHERE rowid IN (SELECT doc FROM search_doc WHERE calendar = $1 AND doc >= 0)",
            "DELETE FROM search_late
             WHERE rowid IN (SELECT doc FROM search_doc WHERE calendar = $1 AND doc < 0)",
        ] {
            sqlx::query(statement)
                .bind(calendar.0)
                .execute(&mut *conn)
                .await?;
        }
    }
    sql!(
        tx,
        execute,
        "DELETE FROM search_doc WHERE calendar = $1",
        calendar.0
    )?;
    Ok(())
}

/// Writes a calendar and everything in it anew: its name or its visibility has changed.
pub(crate) async fn reindex_calendar(tx: &mut Tx, calendar: &Calendar) -> Result<()> {
    forget_calendar(tx, calendar.id).await?;
    if calendar.visibility == Visibility::Public {
        index_calendar(tx, calendar).await?;
        let events = events::of_calendar(tx, calendar.id).await?;
        let found_by = events.iter().map(|event| (event, terms_of(event)));
        index_events(tx, calendar, found_by).await?;
    }
    Ok(())
}

/// Whether the index was made by this program's analyser.
pub async fn is_current(conn: &mut Conn) -> Result<bool> {
    let made_with = settings::get(conn, MADE_WITH).await?;
    Ok(made_with.as_deref() == Some(ANALYSER_VERSION.to_string().as_str()))
}

/// Says that the index was made by this program's analyser.
pub(crate) async fn mark_current(tx: &mut Tx) -> Result<()> {
    settings::put(tx, MADE_WITH, &ANALYSER_VERSION.to_string()).await
}

/// Makes the whole index anew, a calendar at a time, so that others can write in between; what
/// is not yet made is still found as it was. Returns the number of calendars.
pub async fn rebuild(db: &Db) -> Result<usize> {
    let mut conn = db.read().await?;
    let ids = calendars::revisions(&mut conn).await?;
    drop(conn);
    let mut tx = db.begin().await?;
    sql!(tx, execute, "DELETE FROM search_word")?;
    // From here to the end it is nobody's: one that breaks off is made anew at the next start.
    settings::put(&mut tx, MADE_WITH, "").await?;
    tx.commit().await?;
    for (id, _) in &ids {
        let mut tx = db.begin().await?;
        match reindex(&mut tx, *id).await {
            Ok(()) => tx.commit().await?,
            Err(error) => {
                tx.roll_back().await?;
                return Err(error);
            }
        }
    }
    let mut tx = db.begin().await?;
    if let Engine::Sqlite(conn) = tx.on() {
        for statement in [
            "INSERT INTO search_text (search_text) VALUES ('optimize')",
            "INSERT INTO search_late (search_late) VALUES ('optimize')",
        ] {
            sqlx::query(statement).execute(&mut *conn).await?;
        }
    }
    mark_current(&mut tx).await?;
    tx.commit().await?;
    Ok(ids.len())
}

async fn reindex(tx: &mut Tx, id: CalendarId) -> Result<()> {
    calendars::lock(tx, id).await?;
    match calendars::by_id(tx, id).await? {
        Some(calendar) => reindex_calendar(tx, &calendar).await,
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_has_no_date_is_at_the_end_of_time() {
        assert_eq!(super::UNDATED, jiff::Timestamp::MAX.as_millisecond());
    }
}
