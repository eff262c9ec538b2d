//! Reading the XML of requests into a small tree. Hostile until read: no DOCTYPE, so no entities of
//! the sender's own; depth, elements and attributes are bounded, and names are such that they can
//! be written back.

use super::write::Name;
use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::{
    XmlVersion,
    escape::{resolve_predefined_entity, unescape},
};
use std::borrow::Cow;

/// Deepest nesting: calendar-query > filter > comp-filter > comp-filter > prop-filter > text-match
/// is six.
const DEPTH: usize = 16;
/// Most elements of one body.
const ELEMENTS: usize = 8_000;
/// Most attributes of one element, declarations of namespaces among them.
const ATTRIBUTES: usize = 32;
/// Most namespaces in scope at once: what they all cost is looked up again for every name.
const NAMESPACES: usize = 64;
/// Longest name, without its namespace, and longest name of a namespace, in bytes.
const NAME_BYTES: usize = 100;

/// Namespaces that no other prefix may be bound to (Namespaces in XML §3), so that names in them
/// could not be written back.
const RESERVED: [&str; 2] = [
    "http://www.w3.org/XML/1998/namespace",
    "http://www.w3.org/2000/xmlns/",
];

/// One element, with what is inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Element {
    pub name: Name,
    /// Those without a namespace, by name.
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Self>,
    /// All text directly inside, joined.
    pub text: String,
}

/// Why a body is not read. One word for all: a client that sends such a thing reads no details.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unreadable;

impl Element {
    /// An attribute's value.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let mut all = self.attributes.iter();
        all.find(|(is, _)| is == name).map(|(_, value)| &**value)
    }

    /// The first child of this name.
    pub(super) fn child(&self, space: &str, local: &str) -> Option<&Self> {
        self.children.iter().find(|one| one.name.is(space, local))
    }
}

/// Reads a document with one root. `Ok(None)` where there is nothing but white space.
pub(super) fn read(body: &[u8]) -> Result<Option<Element>, Unreadable> {
    let text = std::str::from_utf8(body).map_err(|_| Unreadable)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Ok(None);
    }
    let mut reader = NsReader::from_str(text);
    reader.resolver_mut().set_max_namespace_bindings(NAMESPACES);
    let mut tree = Tree::default();
    loop {
        let event = reader.read_event().map_err(|_| Unreadable)?;
        match event {
            Event::Start(start) => {
                let element = element(&reader, &start)?;
                tree.open(element)?;
            }
            Event::Empty(start) => {
                let element = element(&reader, &start)?;
                tree.open(element)?;
                tree.close()?;
            }
            Event::End(_) => tree.close()?,
            Event::Text(part) => tree.say(&part.xml10_content())?,
            Event::CData(part) => tree.say(&part.xml10_content())?,
            Event::GeneralRef(named) => {
                let known = match named.resolve_char_ref().map_err(|_| Unreadable)? {
                    Some(c) => c.to_string(),
                    None => resolve_predefined_entity(&named)
                        .ok_or(Unreadable)?
                        .to_owned(),
                };
                tree.say(&known)?;
            }
            Event::DocType(_) => return Err(Unreadable),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => return tree.end(),
        }
    }
}

/// The tree as far as it is read.
#[derive(Default)]
struct Tree {
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

impl Tree {
    fn open(&mut self, element: Element) -> Result<(), Unreadable> {
        self.elements += 1;
        let second = self.open.is_empty() && self.root.is_some();
        if second || self.open.len() >= DEPTH || self.elements > ELEMENTS {
            return Err(Unreadable);
        }
        self.open.push(element);
        Ok(())
    }

    fn close(&mut self) -> Result<(), Unreadable> {
        let closed = self.open.pop().ok_or(Unreadable)?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(closed),
            None => self.root = Some(closed),
        }
        Ok(())
    }

    fn say(&mut self, text: &str) -> Result<(), Unreadable> {
        match self.open.last_mut() {
            Some(inside) => inside.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(Unreadable),
        }
        Ok(())
    }

    fn end(self) -> Result<Option<Element>, Unreadable> {
        match (self.open.is_empty(), self.root) {
            (true, Some(root)) => Ok(Some(root)),
            _ => Err(Unreadable),
        }
    }
}

