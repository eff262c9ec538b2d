//! A small picture of flat shapes and text, in pure arithmetic: the same picture always has the
//! same bytes.

use ab_glyph::{Font, FontRef, GlyphId, PxScale, ScaleFont, point};
use std::sync::LazyLock;

/// Modern Hangul, Latin and common signs (`fonts/README.md`).
static FONT: LazyLock<Option<FontRef<'static>>> = LazyLock::new(|| {
    FontRef::try_from_slice(include_bytes!("../../fonts/almanac-hangul.otf")).ok()
});

/// Most characters of one text that are looked at, whatever it is.
pub const MOST_CHARS: usize = 400;

/// Red, green, blue.
pub type Rgb = [u8; 3];

/// A rectangle in pixels from the upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub w: f32,
    /// Height.
    pub h: f32,
}

/// The picture.
pub struct Canvas {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

impl Canvas {
    /// A picture of one colour.
    pub fn new(width: u32, height: u32, paper: Rgb) -> Self {
        let count = width as usize * height as usize;
        Self {
            width,
            height,
            pixels: paper.repeat(count),
        }
    }

    /// Width and height.
    pub const fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// Rows from the top, three bytes a pixel.
    pub fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.pixels.chunks_exact(self.width as usize * 3)
    }

    /// Mixes a colour into a pixel; what lies outside is left out.
    fn mix(&mut self, x: i64, y: i64, color: Rgb, coverage: f32) {
        let inside =
            (0..i64::from(self.width)).contains(&x) && (0..i64::from(self.height)).contains(&y);
        if !inside {
            return;
        }
        let at = (y as usize * self.width as usize + x as usize) * 3;
        let share = coverage.clamp(0.0, 1.0);
        for (old, new) in self.pixels[at..at + 3].iter_mut().zip(color) {
            *old = (f32::from(*old) * (1.0 - share) + f32::from(new) * share).round() as u8;
        }
    }

    /// A rectangle with round corners.
    pub fn fill(&mut self, rect: Rect, radius: f32, color: Rgb) {
        let (right, bottom) = (rect.x + rect.w, rect.y + rect.h);
        let radius = radius.min(rect.w / 2.0).min(rect.h / 2.0);
        let (half_w, half_h) = (rect.w / 2.0, rect.h / 2.0);
        for y in rect.y as i64..bottom.ceil() as i64 {
            for x in rect.x as i64..right.ceil() as i64 {
                // Distance to the edge, negative inside.
                let dx = (x as f32 + 0.5 - rect.x - half_w).abs() - half_w + radius;
                let dy = (y as f32 + 0.5 - rect.y - half_h).abs() - half_h + radius;
                let corner = dx.max(0.0).hypot(dy.max(0.0)) + dx.max(dy).min(0.0);
                self.mix(x, y, color, 0.5 - (corner - radius));
            }
        }
    }

    /// An empty box, where a character is not in the font.
    fn hollow(&mut self, rect: Rect, color: Rgb) {
        let line = (rect.h / 16.0).max(1.0);
        let bottom = rect.y + rect.h - line;
        let right = rect.x + rect.w - line;
        let across = |y| Rect { y, h: line, ..rect };
        let down = |x| Rect { x, w: line, ..rect };
        for side in [across(rect.y), across(bottom), down(rect.x), down(right)] {
            self.fill(side, 0.0, color);
        }
    }

    /// Writes one line with its baseline at `y`; returns where it ends.
    pub fn text(&mut self, text: &str, (x, y): (f32, f32), size: f32, color: Rgb) -> f32 {
        let Some(font) = FONT.as_ref() else { return x };
        let scale = scale(font, size);
        let mut at = x;
        for sign in signs(font, text) {
            let Some(id) = sign else {
                let side = size * 0.72;
                let rect = Rect {
                    x: at + size * 0.06,
                    y: y - side,
                    w: side,
                    h: side,
                };
                self.hollow(rect, color);
                at += size * MISSING;
                continue;
            };
            let glyph = id.with_scale_and_position(scale, point(at, y));
            if let Some(outline) = font.outline_glyph(glyph) {
                let bounds = outline.px_bounds();
                let (left, top) = (bounds.min.x as i64, bounds.min.y as i64);
                outline.draw(|dx, dy, coverage| {
                    self.mix(left + i64::from(dx), top + i64::from(dy), color, coverage);
                });
            }
            at += font.as_scaled(scale).h_advance(id);
        }
        at
    }
}

/// Width of a character that is not in the font, in em.
const MISSING: f32 = 0.84;

