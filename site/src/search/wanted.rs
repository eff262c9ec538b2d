//! What is asked for, as it stands in the address.

use domain::calendar::Slug;
use domain::filter;
use domain::search::Filters;
use jiff::civil::Date;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use search::{Asked, Cursor};
use web::failure::{Failure, Message};
use web::visit::Params;
use web::when::Reading;

/// Longest text that is looked for, in characters.
const LONGEST: usize = 100;

/// A search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) text: String,
    pub(super) category: Option<String>,
    pub(super) place: Option<String>,
    pub(super) tags: Option<String>,
    pub(super) from: Option<Date>,
    pub(super) to: Option<Date>,
    pub(super) after: Option<Cursor>,
}

impl Wanted {
    pub(super) fn read(params: &Params) -> Result<Self, Failure> {
        let text = |key: &str| -> Result<Option<String>, Failure> {
            let text = params
                .one(key)?
                .map(|text| domain::text::clean_line(text, LONGEST * 4));
            let is_long = |text: &String| text.chars().count() > LONGEST;
            match text.filter(|text| !text.is_empty()) {
                Some(text) if is_long(&text) => {
                    let fault = Message::new("invalid.words").with("max", LONGEST.to_string());
                    Err(Failure::invalid(key, fault))
                }
                text => Ok(text),
            }
        };
        let day = |key: &str| -> Result<Option<Date>, Failure> {
            let given = params.one(key)?.filter(|text| !text.is_empty());
            let read = |text: &str| text.parse().ok().filter(is_usual_year);
            let fault = || Failure::invalid(key, Message::new("invalid.day"));
            given.map(|text| read(text).ok_or_else(fault)).transpose()
        };
        let wanted = Self {
            text: text("q")?.unwrap_or_default(),
            category: text("category")?,
            place: text("place")?,
            tags: text("tags")?,
            from: day("from")?,
            to: day("to")?,
            after: params.one("after")?.map(after).transpose()?,
        };
        wanted.check()?;
        Ok(wanted)
    }

    fn check(&self) -> Result<(), Failure> {
        let is_wrong = |slug: &String| Slug::parse(slug).is_err();
        if self.category.as_ref().is_some_and(is_wrong) {
            return Err(Failure::invalid(
                "category",
                Message::new("invalid.category"),
            ));
        }
        if self
            .tags
            .as_deref()
            .is_some_and(|tags| filter::tags(tags).is_none())
        {
            return Err(Failure::invalid("tags", Message::new("invalid.tags")));
        }
        if self.from.zip(self.to).is_some_and(|(from, to)| to < from) {
            return Err(Failure::invalid(
                "to",
                Message::new("invalid.to_before_from"),
            ));
        }
        Ok(())
    }

    /// Days are those of the common zone; the last one is meant whole.
    pub(super) fn asked(&self, reading: &Reading, limit: usize, is_final: bool) -> Asked<'_> {
        let zone = reading.zone().rules();
        let instant = |day: Date| day.to_zoned(zone.clone()).ok().map(|at| at.timestamp());
        let (tags, without) = self
            .tags
            .as_deref()
            .and_then(filter::tags)
            .unwrap_or_default();
        Asked {
            text: &self.text,
            filters: Filters {
                place: self.place.clone(),
                tags,
                without,
            },
            calendar: None,
            category: self.category.as_deref(),
            from: self.from.and_then(instant),
            to: self.to.and_then(|day| instant(day.tomorrow().ok()?)),
            now: reading.now(),
            after: self.after,
            limit,
            is_final,
        }
    }

    /// The address of the same search with another category, or from another place on.
    pub(super) fn address(&self, category: Option<&str>, after: Option<Cursor>) -> String {
        let mut address = format!("/search?q={}", escaped(&self.text));
        let mut add = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                address.push_str(&format!("&{key}={}", escaped(&value)));
            }
        };
        add("category", category.map(str::to_owned));
        add("place", self.place.clone());
        add("tags", self.tags.clone());
        add("from", self.from.map(|day| day.to_string()));
        add("to", self.to.map(|day| day.to_string()));
        add("after", after.map(|after| after.to_string()));
        address
    }

    pub(super) fn has_filters(&self) -> bool {
        self.place.is_some() || self.tags.is_some() || self.from.is_some() || self.to.is_some()
    }
}

fn is_usual_year(day: &Date) -> bool {
    (domain::time::FIRST_YEAR..=domain::time::LAST_YEAR).contains(&day.year())
}

fn after(text: &str) -> Result<Cursor, Failure> {
    let fault = || Failure::invalid("after", Message::new("invalid.after"));
    Cursor::parse(text).ok_or_else(fault)
}

fn escaped(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn wanted(query: &str) -> Result<Wanted, Failure> {
        Wanted::read(&Params::of(&format!("/search?{query}").parse().unwrap()).unwrap())
    }

    #[test]
    fn every_value_is_read_or_refused_at_its_field() {
        let good = wanted("q=a%20%20b&from=2027-04-01&to=2027-04-01&tags=home,-cup").unwrap();
        assert_eq!(
            (good.text.as_str(), good.to),
            ("a b", Some(date(2027, 4, 1)))
        );
        assert_eq!(wanted("q=&place=&from=").unwrap(), Wanted::default());
        let long = "x".repeat(101);
        for (query, field) in [
            (format!("q={long}"), "q"),
            (format!("q=a&place={long}"), "place"),
            ("q=a&from=1".to_owned(), "from"),
            ("q=a&from=9999-01-01".to_owned(), "from"),
            ("q=a&from=2027-04-02&to=2027-04-01".to_owned(), "to"),
            ("q=a&tags=A".to_owned(), "tags"),
            ("q=a&category=a/b".to_owned(), "category"),
            ("q=a&after=x".to_owned(), "after"),
            ("q=a&q=b".to_owned(), "q"),
        ] {
            let Err(Failure::Invalid(fields)) = wanted(&query) else {
                unreachable!("{query} is refused");
            };
            assert!(fields.contains_key(field), "{query}: {fields:?}");
        }
    }

    #[test]
    fn an_address_leads_to_the_same_search() {
        let wanted = wanted("q=%EB%A1%AF%20%26&place=a&from=2027-04-01").unwrap();
        let address = wanted.address(Some("sport"), None);
        let query = address.strip_prefix("/search?").unwrap();
        let again = self::wanted(query).unwrap();
        assert_eq!(again.category.as_deref(), Some("sport"));
        assert_eq!(
            Wanted {
                category: None,
                ..again
            },
            wanted
        );
    }
}
