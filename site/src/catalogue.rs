//! The calendars of this installation as pages need them: names, colours and the layout.

use crate::said::Said;
use domain::calendar::{Calendar, Category};
use domain::id::CalendarId;
use store::Conn;
use web::base_url::BaseUrl;
use web::colors::{self, ColorSheet};
use web::layout::Shell;
use web::locale::T;
use web::visit::Visit;

/// All public calendars and their categories, in catalogue order.
pub struct Catalogue {
    /// The calendars.
    pub calendars: Vec<Calendar>,
    /// The categories.
    pub categories: Vec<Category>,
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
    /// Reads both lists.
    pub async fn read(conn: &mut Conn) -> store::Result<Self> {
        Ok(Self {
            calendars: store::calendars::all(conn).await?,
            categories: store::categories::all(conn).await?,
        })
    }

    /// A public calendar.
    pub fn get(&self, id: CalendarId) -> Option<&Calendar> {
        self.calendars.iter().find(|calendar| calendar.id == id)
    }

    /// The style sheet of all their colours.
    pub fn colors(&self) -> ColorSheet {
        ColorSheet::of(self.calendars.iter().map(|c| c.profile.color))
    }

    /// The layout of a public page at `path`.
    pub fn shell(&self, visit: &Visit, base: &BaseUrl, path: &str) -> Shell {
        let canonical = base.join(path);
        Shell::public(
            visit.t,
            &visit.here,
            canonical,
            Some(self.colors().address()),
        )
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
