//! Writing XML: escaped, only characters that XML 1.0 has, the same bytes for the same data.

use std::fmt::Write as _;

/// WebDAV's own namespace.
pub(super) const DAV: &str = "DAV:";
/// CalDAV's (RFC 4791 §1.1).
pub(super) const CAL: &str = "urn:ietf:params:xml:ns:caldav";
/// That of Apple's server, for what others took over from it.
pub(super) const SERVER: &str = "http://calendarserver.org/ns/";
/// That of Apple's client.
pub(super) const APPLE: &str = "http://apple.com/ns/ical/";

/// The namespaces that every answer declares, with their prefixes.
const DECLARED: [(&str, &str); 4] = [("D", DAV), ("C", CAL), ("S", SERVER), ("A", APPLE)];

/// The name of an element: its namespace and the name in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    space: String,
    local: String,
}

impl Name {
    /// A name in a namespace; empty for none.
    pub(super) fn new(space: &str, local: &str) -> Self {
        Self {
            space: space.to_owned(),
            local: local.to_owned(),
        }
    }

    /// Whether it is this one.
    pub(super) fn is(&self, space: &str, local: &str) -> bool {
        self.space == space && self.local == local
    }

    /// The namespace; empty for none.
    pub fn space(&self) -> &str {
        &self.space
    }

    /// The name in its namespace.
    pub fn local(&self) -> &str {
        &self.local
    }
}

/// A document being written.
pub(super) struct Xml {
    out: String,
    /// Namespaces beyond the declared ones; the place of each makes its prefix.
    more: Vec<String>,
    root: &'static str,
}

impl Xml {
    /// Begins a document. `names` are those that will be written back to the client: their
    /// namespaces are declared once, at the root.
    pub(super) fn new<'a>(root: &'static str, names: impl Iterator<Item = &'a Name>) -> Self {
        let mut more: Vec<String> = names
            .map(|name| name.space.clone())
            .filter(|space| !space.is_empty() && DECLARED.iter().all(|(_, known)| known != space))
            .collect();
        more.sort();
        more.dedup();
        let mut xml = Self {
            out: "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<".to_owned(),
            more,
            root,
        };
        xml.out.push_str(root);
        for (prefix, space) in DECLARED {
            let _memory = write!(xml.out, " xmlns:{prefix}=\"{space}\"");
        }
        for (place, space) in xml.more.iter().enumerate() {
            let _memory = write!(xml.out, " xmlns:x{place}=");
            quoted(&mut xml.out, space);
        }
        xml.out.push('>');
        xml
    }

    /// Ends the document.
    pub(super) fn end(mut self) -> String {
        self.close(self.root);
        self.out.push('\n');
        self.out
    }

    /// `<name>`, with its prefix.
    pub(super) fn open(&mut self, name: &str) {
        self.out.push('<');
        self.out.push_str(name);
        self.out.push('>');
    }

    /// `</name>`.
    pub(super) fn close(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    /// `<name>text</name>`.
    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.open(name);
        escape(&mut self.out, text);
        self.close(name);
    }

    /// Text in a language (RFC 4918 §4.3).
    pub(super) fn text_in(&mut self, name: &str, lang: &str, text: &str) {
        let _memory = write!(self.out, "<{name} xml:lang=");
        quoted(&mut self.out, lang);
        self.out.push('>');
        escape(&mut self.out, text);
        self.close(name);
    }

    /// `<D:href>` with a path that is encoded already, or an address.
    pub(super) fn href(&mut self, href: &str) {
        self.text("D:href", href);
    }

    /// An element that holds one address.
    pub(super) fn holding_href(&mut self, name: &str, href: &str) {
        self.open(name);
        self.href(href);
        self.close(name);
    }

    /// Markup of our own, as it stands.
    pub(super) fn raw(&mut self, markup: &str) {
        self.out.push_str(markup);
    }

    /// The element that a client named, empty.
    pub(super) fn named(&mut self, name: &Name) {
        self.out.push('<');
        if let Some((prefix, _)) = DECLARED.iter().find(|(_, space)| *space == name.space) {
            self.out.push_str(prefix);
            self.out.push(':');
        } else if let Ok(place) = self.more.binary_search(&name.space) {
            let _memory = write!(self.out, "x{place}:");
        }
        self.out.push_str(&name.local);
        self.out.push_str("/>");
    }

    /// Where the writing stands; [`Xml::back_to`] takes it back there.
    pub(super) const fn mark(&self) -> usize {
        self.out.len()
    }

    /// Forgets what was written since.
    pub(super) fn back_to(&mut self, mark: usize) {
        self.out.truncate(mark);
    }
}

/// Writes an attribute's value with its quotes.
fn quoted(out: &mut String, text: &str) {
    for (place, part) in text.split('"').enumerate() {
        out.push_str(if place == 0 { "\"" } else { "&quot;" });
        escape(out, part);
    }
    out.push('"');
}

/// Writes a text. What XML 1.0 §2.2 has no place for is left out; a carriage return is written as a
/// reference, because readers of XML take a bare one away (§2.11) and iCalendar's lines end in it.
fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(c),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dav::xml;
    use proptest::prelude::*;

    #[test]
    fn names_come_back_in_their_namespaces() {
        let names = [
            Name::new("urn:b", "x"),
            Name::new(DAV, "y"),
            Name::new("", "z"),
            Name::new("urn:<a>&\"", "w"),
        ];
        let mut xml = Xml::new("D:prop", names.iter());
        names.iter().for_each(|name| xml.named(name));
        let read = xml::read(xml.end().as_bytes()).unwrap().unwrap();
        let read: Vec<_> = read.children.into_iter().map(|child| child.name).collect();
        assert_eq!(read, names);
    }

    proptest! {
        #[test]
        fn texts_read_back_without_what_xml_cannot_hold(text in any::<String>()) {
            let mut xml = Xml::new("D:error", std::iter::empty());
            xml.text_in("D:displayname", &text, &text);
            let read = xml::read(xml.end().as_bytes()).unwrap().unwrap();
            let holds = |c: &char| {
                matches!(c, '\t' | '\n' | '\r') || (*c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'))
            };
            let want: String = text.chars().filter(holds).collect();
            prop_assert_eq!(&read.children[0].text, &want);
        }
    }
}
