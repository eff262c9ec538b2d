//! The formats in which the same events are told, and what each is called in an address.

/// A format of a feed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// iCalendar (RFC 5545): what calendars subscribe to.
    #[default]
    Ics,
    /// JSON Feed 1.1.
    Json,
    /// RSS 2.0.
    Rss,
    /// Atom (RFC 4287).
    Atom,
    /// A JSCalendar group (RFC 8984).
    JsCalendar,
    /// jCal (RFC 7265).
    JCal,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Ics,
        Self::Json,
        Self::Rss,
        Self::Atom,
        Self::JsCalendar,
        Self::JCal,
    ];

    /// The ending of its addresses.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Ics => "ics",
            Self::Json => "json",
            Self::Rss => "rss",
            Self::Atom => "atom",
            Self::JsCalendar => "jscalendar",
            Self::JCal => "jcal",
        }
    }

    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Ics => "text/calendar; charset=utf-8",
            Self::Json => crate::formats::json_feed::MEDIA_TYPE,
            Self::Rss => crate::formats::rss::MEDIA_TYPE,
            Self::Atom => crate::formats::atom::MEDIA_TYPE,
            Self::JsCalendar => crate::formats::jscalendar::MEDIA_TYPE,
            Self::JCal => crate::formats::jcal::MEDIA_TYPE,
        }
    }

    /// Takes a file's name apart: `haneul.ics` is `haneul` in iCalendar.
    pub fn of_file(file: &str) -> Option<(&str, Self)> {
        let (name, extension) = file.rsplit_once('.')?;
        let format = Self::ALL
            .into_iter()
            .find(|one| one.extension() == extension)?;
        (!name.is_empty()).then_some((name, format))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_name_their_format() {
        for format in Format::ALL {
            let file = format!("a.b.{}", format.extension());
            assert_eq!(Format::of_file(&file), Some(("a.b", format)));
        }
        for bad in ["", "x", ".ics", "x.ICS", "x.ics.gz", "x.fax"] {
            assert_eq!(Format::of_file(bad), None, "{bad}");
        }
    }
}
