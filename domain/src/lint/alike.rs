//! Events that may be one and the same.

use super::{Finding, LintContext, Mistake, Sibling, title};
use crate::event::EventBody;
use std::collections::BTreeMap;

/// From which likeness on two titles may be one, in percent of their pairs of letters.
const ALIKE: usize = 80;
/// Fewer pairs in both titles together than these tell nothing.
const FEW_PAIRS: usize = 8;

pub(super) fn doubles(draft: &EventBody, context: &LintContext<'_>, findings: &mut Vec<Finding>) {
    let own = Name::of(title(draft, context));
    let days = draft.main.time.days(context.zone);
    let start = draft
        .main
        .time
        .instants(context.zone)
        .map(|(start, _)| start);
    for sibling in context.siblings {
        let other = sibling.id.to_owned();
        if context.uid.is_some() && context.uid == sibling.uid {
            findings.push(Finding::new(Mistake::SameUid { other }));
            continue;
        }
        let same_day = match (days, sibling.time.days(context.zone)) {
            (Some((first, _)), Some((theirs, _))) => first == theirs,
            _ => false,
        };
        if !same_day || !own.is_like(&name_of(sibling, context)) {
            continue;
        }
        let hour = sibling.time.instants(context.zone).map(|(start, _)| start);
        // A day without an hour beside one with it may well be the same, told earlier.
        let known = !draft.main.time.is_all_day() && !sibling.time.is_all_day();
        findings.push(Finding::new(if known && hour != start {
            Mistake::SecondOnDay { other }
        } else {
            Mistake::Double { other }
        }));
    }
}

fn name_of(sibling: &Sibling<'_>, context: &LintContext<'_>) -> Name {
    Name::of(sibling.title.pick(context.lang, context.lang))
}

/// A title as it is compared: its words in any order.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Name {
    words: Vec<String>,
    /// Its numbers: "2차전" is not "1차전".
    numbers: Vec<String>,
}

impl Name {
    fn of(title: &str) -> Self {
        let mut words: Vec<String> = title
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        words.retain(|word| !matches!(word.as_str(), "vs" | "v" | "at" | "the"));
        words.sort_unstable();
        let runs = words
            .iter()
            .flat_map(|word| word.split(|c: char| !c.is_ascii_digit()));
        let mut numbers: Vec<String> = runs.filter(|r| !r.is_empty()).map(str::to_owned).collect();
        numbers.sort_unstable();
        Self { words, numbers }
    }

    fn is_like(&self, other: &Self) -> bool {
        if self.words.is_empty() || self.numbers != other.numbers {
            return false;
        }
        if self.words == other.words {
            return true;
        }
        let (ours, theirs) = (self.pairs(), other.pairs());
        let total: usize = ours.values().sum::<usize>() + theirs.values().sum::<usize>();
        let both = |(pair, count): (&(char, char), &usize)| {
            theirs.get(pair).copied().unwrap_or(0).min(*count)
        };
        let shared: usize = ours.iter().map(both).sum();
        total >= FEW_PAIRS && shared * 200 >= total * ALIKE
    }

    fn pairs(&self) -> BTreeMap<(char, char), usize> {
        let letters: Vec<char> = self.words.concat().chars().collect();
        let mut pairs = BTreeMap::new();
        for pair in letters.windows(2) {
            if let [a, b] = pair {
                *pairs.entry((*a, *b)).or_default() += 1;
            }
        }
        pairs
    }
}
