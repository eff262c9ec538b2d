//! What a line says with marks and words of its own: `@잠실`, `#홈`, `(취소)`, `시간미정`,
//! addresses, zones and quoted texts.

use super::fault::{Fault, Reason};
use super::glyphs::{Cursor, folded};
use super::{Context, Known};
use crate::event::{LinkKind, Place, Status};
use crate::tag::Tag;
use crate::text::Text;
use crate::zone::Zone;

/// What is not known yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    /// The hour.
    Hour,
    /// The day.
    Day,
    /// One of the two: the day where no day is named, else the hour.
    Something,
}

/// `시간미정`, `날짜 미정`, `time TBA`, in brackets or without.
pub(super) fn open(c: Cursor<'_>) -> Option<(Cursor<'_>, Open)> {
    const WORDS: [(&str, Open); 22] = [
        ("시간미정", Open::Hour),
        ("시간 미정", Open::Hour),
        ("시각미정", Open::Hour),
        ("시각 미정", Open::Hour),
        ("날짜미정", Open::Day),
        ("날짜 미정", Open::Day),
        ("일정미정", Open::Day),
        ("일정 미정", Open::Day),
        ("일자미정", Open::Day),
        ("일자 미정", Open::Day),
        ("추후공지", Open::Something),
        ("추후 공지", Open::Something),
        ("미정", Open::Something),
        ("time tba", Open::Hour),
        ("time tbd", Open::Hour),
        ("time tbc", Open::Hour),
        ("date tba", Open::Day),
        ("date tbd", Open::Day),
        ("date tbc", Open::Day),
        ("tba", Open::Something),
        ("tbd", Open::Something),
        ("tbc", Open::Something),
    ];
    bracketed(c, |at| at.one_of(&WORDS))
}

/// `(취소)`, `[연기]`, `(tentative)`.
pub(super) fn status(c: Cursor<'_>) -> Option<(Cursor<'_>, Status)> {
    c.eat_any(&['(', '['])?;
    bracketed(c, status_word)
}

/// A status without brackets.
pub(super) fn status_word(c: Cursor<'_>) -> Option<(Cursor<'_>, Status)> {
    c.one_of(&[
        ("우천취소", Status::Cancelled),
        ("우천 취소", Status::Cancelled),
        ("취소", Status::Cancelled),
        ("cancelled", Status::Cancelled),
        ("canceled", Status::Cancelled),
        ("called off", Status::Cancelled),
        ("우천연기", Status::Postponed),
        ("우천순연", Status::Postponed),
        ("연기", Status::Postponed),
        ("순연", Status::Postponed),
        ("postponed", Status::Postponed),
        ("잠정", Status::Tentative),
        ("tentative", Status::Tentative),
    ])
}

/// `종일`, `all day`: no hours are missing.
pub(super) fn all_day(c: Cursor<'_>) -> Option<Cursor<'_>> {
    let at = c.any_word(&["하루종일", "하루 종일", "종일", "all day", "all-day"])?;
    at.is_edge().then_some(at)
}

/// What stands here, perhaps in brackets, up to an edge.
fn bracketed<'t, T>(
    c: Cursor<'t>,
    read: impl Fn(Cursor<'t>) -> Option<(Cursor<'t>, T)>,
) -> Option<(Cursor<'t>, T)> {
    if let Some(at) = c.eat_any(&['(', '[']) {
        let (after, found) = read(at.space())?;
        return Some((after.space().eat_any(&[')', ']'])?, found));
    }
    let (after, found) = read(c)?;
    after.is_edge().then_some((after, found))
}

/// `[Asia/Tokyo]`, `KST`, `일본시간`.
pub(super) fn zone<'t>(c: Cursor<'t>, line: &str) -> Result<Option<(Cursor<'t>, Zone)>, Fault> {
    const NAMES: [(&str, &str); 8] = [
        ("한국시간", "Asia/Seoul"),
        ("한국 시간", "Asia/Seoul"),
        ("일본시간", "Asia/Tokyo"),
        ("일본 시간", "Asia/Tokyo"),
        ("kst", "Asia/Seoul"),
        ("jst", "Asia/Tokyo"),
        ("utc", "UTC"),
        ("gmt", "UTC"),
    ];
    if let Some((after, name)) = bracketed(c, |at| at.one_of(&NAMES)) {
        return Ok(Zone::parse(name).map(|zone| (after, zone)));
    }
    let Some(inside) = c.eat('[') else {
        return Ok(None);
    };
    let mut at = inside;
    while at
        .peek()
        .is_some_and(|c| c.is_ascii_alphanumeric() || "/_+-:".contains(c))
    {
        at = at.next();
    }
    let (Some(after), false) = (at.eat(']'), at == inside) else {
        return Ok(None);
    };
    let name = line.get(at.range_from(inside)).unwrap_or_default();
    match Zone::parse(name) {
        Some(zone) => Ok(Some((after, zone))),
        None if name.contains('/') || name.starts_with(['+', '-']) => {
            Err(Fault::new(after.range_from(c), Reason::UnknownZone))
        }
        None => Ok(None),
    }
}

/// A text in quotation marks, `\"` and `\\` inside meaning themselves.
pub(super) fn quoted<'t>(c: Cursor<'t>, line: &str) -> Result<(Cursor<'t>, String), Fault> {
    let mut at = c.next();
    let mut text = String::new();
    loop {
        let here = line.get(at.byte()..at.next().byte()).unwrap_or_default();
        match at.peek() {
            None => return Err(Fault::new(at.range_from(c), Reason::OpenQuote)),
            Some('"') => return Ok((at.next(), text)),
            Some('\\') if matches!(at.peek_at(1), Some('"' | '\\')) => {
                let next = at.next();
                text.push_str(
                    line.get(next.byte()..next.next().byte())
                        .unwrap_or_default(),
                );
                at = next.next();
            }
            Some(_) => {
                text.push_str(here);
                at = at.next();
            }
        }
    }
}

