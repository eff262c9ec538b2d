//! All calendars of this node in memory, by every name they have or had.

use domain::calendar::Calendar;
use domain::id::CalendarId;
use std::collections::HashMap;
use std::sync::Arc;
use store::{Conn, Db};

/// How many of the calendars that changed last are looked at before all are.
const LAST: i64 = 32;

/// The calendars at one moment.
#[derive(Debug, Default)]
pub struct Catalogue {
    order: Vec<CalendarId>,
    calendars: HashMap<CalendarId, Arc<Calendar>>,
    names: HashMap<String, CalendarId>,
}

impl Catalogue {
    /// Loads everything.
    pub(crate) async fn load(db: &Db) -> store::Result<Self> {
        let mut snapshot = db.snapshot().await?;
        let loaded = Self::read(&mut snapshot).await;
        snapshot.roll_back().await?;
        loaded
    }

    async fn read(conn: &mut Conn) -> store::Result<Self> {
        let mut catalogue = Self::default();
        for calendar in store::calendars::all_with_withdrawn(conn).await? {
            catalogue.order.push(calendar.id);
            catalogue.put(calendar);
        }
        catalogue.names.extend(store::calendars::names(conn).await?);
        Ok(catalogue)
    }

    /// A catalogue of these.
    #[cfg(test)]
    pub(crate) fn of(calendars: impl IntoIterator<Item = Calendar>) -> Self {
        let mut catalogue = Self::default();
        for calendar in calendars {
            catalogue.order.push(calendar.id);
            catalogue.put(calendar);
        }
        catalogue
    }

    fn put(&mut self, calendar: Calendar) {
        self.names
            .insert(calendar.public_id.to_string(), calendar.id);
        self.calendars.insert(calendar.id, Arc::new(calendar));
    }

    /// A catalogue with what changed since, or `None` when nothing did. Loads only calendars
    /// whose revision moved: a change to one of ten thousand costs one row, and that none changed is
    /// one row too: it is asked every second.
    pub(crate) async fn renewed(&self, db: &Db) -> store::Result<Option<Self>> {
        let mut conn = db.read().await?;
        if store::calendars::tally(&mut conn).await? == self.tally() {
            return Ok(None);
        }
        drop(conn);
        let mut snapshot = db.snapshot().await?;
        let renewed = self.renewed_in(&mut snapshot).await;
        snapshot.roll_back().await?;
        renewed
    }

    async fn renewed_in(&self, conn: &mut Conn) -> store::Result<Option<Self>> {
        if let Some(fresh) = self.with_last_changes(conn).await? {
            return Ok(Some(fresh));
        }
        let revisions = store::calendars::revisions(conn).await?;
        let moved: Vec<CalendarId> = revisions
            .iter()
            .filter(|(id, revision)| {
                self.calendars
                    .get(id)
                    .is_none_or(|known| known.revision != *revision)
            })
            .map(|(id, _)| *id)
            .collect();
        if moved.is_empty() && revisions.len() == self.order.len() {
            return Ok(None);
        }
        let mut fresh = Self {
            order: revisions.iter().map(|(id, _)| *id).collect(),
            calendars: self.calendars.clone(),
            names: self.names.clone(),
        };
        for calendar in store::calendars::by_ids(conn, &moved).await? {
            fresh.put(calendar);
        }
        let names = store::calendars::names_of(conn, &moved).await?;
        fresh.names.extend(names);
        Ok(Some(fresh))
    }

    /// The usual case: a few known calendars changed just now, and nothing else did. `None` where
    /// that does not explain everything.
    async fn with_last_changes(&self, conn: &mut Conn) -> store::Result<Option<Self>> {
        let last = store::calendars::changed_last(conn, LAST).await?;
        if last.iter().any(|one| !self.calendars.contains_key(&one.id)) {
            return Ok(None);
        }
        let is_moved = |one: &Calendar| {
            let known = self.calendars.get(&one.id);
            known.is_none_or(|known| known.revision != one.revision)
        };
        let moved: Vec<Calendar> = last.into_iter().filter(is_moved).collect();
        let ids: Vec<CalendarId> = moved.iter().map(|one| one.id).collect();
        let mut fresh = Self {
            order: self.order.clone(),
            calendars: self.calendars.clone(),
            names: self.names.clone(),
        };
        for calendar in moved {
            fresh.put(calendar);
        }
        if store::calendars::tally(conn).await? != fresh.tally() {
            return Ok(None);
        }
        fresh
            .names
            .extend(store::calendars::names_of(conn, &ids).await?);
        Ok(Some(fresh))
    }

    /// What [`store::calendars::tally`] says while nothing is published.
    fn tally(&self) -> (i64, i64) {
        let count = i64::try_from(self.calendars.len()).unwrap_or(i64::MAX);
        let revisions = self.calendars.values().map(|calendar| calendar.revision);
        (count, revisions.sum())
    }

    /// The calendars that are new here or of another revision than before.
    pub(crate) fn changed_since(&self, before: &Self) -> Vec<CalendarId> {
        let changed = |calendar: &&Arc<Calendar>| {
            let known = before.calendars.get(&calendar.id);
            known.is_none_or(|known| known.revision != calendar.revision)
        };
        self.iter()
            .filter(changed)
            .map(|calendar| calendar.id)
            .collect()
    }

    /// A calendar by its permanent id or any slug it has ever had.
    pub fn find(&self, name: &str) -> Option<&Arc<Calendar>> {
        self.calendars.get(self.names.get(name)?)
    }

    /// A calendar by its internal id.
    pub fn get(&self, id: CalendarId) -> Option<&Arc<Calendar>> {
        self.calendars.get(&id)
    }

    /// All calendars, withdrawn ones too, in catalogue order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Calendar>> {
        self.order.iter().filter_map(|id| self.calendars.get(id))
    }
}
