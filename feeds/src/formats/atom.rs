//! Atom (RFC 4287).

use super::xml::{attribute, element, escape};
use super::{Channel, Entry};
use jiff::Timestamp;

/// The media type.
pub const MEDIA_TYPE: &str = "application/atom+xml; charset=utf-8";

/// Writes a channel. What it holds is plain text.
pub fn write(channel: &Channel) -> Vec<u8> {
    let mut out = String::with_capacity(1024 + channel.entries.len() * 700);
    out.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    out.push_str("<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"");
    escape(&mut out, channel.lang.as_str());
    out.push_str("\">\n");
    // A feed's id never changes (§4.2.6): the address that it was first found under does not.
    element(&mut out, "id", &channel.address);
    element(&mut out, "title", &channel.title);
    if !channel.description.is_empty() {
        element(&mut out, "subtitle", &channel.description);
    }
    link(&mut out, "self", "application/atom+xml", &channel.address);
    link(&mut out, "alternate", "text/html", &channel.home);
    // When anything in it last changed, not when it was written; an empty feed has never changed.
    let last = channel.entries.iter().map(|entry| entry.modified).max();
    element(&mut out, "updated", &date(last.unwrap_or_default()));
    // §4.1.1 wants an author: the feed speaks for the entries that name none.
    out.push_str("<author>\n");
    element(&mut out, "name", &channel.title);
    out.push_str("</author>\n");
    for one in &channel.entries {
        entry(&mut out, one);
    }
    out.push_str("</feed>\n");
    out.into_bytes()
}

fn entry(out: &mut String, entry: &Entry) {
    out.push_str("<entry>\n");
    element(out, "id", &entry.id);
    element(out, "title", &entry.title);
    link(out, "alternate", "text/html", &entry.address);
    element(out, "published", &date(entry.published));
    element(out, "updated", &date(entry.modified));
    for tag in &entry.tags {
        out.push_str("<category");
        attribute(out, "term", tag);
        out.push_str("/>\n");
    }
    if let Some(author) = &entry.author {
        out.push_str("<author>\n");
        element(out, "name", &author.name);
        if let Some(address) = &author.address {
            element(out, "uri", address);
        }
        out.push_str("</author>\n");
        if let Some(licence) = &author.licence {
            element(out, "rights", licence);
        }
    }
    out.push_str("<content type=\"text\">");
    escape(out, &entry.text);
    out.push_str("</content>\n</entry>\n");
}

fn link(out: &mut String, rel: &str, kind: &str, address: &str) {
    out.push_str("<link");
    attribute(out, "rel", rel);
    attribute(out, "type", kind);
    attribute(out, "href", address);
    out.push_str("/>\n");
}

/// RFC 3339.
fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::samples::channel;
    use crate::formats::xml::tests::is_well_formed;
    use proptest::prelude::*;

    fn written(text: &str) -> String {
        String::from_utf8(write(&channel(text))).unwrap()
    }

    #[test]
    fn a_feed_says_what_atom_asks_for() {
        let xml = written("경기 & <b>");
        for part in [
            "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"ko\">",
            "<id>https://almanac.example/feeds/x.rss</id>",
            "<updated>2026-11-22T10:00:00Z</updated>",
            "<author>\n<name>경기 &amp; &lt;b&gt;</name>",
            "<content type=\"text\">경기 &amp; &lt;b&gt;</content>",
            "<category term=\"경기 &amp; &lt;b&gt;\"/>",
        ] {
            assert!(xml.contains(part), "{part} not in {xml}");
        }
    }

    proptest! {
        #[test]
        fn any_text_leaves_the_feed_well_formed(chars in proptest::collection::vec(any::<char>(), 0..40)) {
            let text: String = chars.into_iter().collect();
            let xml = written(&text);
            prop_assert!(is_well_formed(&xml), "{}", xml);
        }
    }
}
