//! The calendars that one page shows, and no others: names, colours and the layout. However many
//! an installation has, a page reads the few it needs.

use crate::said::Said;
use domain::calendar::{Calendar, Visibility};
use domain::id::CalendarId;
use std::collections::BTreeSet;
use store::Conn;
use web::base_url::BaseUrl;
use web::colors::{self, ColorSheet};
use web::layout::Shell;
use web::locale::T;
use web::visit::Visit;

/// Public calendars of one page, in catalogue order.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// The calendars.
    pub calendars: Vec<Calendar>,
}

/// A calendar as a name with a colour that leads to its page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarLink {
    /// Its page.
    pub href: String,
    /// Its name.
    pub title: Said,
    /// The class of its colour.
    pub class: String,
    /// Invented data.
    pub sample: bool,
}

impl Catalogue {
    /// Those of some ids that are public.
    pub async fn by_ids(
        conn: &mut Conn,
        ids: impl IntoIterator<Item = CalendarId>,
    ) -> store::Result<Self> {
        let ids: BTreeSet<CalendarId> = ids.into_iter().collect();
        let ids: Vec<CalendarId> = ids.into_iter().collect();
        let mut calendars = store::calendars::by_ids(conn, &ids).await?;
        calendars.retain(|calendar| calendar.visibility == Visibility::Public);
        Ok(Self { calendars })
    }

    /// A calendar of the page.
    pub fn get(&self, id: CalendarId) -> Option<&Calendar> {
        self.calendars.iter().find(|calendar| calendar.id == id)
    }

    /// The layout of a public page at `path`.
    pub fn shell(&self, visit: &Visit, base: &BaseUrl, path: &str) -> Shell {
        let colors = ColorSheet::of(self.calendars.iter().map(|c| c.profile.color));
        Shell::public(visit, base.join(path), colors.address())
    }
}

impl CalendarLink {
    /// The link to a calendar.
    pub fn of(calendar: &Calendar, t: T) -> Self {
        let profile = &calendar.profile;
        Self {
            href: calendar_path(calendar),
            title: Said::of(&profile.title, t, profile.language),
            class: colors::class(profile.color),
            sample: profile.sample,
        }
    }
}

/// The path of a calendar's page.
pub fn calendar_path(calendar: &Calendar) -> String {
    format!("/calendars/{}", calendar.profile.slug)
}
