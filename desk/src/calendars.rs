//! Calendars and categories: what they say, how they are kept, how two become one.

use crate::{About, By, Desk, Error, Result};
use domain::calendar::{Calendar, CalendarProfile, Category, Upkeep, Visibility};
use domain::id::CalendarId;
use serde_json::json;
use store::{Tx, calendars, categories};

impl Desk<'_> {
    /// Adds a category; one of this slug that is there already stays as it is.
    pub async fn add_category(&self, category: &Category) -> Result<()> {
        whole!(self, tx => self.by.add_category(&mut tx, category))
    }

    /// Makes a calendar, last in the catalogue. Its slug must never have been anybody's.
    pub async fn create_calendar(&self, profile: CalendarProfile) -> Result<Calendar> {
        whole!(self, tx => self.by.create_calendar(&mut tx, &profile))
    }

    /// Changes what a calendar says about itself, as somebody wants it who saw `seen`. A former
    /// slug stays an address of it. Returns its new revision.
    pub async fn edit_calendar(
        &self,
        id: CalendarId,
        seen: &CalendarProfile,
        profile: &CalendarProfile,
    ) -> Result<i64> {
        whole!(self, tx => self.by.edit_calendar(&mut tx, id, seen, profile))
    }

    /// Withdraws a calendar, or brings it back.
    pub async fn set_visibility(&self, id: CalendarId, visibility: Visibility) -> Result<i64> {
        whole!(self, tx => self.by.set_visibility(&mut tx, id, visibility))
    }

    /// Sets how a calendar is kept (alarms, refresh, its end, its successor, its keeper), as
    /// somebody wants it who saw `seen`.
    pub async fn set_upkeep(&self, id: CalendarId, seen: &Upkeep, upkeep: &Upkeep) -> Result<i64> {
        whole!(self, tx => self.by.set_upkeep(&mut tx, id, seen, upkeep))
    }

    /// Takes a calendar into another one: its events move, all its addresses lead there. This is
    /// not taken back.
    pub async fn merge_calendars(&self, from: CalendarId, into: CalendarId) -> Result<()> {
        whole!(self, tx => self.by.merge_calendars(&mut tx, from, into))
    }
}

const fn of(calendar: CalendarId) -> About {
    About {
        calendar: Some(calendar),
        event: None,
        proposal: None,
    }
}

async fn known_category(tx: &mut Tx, profile: &CalendarProfile) -> Result<()> {
    let all = categories::all(tx).await?;
    if all.iter().any(|one| one.slug == profile.category) {
        Ok(())
    } else {
        Err(Error::NotFound("category"))
    }
}

/// The calendar, which stays as it is until the transaction ends.
async fn locked(tx: &mut Tx, id: CalendarId) -> Result<Calendar> {
    crate::carry::lock(tx, &[id], &[]).await?;
    let found = calendars::by_id(tx, id).await?;
    found.ok_or(Error::NotFound("calendar"))
}

impl By<'_> {
    async fn add_category(self, tx: &mut Tx, category: &Category) -> Result<()> {
        categories::add(tx, category).await?;
        let detail = json!({ "category": category.slug.as_str() });
        let about = About::default();
        self.note(tx, "category.add", about, Some(detail)).await
    }

    async fn create_calendar(self, tx: &mut Tx, profile: &CalendarProfile) -> Result<Calendar> {
        known_category(tx, profile).await?;
        let slug = profile.slug.as_str();
        if calendars::find(tx, slug).await?.is_some() {
            return Err(Error::NameTaken(slug.to_owned()));
        }
        let calendar = calendars::draft(profile.clone(), self.at);
        calendars::insert(tx, &calendar).await?;
        self.note(tx, "calendar.create", of(calendar.id), None)
            .await?;
        Ok(calendar)
    }

    async fn edit_calendar(
        self,
        tx: &mut Tx,
        id: CalendarId,
        seen: &CalendarProfile,
        profile: &CalendarProfile,
    ) -> Result<i64> {
        let now = locked(tx, id).await?;
        if now.profile == *profile {
            return Err(Error::Nothing);
        }
        if now.profile != *seen {
            return Err(Error::CalendarChanged(Box::new(now.profile)));
        }
        known_category(tx, profile).await?;
        let revision = calendars::update_profile(tx, id, profile, self.at).await?;
        let detail = json!({ "was": now.profile, "is": profile });
        self.note(tx, "calendar.edit", of(id), Some(detail)).await?;
        Ok(revision)
    }

    async fn set_visibility(
        self,
        tx: &mut Tx,
        id: CalendarId,
        visibility: Visibility,
    ) -> Result<i64> {
        let now = locked(tx, id).await?;
        if now.visibility == visibility {
            return Err(Error::Nothing);
        }
        let revision = calendars::set_visibility(tx, id, visibility, self.at).await?;
        let detail = json!({ "visibility": visibility.as_str() });
        self.note(tx, "calendar.visibility", of(id), Some(detail))
            .await?;
        Ok(revision)
    }

    async fn set_upkeep(
        self,
        tx: &mut Tx,
        id: CalendarId,
        seen: &Upkeep,
        upkeep: &Upkeep,
    ) -> Result<i64> {
        upkeep.check()?;
        locked(tx, id).await?;
        let now = calendars::upkeep(tx, id).await?.unwrap_or_default();
        if now == *upkeep {
            return Err(Error::Nothing);
        }
        if now != *seen {
            return Err(Error::UpkeepChanged(Box::new(now)));
        }
        if let Some(successor) = upkeep.succeeded_by {
            self.refuse_circle(tx, id, successor).await?;
        }
        let revision = calendars::set_upkeep(tx, id, upkeep, self.at).await?;
        let detail = json!({ "was": now, "is": upkeep });
        self.note(tx, "calendar.upkeep", of(id), Some(detail))
            .await?;
        Ok(revision)
    }

    /// Whoever follows successors must arrive somewhere.
    async fn refuse_circle(self, tx: &mut Tx, id: CalendarId, successor: CalendarId) -> Result<()> {
        let mut next = Some(successor);
        let mut met = vec![id];
        while let Some(one) = next {
            if met.contains(&one) {
                return Err(Error::Circle);
            }
            let upkeep = calendars::upkeep(tx, one).await?;
            next = upkeep.ok_or(Error::NotFound("calendar"))?.succeeded_by;
            met.push(one);
        }
        Ok(())
    }

    async fn merge_calendars(self, tx: &mut Tx, from: CalendarId, into: CalendarId) -> Result<()> {
        if from == into {
            return Err(Error::Nothing);
        }
        crate::carry::lock(tx, &[from, into], &[]).await?;
        let gone = locked(tx, from).await?;
        store::absorb(tx, from, into, self.at).await?;
        let detail = json!({
            "from": from.to_string(),
            "public_id": gone.public_id.as_str(),
            "slug": gone.profile.slug.as_str(),
        });
        self.note(tx, "calendar.merge", of(into), Some(detail))
            .await
    }
}
