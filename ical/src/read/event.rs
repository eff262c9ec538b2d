//! One VEVENT (RFC 5545 §3.6.1): its texts, its time, and what it says about repeating. Only
//! properties on the list of [`super::line`] arrive here.

use super::clock::{Clock, When, Zones};
use super::component::Component;
use super::line::{Name, Property};
use super::notice::{Reason, Warnings, shown};
use super::{own, time, value};
use domain::caps;
use domain::event::{Availability, Geo, Occurrence, Place, Status, WebAddress};
use domain::recur::{Rule, RuleError};
use domain::tag::Tag;
use domain::text::{Lang, Text, clean_block, clean_line};

/// A VEVENT as it stands in the file, before it is joined with others of the same UID.
#[derive(Debug)]
pub(crate) struct Entry {
    pub line: usize,
    pub uid: Option<String>,
    pub sequence: i64,
    /// LAST-MODIFIED, else DTSTAMP: tells the newer of two copies.
    pub stamp: String,
    /// The instance it changes.
    pub changes: Option<Change>,
    pub occurrence: Occurrence,
    pub repeats: Repeats,
}

/// RECURRENCE-ID.
#[derive(Debug)]
pub(crate) struct Change {
    pub when: When,
    /// RANGE=THISANDFUTURE.
    pub and_future: bool,
}

/// RRULE, RDATE, EXDATE and EXRULE, each rule with its line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Repeats {
    pub rules: Vec<(usize, Rule)>,
    pub except_rules: Vec<(usize, Rule)>,
    pub extra: Vec<(When, Option<When>)>,
    pub except: Vec<When>,
}

