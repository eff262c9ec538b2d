//! What a form sends (`application/x-www-form-urlencoded`): names with values, some of them more
//! than once. What the values mean is the page's affair.

use crate::failure::{Failure, PageFailure};
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, FromRequest, Request};
use http::StatusCode;

/// Most fields of one form.
const FIELDS: usize = 5_000;

/// The fields of a form, in the order in which they stand in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// The first value of a field, without blanks around it; empty where there is none.
    pub fn one(&self, name: &str) -> &str {
        let first = self.0.iter().find(|(own, _)| own == name);
        first.map(|(_, value)| value.trim()).unwrap_or_default()
    }

    /// The first value of a field as it was sent: of passwords, which may begin with a blank.
    pub fn exactly(&self, name: &str) -> &str {
        let first = self.0.iter().find(|(own, _)| own == name);
        first.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// All values of a field, without blanks around them.
    pub fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        let own = self.0.iter().filter(move |(own, _)| own == name);
        own.map(|(_, value)| value.trim())
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Fields {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let pairs = pairs.into_iter();
        Self(pairs.map(|(k, v)| (k.into(), v.into())).collect())
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = PageFailure;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageFailure> {
        let read = Form::<Vec<(String, String)>>::from_request(request, state).await;
        match read {
            Ok(Form(fields)) if fields.len() > FIELDS => Err(PageFailure(Failure::TooLarge)),
            Ok(Form(fields)) => Ok(Self(fields)),
            Err(rejection) => Err(PageFailure(failure(&rejection))),
        }
    }
}

/// Only what no form of ours can send is refused here.
fn failure(rejection: &FormRejection) -> Failure {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Failure::MediaType,
        _ => Failure::invalid("form", crate::failure::Message::new("invalid.form")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use http::header;

    async fn read(kind: &str, body: &str) -> Result<Fields, StatusCode> {
        let request = Request::post("/my")
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(body.to_owned()))
            .unwrap();
        let read = Fields::from_request(request, &()).await;
        read.map_err(|failure| failure.0.status())
    }

    #[tokio::test]
    async fn a_field_may_stand_more_than_once() {
        let form = "application/x-www-form-urlencoded";
        let fields = read(form, "a=1&b=%EA%B0%80+x+&a=2").await.unwrap();
        assert_eq!(fields.all("a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!((fields.one("b"), fields.one("c")), ("가 x", ""));
        assert_eq!((fields.exactly("b"), fields.exactly("c")), ("가 x ", ""));
        assert_eq!(read(form, "").await, Ok(Fields::default()));
    }

    #[tokio::test]
    async fn what_no_form_sends_is_refused() {
        let kind = read("application/json", "{}").await;
        assert_eq!(kind, Err(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        let many = "a=1&".repeat(FIELDS + 1);
        let many = read("application/x-www-form-urlencoded", &many).await;
        assert_eq!(many, Err(StatusCode::PAYLOAD_TOO_LARGE));
    }
}
