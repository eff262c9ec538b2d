//! Likely mistakes in an event, told before it is published.
//!
//! [`lint`] looks at one draft beside its siblings in the calendar; [`feed_size`] at the bytes of
//! a whole feed. Nothing here refuses anything: a page may hold back what [`Severity::Stops`].

mod alike;
mod finding;
mod places;
mod texts;
mod times;

#[cfg(test)]
mod tests;

pub use finding::{Finding, Mistake, Severity};

use crate::event::{EventBody, Status};
use crate::text::{Lang, Text};
use crate::time::EventTime;
use crate::zone::Zone;
use jiff::civil::Date;

/// Largest feed that Google Calendar takes, in bytes.
pub const GOOGLE_BYTES: usize = 1_000_000;
/// From which share of it on a feed is worth a word, in percent.
const NEARLY_FULL: usize = 80;

/// What a draft is looked at with.
#[derive(Debug, Clone, Copy)]
pub struct LintContext<'a> {
    /// Today, in `zone`.
    pub today: Date,
    /// The zone that the calendar is shown in.
    pub zone: &'a Zone,
    /// The calendar's own language.
    pub lang: Lang,
    /// The draft's identifier at its source, where it has one.
    pub uid: Option<&'a str>,
    /// Other events of the calendar, without the draft itself: at least those near its days.
    pub siblings: &'a [Sibling<'a>],
}

/// Another event of the same calendar, or one instance of it.
#[derive(Debug, Clone, Copy)]
pub struct Sibling<'a> {
    /// What a page links to it by.
    pub id: &'a str,
    /// Its identifier at its source, where it has one.
    pub uid: Option<&'a str>,
    /// What it is called.
    pub title: &'a Text,
    /// When it is.
    pub time: &'a EventTime,
    /// Whether it says where it is.
    pub has_place: bool,
}

/// Everything that is likely wrong with a draft: the gravest first, then in the order of fields.
pub fn lint(draft: &EventBody, context: &LintContext<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    times::times(draft, context, &mut findings);
    texts::texts(draft, context, &mut findings);
    alike::doubles(draft, context, &mut findings);
    places::places(draft, context, &mut findings);
    findings.sort_by_key(|finding| (finding.severity(), finding.field()));
    findings
}

/// A word on a feed that Google may not take: `head` is what stands around the events,
/// `events` what each of them takes, all in bytes as they are written for Google.
pub fn feed_size(head: usize, events: impl IntoIterator<Item = usize>) -> FeedSize {
    let bytes = events.into_iter().fold(head, usize::saturating_add);
    FeedSize { bytes }
}

/// How large a feed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedSize {
    /// All of it, uncompressed.
    pub bytes: usize,
}

impl FeedSize {
    /// Its share of what Google takes, in whole percent, rounded up.
    pub const fn percent(self) -> usize {
        self.bytes.saturating_mul(100).div_ceil(GOOGLE_BYTES)
    }

    /// What is to be said about it; nothing while there is room.
    pub const fn finding(self) -> Option<Finding> {
        let percent = self.percent();
        if percent > 100 {
            Some(Finding::new(Mistake::FeedTooLarge { percent }))
        } else if percent >= NEARLY_FULL {
            Some(Finding::new(Mistake::FeedNearlyFull { percent }))
        } else {
            None
        }
    }
}

/// True for what takes place or may.
fn is_on(draft: &EventBody) -> bool {
    matches!(draft.main.status, Status::Confirmed | Status::Tentative)
}

/// The title as most readers see it.
fn title<'d>(draft: &'d EventBody, context: &LintContext<'_>) -> &'d str {
    draft.main.title.pick(context.lang, context.lang)
}
