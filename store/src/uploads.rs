//! Images that readers sent (R12): already written anew by whoever took them, so that nothing of
//! the sender's bytes is left. Who may see them is not decided here.

use crate::db::{Conn, Tx};
use crate::error::Result;
use domain::id::UploadId;
use jiff::Timestamp;
use uuid::Uuid;

/// An image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// `image/jpeg` or `image/webp`.
    pub media_type: String,
    /// The file.
    pub bytes: Vec<u8>,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// Keeps an image; the same one is kept once.
pub async fn add(tx: &mut Tx, image: &Image, at: Timestamp) -> Result<UploadId> {
    let digest = blake3::hash(&image.bytes);
    let id = sql!(
        tx,
        scalar Uuid,
        "INSERT INTO upload (id, digest, media_type, bytes, width, height, created_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (digest) DO UPDATE SET created_ms = excluded.created_ms
         RETURNING id",
        crate::new_id(),
        digest.as_bytes().as_slice(),
        image.media_type.as_str(),
        image.bytes.as_slice(),
        i64::from(image.width),
        i64::from(image.height),
        at.as_millisecond()
    )?;
    Ok(UploadId(id))
}

/// An image by its id.
pub async fn get(conn: &mut Conn, id: UploadId) -> Result<Option<Image>> {
    let row = sql!(
        conn,
        optional(String, Vec<u8>, i64, i64),
        "SELECT media_type, bytes, width, height FROM upload WHERE id = $1",
        id.0
    )?;
    let side = |pixels: i64| u32::try_from(pixels).unwrap_or_default();
    Ok(row.map(|(media_type, bytes, width, height)| Image {
        media_type,
        bytes,
        width: side(width),
        height: side(height),
    }))
}

/// Forgets images from before `before` that no tip has: their form was never sent. Oldest first, at
/// most `limit`; returns how many went.
pub async fn forget_unused(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<u64> {
    Ok(sql!(
        tx,
        execute,
        "DELETE FROM upload
         WHERE id IN (
             SELECT u.id
             FROM upload u
             WHERE u.created_ms < $1
                 AND NOT EXISTS (SELECT 1 FROM tip t WHERE t.upload = u.id)
             ORDER BY u.created_ms, u.id
             LIMIT $2
         )",
        before.as_millisecond(),
        limit
    )?)
}