impl Repeats {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Entry {
    /// Title or UID, for messages.
    pub(crate) fn what(&self, lang: Lang) -> String {
        match (self.occurrence.title.pick(lang, lang), &self.uid) {
            ("", Some(uid)) => shown(uid),
            (title, _) => shown(title),
        }
    }
}

/// Title or UID of a component, for messages.
pub(crate) fn what_of(component: &Component<'_>) -> String {
    let title = component
        .get(Name::Summary)
        .or_else(|| component.get(Name::Uid));
    title
        .map(|p| shown(&value::unescape(&p.value)))
        .unwrap_or_default()
}

/// The UID without control characters. One beyond the cap is cut, with a checksum of the whole
/// in place of the rest, so that it stays as unique as it was.
pub(crate) fn uid_of(component: &Component<'_>) -> Option<String> {
    let raw = value::unescape(&component.get(Name::Uid)?.value);
    let uid: String = raw.trim().chars().filter(|c| !c.is_control()).collect();
    if uid.len() <= caps::UID_BYTES {
        return Some(uid).filter(|uid| !uid.is_empty());
    }
    let sum = uid.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut end = caps::UID_BYTES - 17;
    while !uid.is_char_boundary(end) {
        end -= 1;
    }
    Some(format!("{}-{sum:016x}", &uid[..end]))
}

/// Reads one event.
pub(crate) fn read(
    component: &Component<'_>,
    zones: &mut Zones<'_, '_>,
    lang: Lang,
    warnings: &mut Warnings,
) -> Result<Entry, Reason> {
    if let Some(fault) = &component.fault {
        return Err(fault.clone());
    }
    let time = time::read(component, zones, warnings)?;
    time.check()?;
    let time = match (goes_on(component), zones.home()) {
        (false, _) => own::time(component, time),
        (true, Some(home)) => time::at_home(time, home),
        (true, None) => time,
    };
    let mut reader = Reader {
        component,
        lang,
        warnings,
    };
    let occurrence = Occurrence {
        title: reader.text(Name::Summary, caps::LINE_BYTES, clean_line),
        description: reader.text(Name::Description, caps::DESCRIPTION_BYTES, clean_block),
        place: Place {
            name: reader.text(Name::Location, caps::LINE_BYTES, clean_line),
            geo: reader.geo(),
        },
        url: reader.url(),
        links: own::links(component, reader.warnings),
        status: reader.status(),
        tags: reader.tags(),
        availability: reader.availability(),
        result: reader.text(Name::OwnResult, caps::LINE_BYTES, clean_line),
        evidence: None,
        time,
    };
    let (uid, sequence, stamp) = (reader.uid(), reader.sequence(), reader.stamp());
    let clock = Clock::of(&occurrence.time);
    Ok(Entry {
        line: component.line,
        uid,
        sequence,
        stamp,
        changes: change(component, zones, warnings)?,
        repeats: repeats(component, zones, &clock, warnings)?,
        occurrence,
    })
}

/// Whether the component speaks of more than one instance.
fn goes_on(component: &Component<'_>) -> bool {
    let has = |name| component.get(name).is_some();
    let range = component
        .get(Name::RecurrenceId)
        .and_then(|p| p.param("RANGE"));
    has(Name::Rrule) || has(Name::Rdate) || range.is_some()
}

fn change(
    component: &Component<'_>,
    zones: &mut Zones<'_, '_>,
    warnings: &mut Warnings,
) -> Result<Option<Change>, Reason> {
    let Some(property) = component.get(Name::RecurrenceId) else {
        return Ok(None);
    };
    let range = property.param("RANGE").unwrap_or_default();
    Ok(Some(Change {
        when: zones.when(property, &property.value, warnings)?,
        and_future: range.eq_ignore_ascii_case("THISANDFUTURE"),
    }))
}

fn repeats(
    component: &Component<'_>,
    zones: &mut Zones<'_, '_>,
    clock: &Clock,
    warnings: &mut Warnings,
) -> Result<Repeats, Reason> {
    let mut out = Repeats {
        rules: rules(component, Name::Rrule, warnings)?,
        except_rules: rules(component, Name::Exrule, warnings)?,
        ..Repeats::default()
    };
    for property in component.all(Name::Rdate) {
        for text in values(property) {
            cap(out.extra.len(), caps::SERIES_DATES, "extra dates")?;
            match time::period(property, text, zones, warnings) {
                Ok((start, end)) if in_range(&start) => out.extra.push((start, end)),
                Ok(_) => warn_range(property, text, warnings),
                Err(_) => {
                    let text = format!("extra date is left out: {}", shown(text));
                    warnings.push(property.line, "bad-extra-date", text);
                }
            }
        }
    }
    for property in component.all(Name::Exdate) {
        for text in values(property) {
            cap(out.except.len(), caps::SERIES_DATES, "exceptions")?;
            match zones.when(property, text, warnings) {
                Ok(when) => {
                    if clock.differs_in_kind(&when) {
                        let text = format!("exception of another kind: {}", shown(text));
                        warnings.push(property.line, "exception-kind", text);
                    }
                    out.except.push(when);
                }
                Err(_) => {
                    let text = format!("exception is left out: {}", shown(text));
                    warnings.push(property.line, "bad-exception", text);
                }
            }
        }
    }
    Ok(out)
}

fn values<'p>(property: &'p Property<'_>) -> impl Iterator<Item = &'p str> {
    property
        .value
        .split(',')
        .map(str::trim)
        .filter(|v| !v.is_empty())
}

fn in_range(when: &When) -> bool {
    (domain::time::FIRST_YEAR..=domain::time::LAST_YEAR).contains(&when.at().year())
}

fn warn_range(property: &Property<'_>, text: &str, warnings: &mut Warnings) {
    let text = format!(
        "extra date outside the years allowed is left out: {}",
        shown(text)
    );
    warnings.push(property.line, "extra-date-range", text);
}

fn cap(have: usize, limit: usize, what: &'static str) -> Result<(), Reason> {
    if have < limit {
        Ok(())
    } else {
        Err(Reason::TooMany { what, limit })
    }
}

/// A COUNT below zero, which Exchange writes for "no end", is left out, and so is a part that
/// gives nothing a value.
fn rule(text: &str, line: usize, warnings: &mut Warnings) -> Result<Rule, Reason> {
    let mut parts: Vec<&str> = Vec::new();
    for part in text.split(';').map(str::trim).filter(|p| !p.is_empty()) {
        if part.to_ascii_uppercase().starts_with("COUNT=-") {
            let text = "the rule's COUNT is below zero: read as endless";
            warnings.push(line, "negative-count", text);
        } else if !part.contains('=') {
            let text = format!("a part of the rule is left out: {}", shown(part));
            warnings.push(line, "rule-part", text);
        } else {
            parts.push(part);
        }
    }
    parts
        .join(";")
        .parse()
        .map_err(|error: RuleError| Reason::BadRule {
            line,
            why: error.to_string(),
        })
}

fn rules(
    component: &Component<'_>,
    name: Name,
    warnings: &mut Warnings,
) -> Result<Vec<(usize, Rule)>, Reason> {
    let mut rules: Vec<(usize, Rule)> = Vec::new();
    for property in component.all(name) {
        let line = property.line;
        let rule = rule(&property.value, line, warnings)?;
        if rules.iter().all(|(_, known)| *known != rule) {
            cap(rules.len(), caps::SERIES_RULES, "rules")?;
            rules.push((line, rule));
        }
    }
    Ok(rules)
}

struct Reader<'r, 'a> {
    component: &'r Component<'a>,
    lang: Lang,
    warnings: &'r mut Warnings,
}

impl Reader<'_, '_> {
    fn warn(&mut self, line: usize, code: &'static str, text: impl Into<String>) {
        self.warnings.push(line, code, text);
    }

