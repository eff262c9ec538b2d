//! Entries of one UID to drafts (B19): copies are merged or the newest taken, changed instances
//! go to their master, and what has no master stands alone, so that nothing is lost.

use super::clock::Clock;
use super::event::Entry;
use super::notice::{Reason, Skipped, Warnings};
use super::series::{Budget, build, first_start, made_among, named};
use super::split::split;
use domain::caps;
use domain::event::{Draft, EventBody};
use domain::patch::Field;
use domain::series::{ExtraDate, Override, RecurrenceId, Series};
use domain::text::Lang;
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What the entries of an input became.
#[derive(Debug, Default)]
pub(crate) struct Joined {
    pub drafts: Vec<Draft>,
    pub skipped: Vec<Skipped>,
    /// Entries that were the same as another.
    pub merged: usize,
}

/// All entries of one UID, where there are several.
#[derive(Default)]
struct Group {
    masters: Vec<Entry>,
    changes: Vec<Entry>,
}

/// Joins all entries of an input.
pub(crate) fn join(entries: Vec<Entry>, lang: Lang, warnings: &mut Warnings) -> Joined {
    let (ids, sizes) = group_ids(&entries);
    let shared = sizes.iter().any(|size| *size > 1);
    let uids = entries
        .iter()
        .filter(|_| shared)
        .filter_map(|e| e.uid.clone());
    let mut joiner = Joiner {
        lang,
        uids: uids.collect(),
        out: Joined::default(),
        budget: Budget::default(),
        warnings,
    };
    joiner.out.drafts.reserve(sizes.len());
    let mut groups: BTreeMap<usize, Group> = BTreeMap::new();
    for (entry, id) in entries.into_iter().zip(ids) {
        match (sizes[id], &entry.changes) {
            (1, None) => joiner.alone(entry),
            (1, Some(_)) => joiner.orphans(vec![entry]),
            (_, None) => groups.entry(id).or_default().masters.push(entry),
            (_, Some(_)) => groups.entry(id).or_default().changes.push(entry),
        }
    }
    for group in groups.into_values() {
        joiner.group(group);
    }
    joiner.out
}

/// For each entry the number of its group, and for each group its size. Entries without UID
/// stand alone.
fn group_ids(entries: &[Entry]) -> (Vec<usize>, Vec<usize>) {
    let mut by_uid: HashMap<&str, usize> = HashMap::with_capacity(entries.len());
    let mut sizes: Vec<usize> = Vec::with_capacity(entries.len());
    let ids = entries.iter().map(|entry| {
        let id = match &entry.uid {
            Some(uid) => *by_uid.entry(uid).or_insert(sizes.len()),
            None => sizes.len(),
        };
        if id == sizes.len() {
            sizes.push(0);
        }
        sizes[id] += 1;
        id
    });
    let ids = ids.collect();
    (ids, sizes)
}

struct Joiner<'w> {
    lang: Lang,
    /// All UIDs given, so that no made one collides.
    uids: HashSet<String>,
    out: Joined,
    budget: Budget,
    warnings: &'w mut Warnings,
}

