//! What an address asks for: `?for=`, `?lang=`, `?past=`, `?tags=`, `?q=`, `?alarm=`. Unknown keys
//! are ignored, because people append `?x=1` to wake Google; known keys with bad values are refused
//! by name (R15).

use crate::format::Format;
use domain::alarm::Alarms;
use domain::filter::{Filter, Words};
pub use domain::recipe::Past;
use domain::text::Lang;
use ical::write::Form;
use percent_encoding::percent_decode_str;
use std::fmt::Write as _;

/// One of the feeds that a calendar has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct FeedQuery {
    /// In which format.
    pub format: Format,
    /// For which client; the other formats have one form.
    pub form: Form,
    /// In which language; the calendar's own where `None`.
    pub lang: Option<Lang>,
    /// How much of the past; what a personal feed's recipe says, else [`Past::DEFAULT`], where `None`.
    pub past: Option<Past>,
    /// Which events.
    pub filter: Filter,
    /// When to ring before them.
    pub alarms: Alarms,
    /// Of a personal feed, only the calendar of this name.
    pub only: Option<String>,
}

/// A known key with a value that it does not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key} takes {takes}")]
pub struct BadQuery {
    /// The key.
    pub key: &'static str,
    /// What it takes, in words.
    pub takes: &'static str,
}

const KEYS: [&str; 7] = ["for", "lang", "past", "tags", "q", "alarm", "only"];

impl FeedQuery {
    /// Reads the part of an address after `?`.
    pub fn parse(query: &str) -> Result<Self, BadQuery> {
        Self::read(query).map(|(asked, _)| asked)
    }

    /// The same, and whether there are keys that we do not know.
    pub(crate) fn read(query: &str) -> Result<(Self, bool), BadQuery> {
        let (mut asked, mut extra) = (Self::default(), false);
        let mut seen: [bool; KEYS.len()] = [false; KEYS.len()];
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let Some(place) = KEYS.iter().position(|known| *known == key) else {
                extra = true;
                continue;
            };
            if std::mem::replace(&mut seen[place], true) {
                return Err(BadQuery {
                    key: KEYS[place],
                    takes: "one value, not several",
                });
            }
            asked.take(KEYS[place], value)?;
        }
        Ok((asked, extra))
    }

    fn take(&mut self, key: &'static str, value: &str) -> Result<(), BadQuery> {
        // A form sends spaces as plus signs.
        let value = value.replace('+', "%20");
        let value = percent_decode_str(&value).decode_utf8_lossy();
        let bad = |takes| BadQuery { key, takes };
        match key {
            "for" => {
                self.form = form(&value).ok_or(bad("apple, google, outlook or standard"))?;
            }
            "lang" => self.lang = Some(lang(&value).ok_or(bad("ko or en"))?),
            "past" => {
                let past = Past::parse(&value);
                let takes = "a number of days such as 90d, at most 3650d, or all";
                self.past = Some(past.ok_or(bad(takes))?);
            }
            // None, as a form without a choice sends them, ask for all.
            "tags" if value.is_empty() => {}
            "tags" => {
                let takes = "tags between commas, those to be left out after a hyphen";
                let tags = Filter::by_tags(&value).ok_or(bad(takes))?;
                self.filter.with = sorted(tags.with);
                self.filter.without = sorted(tags.without);
            }
            "q" if value.trim().is_empty() => {}
            "q" => {
                let takes = "words, at most 100 characters, those to be left out after a hyphen";
                self.filter.words = Words::parse(&value).ok_or(bad(takes))?;
            }
            "alarm" if value.is_empty() => {}
            "alarm" => {
                let takes = "spans such as 2h,30m: at most five, none longer than four weeks";
                self.alarms = Alarms::parse(&value).ok_or(bad(takes))?;
            }
            _ => self.only = Some(value.into_owned()),
        }
        Ok(())
    }

    /// The same question always as the same text: part of the validator.
    pub(crate) fn canonical(&self, primary: Lang) -> String {
        let lang = self.lang.unwrap_or(primary);
        let mut text = String::with_capacity(96);
        // Writing to a string does not fail.
        let _ = write!(text, "{} {:?} {lang}", self.format.extension(), self.form);
        if let Some(past) = self.past {
            let _ = write!(text, " past={past}");
        }
        if !self.filter.is_open() {
            let words = &self.filter.words;
            let _ = write!(text, " tags={} q={words}", self.filter.tags_text());
        }
        if !self.alarms.is_empty() {
            let _ = write!(text, " alarm={}", self.alarms);
        }
        if let Some(only) = &self.only {
            let _ = write!(text, " only={only}");
        }
        text
    }
}

fn sorted(mut list: Vec<String>) -> Vec<String> {
    list.sort();
    list.dedup();
    list
}

fn form(value: &str) -> Option<Form> {
    Some(match value {
        "apple" => Form::Apple,
        "google" => Form::Google,
        "outlook" => Form::Outlook,
        "standard" => Form::Standard,
        _ => return None,
    })
}

fn lang(value: &str) -> Option<Lang> {
    match value {
        "ko" => Some(Lang::KO),
        "en" => Some(Lang::EN),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_keys_are_read_and_unknown_ones_ignored() {
        let asked = FeedQuery::parse("x=1&for=standard&past=90d&lang=en&utm_source=a%20b").unwrap();
        let want = FeedQuery {
            form: Form::Standard,
            lang: Some(Lang::EN),
            past: Some(Past::Days(90)),
            ..FeedQuery::default()
        };
        assert_eq!(asked, want);
        assert_eq!(FeedQuery::parse("").unwrap(), FeedQuery::default());
        assert_eq!(
            FeedQuery::parse("past=%61ll").unwrap().past,
            Some(Past::All)
        );
        let asked = FeedQuery::parse("q=%EC%B6%95%EC%A0%9C+-x&alarm=30m,2h").unwrap();
        assert_eq!(asked.filter.words.to_string(), "축제 -x");
        assert_eq!(asked.alarms.to_string(), "2h,30m");
    }

    #[test]
    fn bad_values_name_their_key() {
        for (query, key) in [
            ("for=fax", "for"),
            ("for=", "for"),
            ("lang=klingon", "lang"),
            ("past=banana", "past"),
            ("past=-1d", "past"),
            ("past=99999d", "past"),
            ("past=3651d", "past"),
            ("past=90", "past"),
            ("past", "past"),
            ("past=1d&past=2d", "past"),
            ("tags=Home", "tags"),
            ("tags=a,,b", "tags"),
            ("tags=%3Cb%3E", "tags"),
            ("alarm=soon", "alarm"),
            ("alarm=29d", "alarm"),
            ("q=-", "q"),
        ] {
            assert_eq!(FeedQuery::parse(query).unwrap_err().key, key, "{query}");
        }
    }

    #[test]
    fn the_same_tags_are_the_same_feed() {
        let tags = |query: &str| FeedQuery::parse(query).unwrap().filter.tags_text();
        assert_eq!(tags("tags=home,-preseason"), "home,-preseason");
        assert_eq!(tags("tags=b,a,-d,b,-c"), tags("tags=-c,a,b,-d"));
        assert_eq!(tags("tags="), "");
        let canonical = |query: &str| FeedQuery::parse(query).unwrap().canonical(Lang::KO);
        assert_ne!(canonical("tags=a"), canonical("tags=b"));
        assert_ne!(canonical("tags=a"), canonical(""));
        assert_ne!(canonical("q=a"), canonical("tags=a"));
        assert_eq!(canonical("lang=ko"), canonical(""));
    }
}
