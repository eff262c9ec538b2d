//! Alarms before an event, as a subscriber asks for them: `2h,30m`.

use crate::caps;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How long before an event a client rings: minutes, at most four weeks, each once, the longest
/// first. The default is silence.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Alarms(Vec<u16>);

/// Four weeks.
const LONGEST_MINUTES: u32 = 4 * 7 * 24 * 60;

impl Alarms {
    /// Reads a list of spans between commas, each a number with `m`, `h`, `d` or `w`. `None` for
    /// anything else, for spans longer than four weeks and for more than
    /// [`caps::ALARMS`].
    pub fn parse(text: &str) -> Option<Self> {
        let mut minutes = text
            .split(',')
            .map(|span| span_minutes(span.trim()))
            .collect::<Option<Vec<u16>>>()?;
        minutes.sort_unstable_by(|a, b| b.cmp(a));
        minutes.dedup();
        (minutes.len() <= caps::ALARMS).then_some(Self(minutes))
    }

    /// True for silence.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Minutes before the start, the longest first.
    pub fn minutes(&self) -> &[u16] {
        &self.0
    }
}

fn span_minutes(span: &str) -> Option<u16> {
    let (digits, unit) = span.split_at_checked(span.len().checked_sub(1)?)?;
    let plain = (1..=5).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let number: u32 = digits.parse().ok().filter(|_| plain)?;
    let each = match unit {
        "m" => 1,
        "h" => 60,
        "d" => 24 * 60,
        "w" => 7 * 24 * 60,
        _ => return None,
    };
    let minutes = number.checked_mul(each)?;
    (minutes <= LONGEST_MINUTES)
        .then(|| u16::try_from(minutes).ok())
        .flatten()
}

impl fmt::Display for Alarms {
    /// `2h,30m`: [`Alarms::parse`] reads it back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, minutes) in self.0.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            match minutes {
                0 => write!(f, "{comma}0m")?,
                m if m % (7 * 24 * 60) == 0 => write!(f, "{comma}{}w", m / (7 * 24 * 60))?,
                m if m % (24 * 60) == 0 => write!(f, "{comma}{}d", m / (24 * 60))?,
                m if m % 60 == 0 => write!(f, "{comma}{}h", m / 60)?,
                m => write!(f, "{comma}{m}m")?,
            }
        }
        Ok(())
    }
}

impl Serialize for Alarms {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Alarms {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        if text.is_empty() {
            return Ok(Self::default());
        }
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a list such as 2h,30m"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spans_are_read_in_any_order_and_written_in_one() {
        for (text, want) in [
            ("2h,30m", "2h,30m"),
            ("30m, 120m", "2h,30m"),
            ("0m", "0m"),
            ("1d,24h,1440m", "1d"),
            ("4w", "4w"),
        ] {
            assert_eq!(
                Alarms::parse(text).map(|a| a.to_string()).as_deref(),
                Some(want)
            );
        }
        for bad in [
            "",
            "soon",
            "2",
            "h",
            "-2h",
            "2h,",
            "29d",
            "99999w",
            "1.5h",
            "2h 30m",
            "+1h",
            "１h",
            "1m,2m,3m,4m,5m,6m",
        ] {
            assert_eq!(Alarms::parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(minutes in proptest::collection::vec(0_u16..40_320, 1..=5)) {
            let spans: Vec<String> = minutes.iter().map(|m| format!("{m}m")).collect();
            let alarms = Alarms::parse(&spans.join(",")).unwrap();
            prop_assert_eq!(Alarms::parse(&alarms.to_string()), Some(alarms));
        }
    }
}