/// From a size in the usual sense, of the em square, to what `ab_glyph` scales by: the font's height.
fn scale(font: &FontRef<'static>, size: f32) -> PxScale {
    let em = font.units_per_em().unwrap_or(1000.0);
    PxScale::from(size * font.height_unscaled() / em)
}

/// Width of a line.
pub fn width(text: &str, size: f32) -> f32 {
    let Some(font) = FONT.as_ref() else {
        return 0.0;
    };
    let scaled = font.as_scaled(scale(font, size));
    signs(font, text)
        .map(|sign| sign.map_or(size * MISSING, |id| scaled.h_advance(id)))
        .sum()
}

/// What is drawn for a text: glyphs, and `None` for what the font lacks. What shows nothing by
/// itself is left out; what is joined to a sign before it belongs to that sign.
fn signs<'a>(
    font: &'a FontRef<'static>,
    text: &'a str,
) -> impl Iterator<Item = Option<GlyphId>> + 'a {
    let mut joined = false;
    text.chars().take(MOST_CHARS).filter_map(move |c| {
        let glue = c == '\u{200d}';
        let after_glue = std::mem::replace(&mut joined, glue);
        if glue || shows_nothing(c) {
            return None;
        }
        let id = font.glyph_id(c);
        match id {
            GlyphId(0) if after_glue => None,
            GlyphId(0) => Some(None),
            id => Some(Some(id)),
        }
    })
}

/// Controls, directions, joiners, selectors and skin tones.
fn shows_nothing(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Breaks a text into at most `most` lines of at most `room` pixels: between words, inside one
/// only where it alone is too wide. What is left over is an ellipsis at the end.
pub fn wrap(text: &str, room: f32, size: f32, most: usize) -> Vec<String> {
    let text: String = text.chars().take(MOST_CHARS).collect();
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let longer = match line.as_str() {
            "" => word.to_owned(),
            begun => format!("{begun} {word}"),
        };
        if width(&longer, size) <= room {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for c in word.chars() {
            if !line.is_empty() && width(&format!("{line}{c}"), size) > room {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
        if lines.len() > most {
            break;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            while !last.is_empty() && width(&format!("{last}…"), size) > room {
                last.pop();
            }
            last.truncate(last.trim_end().len());
            last.push('…');
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_font_has_all_modern_syllables_and_the_signs_of_schedules() {
        let font = FONT.as_ref().unwrap();
        let has = |c: char| font.glyph_id(c) != GlyphId(0);
        assert!(('가'..='힣').all(has));
        assert!(
            "0123456789AZaz:~–—·…()[]/&-,.'\"#%!?→ㄱㅎㅏㅣ①★「」"
                .chars()
                .all(has)
        );
    }

    #[test]
    fn a_size_is_that_of_the_em() {
        // A syllable of this font is 0.86 em wide.
        assert!(
            (80.0..95.0).contains(&width("가", 100.0)),
            "{}",
            width("가", 100.0)
        );
    }

    #[test]
    fn what_the_font_lacks_is_a_box_and_what_shows_nothing_takes_no_room() {
        assert_eq!(width("漢", 100.0), 84.0);
        assert_eq!(width("👨\u{200d}👩\u{200d}👧", 100.0), 84.0);
        assert_eq!(width("\u{202e}\u{200b}\u{7}", 100.0), 0.0);
        let mut canvas = Canvas::new(100, 100, [255; 3]);
        canvas.text("漢", (0.0, 90.0), 100.0, [0; 3]);
        let dark = canvas.rows().flatten().filter(|b| **b < 128).count();
        assert!(dark > 300, "{dark}");
    }

    #[test]
    fn lines_break_between_words_and_end_in_an_ellipsis() {
        let size = 50.0;
        let lines = wrap("롯데 자이언츠와 두산 베어스의 경기", 400.0, size, 3);
        assert_eq!(lines, ["롯데 자이언츠와", "두산 베어스의 경기"]);
        let cut = wrap(&"아주긴이름".repeat(50), 400.0, size, 2);
        assert_eq!(cut.len(), 2);
        assert!(cut[1].ends_with('…'));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn no_text_breaks_the_canvas(text: String, size in 1.0f32..200.0, most in 1usize..4) {
            let lines = wrap(&text, 300.0, size, most);
            prop_assert!(lines.len() <= most);
            let mut canvas = Canvas::new(40, 30, [255; 3]);
            for line in &lines {
                canvas.text(line, (-20.0, 20.0), size, [0; 3]);
            }
            prop_assert_eq!(canvas.rows().count(), 30);
        }
    }
}
