//! `/cms/health`: how well each calendar is kept, and which ones somebody should visit. What counts as
//! stale is decided here; the numbers are the store's.

use crate::desk::frame::{Frame, Home, homes, span};
use askama::Template;
use axum::extract::State as Web;
use axum::response::{IntoResponse, Response};
use domain::calendar::Visibility;
use domain::id::CalendarId;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use store::desk_lists::{self, Health};
use web::failure::{Failure, Message, PageFailure};
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::session::Staff;
use web::state::WebState;
use web::visit::Visit;

const HERE: &str = "/cms/health";
/// So far ahead is looked.
pub(crate) const AHEAD: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Who was neither changed nor read for so long is stale.
const STALE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What the table is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Checked,
    Changed,
    WithoutTime,
    Coverage,
    Waiting,
    Name,
}

impl Order {
    const ALL: [Self; 6] = [
        Self::Name,
        Self::Checked,
        Self::Changed,
        Self::WithoutTime,
        Self::Coverage,
        Self::Waiting,
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::Checked => "checked",
            Self::Changed => "changed",
            Self::WithoutTime => "without_time",
            Self::Coverage => "coverage",
            Self::Waiting => "waiting",
            Self::Name => "name",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Checked => "health.checked",
            Self::Changed => "health.changed",
            Self::WithoutTime => "health.without_time",
            Self::Coverage => "health.coverage",
            Self::Waiting => "health.waiting",
            Self::Name => "health.calendar",
        }
    }
}

/// The page.
#[derive(Template)]
#[template(path = "cms_health.html")]
struct HealthPage {
    t: T,
    shell: Shell,
    frame: Frame,
    heads: Vec<Head>,
    rows: Vec<HealthRow>,
}

/// A column's head, which sorts by it.
struct Head {
    href: String,
    label: &'static str,
    chosen: bool,
}

/// One calendar.
pub(crate) struct HealthRow {
    pub(crate) title: String,
    pub(crate) href: String,
    pub(crate) color: String,
    pub(crate) checked: String,
    pub(crate) changed: String,
    pub(crate) without_time: String,
    pub(crate) many_without: bool,
    pub(crate) coverage: String,
    pub(crate) sources: Vec<(String, String)>,
    pub(crate) waiting: i64,
    pub(crate) waiting_href: String,
    /// Why somebody should look at it.
    pub(crate) stale: Option<&'static str>,
    key: Key,
}

/// What a row is sorted by.
struct Key {
    checked: Timestamp,
    changed: Timestamp,
    without_time: i64,
    days: i64,
}

/// Why a calendar is stale: events lie ahead and nobody looked for long, or nothing lies ahead.
fn stale(health: &Health, kept: Timestamp, now: Timestamp) -> Option<&'static str> {
    if health.ever == 0 {
        return Some("health.stale_empty");
    }
    (now.duration_since(kept) >= STALE).then_some("health.stale_old")
}

/// Rows for all public calendars, in no order.
pub(crate) fn rows(
    homes: &HashMap<CalendarId, Home>,
    health: &HashMap<CalendarId, Health>,
    (t, now): (T, Timestamp),
) -> Vec<HealthRow> {
    let nothing = Health::default();
    let open = homes
        .values()
        .filter(|home| home.calendar.visibility == Visibility::Public);
    open.map(|home| {
        let id = home.calendar.id;
        row(home, health.get(&id).unwrap_or(&nothing), (t, now))
    })
    .collect()
}

