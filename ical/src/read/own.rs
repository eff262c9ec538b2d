//! The `X-ALMANAC-` properties, in which our own feeds say what RFC 5545 has no property for. A
//! feed of ours read again gives the same events.

use super::clock::When;
use super::component::Component;
use super::line::Name;
use super::notice::{Warnings, shown};
use crate::zones::by_name;
use domain::event::{Link, LinkKind, Status, WebAddress};
use domain::time::{EventTime, Zoned};

/// Most links that one event may bring.
const LINKS: usize = 32;

/// A time as written for every client, and what our own properties add to it. Something that is
/// said about another kind of time than the one written is passed over.
pub(super) fn time(component: &Component<'_>, written: EventTime) -> EventTime {
    match written {
        EventTime::AllDay { first, last } => {
            let kind = component.get(Name::OwnTime).map(|p| p.value.trim());
            match kind.unwrap_or_default() {
                "DATE-ONLY" if first == last => EventTime::DateOnly { date: first },
                "WINDOW" => EventTime::Window { first, last },
                "UNDECIDED" => EventTime::Undecided {
                    was: Some((first, last)),
                },
                "NEVER-DATED" => EventTime::Undecided { was: None },
                _ => written,
            }
        }
        EventTime::Zoned(at) if at.zone.is_utc() => EventTime::Zoned(in_own_zone(component, at)),
        other => other,
    }
}

/// A time written in UTC because its local clock shows it twice, back on that clock.
fn in_own_zone(component: &Component<'_>, at: Zoned) -> Zoned {
    let zone = component.get(Name::OwnZone).and_then(|p| by_name(&p.value));
    let Some(zone) = zone else { return at };
    let moved = |wall| When::Zoned(wall, at.zone.clone()).wall_in(&zone);
    Zoned {
        start: moved(at.start),
        end: at.end.map(moved),
        zone,
    }
}

/// The status behind one that RFC 5545 does not have; `None` where STATUS says it all.
pub(super) fn status(component: &Component<'_>) -> Option<Status> {
    let property = component.get(Name::OwnStatus)?;
    (property.value.trim() == "POSTPONED").then_some(Status::Postponed)
}

/// The event's links besides its own address, in their order.
pub(super) fn links(component: &Component<'_>, warnings: &mut Warnings) -> Vec<Link> {
    let mut links = Vec::new();
    for property in component.all(Name::OwnLink) {
        let Some(address) = WebAddress::parse(&property.value) else {
            let note = format!("a link is no web address: {}", shown(&property.value));
            warnings.push(property.line, "bad-link", note);
            continue;
        };
        if links.len() == LINKS {
            let note = format!("more than {LINKS} links");
            warnings.push(property.line, "many-links", note);
            break;
        }
        let kind = match property.param("X-KIND").unwrap_or_default() {
            "TICKETS" => LinkKind::Tickets,
            "STREAM" => LinkKind::Stream,
            _ => LinkKind::More,
        };
        links.push(Link { kind, address });
    }
    links
}
