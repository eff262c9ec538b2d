//! The kinds of work: what each does in one transaction, and when it is due again.

use domain::count;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use std::pin::Pin;
use store::{Tx, settings};

/// Calendars whose windows move in one transaction. Each is a few statements, and writers on
/// SQLite wait for one another: a tenth of a second at most.
const WINDOWS: usize = 100;
/// Events that lose their line of news in one transaction.
const NEWS: i64 = 200;
/// Rows that are deleted or closed in one transaction.
const ROWS: i64 = 1_000;
/// How long the change log is kept (R1).
const LOG_DAYS: i64 = 400;
/// Repeating events are expanded three years ahead; this many days may go by before it is done
/// again.
const HORIZON_AGE_DAYS: i64 = 30;
/// How long after midnight a day's counts are closed: nodes bring the last of them within a minute.
const CLOSING: SignedDuration = SignedDuration::from_mins(10);

/// A kind of work.
pub(crate) struct Kind {
    /// Its name in the database and in the log. Never changed.
    pub name: &'static str,
    /// How long after it was done it is done again at the latest.
    pub every: SignedDuration,
    /// Does one piece in a transaction that the runner commits.
    pub run: for<'a> fn(Turn<'a>) -> Running<'a>,
}

/// One try at one piece of work.
pub(crate) struct Turn<'a> {
    /// The transaction that all its writes belong to.
    pub tx: &'a mut Tx,
    /// What time it is.
    pub now: Timestamp,
}

/// When work is due again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// There is more of it now.
    AtOnce,
    /// When the kind says.
    Later,
    /// At this time, or before if the kind says so.
    At(Timestamp),
}

impl Next {
    /// For work that takes `limit` pieces at a time and found `done`.
    fn after(done: usize, limit: usize) -> Self {
        if done < limit {
            Self::Later
        } else {
            Self::AtOnce
        }
    }
}

pub(crate) type Running<'a> = Pin<Box<dyn Future<Output = store::Result<Next>> + Send + 'a>>;

/// Kinds that people wait for by the second. They have a loop of their own, so that no batch of the
/// others is in their way.
pub(crate) const PROMPT: &[Kind] = &[Kind {
    name: desk::PUBLISH_DUE,
    every: SignedDuration::from_hours(1),
    run: |turn| Box::pin(publish_due(turn)),
}];

/// All other kinds, in the order in which what is due at the same time is done: what readers see first,
/// cleaning up last.
pub(crate) const KINDS: &[Kind] = &[
    Kind {
        name: "time-zones",
        every: SignedDuration::from_hours(24),
        run: |turn| Box::pin(replace_zones(turn)),
    },
    Kind {
        name: "openings",
        every: SignedDuration::from_hours(24),
        run: |turn| Box::pin(mark_openings(turn)),
    },
    Kind {
        name: "change-lines",
        every: SignedDuration::from_hours(1),
        run: |turn| Box::pin(let_news_go(turn)),
    },
    Kind {
        name: "window-roll",
        every: SignedDuration::from_mins(15),
        run: |turn| Box::pin(roll_windows(turn)),
    },
    Kind {
        name: "horizon",
        every: SignedDuration::from_hours(24),
        run: |turn| Box::pin(extend_horizon(turn)),
    },
    Kind {
        name: "counters",
        every: SignedDuration::from_hours(6),
        run: |turn| Box::pin(close_counts(turn)),
    },
    Kind {
        name: "log-floor",
        every: SignedDuration::from_hours(24),
        run: |turn| Box::pin(cut_change_log(turn)),
    },
];

/// What was scheduled becomes public when it is due. Whoever schedules asks for this work in the
/// same transaction, so that the hour need not be asked more often.
async fn publish_due(Turn { tx, now }: Turn<'_>) -> store::Result<Next> {
    let due = desk::publish_due(tx, now).await?;
    if due.published + due.put_back > 0 {
        tracing::info!(
            published = due.published,
            put_back = due.put_back,
            "scheduled proposals published"
        );
    }
    if due.more {
        return Ok(Next::AtOnce);
    }
    Ok(due.next.map_or(Next::Later, Next::At))
}

/// When the bundled time-zone data is another than the stored instants were derived with, they
/// are derived anew, and what moved is published (R4).
async fn replace_zones(Turn { tx, now }: Turn<'_>) -> store::Result<Next> {
    let own = domain::zone::tzdb_version();
    let stored = settings::get(tx, settings::TZDB).await?;
    if stored.as_deref() == Some(own) {
        return Ok(Next::Later);
    }
    if let Some(stored) = stored {
        let moved = store::occurrences::rederive(tx, now).await?;
        tracing::info!(
            from = stored,
            to = own,
            events = moved,
            "time-zone data replaced"
        );
    }
    settings::put(tx, settings::TZDB, own).await?;
    Ok(Next::Later)
}