fn row(home: &Home, health: &Health, (t, now): (T, Timestamp)) -> HealthRow {
    let ago = |at: Option<Timestamp>| match at {
        None => t.s("health.never").to_owned(),
        Some(at) => t.f("health.ago", &[("span", &span(now.duration_since(at), t))]),
    };
    let checked = health.sources.last().map(|source| source.seen);
    let changed = health.changed;
    let calendar = &home.calendar;
    let kept = checked.max(changed).unwrap_or(calendar.created);
    let share = match health.ahead {
        0 => 0,
        ahead => health.without_time * 100 / ahead,
    };
    let visited = health.sources.iter();
    HealthRow {
        title: home.title.clone(),
        href: format!("/calendars/{}", calendar.profile.slug),
        color: home.color.clone(),
        checked: ago(checked),
        changed: ago(changed),
        without_time: format!("{share}%"),
        many_without: share >= 25,
        coverage: t.n("health.days", usize::try_from(health.days).unwrap_or(0)),
        sources: visited
            .map(|source| (source.name.clone(), ago(Some(source.seen))))
            .collect(),
        waiting: health.waiting,
        waiting_href: format!("/cms/tips?calendar={}", calendar.id),
        stale: stale(health, kept, now).map(|key| t.s(key)),
        key: Key {
            checked: checked.unwrap_or(Timestamp::MIN),
            changed: changed.unwrap_or(Timestamp::MIN),
            without_time: share,
            days: health.days,
        },
    }
}

fn sort(rows: &mut [HealthRow], order: Order) {
    rows.sort_by(|a, b| {
        let worst_first = match order {
            Order::Checked => a.key.checked.cmp(&b.key.checked),
            Order::Changed => a.key.changed.cmp(&b.key.changed),
            Order::WithoutTime => b.key.without_time.cmp(&a.key.without_time),
            Order::Coverage => a.key.days.cmp(&b.key.days),
            Order::Waiting => b.waiting.cmp(&a.waiting),
            Order::Name => std::cmp::Ordering::Equal,
        };
        worst_first.then_with(|| (&a.title, &a.href).cmp(&(&b.title, &b.href)))
    });
}

/// Stale rows, those that nobody looked at for longest first.
pub(crate) fn stale_first(mut rows: Vec<HealthRow>) -> Vec<HealthRow> {
    rows.retain(|row| row.stale.is_some());
    sort(&mut rows, Order::Checked);
    rows
}

/// `GET /cms/health`.
pub(crate) async fn show(
    Web(web): Web<WebState>,
    staff: Staff,
    visit: Visit,
) -> Result<Response, PageFailure> {
    let (t, now) = (visit.t, web.clock.now());
    let order = match visit.params.one("by")?.filter(|text| !text.is_empty()) {
        None => Order::Checked,
        Some(text) => Order::ALL
            .into_iter()
            .find(|one| one.word() == text)
            .ok_or_else(|| Failure::invalid("by", Message::new("queue.unknown_filter")))?,
    };
    let mut conn = web.db.read().await?;
    let homes = homes(&mut conn, t).await?;
    let until = now.checked_add(AHEAD).unwrap_or(now);
    let health = desk_lists::health(&mut conn, (now, until)).await?;
    let mut rows = rows(&homes, &health, (t, now));
    sort(&mut rows, order);
    let head = |one: Order| Head {
        href: format!("{HERE}?by={}", one.word()),
        label: t.s(one.label()),
        chosen: one == order,
    };
    let colors = homes.values().map(|home| home.calendar.profile.color);
    let page = HealthPage {
        frame: Frame::of(&staff, t, HERE),
        heads: Order::ALL.into_iter().map(head).collect(),
        rows,
        shell: Shell {
            colors: web::colors::ColorSheet::of(colors).address(),
            ..Shell::bare(t, &visit.here)
        },
        t,
    };
    Ok(Page::private(page).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calendar_is_stale_where_nobody_looks_or_nothing_comes() {
        let now: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        let days = |n: i64| now.checked_sub(SignedDuration::from_hours(24 * n)).unwrap();
        let ahead = |ever| Health {
            ever,
            ..Health::default()
        };
        for (ever, kept, want) in [
            (3, 1, None),
            (3, 30, Some("health.stale_old")),
            (0, 1, Some("health.stale_empty")),
        ] {
            assert_eq!(stale(&ahead(ever), days(kept), now), want, "{ever} {kept}");
        }
    }
}