    fn lang_of(&self, property: &Property<'_>) -> Lang {
        property
            .param("LANGUAGE")
            .and_then(Lang::parse)
            .unwrap_or(self.lang)
    }

    /// A text in all the languages that it is given in.
    fn text(&mut self, name: Name, cap: usize, clean: fn(&str, usize) -> String) -> Text {
        let mut text = Text::none();
        let component = self.component;
        for property in component.all(name) {
            let lang = self.lang_of(property);
            if text.get(lang).is_some() {
                let note = format!("a second {} is left out", name.as_str());
                self.warn(property.line, "second-text", note);
                continue;
            }
            let raw = value::unescape(&property.value);
            let is_line = name != Name::Description;
            if plain(&raw, cap, is_line) {
                text.set(lang, raw.into_owned());
                continue;
            }
            let cleaned = clean(&raw, cap);
            if raw.len() > cap && cleaned.len() + 4 > cap {
                let note = format!("{} is cut at {cap} bytes", name.as_str());
                self.warn(property.line, "text-cut", note);
            }
            text.set(lang, cleaned);
        }
        text
    }

    fn geo(&mut self) -> Option<Geo> {
        let property = self.component.get(Name::Geo)?;
        let degrees = |text: &str| text.trim().parse::<f64>().ok();
        let text = property.value.replace("\\;", ";");
        let pair = text.split_once([';', ',']);
        let geo = pair.and_then(|(lat, lon)| Geo::from_degrees(degrees(lat)?, degrees(lon)?));
        if geo.is_none() {
            let note = format!("GEO is no position: {}", shown(&property.value));
            self.warn(property.line, "bad-geo", note);
        }
        geo
    }

    fn url(&mut self) -> Option<WebAddress> {
        let property = self.component.get(Name::Url)?;
        let url = WebAddress::parse(&property.value);
        if url.is_none() && !property.value.trim().is_empty() {
            let note = format!("URL is no web address: {}", shown(&property.value));
            self.warn(property.line, "bad-url", note);
        }
        url
    }

    fn status(&mut self) -> Status {
        if let Some(own) = own::status(self.component) {
            return own;
        }
        let Some(property) = self.component.get(Name::Status) else {
            return Status::Confirmed;
        };
        match property.value.trim().to_ascii_uppercase().as_str() {
            "" | "CONFIRMED" => Status::Confirmed,
            "TENTATIVE" => Status::Tentative,
            "CANCELLED" | "CANCELED" => Status::Cancelled,
            "POSTPONED" => Status::Postponed,
            _ => {
                let note = format!("STATUS is unknown: {}", shown(&property.value));
                self.warn(property.line, "unknown-status", note);
                Status::Confirmed
            }
        }
    }

