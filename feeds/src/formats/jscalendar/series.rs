//! What in a series differs from its rules (RFC 8984 §4.3.5): extra dates, exceptions, changed
//! instances, each under the reading of the series' clock that names it.

use super::when::{When, local, nominal};
use super::{Telling, patch};
use domain::event::Occurrence;
use domain::series::{ExtraDate, RecurrenceId, Series};
use domain::time::EventTime;
use jiff::SignedDuration;
use serde_json::{Map, Value, json};

impl Telling<'_> {
    /// The recurrenceOverrides; `main` is what an instance says that nothing changes.
    pub(super) fn overrides(
        &self,
        series: &Series,
        main: &Map<String, Value>,
    ) -> Map<String, Value> {
        let first = &self.event.body.main;
        let mut overrides = Map::new();
        let mut set = |id: RecurrenceId, patch: Map<String, Value>| {
            overrides.insert(self.name(id), Value::Object(patch));
        };
        if let Some((id, patch)) = self.first_otherwise(first, main) {
            set(id, patch);
        }
        for extra in &series.extra {
            set(extra.start, own_end(extra, &first.time, main));
        }
        for changed in &series.overrides {
            let what = &changed.instead;
            let when = When::once(&what.time).unwrap_or_else(|| When::lost(changed.at.date()));
            set(changed.at, self.otherwise(changed.at, what, &when, main));
        }
        // What is taken away stays away, also where it was changed before.
        for id in &series.except {
            overrides.insert(self.name(*id), json!({ "excluded": true }));
        }
        overrides
    }

    /// What an instance says that the rule's would not. Its start would be what names it.
    fn otherwise(
        &self,
        id: RecurrenceId,
        what: &Occurrence,
        when: &When,
        main: &Map<String, Value>,
    ) -> Map<String, Value> {
        let mut made = main.clone();
        super::put(&mut made, "start", self.name(id));
        patch::between(&made, &self.said(what, when))
    }

    /// The first instance, where it is at the second pass through a repeated hour: the series'
    /// clock cannot say so, the instance alone can.
    fn first_otherwise(
        &self,
        first: &Occurrence,
        main: &Map<String, Value>,
    ) -> Option<(RecurrenceId, Map<String, Value>)> {
        let EventTime::Zoned(zoned) = &first.time else {
            return None;
        };
        let when = When::once(&first.time).filter(|_| zoned.start.second)?;
        let id = RecurrenceId::Local(zoned.start.at);
        let patch = self.otherwise(id, first, &when, main);
        Some((id, patch)).filter(|(_, patch)| !patch.is_empty())
    }

    /// Names an instance, of a series of whole days by the midnight that begins it.
    fn name(&self, id: RecurrenceId) -> String {
        match self.event.body.main.time {
            EventTime::AllDay { .. } => local(id.date().at(0, 0, 0, 0)),
            _ => local(id.at()),
        }
    }
}

/// An extra date says nothing of its own but, where the source gave one, its end.
fn own_end(extra: &ExtraDate, time: &EventTime, main: &Map<String, Value>) -> Map<String, Value> {
    let mut patch = Map::new();
    if let Some(end) = extra.end {
        let least = match time {
            EventTime::AllDay { .. } => SignedDuration::from_hours(24),
            _ => SignedDuration::ZERO,
        };
        let duration = Value::from(nominal(end.duration_since(extra.start.at()).max(least)));
        if main.get("duration") != Some(&duration) {
            patch.insert("duration".to_owned(), duration);
        }
    }
    patch
}
