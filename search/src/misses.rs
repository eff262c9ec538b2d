//! Noting what was not found, beside the answer: nobody waits for it.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use store::Db;
use tokio::sync::mpsc;

/// Notes that wait to be written; what comes faster is not noted.
const WAITING: usize = 256;
/// Longest text that is kept, in characters: longer ones tell editors nothing.
const LONGEST: usize = 60;

#[derive(Debug)]
pub(crate) struct Misses(mpsc::Sender<(Date, String)>);

impl Misses {
    pub(crate) fn start(db: Db) -> Self {
        let (sender, mut receiver) = mpsc::channel(WAITING);
        tokio::spawn(async move {
            while let Some((day, text)) = receiver.recv().await {
                if let Err(error) = write(&db, day, text).await {
                    tracing::warn!(%error, "a search without results was not noted");
                }
            }
        });
        Self(sender)
    }

    /// Notes that a text found nothing at `now`.
    pub(crate) fn note(&self, text: &str, now: Timestamp) {
        let text = domain::text::clean_line(&text.to_lowercase(), LONGEST * 4);
        if text.is_empty() || text.chars().count() > LONGEST {
            return;
        }
        // A full queue means that somebody is playing: their texts need not be kept.
        let _ = self.0.try_send((now.to_zoned(TimeZone::UTC).date(), text));
    }
}

async fn write(db: &Db, day: Date, text: String) -> store::Result<()> {
    let mut tx = db.begin().await?;
    store::search::miss(&mut tx, day, &text).await?;
    tx.commit().await
}
