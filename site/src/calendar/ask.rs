//! What the address of a calendar's page asks for, and the addresses of its other views.

use crate::month::{first_of_week, parse_month, year_known};
use domain::filter::Filter;
use domain::zone::Zone;
use jiff::civil::{Date, ISOWeekDate, Weekday};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use web::failure::{Failure, Message};
use web::locale::T;
use web::visit::Params;

/// Last page of a list; what lies behind is in the feed.
pub(crate) const LAST_PAGE: usize = 50;
/// What stands as it is in a query's values.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'/')
    .remove(b',');

/// Which part of the calendar is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    /// A month, given by its first day; `None` is this month.
    Month(Option<Date>),
    /// A week, given by any of its days; `None` is this week.
    Week(Option<Date>),
    /// What is to come, page by page from 1.
    List(usize),
    /// What is over, latest first, page by page from 1.
    Past(usize),
}

/// Everything that the address asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ask {
    /// Which part.
    pub view: View,
    /// Which events of it.
    pub filter: Filter,
    /// On whose clock; the calendar's own where `None`.
    pub zone: Option<Zone>,
}

impl Ask {
    /// Reads `view`, `month`, `week`, `page`, `tags` and `zone`. A value that means nothing is
    /// refused by name, in whatever view it stands.
    pub(crate) fn parse(params: &Params) -> Result<Self, Failure> {
        let month = value(params, "month", Message::new("invalid.month"), parse_month)?;
        let week = value(params, "week", Message::new("invalid.week"), parse_week)?;
        let last = Message::new("invalid.page").with("last", LAST_PAGE.to_string());
        let page = value(params, "page", last, parse_page)?.unwrap_or(1);
        let tags = value(params, "tags", Message::new("invalid.tags"), parse_tags)?;
        let zone = value(params, "zone", Message::new("invalid.zone"), parse_zone)?;
        let view = match params.one("view")? {
            Some("month") => View::Month(month),
            Some("week") => View::Week(week),
            Some("list") => View::List(page),
            Some("past") => View::Past(page),
            None if week.is_some() => View::Week(week),
            None => View::Month(month),
            Some(_) => return Err(Failure::invalid("view", Message::new("invalid.view"))),
        };
        Ok(Self {
            view,
            filter: tags.unwrap_or_default(),
            zone: zone.flatten(),
        })
    }

    /// The same question about another part.
    pub(crate) fn with_view(&self, view: View) -> Self {
        Self {
            view,
            ..self.clone()
        }
    }

    /// The same question with another filter, from the list's beginning.
    pub(crate) fn with_filter(&self, filter: Filter) -> Self {
        let view = match self.view {
            View::List(_) => View::List(1),
            View::Past(_) => View::Past(1),
            other => other,
        };
        Self {
            view,
            filter,
            zone: self.zone.clone(),
        }
    }

    /// The question as keys and values, the zone left out.
    pub(crate) fn pairs(&self) -> Vec<(&'static str, String)> {
        let page = |view: &str, page: usize| {
            let first = ("view", view.to_owned());
            let rest = (page > 1).then(|| ("page", page.to_string()));
            std::iter::once(first).chain(rest).collect()
        };
        let mut pairs: Vec<(&'static str, String)> = match self.view {
            View::Month(None) => Vec::new(),
            View::Month(Some(first)) => vec![("month", first.strftime("%Y-%m").to_string())],
            View::Week(None) => vec![("view", "week".to_owned())],
            View::Week(Some(day)) => {
                vec![("view", "week".to_owned()), ("week", day.to_string())]
            }
            View::List(number) => page("list", number),
            View::Past(number) => page("past", number),
        };
        let tags = self.filter.tags_text();
        if !tags.is_empty() {
            pairs.push(("tags", tags));
        }
        pairs
    }

    /// The address of the answer below a calendar's path.
    pub(crate) fn address(&self, path: &str) -> String {
        let mut pairs = self.pairs();
        if let Some(zone) = &self.zone {
            pairs.push(("zone", zone.name().to_owned()));
        }
        let escape = |text: &str| utf8_percent_encode(text, ESCAPED).to_string();
        let words: Vec<String> = pairs
            .iter()
            .map(|(key, value)| format!("{key}={}", escape(value)))
            .collect();
        match words.is_empty() {
            true => path.to_owned(),
            false => format!("{path}?{}", words.join("&")),
        }
    }
}

