//! What a calendar-query looks for (RFC 4791 §9.7), read. What cannot be searched by is refused by
//! name, so that no client takes a partial answer for a whole one.

use super::refusal::Precondition;
use super::write::CAL;
use super::xml::Element;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Most conditions of one query: each is tried on every member.
const CONDITIONS: usize = 32;

/// A filter: a condition on the VCALENDAR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter(pub Component);

/// A condition on components of one name (comp-filter, RFC 4791 §9.7.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// VEVENT, VALARM, in capitals.
    pub name: String,
    /// What one of them must be like.
    pub wanted: Wanted<Inside>,
}

/// Whether there must be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted<T> {
    /// None at all (is-not-defined).
    Absent,
    /// One that is like this.
    Like(T),
}

/// What a component must hold, all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inside {
    /// An instance that overlaps this span.
    pub span: Option<Span>,
    /// Conditions on its properties.
    pub properties: Vec<Property>,
    /// Conditions on components in it.
    pub components: Vec<Component>,
}

/// From an instant to before another (time-range, RFC 4791 §9.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first instant; the earliest where the client names none.
    pub from: Timestamp,
    /// The first instant after it; the last where the client names none.
    pub to: Timestamp,
}

/// A condition on properties of one name (prop-filter, RFC 4791 §9.7.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// SUMMARY, UID, in capitals.
    pub name: String,
    /// What one of them must say.
    pub wanted: Wanted<Said>,
}

/// What a property must say, all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// A condition on its value.
    pub text: Option<Text>,
    /// Conditions on its parameters.
    pub parameters: Vec<Parameter>,
}

/// A condition on one parameter (param-filter, RFC 4791 §9.7.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// LANGUAGE, TZID, in capitals.
    pub name: String,
    /// What it must say; anything where `None`.
    pub wanted: Wanted<Option<Text>>,
}

/// Text inside text (text-match, RFC 4791 §9.7.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// What is looked for.
    pub part: String,
    /// How letters are compared.
    pub collation: Collation,
    /// Whether it must be in there.
    pub wanted: Wanted<()>,
}

/// How letters are compared (RFC 4790).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Collation {
    /// `i;ascii-casemap`: A is a, other letters are themselves.
    #[default]
    AsciiCase,
    /// `i;octet`: byte by byte.
    Octet,
}

impl Filter {
    /// Reads `<C:filter>`.
    pub(super) fn read(filter: &Element) -> Result<Self, Precondition> {
        let mut reader = Reader { left: CONDITIONS };
        let [calendar] = filter.children.as_slice() else {
            return Err(Precondition::ValidFilter);
        };
        let calendar = reader.component(calendar)?;
        let whole = match &calendar.wanted {
            // A VCALENDAR lasts no time, and there is always one.
            Wanted::Like(inside) => inside.span.is_none(),
            Wanted::Absent => true,
        };
        if calendar.name == "VCALENDAR" && whole {
            Ok(Self(calendar))
        } else {
            Err(Precondition::ValidFilter)
        }
    }

    /// The span in which events must have an instance, where the filter asks for one: every member
    /// that fits lies in it, so others need not be looked for.
    pub fn span(&self) -> Option<Span> {
        let Wanted::Like(calendar) = &self.0.wanted else {
            return None;
        };
        calendar
            .components
            .iter()
            .find_map(|one| match &one.wanted {
                Wanted::Like(inside) if one.name == "VEVENT" => inside.span,
                _ => None,
            })
    }
}

struct Reader {
    left: usize,
}

impl Reader {
    fn count(&mut self) -> Result<(), Precondition> {
        self.left = self
            .left
            .checked_sub(1)
            .ok_or(Precondition::SupportedFilter)?;
        Ok(())
    }