    fn availability(&self) -> Availability {
        let transp = self.component.get(Name::Transp);
        match transp.map(|p| p.value.trim()) {
            Some(value) if value.eq_ignore_ascii_case("OPAQUE") => Availability::Busy,
            _ => Availability::Free,
        }
    }

    fn tags(&mut self) -> Vec<Tag> {
        let mut tags: Vec<Tag> = Vec::new();
        let component = self.component;
        for property in component.all(Name::Categories) {
            let lang = self.lang_of(property);
            for label in value::split_list(&property.value) {
                let label = value::unescape(label);
                let Some(tag) = Tag::from_label(&label, lang) else {
                    if !label.trim().is_empty() {
                        let note = format!("category cannot be a tag: {}", shown(&label));
                        self.warn(property.line, "bad-category", note);
                    }
                    continue;
                };
                if tags.iter().any(|known| known.key == tag.key) {
                    continue;
                }
                if tags.len() == caps::TAGS {
                    let note = format!("more than {} categories", caps::TAGS);
                    self.warn(property.line, "many-categories", note);
                    return tags;
                }
                tags.push(tag);
            }
        }
        tags
    }

    fn uid(&mut self) -> Option<String> {
        let property = self.component.get(Name::Uid)?;
        if value::unescape(&property.value).len() > caps::UID_BYTES {
            let text = format!("UID is cut at {} bytes", caps::UID_BYTES);
            self.warn(property.line, "long-uid", text);
        }
        uid_of(self.component)
    }

    fn sequence(&mut self) -> i64 {
        let Some(property) = self.component.get(Name::Sequence) else {
            return 0;
        };
        let number = property
            .value
            .trim()
            .parse::<i32>()
            .ok()
            .filter(|n| *n >= 0);
        if number.is_none() {
            let note = format!("SEQUENCE is no count: {}", shown(&property.value));
            self.warn(property.line, "bad-sequence", note);
        }
        number.map(i64::from).unwrap_or_default()
    }

    fn stamp(&self) -> String {
        let stamp = self.component.get(Name::LastModified);
        let stamp = stamp.or_else(|| self.component.get(Name::DtStamp));
        let short = |p: &Property<'_>| p.value.trim().chars().take(20).collect();
        stamp.map(short).unwrap_or_default()
    }
}

/// True for text that cleaning leaves as it is: printable ASCII, Hangul syllables, kana and
/// ideographs that are their own normal form, without white space at the ends, and on one line
/// without double spaces. Most texts are, and Unicode normalisation is slow.
fn plain(text: &str, cap: usize, is_line: bool) -> bool {
    let bytes = text.as_bytes();
    let ends = [bytes.first(), bytes.last()];
    let fits = |c: char| match c {
        '\n' => !is_line,
        ' '..='~' | '가'..='힣' | '一'..='\u{9fa5}' | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー' => {
            true
        }
        '、' | '。' | '「'..='】' | '！'..='～' => true,
        _ => false,
    };
    bytes.len() <= cap
        && !ends.iter().flatten().any(|b| matches!(b, b' ' | b'\n'))
        && text.chars().all(fits)
        && !(is_line && bytes.windows(2).any(|pair| pair == b"  "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_what_cleaning_leaves_alone() {
        for text in [
            "Lotte vs Doosan",
            "롯데 자이언츠",
            "ガンバ大阪「試合」！",
            "a\nb",
            "한\n글",
        ] {
            let is_line = !text.contains('\n');
            assert!(plain(text, 99, is_line), "{text}");
            assert_eq!(clean_block(text, 99), text);
            assert!(!is_line || clean_line(text, 99) == text);
        }
        for text in [
            " a",
            "a ",
            "a\tb",
            "a\u{3000}b",
            "\u{1112}\u{1161}",
            "か\u{3099}",
            "a\u{7f}",
        ] {
            assert!(!plain(text, 99, false), "{text:?}");
        }
        assert!(!plain("a  b", 99, true) && !plain("가나", 5, true) && !plain("a\nb", 99, true));
    }
}
