//! What an address asks for: `?for=`, `?lang=`, `?past=`, `?tags=`. Unknown keys are ignored, because
//! people append `?x=1` to wake Google; known keys with bad values are refused by name (R15).

use domain::filter::Filter;
use domain::text::Lang;
use ical::write::Form;
use percent_encoding::percent_decode_str;

/// How much of the past a feed holds, counted from the calendar's own `as_of` day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Past {
    /// This many days.
    Days(u16),
    /// Everything.
    All,
}

impl Past {
    /// What a feed holds unless asked otherwise (R14).
    pub const DEFAULT: Self = Self::Days(180);
}

/// One of the feeds that a calendar has.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FeedQuery {
    /// For which client.
    pub form: Form,
    /// In which language; the calendar's own where `None`.
    pub lang: Option<Lang>,
    /// How much of the past.
    pub past: Past,
    /// Which events, as [`Filter::tags_text`] writes them in one order; all where `None`.
    pub tags: Option<String>,
}

impl Default for FeedQuery {
    fn default() -> Self {
        Self {
            form: Form::default(),
            lang: None,
            past: Past::DEFAULT,
            tags: None,
        }
    }
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

impl FeedQuery {
    /// Reads the part of an address after `?`.
    pub fn parse(query: &str) -> Result<Self, BadQuery> {
        let mut asked = Self::default();
        let mut seen: Vec<&str> = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let known = match key {
                "for" => "for",
                "lang" => "lang",
                "past" => "past",
                "tags" => "tags",
                _ => continue,
            };
            if seen.contains(&known) {
                return Err(BadQuery {
                    key: known,
                    takes: "one value, not several",
                });
            }
            seen.push(known);
            let value = percent_decode_str(value).decode_utf8_lossy();
            match known {
                "for" => asked.form = form(&value)?,
                "lang" => asked.lang = Some(lang(&value)?),
                "tags" => asked.tags = tags(&value)?,
                _ => asked.past = past(&value)?,
            }
        }
        Ok(asked)
    }

    /// The same question always as the same text: part of the validator.
    pub(crate) fn canonical(&self, primary: Lang) -> String {
        let form = match self.form {
            Form::FailSafe => "failsafe",
            Form::Standard => "standard",
        };
        let lang = self.lang.unwrap_or(primary);
        let mut text = match self.past {
            Past::All => format!("for={form}&lang={lang}&past=all"),
            Past::Days(days) => format!("for={form}&lang={lang}&past={days}d"),
        };
        if let Some(tags) = &self.tags {
            text.push_str("&tags=");
            text.push_str(tags);
        }
        text
    }

    /// Which events are wanted.
    pub(crate) fn filter(&self) -> Filter {
        let tags = self.tags.as_deref().and_then(Filter::by_tags);
        tags.unwrap_or_default()
    }
}

fn form(value: &str) -> Result<Form, BadQuery> {
    match value {
        // The clients that have no form of their own yet get the one that fails safe in all.
        "apple" | "google" | "outlook" => Ok(Form::FailSafe),
        "standard" => Ok(Form::Standard),
        _ => Err(BadQuery {
            key: "for",
            takes: "apple, google, outlook or standard",
        }),
    }
}

fn lang(value: &str) -> Result<Lang, BadQuery> {
    match value {
        "ko" => Ok(Lang::KO),
        "en" => Ok(Lang::EN),
        _ => Err(BadQuery {
            key: "lang",
            takes: "ko or en",
        }),
    }
}

/// The same wish always as the same text; none, as a form without a choice sends them, ask for all.
fn tags(value: &str) -> Result<Option<String>, BadQuery> {
    if value.is_empty() {
        return Ok(None);
    }
    let mut filter = Filter::by_tags(value).ok_or(BadQuery {
        key: "tags",
        takes: "tags between commas, those to be left out after a hyphen",
    })?;
    for list in [&mut filter.with, &mut filter.without] {
        list.sort();
        list.dedup();
    }
    Ok(Some(filter.tags_text()))
}

fn past(value: &str) -> Result<Past, BadQuery> {
    let bad = BadQuery {
        key: "past",
        takes: "a number of days such as 90d, at most 3650d, or all",
    };
    if value == "all" {
        return Ok(Past::All);
    }
    let digits = value.strip_suffix('d').ok_or(bad.clone())?;
    let plain =
        !digits.is_empty() && digits.len() <= 4 && digits.bytes().all(|b| b.is_ascii_digit());
    match digits.parse::<u16>() {
        Ok(days) if plain && days <= 3650 => Ok(Past::Days(days)),
        _ => Err(bad),
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
            past: Past::Days(90),
            tags: None,
        };
        assert_eq!(asked, want);
        assert_eq!(FeedQuery::parse("").unwrap(), FeedQuery::default());
        assert_eq!(FeedQuery::parse("past=%61ll").unwrap().past, Past::All);
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
        ] {
            assert_eq!(FeedQuery::parse(query).unwrap_err().key, key, "{query}");
        }
    }

    #[test]
    fn the_same_tags_are_the_same_feed() {
        let tags = |query: &str| FeedQuery::parse(query).unwrap().tags;
        assert_eq!(
            tags("tags=home,-preseason").as_deref(),
            Some("home,-preseason")
        );
        assert_eq!(tags("tags=b,a,-d,b,-c"), tags("tags=-c,a,b,-d"));
        assert_eq!(tags("tags="), None);
        let canonical = |query: &str| FeedQuery::parse(query).unwrap().canonical(Lang::KO);
        assert_ne!(canonical("tags=a"), canonical("tags=b"));
        assert_ne!(canonical("tags=a"), canonical(""));
    }
}