    fn component(&mut self, element: &Element) -> Result<Component, Precondition> {
        self.count()?;
        if !element.name.is(CAL, "comp-filter") {
            return Err(Precondition::ValidFilter);
        }
        let name = name(element)?;
        if is_absent(element)? {
            let wanted = Wanted::Absent;
            return Ok(Component { name, wanted });
        }
        let mut inside = Inside::default();
        for child in &element.children {
            if child.name.is(CAL, "time-range") && inside.span.is_none() {
                // When an alarm rings depends on its event; nobody asks for it.
                if name != "VEVENT" && name != "VCALENDAR" && is_known(&name) {
                    return Err(Precondition::SupportedFilter);
                }
                inside.span = Some(span(child)?);
            } else if child.name.is(CAL, "prop-filter") {
                inside.properties.push(self.property(child)?);
            } else if child.name.is(CAL, "comp-filter") {
                inside.components.push(self.component(child)?);
            } else {
                return Err(Precondition::SupportedFilter);
            }
        }
        let wanted = Wanted::Like(inside);
        Ok(Component { name, wanted })
    }

    fn property(&mut self, element: &Element) -> Result<Property, Precondition> {
        self.count()?;
        let name = name(element)?;
        if is_absent(element)? {
            let wanted = Wanted::Absent;
            return Ok(Property { name, wanted });
        }
        let mut said = Said::default();
        for child in &element.children {
            if child.name.is(CAL, "text-match") && said.text.is_none() {
                said.text = Some(text(child)?);
            } else if child.name.is(CAL, "param-filter") {
                said.parameters.push(self.parameter(child)?);
            } else {
                return Err(Precondition::SupportedFilter);
            }
        }
        let wanted = Wanted::Like(said);
        Ok(Property { name, wanted })
    }

    fn parameter(&mut self, element: &Element) -> Result<Parameter, Precondition> {
        self.count()?;
        let name = name(element)?;
        let wanted = match element.children.as_slice() {
            [] => Wanted::Like(None),
            [one] if one.name.is(CAL, "is-not-defined") => Wanted::Absent,
            [one] if one.name.is(CAL, "text-match") => Wanted::Like(Some(text(one)?)),
            _ => return Err(Precondition::SupportedFilter),
        };
        Ok(Parameter { name, wanted })
    }
}

/// Components that a member can hold; others are simply not there.
fn is_known(component: &str) -> bool {
    matches!(component, "VALARM" | "VTIMEZONE" | "STANDARD" | "DAYLIGHT")
}

fn name(element: &Element) -> Result<String, Precondition> {
    let name = element.attribute("name").ok_or(Precondition::ValidFilter)?;
    Ok(name.to_ascii_uppercase())
}

/// `is-not-defined` stands alone or not at all.
fn is_absent(element: &Element) -> Result<bool, Precondition> {
    match element.children.as_slice() {
        [one] if one.name.is(CAL, "is-not-defined") => Ok(true),
        all if all.iter().any(|one| one.name.is(CAL, "is-not-defined")) => {
            Err(Precondition::ValidFilter)
        }
        _ => Ok(false),
    }
}

/// Both ends are dates with UTC time, and at least one is there (RFC 4791 §9.9).
fn span(element: &Element) -> Result<Span, Precondition> {
    let end = |key: &str| match element.attribute(key) {
        Some(text) => instant(text).map(Some).ok_or(Precondition::ValidFilter),
        None => Ok(None),
    };
    let (from, to) = (end("start")?, end("end")?);
    if from.is_none() && to.is_none() {
        return Err(Precondition::ValidFilter);
    }
    let span = Span {
        from: from.unwrap_or(Timestamp::MIN),
        to: to.unwrap_or(Timestamp::MAX),
    };
    if span.from < span.to {
        Ok(span)
    } else {
        Err(Precondition::ValidFilter)
    }
}

/// Reads `20261122T100000Z`. The last day of the year 9999, which means "for ever", is later than
/// any timestamp.
fn instant(text: &str) -> Option<Timestamp> {
    let plain = text.len() == 16 && text.is_ascii();
    let at = DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok();
    let at = at.filter(|_| plain)?;
    Some(TimeZone::UTC.to_timestamp(at).unwrap_or(Timestamp::MAX))
}

