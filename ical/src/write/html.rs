//! The HTML of a description, for clients that show links only where they are marked up as such.
//! It is written into a TEXT value, so that both escapes apply: HTML's first, then RFC 5545's.
//! No outside text is ever markup.

use super::line::Line;

/// What stands before the text.
pub(super) const BEFORE: &str = "<html><body>";
/// What closes the markup after the text; never cut by a fold.
pub(super) const AFTER: &str = "</body></html>";

/// Writes plain text: markup in it is shown as it was typed, lines break where it breaks them,
/// web addresses can be clicked.
pub(super) fn text(line: &mut Line<'_>, text: &str) {
    for (place, row) in text.split('\n').enumerate() {
        if place > 0 {
            line_break(line);
        }
        let mut rest = row;
        while let Some((from, to)) = address(rest) {
            escaped(line, &rest[..from]);
            link(line, &rest[from..to]);
            rest = &rest[to..];
        }
        escaped(line, rest);
    }
}

/// Writes a web address that leads to itself.
pub(super) fn link(line: &mut Line<'_>, address: &str) {
    line.constant("<a href=\"");
    escaped(line, address);
    line.constant("\">");
    escaped(line, address);
    line.constant("</a>");
}

/// Writes a line break.
pub(super) fn line_break(line: &mut Line<'_>) {
    line.constant("<br>");
}

fn escaped(line: &mut Line<'_>, text: &str) {
    let mut rest = text;
    // All of them are ASCII: what stands before and after is text.
    while let Some(at) = rest.bytes().position(is_markup) {
        line.piece(&rest[..at]);
        // Their semicolons are escaped for the TEXT value.
        line.constant(match rest.as_bytes()[at] {
            b'&' => "&amp\\;",
            b'<' => "&lt\\;",
            b'>' => "&gt\\;",
            b'"' => "&quot\\;",
            _ => "&#39\\;",
        });
        rest = &rest[at + 1..];
    }
    line.piece(rest);
}

const fn is_markup(byte: u8) -> bool {
    matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'')
}

/// Where the first web address of a text begins and ends. It ends before the first byte that is
/// not ASCII, because Korean particles follow without a space, and before the punctuation of the
/// sentence around it.
fn address(text: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(step) = text.get(from..)?.find("http") {
        let at = from + step;
        let rest = &text[at..];
        let host = rest
            .strip_prefix("https://")
            .or_else(|| rest.strip_prefix("http://"));
        if let Some(host) = host {
            let len = host.bytes().take_while(|b| in_address(*b)).count();
            let whole = host[..len].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'']);
            if whole.starts_with(|c: char| c.is_ascii_alphanumeric()) {
                return Some((at, at + rest.len() - host.len() + whole.len()));
            }
        }
        from = at + "http".len();
    }
    None
}

/// ASCII that addresses hold (RFC 3986 §2).
const fn in_address(byte: u8) -> bool {
    byte.is_ascii_graphic()
        && !matches!(
            byte,
            b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &str) -> String {
        let mut out = Vec::new();
        let mut line = Line::new(&mut out, "X").open();
        text(&mut line, value);
        line.end();
        let folded = String::from_utf8(out).unwrap();
        folded.replace("\r\n ", "").trim_end()[2..].replace('\\', "")
    }

    #[test]
    fn markup_is_shown_and_addresses_lead_somewhere() {
        for (value, expected) in [
            (
                "<script>alert('1')</script>",
                "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;",
            ),
            ("a\nb", "a<br>b"),
            (
                "예매는 https://a.kr/?x=1&y=2에서, 문의는 (http://b.kr).",
                "예매는 <a href=\"https://a.kr/?x=1&amp;y=2\">https://a.kr/?x=1&amp;y=2</a>에서, \
                 문의는 (<a href=\"http://b.kr\">http://b.kr</a>).",
            ),
            (
                "http:// https://\" httpd javascript://x",
                "http:// https://&quot; httpd javascript://x",
            ),
            (
                "https://a.kr/\" onclick=\"x",
                "<a href=\"https://a.kr/\">https://a.kr/</a>&quot; onclick=&quot;x",
            ),
        ] {
            assert_eq!(written(value), expected);
        }
    }
}
