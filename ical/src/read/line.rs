//! One content line (RFC 5545 §3.1): name, parameters, value. Only the names on this list are
//! ever read; everything else (attachments, alarms, extensions) goes no further (C4).

use domain::caps;
use std::borrow::Cow;

macro_rules! names {
    ($($variant:ident $text:literal)+) => {
        /// The properties that are read.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Name { $($variant),+ }

        impl Name {
            /// Reads a name in any case.
            fn parse(text: &str) -> Option<Self> {
                $(if text.len() == $text.len() && text.eq_ignore_ascii_case($text) {
                    return Some(Self::$variant);
                })+
                None
            }

            /// The name as the standard writes it.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
    };
}

names! {
    Begin "BEGIN"
    End "END"
    Uid "UID"
    Summary "SUMMARY"
    DtStart "DTSTART"
    DtEnd "DTEND"
    DtStamp "DTSTAMP"
    Description "DESCRIPTION"
    Location "LOCATION"
    Status "STATUS"
    Sequence "SEQUENCE"
    LastModified "LAST-MODIFIED"
    Duration "DURATION"
    Categories "CATEGORIES"
    Url "URL"
    Geo "GEO"
    Transp "TRANSP"
    RecurrenceId "RECURRENCE-ID"
    Rrule "RRULE"
    Rdate "RDATE"
    Exdate "EXDATE"
    Exrule "EXRULE"
    TzId "TZID"
    OffsetFrom "TZOFFSETFROM"
    OffsetTo "TZOFFSETTO"
    CalendarTitle "X-WR-CALNAME"
    CalendarText "X-WR-CALDESC"
    CalendarZone "X-WR-TIMEZONE"
    TimezoneId "TIMEZONE-ID"
    Title "NAME"
    Color "COLOR"
    AppleColor "X-APPLE-CALENDAR-COLOR"
    LicLocation "X-LIC-LOCATION"
    OwnTime "X-ALMANAC-TIME"
    OwnZone "X-ALMANAC-ZONE"
    OwnStatus "X-ALMANAC-STATUS"
    OwnResult "X-ALMANAC-RESULT"
    OwnLink "X-ALMANAC-LINK"
}

/// Standard names that are passed over. They are told apart from running text, so that a raw
/// line break in a description followed by `Tickets: ...` stays text.
const PASSED_OVER: [&str; 22] = [
    "ACTION",
    "ATTACH",
    "ATTENDEE",
    "CALSCALE",
    "CLASS",
    "COMMENT",
    "COMPLETED",
    "CONTACT",
    "CREATED",
    "DUE",
    "METHOD",
    "ORGANIZER",
    "PERCENT-COMPLETE",
    "PRIORITY",
    "PRODID",
    "RELATED-TO",
    "REPEAT",
    "RESOURCES",
    "TRIGGER",
    "TZNAME",
    "TZURL",
    "VERSION",
];

impl Name {
    /// True where a value may hold raw line breaks by a producer's mistake.
    pub(crate) const fn is_text(self) -> bool {
        matches!(
            self,
            Self::Summary
                | Self::Description
                | Self::Location
                | Self::CalendarTitle
                | Self::CalendarText
                | Self::Title
        )
    }
}

/// A parameter with its values, quotes and RFC 6868 escapes undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Param<'a> {
    pub name: Cow<'a, str>,
    pub values: Vec<Cow<'a, str>>,
}

/// A property that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Property<'a> {
    pub name: Name,
    /// The line it begins on, from 1.
    pub line: usize,
    pub params: Vec<Param<'a>>,
    /// The value as written, TEXT escapes and all.
    pub value: Cow<'a, str>,
}

impl Property<'_> {
    /// The first value of a parameter.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        let param = self
            .params
            .iter()
            .find(|p| p.name.eq_ignore_ascii_case(name));
        param?.values.first().map(AsRef::as_ref)
    }
}

/// What a logical line is, by its shape.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A property that is read; the parameters or value begin at this byte.
    Known(Name, usize),
    /// A property that is passed over.
    Other,
    /// Running text: no property at all.
    Text,
}

/// Tells properties from running text.
pub(crate) fn shape_of(line: &str) -> Shape {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let length = line.bytes().take_while(plain).count();
    if length == 0 || !matches!(line.as_bytes().get(length), Some(b':' | b';')) {
        return Shape::Text;
    }
    let name = &line[..length];
    if let Some(known) = Name::parse(name) {
        return Shape::Known(known, length);
    }
    let extension = name.len() > 2 && name[..2].eq_ignore_ascii_case("x-");
    let standard = PASSED_OVER.iter().any(|n| name.eq_ignore_ascii_case(n));
    let shouted = name.len() > 1 && !name.bytes().any(|b| b.is_ascii_lowercase());
    let address = line[length..].starts_with("://");
    if extension || standard || (shouted && !address) {
        Shape::Other
    } else {
        Shape::Text
    }
}

/// Why a property cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineFault {
    /// Parameters, but no colon and value after them.
    NoValue,
    /// More parameters than [`caps::ICAL_PARAMETERS`].
    TooManyParameters,
}

/// Splits what follows the name into parameters and value. A borrowed line gives borrowed parts.
pub(crate) fn split<'a>(
    name: Name,
    at: usize,
    text: Cow<'a, str>,
    line: usize,
) -> Result<Property<'a>, LineFault> {
    let (params, value_at) = match &text {
        Cow::Borrowed(text) => params_of(text, at)?,
        Cow::Owned(text) => {
            let (params, value_at) = params_of(text, at)?;
            (params.into_iter().map(owned).collect(), value_at)
        }
    };
    let value = match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[value_at..]),
        Cow::Owned(mut text) => {
            text.drain(..value_at);
            Cow::Owned(text)
        }
    };
    Ok(Property {
        name,
        line,
        params,
        value,
    })
}

