//! Elements and escaped text of XML, for the formats that are made of it.

/// `<name>text</name>` on a line of its own.
pub(super) fn element(out: &mut String, name: &str, text: &str) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    escape(out, text);
    out.push_str("</");
    out.push_str(name);
    out.push_str(">\n");
}

/// Writes a text; what XML 1.0 §2.2 has no place for is left out.
pub(super) fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(c),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
}

/// ` name="value"`. A line end that is written as it is would be read as a space (XML 1.0 §3.3.3).
pub(super) fn attribute(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    let mut rest = value;
    while let Some(at) = rest.find(['\t', '\n']) {
        escape(out, &rest[..at]);
        out.push_str(if rest[at..].starts_with('\t') {
            "&#9;"
        } else {
            "&#10;"
        });
        rest = &rest[at + 1..];
    }
    escape(out, rest);
    out.push('"');
}

#[cfg(test)]
pub(super) mod tests {
    //! What well-formed means for our own output.

    /// Well-formed as far as our own output goes: every tag that is opened is closed in its turn,
    /// and between tags stands nothing but escaped text of allowed characters.
    pub(in crate::formats) fn is_well_formed(xml: &str) -> bool {
        let mut open: Vec<String> = Vec::new();
        let mut rest = xml;
        while let Some((text, after)) = rest.split_once('<') {
            let Some((tag, next)) = after.split_once('>') else {
                return false;
            };
            if !is_text(text) || !tag.chars().all(is_xml) {
                return false;
            }
            let name = tag.trim_start_matches('/').split(' ').next().unwrap();
            match tag {
                tag if tag.starts_with('?') || tag.ends_with('/') => {}
                tag if tag.starts_with('/') => {
                    if open.pop().as_deref() != Some(name) {
                        return false;
                    }
                }
                _ => open.push(name.to_owned()),
            }
            rest = next;
        }
        open.is_empty() && rest.trim().is_empty()
    }

    fn is_text(text: &str) -> bool {
        let named = ["amp;", "lt;", "gt;", "quot;"];
        let known = |after: &str| named.iter().any(|name| after.starts_with(name));
        !text.contains('>') && text.chars().all(is_xml) && text.split('&').skip(1).all(known)
    }

    /// XML 1.0 §2.2.
    fn is_xml(c: char) -> bool {
        matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..)
    }
}