/// The name behind `@` or `#`: quoted, or up to where it ends.
fn name<'t>(mark: Cursor<'t>, line: &str) -> Result<(Cursor<'t>, String), Fault> {
    let at = mark.next();
    if at.peek() == Some('"') {
        return quoted(at, line);
    }
    let mut end = at;
    while end
        .peek()
        .is_some_and(|c| !c.is_whitespace() && !",;#@()[]\"".contains(c))
    {
        end = end.next();
    }
    let name = line.get(end.range_from(at)).unwrap_or_default();
    Ok((end, name.to_owned()))
}

/// A place: one that the desk knows, by any of its names, or a new one.
pub(super) fn place<'t>(
    mark: Cursor<'t>,
    line: &str,
    context: &Context<'_>,
) -> Result<(Cursor<'t>, Place, bool), Fault> {
    if let Some((after, known)) = longest(mark.next(), context.places, |place| {
        place.name.iter().map(|(_, name)| name.to_owned()).collect()
    }) {
        return Ok((after, known.clone(), true));
    }
    let (after, raw) = name(mark, line)?;
    let clean = crate::text::clean_line(&raw, crate::caps::LINE_BYTES);
    if clean.is_empty() {
        return Err(Fault::new(after.range_from(mark), Reason::NoName));
    }
    let known = by_name(&clean, context.places, |place| {
        place.name.iter().map(|(_, name)| name.to_owned()).collect()
    });
    Ok(match known {
        Some(known) => (after, known.clone(), true),
        None => {
            let name = Text::new(context.lang, clean);
            (after, Place { name, geo: None }, false)
        }
    })
}

/// A tag, and whether the desk knows it.
pub(super) fn tag<'t>(
    mark: Cursor<'t>,
    line: &str,
    context: &Context<'_>,
) -> Result<(Cursor<'t>, Tag, bool), Fault> {
    let names = |tag: &Tag| {
        let mut names: Vec<String> = tag
            .label
            .iter()
            .map(|(_, label)| label.to_owned())
            .collect();
        names.push(tag.key.clone());
        names
    };
    let (after, raw) = name(mark, line)?;
    if let Some(known) = by_name(&raw, context.tags, names) {
        return Ok((after, known.clone(), true));
    }
    let none = || Fault::new(after.range_from(mark), Reason::NoName);
    let tag = Tag::from_label(&raw, context.lang).ok_or_else(none)?;
    Ok((after, tag, false))
}

fn by_name<'a, T>(
    name: &str,
    known: &[Known<'a, T>],
    own: impl Fn(&T) -> Vec<String>,
) -> Option<&'a T> {
    let wanted = folded(name);
    let found = known.iter().find(|known| {
        let same = |name: &String| folded(name) == wanted;
        known.names.iter().any(same) || own(known.what).iter().any(same)
    });
    found.map(|known| known.what)
}

/// The longest known name that stands here, its spaces included.
fn longest<'t, 'a, T>(
    c: Cursor<'t>,
    known: &[Known<'a, T>],
    own: impl Fn(&T) -> Vec<String>,
) -> Option<(Cursor<'t>, &'a T)> {
    let mut best: Option<(Cursor<'t>, &'a T)> = None;
    for known in known {
        for name in known.names.iter().cloned().chain(own(known.what)) {
            let name: String = folded(&name).into_iter().collect();
            let Some(after) = c.literal(&name).filter(|_| !name.is_empty()) else {
                continue;
            };
            let ends = after
                .peek()
                .is_none_or(|c| c.is_whitespace() || ",;#@()[]\"".contains(c));
            if ends && best.is_none_or(|(at, _)| after.index() > at.index()) {
                best = Some((after, known.what));
            }
        }
    }
    best
}

/// What an address is for, by the word before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// The event's page, or one more link.
    Plain,
    /// A link of a kind.
    Link(LinkKind),
    /// Where it is known from.
    Evidence,
}

/// An address with the word before it: `예매 https://…`, `https://…`.
pub(super) fn address<'t>(c: Cursor<'t>, line: &str) -> Option<(Cursor<'t>, Use, String)> {
    const USES: [(&str, Use); 12] = [
        ("예매", Use::Link(LinkKind::Tickets)),
        ("티켓", Use::Link(LinkKind::Tickets)),
        ("tickets", Use::Link(LinkKind::Tickets)),
        ("ticket", Use::Link(LinkKind::Tickets)),
        ("중계", Use::Link(LinkKind::Stream)),
        ("stream", Use::Link(LinkKind::Stream)),
        ("watch", Use::Link(LinkKind::Stream)),
        ("링크", Use::Link(LinkKind::More)),
        ("more", Use::Link(LinkKind::More)),
        ("link", Use::Link(LinkKind::More)),
        ("출처", Use::Evidence),
        ("source", Use::Evidence),
    ];
    let (start, what) = match c.one_of(&USES) {
        Some((after, what)) => (after.eat(':').unwrap_or(after).space(), what),
        None => (c, Use::Plain),
    };
    start
        .literal("https://")
        .or_else(|| start.literal("http://"))?;
    let mut end = start;
    while end.peek().is_some_and(|c| !c.is_whitespace()) {
        end = end.next();
    }
    let text = line.get(end.range_from(start)).unwrap_or_default();
    Some((end, what, text.to_owned()))
}
