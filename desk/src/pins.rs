//! Conflicts between people and sources (R6): a source said a third thing about a field that
//! somebody had set against it. Taking the source's value is an edit; keeping one's own is said here.

use crate::{About, By, Desk, Error, Result};
use domain::id::EventId;
use domain::merge::Pin;
use domain::patch::Field;
use serde_json::json;
use store::{Tx, pins};

impl Desk<'_> {
    /// Keeps what people set for a field although its source says a third thing by now. Where there
    /// is no conflict it is [`Error::Nothing`].
    pub async fn keep_ours(&self, event: EventId, field: Field) -> Result<()> {
        whole!(self, tx => self.by.keep_ours(&mut tx, event, field))
    }
}

impl By<'_> {
    async fn keep_ours(self, tx: &mut Tx, event: EventId, field: Field) -> Result<()> {
        crate::carry::lock(tx, &[], &[event]).await?;
        let mut all = pins::of_event(tx, event).await?;
        let pin = all.iter_mut().find(|pin| pin.field() == field);
        let pin = pin.ok_or(Error::Nothing)?;
        let says = pin.conflict.take().ok_or(Error::Nothing)?;
        *pin = Pin {
            overruled: says,
            conflict: None,
        };
        pins::replace(tx, event, &all).await?;
        let about = About {
            event: Some(event),
            ..About::default()
        };
        let detail = json!({ "field": field.as_str() });
        self.note(tx, "keep_ours", about, Some(detail)).await
    }
}