fn owned<'a>(param: Param<'_>) -> Param<'a> {
    let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
    Param {
        name: own(param.name),
        values: param.values.into_iter().map(own).collect(),
    }
}

/// The parameters that begin at byte `at`, and where the value begins.
fn params_of(text: &str, mut at: usize) -> Result<(Vec<Param<'_>>, usize), LineFault> {
    let bytes = text.as_bytes();
    let mut params: Vec<Param<'_>> = Vec::new();
    loop {
        match bytes.get(at) {
            Some(b':') => return Ok((params, at + 1)),
            Some(b';') => at += 1,
            _ => return Err(LineFault::NoValue),
        }
        if params.len() == caps::ICAL_PARAMETERS {
            return Err(LineFault::TooManyParameters);
        }
        let start = at;
        at += length_until(&bytes[at..], b"=;:");
        let name = Cow::Borrowed(text[start..at].trim());
        let mut values = Vec::new();
        if bytes.get(at) == Some(&b'=') {
            loop {
                let (value, end) = param_value(text, at + 1);
                values.push(unescape_caret(value));
                at = end;
                if bytes.get(at) != Some(&b',') || values.len() >= caps::ICAL_PARAMETERS {
                    break;
                }
            }
            at += length_until(&bytes[at..], b";:");
        }
        params.push(Param { name, values });
    }
}

fn length_until(bytes: &[u8], stops: &[u8]) -> usize {
    bytes
        .iter()
        .position(|b| stops.contains(b))
        .unwrap_or(bytes.len())
}

/// One parameter value from byte `at`, and where it ends. Quotes may hold anything; without
/// quotes a leading parenthesis may hold colons, as in Outlook's `TZID=(UTC+09:00) Seoul`.
fn param_value(text: &str, at: usize) -> (&str, usize) {
    let rest = &text[at..];
    if let Some(quoted) = rest.strip_prefix('"') {
        if let Some(length) = quoted.find('"') {
            return (&quoted[..length], at + length + 2);
        }
        let length = length_until(quoted.as_bytes(), b",;:");
        return (&quoted[..length], at + 1 + length);
    }
    let skip = match rest.starts_with('(') {
        true => rest.find(')').unwrap_or(0),
        false => 0,
    };
    let stops: &[u8] = if skip > 0 { b";:" } else { b",;:" };
    let length = skip + length_until(&rest.as_bytes()[skip..], stops);
    (&rest[..length], at + length)
}

/// RFC 6868 §3.1: `^n`, `^'` and `^^`.
fn unescape_caret(value: &str) -> Cow<'_, str> {
    if !value.contains('^') {
        return Cow::Borrowed(value);
    }
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        let replaced = match (c, chars.peek()) {
            ('^', Some('n')) => '\n',
            ('^', Some('\'')) => '"',
            ('^', Some('^')) => '^',
            (other, _) => {
                out.push(other);
                continue;
            }
        };
        chars.next();
        out.push(replaced);
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Property<'_>, LineFault> {
        match shape_of(line) {
            Shape::Known(name, at) => split(name, at, Cow::Borrowed(line), 1),
            other => unreachable!("{line}: {other:?}"),
        }
    }

    #[test]
    fn parameters_are_read_in_every_form() {
        for (line, param, wanted, value) in [
            (
                "DTSTART;TZID=Asia/Seoul:20270405T183000",
                "TZID",
                "Asia/Seoul",
                "20270405T183000",
            ),
            (
                "DTSTART;TZID=\"(UTC+09:00) Seoul\":1",
                "TZID",
                "(UTC+09:00) Seoul",
                "1",
            ),
            (
                "DTSTART;TZID=(UTC-05:00) Bogota, Lima:1",
                "TZID",
                "(UTC-05:00) Bogota, Lima",
                "1",
            ),
            ("dtstart;value=date;tzid=x:1", "VALUE", "date", "1"),
            (
                "SUMMARY;ALTREP=\"a^'b^nc^^d\":x:y",
                "ALTREP",
                "a\"b\nc^d",
                "x:y",
            ),
            (
                "SUMMARY;LANGUAGE=ko;X=\"a\",\"b:c\":v",
                "LANGUAGE",
                "ko",
                "v",
            ),
            ("DTSTART;TZID=\"tzone:1", "TZID", "tzone", "1"),
        ] {
            let property = read(line).unwrap();
            assert_eq!(property.param(param), Some(wanted), "{line}");
            assert_eq!(property.value, value, "{line}");
        }
        assert_eq!(read("SUMMARY;LANGUAGE=ko"), Err(LineFault::NoValue));
    }

    #[test]
    fn b8_parameters_have_a_cap() {
        let line = format!("SUMMARY{}:x", ";A=b".repeat(100_000));
        assert_eq!(read(&line), Err(LineFault::TooManyParameters));
    }

    #[test]
    fn running_text_is_told_from_properties() {
        for text in [
            "http://a.kr",
            "Tickets: at the door",
            "",
            "한글: x",
            "no colon",
            "HTTP://A",
        ] {
            assert_eq!(shape_of(text), Shape::Text, "{text}");
        }
        for other in [
            "ATTENDEE;CN=x:y",
            "X-ALT-DESC:z",
            "x-foo:z",
            "attach:1",
            "STYLED-DESCRIPTION:x",
        ] {
            assert_eq!(shape_of(other), Shape::Other, "{other}");
        }
        assert_eq!(shape_of("dtstart:1"), Shape::Known(Name::DtStart, 7));
    }
}