impl Joiner<'_> {
    fn alone(&mut self, mut entry: Entry) {
        let uid = match entry.repeats.is_empty() {
            true => entry.uid.take(),
            // Kept for the message, should its rules be refused.
            false => entry.uid.clone(),
        };
        self.master(uid, entry, Vec::new());
    }

    fn group(&mut self, group: Group) {
        let mut masters = self.without_copies(group.masters);
        if masters.is_empty() {
            return self.orphans(group.changes);
        }
        masters.sort_by_key(|m| (first_start(&m.occurrence.time).map(|s| s.at()), m.line));
        // Changed instances belong to the one that repeats, else to the first.
        let owner = masters
            .iter()
            .position(|m| !m.repeats.is_empty())
            .unwrap_or(0);
        let mut changes = Some(group.changes);
        for (n, master) in masters.into_iter().enumerate() {
            let mine = if n == owner { changes.take() } else { None };
            let uid = match n {
                0 => master.uid.clone(),
                n => {
                    let text = "the UID is used by another event too and gets a suffix";
                    self.warnings.push(master.line, "uid-suffix", text);
                    master.uid.as_deref().map(|uid| self.free_uid(uid, n + 1))
                }
            };
            self.master(uid, master, mine.unwrap_or_default());
        }
    }

    /// `{uid}-{n}`, or the next number that no entry of the input has.
    fn free_uid(&mut self, uid: &str, n: usize) -> String {
        let mut n = n;
        loop {
            let made = format!("{uid}-{n}");
            if self.uids.insert(made.clone()) {
                return made;
            }
            n += 1;
        }
    }

    /// Of copies of one event the newest: by SEQUENCE, then by LAST-MODIFIED, then the last.
    /// Entries of the same SEQUENCE with another start or title are other events.
    fn without_copies(&mut self, mut masters: Vec<Entry>) -> Vec<Entry> {
        if masters.len() < 2 {
            return masters;
        }
        let newest = masters.iter().map(|m| m.sequence).max().unwrap_or_default();
        masters.sort_by(|a, b| (a.sequence, &a.stamp, a.line).cmp(&(b.sequence, &b.stamp, b.line)));
        let mut kept: Vec<Entry> = Vec::new();
        let mut seen: HashMap<Likeness, usize> = HashMap::new();
        for entry in masters.into_iter().rev() {
            let likeness = likeness(&entry);
            let same = match entry.sequence < newest {
                true => kept.first(),
                false => seen.get(&likeness).and_then(|at| kept.get(*at)),
            };
            match same {
                Some(other) => {
                    let other = (other.line, is_same(other, &entry));
                    self.drop_copy(entry, other);
                }
                None => {
                    seen.insert(likeness, kept.len());
                    kept.push(entry);
                }
            }
        }
        kept
    }

    fn drop_copy(&mut self, entry: Entry, (newer, same): (usize, bool)) {
        if same {
            self.out.merged += 1;
            let text = format!("the same as the event on line {newer}");
            self.warnings.push(entry.line, "same-event", text);
        } else {
            self.skip(&entry, Reason::Superseded { newer });
        }
    }

    fn skip(&mut self, entry: &Entry, reason: Reason) {
        self.out.skipped.push(Skipped {
            line: entry.line,
            what: entry.what(self.lang),
            uid: entry.uid.clone(),
            reason,
        });
    }

    fn draft(&mut self, uid: Option<String>, (sequence, line): (i64, usize), body: EventBody) {
        let speaks_of = speaks_of(&body);
        self.out.drafts.push(Draft {
            uid,
            sequence,
            line,
            body,
            speaks_of,
        });
    }

    /// Changed instances whose master is not in the input: each an event of its own.
    fn orphans(&mut self, changes: Vec<Entry>) {
        for (at, entry) in self.newest_by_instance(changes, None) {
            if !entry.repeats.is_empty() {
                let text = "rules on a changed instance are ignored";
                self.warnings.push(entry.line, "rules-on-change", text);
            }
            let text = "a changed instance without its series: kept as an event of its own";
            self.warnings.push(entry.line, "orphan-instance", text);
            let uid = entry.uid.as_deref().map(|uid| instance_uid(uid, &at));
            let origin = (entry.sequence, entry.line);
            self.draft(uid, origin, EventBody::from(entry.occurrence));
        }
    }

    /// One entry for each instance, the newest.
    fn newest_by_instance(
        &mut self,
        changes: Vec<Entry>,
        clock: Option<&Clock>,
    ) -> BTreeMap<RecurrenceId, Entry> {
        let mut newest: BTreeMap<RecurrenceId, Entry> = BTreeMap::new();
        for entry in changes {
            let Some(change) = &entry.changes else {
                continue;
            };
            let own = Clock::of(&entry.occurrence.time);
            let at = clock.unwrap_or(&own).instance(&change.when);
            let rank = |e: &Entry| (e.sequence, e.stamp.clone(), e.line);
            match newest.remove(&at) {
                None => {
                    newest.insert(at, entry);
                }
                Some(other) => {
                    let (new, old) = match rank(&other) > rank(&entry) {
                        true => (other, entry),
                        false => (entry, other),
                    };
                    let copy = (new.line, is_same(&new, &old));
                    self.drop_copy(old, copy);
                    newest.insert(at, new);
                }
            }
        }
        newest
    }

    fn master(&mut self, uid: Option<String>, mut master: Entry, changes: Vec<Entry>) {
        let time = &master.occurrence.time;
        let repeats = std::mem::take(&mut master.repeats);
        let series = match build(time, repeats, &mut self.budget, self.warnings) {
            Ok(series) => series,
            Err(reason) => {
                self.skip(&master, reason);
                return self.orphans(changes);
            }
        };
        let clock = Clock::of(time);
        let origin = (master.sequence, master.line);
        let mut body = EventBody {
            main: master.occurrence,
            series,
        };
        if changes.is_empty() || !body.main.time.can_repeat() {
            self.draft(uid, origin, body);
            return self.orphans(changes);
        }
        let changes = self.newest_by_instance(changes, Some(&clock));
        let (future, single): (Vec<_>, Vec<_>) = changes
            .into_iter()
            .partition(|(_, e)| e.changes.as_ref().is_some_and(|c| c.and_future));
        self.attach(&mut body, single, origin);
        let base = uid;
        let mut head = (base.clone(), origin, body);
        // Each change names its instance as the first rule had it, before any split moved it.
        let mut moved = SignedDuration::ZERO;
        for (named_at, entry) in future {
            let at = named_at.at().checked_add(moved);
            let at = at.map_or(named_at, |at| named(at, &named_at));
            if first_start(&head.2.main.time).is_some_and(|first| at <= first) {
                // From the first instance on: the change is the whole series.
                head.2.main = entry.occurrence;
                self.out.merged += 1;
                continue;
            }
            let first = first_start(&entry.occurrence.time);
            moved = first.map_or(moved, |first| first.at().duration_since(named_at.at()));
            let rest = split(&mut head.2, at, &entry, &mut self.budget, self.warnings);
            let text = "the series is split here, because its rest was changed as a whole";
            self.warnings.push(entry.line, "series-split", text);
            self.draft(head.0, head.1, head.2);
            let uid = base.as_deref().map(|uid| instance_uid(uid, &named_at));
            head = (uid, (entry.sequence, entry.line), rest);
        }
        self.draft(head.0, head.1, head.2);
    }

    /// Puts changed instances into the series. One that the series does not make is added to it:
    /// it was announced, so it is shown.
    fn attach(
        &mut self,
        body: &mut EventBody,
        changes: Vec<(RecurrenceId, Entry)>,
        (sequence, line): (i64, usize),
    ) {
        if changes.is_empty() {
            return;
        }
        let mut series = body.series.take().unwrap_or_default();
        let wanted: BTreeSet<RecurrenceId> = changes.iter().map(|(at, _)| *at).collect();
        let made = made_among(&wanted, &body.main.time, &series, &mut self.budget);
        for (at, entry) in changes {
            if series.overrides.len() == caps::SERIES_OVERRIDES {
                let limit = caps::SERIES_OVERRIDES;
                let what = "changed instances";
                self.skip(&entry, Reason::TooMany { what, limit });
                continue;
            }
            let excepted = series.except.binary_search(&at).is_ok();
            let foreign = made.as_ref().is_some_and(|made| !made.contains(&at));
            if !entry.repeats.is_empty() {
                // With rules of its own, of an older version, and no instance of this one.
                if foreign && entry.sequence < sequence {
                    self.skip(&entry, Reason::Superseded { newer: line });
                    continue;
                }
                let text = "rules on a changed instance are ignored";
                self.warnings.push(entry.line, "rules-on-change", text);
            }
            if foreign && !excepted {
                self.add(&mut series, at, &entry);
            }
            let instead = entry.occurrence;
            series.overrides.push(Override { at, instead });
        }
        series.extra.sort_unstable();
        body.series = Some(series);
    }

    fn add(&mut self, series: &mut Series, start: RecurrenceId, entry: &Entry) {
        let text = format!("changes {start}, which the series does not have: added to it");
        self.warnings.push(entry.line, "instance-added", text);
        series.extra.push(ExtraDate { start, end: None });
    }
}

/// The fields that iCalendar has a property for; links and results, which only our own feeds
/// have, where they are there.
fn speaks_of(body: &EventBody) -> Vec<Field> {
    let knows = |field: &Field| match field {
        Field::Links => !body.main.links.is_empty(),
        Field::Result => !body.main.result.is_empty(),
        Field::Evidence => false,
        _ => true,
    };
    Field::ALL.iter().copied().filter(knows).collect()
}

/// Start and title: where both agree, two entries of a UID are copies of one event.
type Likeness = (Option<RecurrenceId>, Vec<(Lang, String)>);

fn likeness(entry: &Entry) -> Likeness {
    let title = entry.occurrence.title.iter();
    let title = title.map(|(lang, text)| (lang, text.to_owned())).collect();
    (first_start(&entry.occurrence.time), title)
}

fn is_same(a: &Entry, b: &Entry) -> bool {
    a.occurrence == b.occurrence && a.repeats == b.repeats
}

/// `{uid}-20270415T090000`: a steady name for an instance that became an event of its own.
fn instance_uid(uid: &str, at: &RecurrenceId) -> String {
    let basic: String = at
        .to_string()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    format!("{uid}-{basic}")
}
