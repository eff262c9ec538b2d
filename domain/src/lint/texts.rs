//! What is likely wrong with the words of an event and its addresses.

use super::times::own_days;
use super::{Finding, LintContext, Mistake, title};
use crate::entry::{mentions, status_in};
use crate::event::{EventBody, LinkKind, Status, WebAddress};
use crate::patch::Field;
use jiff::ToSpan;
use jiff::civil::Date;

/// Widest title that a phone's month view shows, in columns.
const COLUMNS: usize = 40;

pub(super) fn texts(draft: &EventBody, context: &LintContext<'_>, findings: &mut Vec<Finding>) {
    let mut found = Vec::new();
    let mut add = |what| {
        // The same is said once, though the texts of two languages say it.
        let finding = Finding::new(what);
        if !found.contains(&finding) {
            found.push(finding);
        }
    };
    let shown = title(draft, context);
    if draft.main.title.is_empty() {
        add(Mistake::NoTitle);
    }
    if let Some(days) = own_days(draft, context) {
        for (_, text) in draft.main.title.iter() {
            days_in_title(text, days, draft.series.is_some(), &mut add);
        }
        for (_, text) in draft.main.description.iter() {
            weekdays_in_description(text, days.0, &mut add);
        }
    }
    for (_, text) in draft.main.title.iter() {
        numbers(text, &mut add);
        status(text, draft.main.status, &mut add);
    }
    let columns = columns(shown);
    if columns > COLUMNS {
        add(Mistake::LongTitle {
            columns,
            limit: COLUMNS,
        });
    }
    addresses(draft, &mut add);
    findings.append(&mut found);
}

fn days_in_title(
    text: &str,
    (first, last): (Date, Date),
    repeats: bool,
    add: &mut impl FnMut(Mistake),
) {
    for mention in mentions(text, first) {
        let words = text.get(mention.range.clone()).unwrap_or_default();
        if let Some(said) = mention.weekday {
            let fits = match mention.date {
                Some(date) => date.weekday() == said,
                None => repeats || touches(first, last, |date| date.weekday() == said),
            };
            let date = mention.date.unwrap_or(first);
            if !fits {
                add(Mistake::WrongWeekday {
                    field: Field::Title,
                    date,
                    said,
                    is: date.weekday(),
                });
            }
        }
        let text = words.to_owned();
        match mention.date {
            Some(date) if date < first || date > last => {
                add(Mistake::OtherDateInTitle { text, date: first });
            }
            Some(_) => add(Mistake::DateInTitle { text }),
            None => {}
        }
    }
}

/// Whether any day of a span is such; after a week they repeat.
fn touches(first: Date, last: Date, is: impl Fn(Date) -> bool) -> bool {
    let mut days = first.series(1.day()).take(7);
    days.any(|date| date <= last && is(date))
}

/// Only weekdays beside a date: a description may speak of any day.
fn weekdays_in_description(text: &str, near: Date, add: &mut impl FnMut(Mistake)) {
    for mention in mentions(text, near) {
        if let (Some(date), Some(said)) = (mention.date, mention.weekday)
            && date.weekday() != said
        {
            add(Mistake::WrongWeekday {
                field: Field::Description,
                date,
                said,
                is: date.weekday(),
            });
        }
    }
}

/// `18:30` and `3:2` in a title: an hour, a score.
fn numbers(title: &str, add: &mut impl FnMut(Mistake)) {
    let words = title.split(|c: char| c.is_whitespace() || "()[],~".contains(c));
    for word in words {
        let Some((left, right)) = word.split_once([':', '：']) else {
            continue;
        };
        let number = |text: &str| {
            let digits = (1..=3).contains(&text.len());
            digits.then(|| text.parse::<u32>().ok()).flatten()
        };
        let (Some(first), Some(second)) = (number(left), number(right)) else {
            continue;
        };
        let text = word.to_owned();
        if right.len() == 2 && first < 25 && second < 60 {
            add(Mistake::HourInTitle { text });
        } else {
            add(Mistake::ScoreInTitle { text });
        }
    }
}

fn status(title: &str, has: Status, add: &mut impl FnMut(Mistake)) {
    match status_in(title) {
        Some(said) if said == has => add(Mistake::StatusTwice),
        Some(said) => add(Mistake::StatusInTitle {
            said: said.as_str(),
        }),
        None => {}
    }
}

/// How wide a text is where a Hangul syllable, a Chinese character or an emoji takes two columns.
pub(super) fn columns(text: &str) -> usize {
    let width = |c: char| match u32::from(c) {
        0x300..=0x36f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    };
    text.chars().map(width).sum()
}

fn addresses(draft: &EventBody, add: &mut impl FnMut(Mistake)) {
    let insecure = |address: &WebAddress| !address.as_str().starts_with("https://");
    for link in &draft.main.links {
        let address = link.address.to_string();
        match link.kind {
            _ if !insecure(&link.address) => {}
            LinkKind::Tickets => add(Mistake::InsecureTickets { address }),
            LinkKind::Stream | LinkKind::More => add(Mistake::InsecureLink { address }),
        }
    }
    if let Some(url) = draft.main.url.as_ref().filter(|url| insecure(url)) {
        let address = url.to_string();
        add(Mistake::InsecureLink { address });
    }
}