fn text(element: &Element) -> Result<Text, Precondition> {
    // The other kinds of match are an extension that none of the known clients asks for.
    if element
        .attribute("match-type")
        .is_some_and(|kind| kind != "contains")
    {
        return Err(Precondition::SupportedFilter);
    }
    let collation = match element.attribute("collation") {
        None | Some("default" | "i;ascii-casemap") => Collation::AsciiCase,
        Some("i;octet") => Collation::Octet,
        Some(_) => return Err(Precondition::SupportedCollation),
    };
    let wanted = match element.attribute("negate-condition") {
        None | Some("no") => Wanted::Like(()),
        Some("yes") => Wanted::Absent,
        Some(_) => return Err(Precondition::ValidFilter),
    };
    Ok(Text {
        part: element.text.clone(),
        collation,
        wanted,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dav::xml;

    fn read(inside: &str) -> Result<Filter, Precondition> {
        let text = format!(
            "<filter xmlns=\"{CAL}\"><comp-filter name=\"vcalendar\">{inside}</comp-filter></filter>"
        );
        Filter::read(&xml::read(text.as_bytes()).unwrap().unwrap())
    }

    #[test]
    fn a_filter_says_which_span_it_needs() {
        let filter = read(
            "<comp-filter name=\"VEVENT\"><time-range start=\"20261101T000000Z\" end=\"20261201T000000Z\"/></comp-filter>",
        );
        let span = filter.unwrap().span().unwrap();
        assert_eq!(span.from, "2026-11-01T00:00:00Z".parse().unwrap());
        assert_eq!(span.to, "2026-12-01T00:00:00Z".parse().unwrap());
        let open = read(
            "<comp-filter name=\"VEVENT\"><time-range start=\"20261101T000000Z\"/></comp-filter>",
        );
        assert_eq!(open.unwrap().span().unwrap().to, Timestamp::MAX);
        assert_eq!(read("<comp-filter name=\"VEVENT\"/>").unwrap().span(), None);
    }

    #[test]
    fn what_cannot_be_searched_by_is_refused_by_name() {
        let event = |inside: &str| format!("<comp-filter name=\"VEVENT\">{inside}</comp-filter>");
        let summary = |inside: &str| {
            event(&format!(
                "<prop-filter name=\"SUMMARY\">{inside}</prop-filter>"
            ))
        };
        let nested = "<comp-filter name=\"X\">".repeat(8) + &"</comp-filter>".repeat(8);
        for (inside, want) in [
            (event("<time-range/>"), Precondition::ValidFilter),
            (
                event("<time-range start=\"20261101\"/>"),
                Precondition::ValidFilter,
            ),
            (
                event("<time-range start=\"20261101T000000\"/>"),
                Precondition::ValidFilter,
            ),
            (
                event("<time-range start=\"20261101T000000Z\" end=\"20261101T000000Z\"/>"),
                Precondition::ValidFilter,
            ),
            (
                "<time-range start=\"20261101T000000Z\"/>".into(),
                Precondition::ValidFilter,
            ),
            (event("<x/>"), Precondition::SupportedFilter),
            (event("<comp-filter/>"), Precondition::ValidFilter),
            (
                event(
                    "<comp-filter name=\"VALARM\"><time-range start=\"20261101T000000Z\"/></comp-filter>",
                ),
                Precondition::SupportedFilter,
            ),
            (
                summary("<time-range start=\"20261101T000000Z\"/>"),
                Precondition::SupportedFilter,
            ),
            (
                summary("<is-not-defined/><text-match>x</text-match>"),
                Precondition::ValidFilter,
            ),
            (
                summary("<text-match collation=\"i;klingon\">x</text-match>"),
                Precondition::SupportedCollation,
            ),
            (
                summary("<text-match match-type=\"starts-with\">x</text-match>"),
                Precondition::SupportedFilter,
            ),
            (
                summary("<text-match negate-condition=\"maybe\">x</text-match>"),
                Precondition::ValidFilter,
            ),
            (nested.repeat(5), Precondition::SupportedFilter),
        ] {
            assert_eq!(read(&inside), Err(want), "{inside}");
        }
    }
}
