//! How far a reporter's browser is trusted. The browser keeps a signed token that holds a random
//! name and two counts: how many of its tips were accepted, how many were not. No database knows
//! whose it is, and nothing in it says who somebody is; who throws it away begins anew.

use super::seal::{BYTES, Keys, Purpose, hex, unhex};
use crate::event::EventBody;
use crate::patch::{EventPatch, Field};
use crate::time::EventTime;
use jiff::Timestamp;

/// How long a token is taken after it last changed, in milliseconds: as long as browsers keep it.
const LIFE_MS: i64 = 400 * 24 * 3600 * 1000;
/// Accepted tips from which on a browser is [`Level::Known`].
pub const KNOWN: u32 = 3;
/// Accepted tips from which on it is [`Level::Trusted`], unless the installation says otherwise.
pub const TRUSTED: u32 = 10;
/// Highest spam score with which a tip may publish itself.
const CLEAN: u8 = 20;

/// How far somebody is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Nothing is known.
    Unknown,
    /// Was right before.
    Known,
    /// Was right often and hardly ever wrong.
    Trusted,
}

impl Level {
    /// The stored number: 0, 1, 2.
    pub const fn number(self) -> i64 {
        match self {
            Self::Unknown => 0,
            Self::Known => 1,
            Self::Trusted => 2,
        }
    }
}

/// What a browser keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// A random name, to count requests by while the program runs; stored nowhere.
    pub name: [u8; 16],
    /// Tips that were accepted.
    pub accepted: u32,
    /// Tips that were rejected.
    pub rejected: u32,
    changed_ms: i64,
}

/// How one tip ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was right.
    Accepted,
    /// It was not.
    Rejected,
}

impl Token {
    /// A token without any count.
    pub fn new(name: u128, now: Timestamp) -> Self {
        Self {
            name: name.to_le_bytes(),
            accepted: 0,
            rejected: 0,
            changed_ms: now.as_millisecond(),
        }
    }

    /// One more outcome.
    #[must_use]
    pub fn with(mut self, outcome: Outcome, now: Timestamp) -> Self {
        match outcome {
            Outcome::Accepted => self.accepted = self.accepted.saturating_add(1),
            Outcome::Rejected => self.rejected = self.rejected.saturating_add(1),
        }
        self.changed_ms = now.as_millisecond();
        self
    }

    fn body(&self) -> String {
        let name = hex(&self.name);
        format!(
            "{name}.{}.{}.{}",
            self.accepted, self.rejected, self.changed_ms
        )
    }

    /// As the browser keeps it.
    pub fn sealed(&self, keys: &Keys) -> String {
        let body = self.body();
        let signature = keys.sign(Purpose::Trust, body.as_bytes());
        format!("{body}.{}", hex(&signature))
    }

    /// Reads one of ours that is not too old; `None` for anything else.
    pub fn open(text: &str, keys: &Keys, now: Timestamp) -> Option<Self> {
        let (body, signature) = text.rsplit_once('.')?;
        let signature = unhex::<BYTES>(signature)?;
        if !keys.is_ours(Purpose::Trust, body.as_bytes(), &signature) {
            return None;
        }
        let mut parts = body.split('.');
        let read = Self {
            name: unhex(parts.next()?)?,
            accepted: parts.next()?.parse().ok()?,
            rejected: parts.next()?.parse().ok()?,
            changed_ms: parts.next()?.parse().ok()?,
        };
        let age = now.as_millisecond().saturating_sub(read.changed_ms);
        (read.body() == body && age < LIFE_MS).then_some(read)
    }

    /// How far it is trusted where `trusted` accepted tips are asked for. One rejected tip weighs as
    /// much as several accepted ones.
    pub const fn level(&self, trusted: u32) -> Level {
        let (right, wrong) = (self.accepted, self.rejected);
        if right >= trusted && right / 10 >= wrong {
            Level::Trusted
        } else if right >= KNOWN && right / 3 >= wrong {
            Level::Known
        } else {
            Level::Unknown
        }
    }
}

/// What is known about a tip besides what it proposes.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// How far its reporter is trusted.
    pub level: Level,
    /// Its spam score.
    pub score: u8,
}

/// Whether a change may become public without a person's decision: small, by somebody who is
/// trusted, without a mark of spam. Small is another clock time on the same day, or another name
/// of the place. Never a title, never a cancellation, never anything about a series.
pub fn publishes_itself(patch: &EventPatch, body: &EventBody, standing: Standing) -> bool {
    let may = standing.level == Level::Trusted && standing.score <= CLEAN;
    if !may || patch.is_empty() || body.series.is_some() {
        return false;
    }
    let mut after = body.clone();
    patch.apply(&mut after);
    patch.fields().all(|field| match field {
        Field::Time => same_day(&body.main.time, &after.main.time),
        Field::Place => {
            let place = &after.main.place;
            !place.name.is_empty() && place.geo == body.main.place.geo
        }
        _ => false,
    })
}

