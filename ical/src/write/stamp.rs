//! Dates and times in RFC 5545's basic form (§3.3.4, §3.3.5), written without allocation.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

/// `20270405`, `20270405T183000` or `20270405T093000Z`.
#[derive(Clone, Copy)]
pub(super) struct Stamp {
    text: [u8; 16],
    len: usize,
}

impl Stamp {
    /// A day: `20270405`.
    pub(super) fn date(date: Date) -> Self {
        let mut stamp = Self {
            text: [b'0'; 16],
            len: 8,
        };
        stamp.digits(0, 4, date.year().unsigned_abs());
        stamp.digits(4, 2, date.month().unsigned_abs().into());
        stamp.digits(6, 2, date.day().unsigned_abs().into());
        stamp
    }

    /// A clock reading: `20270405T183000`.
    pub(super) fn local(at: DateTime) -> Self {
        let mut stamp = Self::date(at.date());
        stamp.text[8] = b'T';
        stamp.digits(9, 2, at.hour().unsigned_abs().into());
        stamp.digits(11, 2, at.minute().unsigned_abs().into());
        stamp.digits(13, 2, at.second().unsigned_abs().into());
        stamp.len = 15;
        stamp
    }

    /// An instant: `20270405T093000Z`.
    pub(super) fn utc(instant: Timestamp) -> Self {
        let mut stamp = Self::local(Offset::UTC.to_datetime(instant));
        stamp.text[15] = b'Z';
        stamp.len = 16;
        stamp
    }

    pub(super) fn as_str(&self) -> &str {
        // Only ASCII is ever written into it.
        std::str::from_utf8(&self.text[..self.len]).unwrap_or_default()
    }

    fn digits(&mut self, at: usize, width: usize, mut value: u16) {
        for slot in self.text[at..at + width].iter_mut().rev() {
            *slot = b"0123456789"[usize::from(value % 10)];
            value /= 10;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, datetime};

    #[test]
    fn each_form_is_written_as_the_rfc_shows_it() {
        assert_eq!(Stamp::date(date(1988, 10, 9)).as_str(), "19881009");
        let at = datetime(2027, 4, 5, 18, 30, 7, 999);
        assert_eq!(Stamp::local(at).as_str(), "20270405T183007");
        let instant: Timestamp = "2026-12-31T23:59:59.9Z".parse().unwrap();
        assert_eq!(Stamp::utc(instant).as_str(), "20261231T235959Z");
    }
}
