//! Numbers of documents on SQLite. FTS5 yields what it finds by number, so the numbers follow
//! time: whoever wants the next few events reads those and stops, however many there are.
//!
//! The number of an event begins with the minute of its start. Calendars, events that repeat and
//! events of more than a week, which may be to come long after they began, have negative numbers:
//! they are few, and are looked through each time.

use std::collections::HashMap;

/// Numbers that a minute has.
pub(super) const ROOM: i64 = 1 << 14;
/// Longest event that is found by its start alone.
pub(super) const SHORT_MS: i64 = 8 * 24 * 3600 * 1000;
/// 1900-01-01T00:00:00Z, the first day that a schedule of ours can mean (with a day to spare for
/// zones), in milliseconds.
const BEGINNING_MS: i64 = -2_208_988_800_000 - 24 * 3600 * 1000;
const MINUTE_MS: i64 = 60_000;

/// The lowest number of what starts in the minute of an instant, in milliseconds.
pub(super) fn first_number(ms: i64) -> i64 {
    let minutes = ms.saturating_sub(BEGINNING_MS).div_euclid(MINUTE_MS).max(0);
    minutes.saturating_mul(ROOM)
}

/// The beginning of the minute that a number belongs to, in milliseconds: as SQL, where `doc` is
/// the number.
macro_rules! minute_of {
    () => {
        "((d.doc / 16384) * 60000 - 2209075200000)"
    };
}
pub(super) use minute_of;

/// Numbers that are still free.
#[derive(Debug)]
pub(super) struct Numbers {
    lowest: i64,
    next: HashMap<i64, i64>,
}

impl Numbers {
    /// Where the lowest number is `lowest`, or 0.
    pub(super) fn below(lowest: i64) -> Self {
        Self {
            lowest,
            next: HashMap::new(),
        }
    }

    /// The highest numbers that are taken, by the first number of their minute.
    pub(super) fn know(&mut self, rows: Vec<(i64, Option<i64>)>) {
        let next = rows.into_iter().map(|(first, taken)| {
            let next = taken.map_or(first, |taken| taken + 1);
            (first, next)
        });
        self.next.extend(next);
    }

    /// A number of this minute; below zero where there is no minute or no room.
    pub(super) fn take(&mut self, minute: Option<i64>) -> i64 {
        if let Some(first) = minute {
            let next = self.next.entry(first).or_insert(first);
            if *next < first + ROOM {
                *next += 1;
                return *next - 1;
            }
        }
        self.lowest -= 1;
        self.lowest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_time() {
        let instant = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let instants = [
            "1899-12-31T12:00:00Z",
            "1970-01-01T00:00:00Z",
            "2026-11-22T03:00:00Z",
            "2026-11-22T03:01:00Z",
            "2199-12-31T23:59:00Z",
            "9999-12-30T22:00:00Z",
        ];
        let numbers: Vec<i64> = instants
            .iter()
            .map(|text| first_number(instant(text)))
            .collect();
        assert!(
            numbers.is_sorted_by(|a, b| a < b) && numbers[0] > 0,
            "{numbers:?}"
        );
        let at = instant("2026-11-22T03:00:59.9Z");
        assert_eq!(first_number(at), numbers[2]);
        // What SQL makes of a number.
        let minute = numbers[2] / 16_384 * 60_000 - 2_209_075_200_000;
        assert_eq!(minute, instant("2026-11-22T03:00:00Z"));
        assert_eq!((ROOM, BEGINNING_MS), (16_384, -2_209_075_200_000));
    }

    #[test]
    fn no_number_is_taken_twice() {
        let mut numbers = Numbers::below(-4);
        let minute = first_number(0);
        numbers.know(vec![(minute, Some(minute + ROOM - 2))]);
        assert_eq!(numbers.take(Some(minute)), minute + ROOM - 1);
        assert_eq!(numbers.take(Some(minute)), -5, "the minute is full");
        assert_eq!(numbers.take(None), -6);
        assert_eq!(numbers.take(Some(minute + ROOM)), minute + ROOM);
        assert_eq!(numbers.take(Some(minute + ROOM)), minute + ROOM + 1);
    }
}