/// Clock times of one zone that touch the same days.
fn same_day(before: &EventTime, after: &EventTime) -> bool {
    match (before, after) {
        (EventTime::Zoned(a), EventTime::Zoned(b)) => {
            a.zone == b.zone
                && a.end.is_some() == b.end.is_some()
                && before.days(&a.zone) == after.days(&b.zone)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Occurrence, Place, Status};
    use crate::patch::FieldValue;
    use crate::text::{Lang, Text};
    use crate::zone::Zone;
    use jiff::civil::datetime;
    use proptest::prelude::*;

    fn keys() -> Keys {
        Keys::of(&[7; 32])
    }

    fn now() -> Timestamp {
        "2026-11-22T03:00:00Z".parse().unwrap()
    }

    proptest! {
        #[test]
        fn tokens_read_back(name: u128, accepted: u32, rejected: u32) {
            let token = Token { accepted, rejected, ..Token::new(name, now()) };
            let text = token.sealed(&keys());
            prop_assert_eq!(Token::open(&text, &keys(), now()), Some(token));
            prop_assert_eq!(Token::open(&text, &Keys::of(&[8; 32]), now()), None);
        }

        #[test]
        fn no_text_is_too_odd_to_be_refused(text: String) {
            prop_assert_eq!(Token::open(&text, &keys(), now()), None);
        }

        #[test]
        fn more_accepted_tips_never_lower_the_level(accepted in 0u32..200, rejected in 0u32..50) {
            let token = Token { accepted, rejected, ..Token::new(1, now()) };
            let better = token.clone().with(Outcome::Accepted, now());
            let worse = token.clone().with(Outcome::Rejected, now());
            prop_assert!(better.level(TRUSTED) >= token.level(TRUSTED));
            prop_assert!(worse.level(TRUSTED) <= token.level(TRUSTED));
        }
    }

    #[test]
    fn nobody_writes_their_own_counts() {
        let text = Token::new(5, now()).sealed(&keys());
        let forged = text.replacen(".0.0.", ".99.0.", 1);
        assert_ne!(forged, text);
        assert_eq!(Token::open(&forged, &keys(), now()), None);
    }

    #[test]
    fn an_old_token_is_forgotten() {
        let text = Token::new(5, now()).sealed(&keys());
        let later = Timestamp::from_millisecond(now().as_millisecond() + LIFE_MS).unwrap();
        assert_eq!(Token::open(&text, &keys(), later), None);
    }

    #[test]
    fn levels_follow_the_counts() {
        for (accepted, rejected, want) in [
            (0, 0, Level::Unknown),
            (2, 0, Level::Unknown),
            (3, 0, Level::Known),
            (3, 2, Level::Unknown),
            (9, 0, Level::Known),
            (10, 0, Level::Trusted),
            (10, 1, Level::Trusted),
            (10, 2, Level::Known),
            (0, 10, Level::Unknown),
        ] {
            let token = Token {
                accepted,
                rejected,
                ..Token::new(1, now())
            };
            assert_eq!(token.level(TRUSTED), want, "{accepted} {rejected}");
        }
    }

    fn body() -> EventBody {
        let time = EventTime::zoned(
            datetime(2027, 5, 1, 18, 30, 0, 0),
            Some(datetime(2027, 5, 1, 21, 30, 0, 0)),
            Zone::seoul(),
        );
        Occurrence::new(Text::new(Lang::KO, "경기"), time).into()
    }

    fn at(day: i8, hour: i8) -> FieldValue {
        FieldValue::Time(EventTime::zoned(
            datetime(2027, 5, day, hour, 0, 0, 0),
            Some(datetime(2027, 5, day, hour + 3, 0, 0, 0)),
            Zone::seoul(),
        ))
    }

    #[test]
    fn only_small_changes_by_trusted_people_publish_themselves() {
        let place = |name: &str| {
            FieldValue::Place(Place {
                name: Text::new(Lang::KO, name),
                geo: None,
            })
        };
        let off = FieldValue::Status(Status::Cancelled);
        let title = FieldValue::Title(Text::new(Lang::KO, "다른 경기"));
        let trusted = Standing {
            level: Level::Trusted,
            score: 0,
        };
        for (values, standing, want) in [
            (vec![at(1, 17)], trusted, true),
            (vec![place("잠실")], trusted, true),
            (vec![at(1, 17), place("잠실")], trusted, true),
            (vec![at(2, 17)], trusted, false),
            (vec![place("")], trusted, false),
            (vec![off.clone()], trusted, false),
            (vec![at(1, 17), off], trusted, false),
            (vec![title], trusted, false),
            (vec![], trusted, false),
            (
                vec![at(1, 17)],
                Standing {
                    level: Level::Known,
                    score: 0,
                },
                false,
            ),
            (
                vec![at(1, 17)],
                Standing {
                    score: 21,
                    ..trusted
                },
                false,
            ),
        ] {
            let mut patch = EventPatch::default();
            values.iter().for_each(|value| patch.put(value.clone()));
            assert_eq!(
                publishes_itself(&patch, &body(), standing),
                want,
                "{values:?}"
            );
        }
    }
}
