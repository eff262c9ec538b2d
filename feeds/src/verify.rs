//! Checking a feed by reading it back with another reader than our own: the `icalendar` crate.

use icalendar::CalendarComponent;
use icalendar::parser::{read_calendar, unfold};

/// What is wrong with a feed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsound {
    /// It is not UTF-8.
    #[error("not UTF-8")]
    Utf8,
    /// A line is too long, or ends in anything but CRLF.
    #[error("line {0} is longer than 75 octets or does not end in CRLF")]
    Line(usize),
    /// The other reader does not understand it.
    #[error("does not read back: {0}")]
    Reading(String),
    /// It holds another number of events than it says.
    #[error("{written} VEVENTs are written, {read} read back")]
    Count {
        /// BEGIN:VEVENT lines.
        written: usize,
        /// Events that the other reader found.
        read: usize,
    },
}

/// Reads a feed back and counts. Returns the number of its VEVENTs.
pub fn verify(feed: &[u8]) -> Result<usize, Unsound> {
    let text = std::str::from_utf8(feed).map_err(|_| Unsound::Utf8)?;
    let mut written = 0;
    for (number, line) in (1..).zip(text.split_inclusive("\r\n")) {
        let Some(line) = line.strip_suffix("\r\n") else {
            return Err(Unsound::Line(number));
        };
        if line.len() > 75 || line.contains(['\r', '\n']) {
            return Err(Unsound::Line(number));
        }
        written += usize::from(line == "BEGIN:VEVENT");
    }
    let unfolded = unfold(text);
    let parsed = read_calendar(&unfolded).map_err(Unsound::Reading)?;
    let calendar = icalendar::Calendar::from(parsed);
    let is_event =
        |component: &&CalendarComponent| matches!(component, CalendarComponent::Event(_));
    let read = calendar.components.iter().filter(is_event).count();
    if read == written {
        Ok(read)
    } else {
        Err(Unsound::Count { written, read })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unsound_feed_is_named() {
        let good = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:a\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        assert_eq!(verify(good.as_bytes()), Ok(1));
        assert_eq!(
            verify(good.replace("UID:a\r\n", "UID:a\n").as_bytes()),
            Err(Unsound::Line(4))
        );
        let long = good.replace("UID:a", &format!("UID:{}", "a".repeat(80)));
        assert_eq!(verify(long.as_bytes()), Err(Unsound::Line(4)));
    }
}
