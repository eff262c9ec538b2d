//! How long a response may be kept, as a closed list; no handler writes Cache-Control itself.

use http::HeaderValue;

/// Cache policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cache {
    /// Must not be kept anywhere: failures, answers to one person.
    Never,
    /// The person's own browser may keep it if it asks again each time.
    Private,
    /// A public page. Schedules change at any minute, so a minute is the most.
    Page,
    /// A small public file at a fixed address (robots.txt, icons).
    Hour,
    /// A picture whose address names its version.
    Day,
    /// A file whose address changes with its content.
    Immutable,
}

impl Cache {
    /// The Cache-Control value.
    pub const fn value(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Never => "no-store",
            Self::Private => "private, no-cache",
            Self::Page => "public, max-age=30, must-revalidate",
            Self::Hour => "public, max-age=3600",
            Self::Day => "public, max-age=86400",
            Self::Immutable => "public, max-age=31536000, immutable",
        })
    }
}
