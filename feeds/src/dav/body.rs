//! The text of a member, made at the first reading: most answers tell validators only.

use bytes::Bytes;
use std::fmt;
use std::sync::{Arc, LazyLock};

/// How a text is made.
type Maker = Box<dyn FnOnce() -> Bytes + Send + Sync>;

/// A VCALENDAR with all components of one UID and the VTIMEZONEs they name, made once, when it is
/// first read. Copies share what was made.
#[derive(Clone)]
pub struct Body(Arc<LazyLock<Bytes, Maker>>);

impl Body {
    /// A text that is there already.
    pub fn ready(text: Bytes) -> Self {
        Self::made_by(move || text)
    }

    /// A text that this makes. It must always make the same for the same validator.
    pub fn made_by(make: impl FnOnce() -> Bytes + Send + Sync + 'static) -> Self {
        let make: Maker = Box::new(make);
        Self(Arc::new(LazyLock::new(make)))
    }

    /// The text.
    pub fn bytes(&self) -> Bytes {
        Bytes::clone(&self.0)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Body")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn a_text_is_made_once_and_only_when_read() {
        let made = Arc::new(AtomicUsize::new(0));
        let counts = Arc::clone(&made);
        let body = Body::made_by(move || {
            counts.fetch_add(1, Ordering::Relaxed);
            Bytes::from_static(b"BEGIN:VCALENDAR")
        });
        let copy = body.clone();
        assert_eq!(made.load(Ordering::Relaxed), 0);
        assert_eq!(body.bytes(), copy.bytes());
        assert_eq!(made.load(Ordering::Relaxed), 1);
    }
}
