//! What is left of an event that was taken out: a skeleton that names it, for clients that fetch
//! only what changed (draft-ietf-calext-subscription-upgrade §3.2). Whole feeds never hold one.

use super::Context;
use super::event::Part;
use super::series::{standing_alone, written_out};
use super::time::Shown;
use domain::event::Event;
use domain::expand::Instance;
use domain::series::RecurrenceId;
use jiff::civil::date;
use std::collections::BTreeSet;

/// Writes one skeleton with `STATUS:DELETED` for every UID that [`event`](super::event) gave the
/// event, as it was last; for a series that is written date by date, up to the horizon. It names
/// no zone.
pub fn deleted(out: &mut Vec<u8>, event: &Event, context: &Context<'_>) {
    skeletons(out, event, &Uids::None, context);
}

/// Writes the skeletons of those UIDs that an event had and has no more: an instance written date
/// by date that was taken out, or all of them where the series now goes by its rule. Clients that
/// were told of them would keep them for ever.
pub fn dropped(out: &mut Vec<u8>, before: &Event, now: &Event, context: &Context<'_>) {
    let kept = match dates(now, context) {
        Some(instances) => {
            Uids::OfDates(instances.iter().filter_map(|i| i.recurrence_id).collect())
        }
        None if Shown::once(&now.body.main.time, context.form).is_some() => Uids::Own,
        None => Uids::None,
    };
    skeletons(out, before, &kept, context);
}

/// UIDs that an event has.
enum Uids {
    None,
    /// The event's own.
    Own,
    /// Those of these instances.
    OfDates(BTreeSet<RecurrenceId>),
}

/// The instances of an event that have UIDs of their own.
fn dates<'a>(event: &'a Event, context: &Context<'_>) -> Option<Vec<Instance<'a>>> {
    let repeats = event.body.main.time.can_repeat();
    let series = event.body.series.as_ref().filter(|_| repeats)?;
    written_out(event, series, context)
}

/// Writes a skeleton for each UID that is not kept.
fn skeletons(out: &mut Vec<u8>, event: &Event, kept: &Uids, context: &Context<'_>) {
    if let Some(instances) = dates(event, context) {
        for instance in &instances {
            let is_kept = |id| matches!(kept, Uids::OfDates(ids) if ids.contains(&id));
            if instance.recurrence_id.is_some_and(is_kept) {
                continue;
            }
            let time = instance.time();
            if let Some(part) = standing_alone(event, instance, &time, context) {
                part.write_deleted(out);
            }
        }
        return;
    }
    if matches!(kept, Uids::Own) {
        return;
    }
    // DTSTART has to be there (RFC 5545 §3.6.1), and of what never had a day it says nothing.
    let some_day = date(1970, 1, 1);
    let main = &event.body.main;
    let shown = Shown::once(&main.time, context.form);
    let shown = shown.unwrap_or_else(|| Shown::days(some_day, some_day, None));
    Part::new(event, main, shown).write_deleted(out);
}
