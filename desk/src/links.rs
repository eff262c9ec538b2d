//! Saying that events belong together. Subscribers do not see it yet: no revision.

use crate::{About, By, Desk, Error, Result};
use serde_json::json;
use store::Tx;
use store::links::{self, Link};

impl Desk<'_> {
    /// Links two events. Linking them again is [`Error::Nothing`].
    pub async fn link(&self, link: Link) -> Result<()> {
        whole!(self, tx => self.by.link(&mut tx, link))
    }

    /// Takes a link away. Where there is none it is [`Error::Nothing`].
    pub async fn unlink(&self, link: Link) -> Result<()> {
        whole!(self, tx => self.by.unlink(&mut tx, link))
    }
}

impl By<'_> {
    async fn link(self, tx: &mut Tx, link: Link) -> Result<()> {
        for end in [link.a, link.b] {
            if store::events::by_id(tx, end).await?.is_none() {
                return Err(Error::NotFound("event"));
            }
        }
        if link.a == link.b || !links::link(tx, link).await? {
            return Err(Error::Nothing);
        }
        self.note_link(tx, "link", link).await
    }

    async fn unlink(self, tx: &mut Tx, link: Link) -> Result<()> {
        if !links::unlink(tx, link).await? {
            return Err(Error::Nothing);
        }
        self.note_link(tx, "unlink", link).await
    }

    async fn note_link(self, tx: &mut Tx, action: &str, link: Link) -> Result<()> {
        let about = About {
            event: Some(link.a),
            ..About::default()
        };
        let detail = json!({ "with": link.b.to_string(), "kind": link.kind.as_str() });
        self.note(tx, action, about, Some(detail)).await
    }
}