fn value<V>(
    params: &Params,
    key: &str,
    fault: Message,
    read: impl Fn(&str) -> Option<V>,
) -> Result<Option<V>, Failure> {
    let text = params.one(key)?;
    text.map(|text| read(text).ok_or_else(|| Failure::invalid(key, fault.clone())))
        .transpose()
}

fn parse_page(text: &str) -> Option<usize> {
    text.parse().ok().filter(|n| (1..=LAST_PAGE).contains(n))
}

/// No tags, as a form without a choice sends them, ask for everything.
fn parse_tags(text: &str) -> Option<Filter> {
    match text {
        "" => Some(Filter::default()),
        words => Filter::by_tags(words),
    }
}

/// No zone, as the form sends the calendar's own, is the calendar's own.
fn parse_zone(text: &str) -> Option<Option<Zone>> {
    match text {
        "" => Some(None),
        name if name.len() <= 64 => Zone::parse(name).map(Some),
        _ => None,
    }
}

/// Reads `2026-W48` (ISO 8601) or any day of the week.
fn parse_week(text: &str) -> Option<Date> {
    let digits = |part: &str, width: usize| {
        (part.len() == width && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok())
    };
    let day = match text.split_once("-W") {
        Some((year, week)) => {
            let (year, week) = (digits(year, 4)??, i8::try_from(digits(week, 2)??).ok()?);
            ISOWeekDate::new(year, week, Weekday::Monday).ok()?.date()
        }
        None => {
            let mut parts = text.splitn(3, '-');
            let (year, month) = (digits(parts.next()?, 4)??, digits(parts.next()?, 2)??);
            let day = i8::try_from(digits(parts.next()?, 2)??).ok()?;
            Date::new(year, i8::try_from(month).ok()?, day).ok()?
        }
    };
    year_known(day)
}

/// The first day of the week that is asked for.
pub(crate) fn week_shown(asked: Option<Date>, today: Date, t: T) -> Date {
    first_of_week(asked.unwrap_or(today), t)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn ask(query: &str) -> Result<Ask, Failure> {
        let uri = format!("/x?{query}").parse().unwrap();
        Ask::parse(&Params::of(&uri).unwrap())
    }

    #[test]
    fn e12_values_that_mean_nothing_are_refused_by_name() {
        for (query, field) in [
            ("month=2026-13", "month"),
            ("view=grid", "view"),
            ("view=list&page=0", "page"),
            ("view=list&page=51", "page"),
            ("month=2026-12&month=2026-11", "month"),
            ("week=2026-W54", "week"),
            ("week=2026-W00", "week"),
            ("week=1899-12-31", "week"),
            ("week=9999-W01", "week"),
            ("week=2026-02-30", "week"),
            ("week=2026-W+1", "week"),
            ("view=list&week=soon", "week"),
            ("tags=Home", "tags"),
            ("tags=a,,b", "tags"),
            ("zone=Mars/Olympus", "zone"),
            ("zone=../../etc/localtime", "zone"),
        ] {
            let Err(Failure::Invalid(fields)) = ask(query) else {
                panic!("{query} was taken");
            };
            assert!(fields.contains_key(field), "{query}");
        }
        assert_eq!(ask("view=past&page=2&x=y").unwrap().view, View::Past(2));
    }

    #[test]
    fn weeks_are_named_by_number_or_by_day() {
        let monday = Some(date(2026, 11, 23));
        assert_eq!(ask("week=2026-W48").unwrap().view, View::Week(monday));
        assert_eq!(
            ask("view=week&week=2026-11-23").unwrap().view,
            View::Week(monday)
        );
        assert_eq!(ask("view=week").unwrap().view, View::Week(None));
    }

    #[test]
    fn an_address_says_everything_and_reads_back() {
        for query in [
            "",
            "month=2026-12",
            "view=week&week=2026-11-23&tags=home,-away",
            "view=list&page=3&zone=America/New_York",
            "view=past&tags=cup",
            "zone=%2B09%3A30",
        ] {
            let address = ask(query).unwrap().address("/calendars/kbo");
            let (_, said) = address.split_once('?').unwrap_or_default();
            assert_eq!(said, query);
        }
        let open = ask("tags=&zone=").unwrap();
        assert_eq!(open.address("/x"), "/x");
    }

    #[test]
    fn another_filter_starts_a_list_again() {
        let third = ask("view=list&page=3&zone=UTC").unwrap();
        let filtered = third.with_filter(third.filter.toggled("home"));
        assert_eq!(filtered.address("/x"), "/x?view=list&tags=home&zone=UTC");
    }
}
