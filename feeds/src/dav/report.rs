//! The reports that are offered, read: calendar-query, calendar-multiget, sync-collection.

use super::ask::{Ask, Depth, Href, Refused, props};
use super::filter::Filter;
use super::refusal::Precondition;
use super::target::{Target, path_of};
use super::write::{CAL, DAV};
use super::xml::Element;
use std::collections::HashSet;

/// Longest sync token, in bytes: longer ones are not ours.
const TOKEN_BYTES: usize = 1 << 10;

/// Reads a report's body. Only calendars have reports.
pub(super) fn read(root: &Element, target: &Target, depth: Depth) -> Result<Ask, Refused> {
    if !matches!(target, Target::Collection(..)) {
        return Ok(Ask::Unsupported);
    }
    if root.name.is(CAL, "calendar-query") {
        // Whatever depth it names: at 0 nothing could be found, which nobody means.
        let filter = root.child(CAL, "filter").ok_or(Precondition::ValidFilter)?;
        return Ok(Ask::CalendarQuery {
            filter: Filter::read(filter)?,
            props: props(root)?,
        });
    }
    if root.name.is(CAL, "calendar-multiget") {
        return Ok(Ask::CalendarMultiget {
            hrefs: hrefs(root, target),
            props: props(root)?,
        });
    }
    if root.name.is(DAV, "sync-collection") {
        return sync(root, depth);
    }
    Ok(Ask::Unsupported)
}

fn hrefs(root: &Element, target: &Target) -> Vec<Href> {
    let mut seen = HashSet::new();
    let all = root.children.iter().filter(|one| one.name.is(DAV, "href"));
    all.map(|one| one.text.trim())
        .filter(|sent| seen.insert(*sent))
        .map(|sent| Href {
            sent: sent.to_owned(),
            name: member_of(target, sent),
        })
        .collect()
}

/// The name of the target's member that an address leads to.
fn member_of(target: &Target, href: &str) -> Option<String> {
    match (target, Target::parse(path_of(href))?) {
        (Target::Collection(owner, calendar), Target::Member(other, stands_in, name)) => {
            (*owner == other && *calendar == stands_in).then_some(name)
        }
        _ => None,
    }
}

/// RFC 6578 §3.2 knows depth 0 only, but its drafts had the level in the depth (appendix A), and
/// Thunderbird and python-caldav name both. Calendars hold no further collections, so at 0 and 1
/// the same is meant; what is refused is the depth that nobody sends.
fn sync(root: &Element, depth: Depth) -> Result<Ask, Refused> {
    if depth == Depth::Infinity {
        return Err(Refused::Bad("a sync-collection has Depth: 0"));
    }
    let token = root.child(DAV, "sync-token").map(|token| token.text.trim());
    let token = token.filter(|token| !token.is_empty());
    if token.is_some_and(|token| token.len() > TOKEN_BYTES) {
        return Err(Precondition::ValidSyncToken.into());
    }
    let limit = root.child(DAV, "limit");
    let limit = limit.and_then(|limit| limit.child(DAV, "nresults"));
    let limit = match limit.map(|limit| limit.text.trim().parse::<u32>()) {
        None => None,
        Some(Ok(limit)) => Some(limit.max(1)),
        Some(Err(_)) => return Err(Refused::Bad("DAV:nresults is a number")),
    };
    Ok(Ask::SyncCollection {
        token: token.map(str::to_owned),
        limit,
        props: props(root)?,
    })
}
