//! `/cms/uploads/{id}`: an image that came with a tip, for the desk's eyes. It was written anew when it
//! came; still it is served so that nothing in it could run.

use axum::extract::State as Web;
use axum::response::{IntoResponse, Response};
use domain::id::UploadId;
use http::{HeaderValue, header};
use web::failure::{Failure, PageFailure};
use web::state::WebState;
use web::visit::Segment;

/// `GET /cms/uploads/{id}`.
pub(crate) async fn show(
    Web(web): Web<WebState>,
    Segment(id): Segment,
) -> Result<Response, PageFailure> {
    let id = id.parse().map_err(|_| PageFailure(Failure::NotFound))?;
    let mut conn = web.db.read().await?;
    let image = store::uploads::get(&mut conn, UploadId(id)).await?;
    let image = image.ok_or(PageFailure(Failure::NotFound))?;
    let media_type = match image.media_type.as_str() {
        "image/jpeg" => "image/jpeg",
        "image/webp" => "image/webp",
        "image/png" => "image/png",
        _ => return Err(PageFailure(Failure::NotFound)),
    };
    let said = |text| HeaderValue::from_static(text);
    let headers = [
        (header::CONTENT_TYPE, said(media_type)),
        (header::CONTENT_DISPOSITION, said("inline")),
        (header::X_CONTENT_TYPE_OPTIONS, said("nosniff")),
        (
            header::CONTENT_SECURITY_POLICY,
            said("default-src 'none'; sandbox"),
        ),
        (header::CACHE_CONTROL, said("private, no-store")),
    ];
    Ok((headers, image.bytes).into_response())
}
