//! What a change means to subscribers: its kind in the change log (R1), the next SEQUENCE and
//! the next LAST-MODIFIED (R5).

use crate::event::{EventBody, Status};
use crate::patch::Field;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// Kinds of rows in the change log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// New to subscribers.
    Created,
    /// At another time, or repeating otherwise.
    Rescheduled,
    /// Any other field.
    Edited,
    /// Called off.
    Cancelled,
    /// Takes place again, or came back after it was removed.
    Restored,
    /// Gone from the calendar.
    Removed,
    /// Only time went by; moves LAST-MODIFIED, wakes nobody.
    Refreshed,
}

impl ChangeKind {
    /// The stored and public word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Rescheduled => "rescheduled",
            Self::Edited => "edited",
            Self::Cancelled => "cancelled",
            Self::Restored => "restored",
            Self::Removed => "removed",
            Self::Refreshed => "refreshed",
        }
    }

    /// What a change from `before` to `after` is, for the subscriber; `None` when nothing differs.
    pub fn between(before: &EventBody, after: &EventBody) -> Option<Self> {
        if before == after {
            return None;
        }
        Some(match (before.main.status, after.main.status) {
            (was, Status::Cancelled) if was != Status::Cancelled => Self::Cancelled,
            (Status::Cancelled, is) if is != Status::Cancelled => Self::Restored,
            _ if moves(before, after) => Self::Rescheduled,
            _ => Self::Edited,
        })
    }
}

fn moves(before: &EventBody, after: &EventBody) -> bool {
    !before.agrees(after, Field::Time) || !before.agrees(after, Field::Series)
}

/// SEQUENCE of the next version (R5): the source's where it is ahead; else one more where RFC
/// 5546 §2.1.4 names the change as significant (time, recurrence, status), else as it was.
pub fn next_sequence(own: i64, source: i64, before: &EventBody, after: &EventBody) -> i64 {
    let significant = moves(before, after) || !before.agrees(after, Field::Status);
    if significant {
        source.max(own + 1)
    } else {
        own.max(source)
    }
}

/// LAST-MODIFIED of the next version (R5): now, but at least a second after the last, because
/// clients compare whole seconds. Whole seconds.
pub fn next_modified(previous: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let whole = Timestamp::from_second(now.as_second()).unwrap_or(now);
    match previous.and_then(|p| p.checked_add(1.second()).ok()) {
        Some(after) if after > whole => after,
        _ => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Occurrence;
    use crate::text::{Lang, Text};
    use crate::time::EventTime;
    use jiff::civil::date;

    fn body() -> EventBody {
        Occurrence::new(
            Text::new(Lang::KO, "개막전"),
            EventTime::day(date(2027, 4, 1)),
        )
        .into()
    }

    #[test]
    fn kinds_say_what_matters_most() {
        let before = body();
        let mut off = body();
        off.main.status = Status::Cancelled;
        off.main.time = EventTime::day(date(2027, 4, 2));
        let mut retitled = body();
        retitled.main.title = Text::new(Lang::KO, "개막식");
        assert_eq!(ChangeKind::between(&before, &before), None);
        assert_eq!(
            ChangeKind::between(&before, &off),
            Some(ChangeKind::Cancelled)
        );
        assert_eq!(
            ChangeKind::between(&off, &before),
            Some(ChangeKind::Restored)
        );
        assert_eq!(
            ChangeKind::between(&before, &retitled),
            Some(ChangeKind::Edited)
        );
        assert_eq!(next_sequence(3, 0, &before, &retitled), 3);
        assert_eq!(next_sequence(3, 0, &before, &off), 4);
        assert_eq!(next_sequence(3, 9, &before, &off), 9);
    }

    #[test]
    fn last_modified_always_moves_by_a_second() {
        let at: Timestamp = "2026-11-22T10:00:00.400Z".parse().unwrap_or_default();
        let first = next_modified(None, at);
        assert_eq!(first.to_string(), "2026-11-22T10:00:00Z");
        assert_eq!(
            next_modified(Some(first), at).to_string(),
            "2026-11-22T10:00:01Z"
        );
    }
}