fn element(reader: &NsReader<&[u8]>, start: &BytesStart<'_>) -> Result<Element, Unreadable> {
    let (space, local) = reader.resolver().resolve_element(start.name());
    let space = match space {
        // The reader keeps a namespace as it was written.
        ResolveResult::Bound(space) => unescape(space.0).map_err(|_| Unreadable)?,
        ResolveResult::Unbound => Cow::Borrowed(""),
        ResolveResult::Unknown(_) => return Err(Unreadable),
    };
    let local = local.into_inner();
    if !is_name(local) || space.len() > NAME_BYTES || RESERVED.contains(&&*space) {
        return Err(Unreadable);
    }
    let mut attributes = Vec::new();
    for (count, attribute) in start.attributes().enumerate() {
        let attribute = attribute.map_err(|_| Unreadable)?;
        if count >= ATTRIBUTES {
            return Err(Unreadable);
        }
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|_| Unreadable)?;
        let key = attribute.key.0;
        if !key.contains(':') && key != "xmlns" {
            attributes.push((key.to_owned(), value.into_owned()));
        }
    }
    Ok(Element {
        name: Name::new(&space, local),
        attributes,
        children: Vec::new(),
        text: String::new(),
    })
}

/// A name without a colon (Namespaces in XML §3), of the characters that properties' names have;
/// others could break out of the answer that tells that the property is not known.
fn is_name(local: &str) -> bool {
    let first = |c: char| c == '_' || c.is_ascii_alphabetic();
    let later = |c: char| first(c) || c == '-' || c == '.' || c.is_ascii_digit();
    local.len() <= NAME_BYTES && local.starts_with(first) && local.chars().all(later)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one(text: &str) -> Element {
        read(text.as_bytes()).unwrap().unwrap()
    }

    #[test]
    fn elements_attributes_and_texts_are_read() {
        let root = one(
            "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- x --><A:a xmlns:A='DAV:'>\
             <b xmlns=\"urn:x\" n=\"1 &lt; &#50;\" A:m='y'>x &amp; <![CDATA[<y>]]>&#x20;z</b><A:c/></A:a>\n",
        );
        assert!(root.name.is("DAV:", "a"));
        let b = root.child("urn:x", "b").unwrap();
        assert_eq!(b.attribute("n"), Some("1 < 2"));
        assert_eq!(b.attribute("m"), None);
        assert_eq!(b.text, "x & <y> z");
        assert_eq!(root.child("DAV:", "c").map(|c| c.children.len()), Some(0));
        assert_eq!(read(b" \r\n"), Ok(None));
    }

    #[test]
    fn what_is_not_well_formed_or_too_clever_is_refused() {
        let deep = "<a>".repeat(40) + &"</a>".repeat(40);
        let many = format!("<a>{}</a>", "<b/>".repeat(9_000));
        let attributes: String = (0..40).map(|n| format!(" a{n}=\"\"")).collect();
        let attributes = format!("<a{attributes}/>");
        let spaces: String = (0..100).map(|n| format!(" xmlns:a{n}=\"x\"")).collect();
        let spaces = format!("<a{spaces}/>");
        let laughs = "<!DOCTYPE a [<!ENTITY x \"ha\"><!ENTITY y \"&x;&x;\">]><a>&y;</a>";
        for bad in [
            "<a>",
            "</a>",
            "<a></b>",
            "<a/><b/>",
            "text",
            "<a/>text",
            "<x:a/>",
            "<a b=1/>",
            "<a b=\"&no;\"/>",
            "<a>&no;</a>",
            "<a>&#0;</a>",
            "<a b='1' b='2'/>",
            "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
            laughs,
            "<1/>",
            "<가/>",
            "<xml:lang/>",
            "<a:b:c xmlns:a='x'/>",
            "<a\"/>",
            &format!("<{}/>", "n".repeat(200)),
            &format!("<a xmlns='{}'/>", "n".repeat(200)),
            &deep,
            &many,
            &attributes,
            &spaces,
        ] {
            assert_eq!(read(bad.as_bytes()), Err(Unreadable), "{bad:.80}");
        }
        assert_eq!(read(b"<a>\xff</a>"), Err(Unreadable));
        assert_eq!(
            read(
                "<a/>"
                    .encode_utf16()
                    .flat_map(u16::to_be_bytes)
                    .collect::<Vec<_>>()
                    .as_slice()
            ),
            Err(Unreadable)
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _either = read(&bytes);
        }

        #[test]
        fn anything_like_xml_is_read_without_harm(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "<", ">", "/", "</", "/>", "a", "b:", "xmlns", "=", "\"", "'", " ", "&", ";",
                    "#", "x", "<!--", "-->", "<![CDATA[", "]]>", "<?", "?>", "<!DOCTYPE", "DAV:",
                    "<a>", "</a>", "<a xmlns='DAV:'>", "&amp;", "&#x0;", "가", "\u{0}", "\u{fffe}",
                ]),
                0..40,
            ),
        ) {
            let _either = read(parts.concat().as_bytes());
        }
    }
}