/// When the stored marks may have been made by another rule than this program's, or never, they
/// are made anew.
async fn mark_openings(Turn { tx, now }: Turn<'_>) -> store::Result<Next> {
    let own = domain::opening::RULE;
    let stored = settings::get(tx, settings::OPENINGS).await?;
    if stored.as_deref() == Some(own) {
        return Ok(Next::Later);
    }
    let events = store::occurrences::mark_openings(tx, now).await?;
    if events > 0 {
        tracing::info!(events, "openings and deadlines marked");
    }
    settings::put(tx, settings::OPENINGS, own).await?;
    Ok(Next::Later)
}

/// Lines of news leave their entries when their time is over. What is published meanwhile is told
/// for days, so nothing can be due before what is known now, and the hour need not be asked more
/// often.
async fn let_news_go(Turn { tx, now }: Turn<'_>) -> store::Result<Next> {
    let let_go = store::news::let_go(tx, now, NEWS).await?;
    if i64::try_from(let_go).is_ok_and(|done| done >= NEWS) {
        return Ok(Next::AtOnce);
    }
    let due = store::news::next_due(tx).await?;
    Ok(due.map_or(Next::Later, Next::At))
}

/// Windows of past events move on, each calendar's on a day of its own (R14).
async fn roll_windows(Turn { tx, now }: Turn<'_>) -> store::Result<Next> {
    let rolled = store::calendars::roll_windows(tx, now, WINDOWS).await?;
    if rolled > 0 {
        tracing::info!(calendars = rolled, "windows of past events moved on");
    }
    Ok(Next::after(rolled, WINDOWS))
}

async fn extend_horizon(Turn { tx, now }: Turn<'_>) -> store::Result<Next> {
    let today = now.to_zoned(TimeZone::UTC).date();
    let stored = settings::get(tx, settings::HORIZON).await?;
    let last: Option<Date> = stored.and_then(|day| day.parse().ok());
    let due = last.is_none_or(|last| {
        last.checked_add(HORIZON_AGE_DAYS.days())
            .is_ok_and(|due| due <= today)
    });
    if !due {
        return Ok(Next::Later);
    }
    if last.is_some() {
        let events = store::occurrences::extend(tx, now).await?;
        tracing::info!(events, "repeating events expanded further ahead");
    }
    settings::put(tx, settings::HORIZON, &today.to_string()).await?;
    Ok(Next::Later)
}

/// Days that are over are closed: their sketches become numbers, their salts are forgotten.
async fn close_counts(Turn { tx, now }: Turn<'_>) -> store::Result<Next> {
    let today = count::day_of(now.checked_sub(CLOSING).unwrap_or(now));
    let closed = store::counts::close_days(tx, today, ROWS).await?;
    if i64::try_from(closed).is_ok_and(|closed| closed >= ROWS) {
        return Ok(Next::AtOnce);
    }
    let forgotten = store::counts::forget_days(tx, count::first_kept(today), ROWS).await?;
    if i64::try_from(forgotten).is_ok_and(|forgotten| forgotten >= ROWS) {
        return Ok(Next::AtOnce);
    }
    let over = today
        .tomorrow()
        .and_then(|day| day.to_zoned(TimeZone::UTC))
        .and_then(|midnight| midnight.timestamp().checked_add(CLOSING));
    Ok(over.map_or(Next::Later, Next::At))
}

/// The change log is cut where it is older than followers may be behind (R1).
async fn cut_change_log(Turn { tx, now }: Turn<'_>) -> store::Result<Next> {
    let before = now
        .checked_sub(SignedDuration::from_hours(24 * LOG_DAYS))
        .unwrap_or(Timestamp::MIN);
    let gone = store::prune::change_log(tx, before, ROWS).await?;
    Ok(if gone < ROWS {
        Next::Later
    } else {
        Next::AtOnce
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_has_a_name_of_its_own_and_comes_again() {
        let all = || PROMPT.iter().chain(KINDS);
        let names: BTreeSet<_> = all().map(|kind| kind.name).collect();
        assert_eq!(names.len(), all().count());
        assert!(all().all(|kind| kind.every >= SignedDuration::from_mins(1)));
    }

    #[test]
    fn a_full_batch_asks_for_another_turn() {
        assert_eq!(Next::after(100, 100), Next::AtOnce);
        assert_eq!(Next::after(99, 100), Next::Later);
    }
}
