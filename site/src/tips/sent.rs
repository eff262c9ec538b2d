//! What the form of a tip sends (`multipart/form-data`, RFC 7578): its fields, and a picture.

use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, Request};
use domain::caps;
use http::{StatusCode, header};
use web::failure::{Failure, PageFailure};
use web::form::Fields;

/// The form field of the picture.
pub(super) const IMAGE: &str = "image";
/// Bytes of all that is no picture.
pub(super) const TEXT_BYTES: usize = 256 << 10;
/// Most fields.
const FIELDS: usize = 60;
/// What is read of one field. More than is told is refused beside it; so much of what was typed
/// stays in the form.
const FIELD_BYTES: usize = 16 << 10;

/// The fields of a form, and its picture, if there was one.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// The fields.
    pub fields: Fields,
    /// The picture as it came.
    pub image: Option<Vec<u8>>,
    /// The picture was larger than is taken.
    pub too_large: bool,
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = PageFailure;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageFailure> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|v| v.to_str().ok()).unwrap_or_default();
        if !kind.to_ascii_lowercase().starts_with("multipart/form-data") {
            let fields = Fields::from_request(request, state).await?;
            return Ok(Self {
                fields,
                ..Self::default()
            });
        }
        let refused = || Failure::invalid("form", web::failure::Message::new("invalid.form"));
        let parts = Multipart::from_request(request, state).await;
        read(parts.map_err(|_| PageFailure(refused()))?).await
    }
}

async fn read(mut parts: Multipart) -> Result<Sent, PageFailure> {
    let mut sent = Sent::default();
    let mut fields: Vec<(String, String)> = Vec::new();
    while let Some(field) = parts.next_field().await.map_err(|e| failure(&e))? {
        if fields.len() >= FIELDS {
            return Err(PageFailure(Failure::TooLarge));
        }
        let name: String = field.name().unwrap_or_default().chars().take(40).collect();
        if name == IMAGE {
            let bytes = some(field, caps::UPLOAD_BYTES).await?;
            sent.too_large = bytes.len() > caps::UPLOAD_BYTES;
            sent.image = Some(bytes).filter(|bytes| !bytes.is_empty() && !sent.too_large);
        } else {
            let bytes = some(field, FIELD_BYTES).await?;
            fields.push((name, String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    sent.fields = fields.into_iter().collect();
    Ok(sent)
}

/// The beginning of a field: at most one byte more than `most`. The rest is read and let go.
async fn some(mut field: Field<'_>, most: usize) -> Result<Vec<u8>, PageFailure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|e| failure(&e))? {
        let room = (most + 1).saturating_sub(bytes.len());
        bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }
    Ok(bytes)
}

fn failure(error: &MultipartError) -> PageFailure {
    PageFailure(match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
        _ => Failure::invalid("form", web::failure::Message::new("invalid.form")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    async fn parsed(body: Vec<u8>) -> Result<Sent, StatusCode> {
        let request = Request::post("/tips/new")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
            .body(Body::from(body))
            .unwrap();
        let read = Sent::from_request(request, &()).await;
        read.map_err(|failure| failure.0.status())
    }

    fn part(name: &str, file: &str, content: &[u8]) -> Vec<u8> {
        let head = format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        [head.as_bytes(), content, b"\r\n"].concat()
    }

    #[tokio::test]
    async fn fields_and_a_picture_are_read() {
        let body = [
            part("title", "", "개막전".as_bytes()),
            part("image", "; filename=\"../../x.php\"", b"\x89PNG"),
            b"--x--\r\n".to_vec(),
        ];
        let sent = parsed(body.concat()).await.unwrap();
        assert_eq!(sent.fields.one("title"), "개막전");
        assert_eq!(sent.image.as_deref(), Some(&b"\x89PNG"[..]));
        let none = [part("image", "; filename=\"\"", b""), b"--x--\r\n".to_vec()];
        assert_eq!(parsed(none.concat()).await.unwrap().image, None);
    }

    #[tokio::test]
    async fn what_is_far_too_long_is_cut_and_what_is_broken_is_refused() {
        let long = [part("note", "", &[b'x'; 100_000]), b"--x--\r\n".to_vec()];
        let sent = parsed(long.concat()).await.unwrap();
        assert_eq!(sent.fields.one("note").len(), FIELD_BYTES + 1);
        let broken = parsed(b"--x\r\nContent-".to_vec()).await;
        assert_eq!(broken.err(), Some(StatusCode::BAD_REQUEST));
        let many: Vec<u8> = (0..=FIELDS).flat_map(|_| part("a", "", b"1")).collect();
        let many = parsed([many, b"--x--\r\n".to_vec()].concat()).await;
        assert_eq!(many.err(), Some(StatusCode::PAYLOAD_TOO_LARGE));
    }
}
