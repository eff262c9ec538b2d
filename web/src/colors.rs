//! The colours of calendars as a generated, versioned style sheet (R30): pages carry a class, no
//! inline style. Each colour is moved towards ink (in the light) or paper (in the dark) until it
//! stands out by 3:1 from the page, as WCAG 2.2 §1.4.11 wants of graphics.

use domain::calendar::Color;
use std::collections::BTreeSet;
use std::fmt::Write;

const PAPER_LIGHT: [u8; 3] = [0xfb, 0xfa, 0xf7];
const PAPER_DARK: [u8; 3] = [0x14, 0x15, 0x16];
const CONTRAST: f64 = 3.0;

/// The class that gives an element a calendar's colour, as the custom property `--cal`.
pub fn class(color: Color) -> String {
    let [r, g, b] = color.rgb;
    format!("cal-{r:02x}{g:02x}{b:02x}")
}

/// A set of colours and the style sheet that names them. The address says which colours, so that
/// the sheet is made from its address alone and may be kept for ever; how the colours are mixed is
/// therefore part of the address, too: whoever changes it changes `FIRST_WORD`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColorSheet(BTreeSet<[u8; 3]>);

/// What the file names of colour sheets begin with.
const FIRST_WORD: &str = "colors-";
/// Most colours of one sheet; a page that shows more lets the last ones look like the accent.
const MOST_COLORS: usize = 64;

impl ColorSheet {
    /// The sheet for these colours, whatever their order and however often they stand there.
    pub fn of(colors: impl IntoIterator<Item = Color>) -> Self {
        let set: BTreeSet<[u8; 3]> = colors.into_iter().map(|c| c.rgb).collect();
        Self(set.into_iter().take(MOST_COLORS).collect())
    }

    /// The sheet of exactly this file name; `None` for names that [`ColorSheet::address`] would
    /// not write.
    pub fn named(name: &str) -> Option<Self> {
        let words = name.strip_prefix(FIRST_WORD)?.strip_suffix(".css")?;
        let colors: Option<Vec<Color>> = words.split('-').map(color).collect();
        let sheet = Self::of(colors?);
        (sheet.name() == name).then_some(sheet)
    }

    fn name(&self) -> String {
        let hex = |[r, g, b]: &[u8; 3]| format!("{r:02x}{g:02x}{b:02x}");
        let words: Vec<String> = self.0.iter().map(hex).collect();
        format!("{FIRST_WORD}{}.css", words.join("-"))
    }

    /// Its address; `None` where there is no colour.
    pub fn address(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| format!("/assets/{}", self.name()))
    }

    /// Its content.
    pub fn css(&self) -> String {
        let (mut light, mut dark) = (String::new(), String::new());
        for rgb in &self.0 {
            let name = class(Color { rgb: *rgb });
            let on_light = standing_out(*rgb, PAPER_LIGHT, [0, 0, 0]);
            let on_dark = standing_out(*rgb, PAPER_DARK, [255, 255, 255]);
            // Writing to a String cannot fail.
            let _ = write!(light, ".{name}{{--cal:{on_light}}}");
            let _ = write!(dark, ".{name}{{--cal:{on_dark}}}");
        }
        format!("{light}@media(prefers-color-scheme:dark){{{dark}}}")
    }
}

/// Reads six lower-case hexadecimal digits.
fn color(word: &str) -> Option<Color> {
    let plain = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    let is_plain = word.len() == 6 && word.bytes().all(plain);
    is_plain.then(|| Color::parse(&format!("#{word}")))?
}

/// The first of the colour's mixtures with `toward` that stands out from `paper`.
fn standing_out(rgb: [u8; 3], paper: [u8; 3], toward: [u8; 3]) -> Color {
    let mixtures = (0..=20u16).map(|step| Color {
        rgb: std::array::from_fn(|i| mix(rgb[i], toward[i], step)),
    });
    let enough = |c: &Color| contrast(c.rgb, paper) >= CONTRAST;
    mixtures
        .into_iter()
        .find(enough)
        .unwrap_or(Color { rgb: toward })
}

/// `step` twentieths of the way from one channel value to another.
fn mix(from: u8, to: u8, step: u16) -> u8 {
    let sum = u16::from(from) * (20 - step) + u16::from(to) * step;
    // At most 255 * 20 / 20.
    u8::try_from(sum / 20).unwrap_or(u8::MAX)
}

/// WCAG 2.2 contrast ratio, 1 to 21.
fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// WCAG 2.2 relative luminance, 0 to 1.
fn luminance(rgb: [u8; 3]) -> f64 {
    let [r, g, b] = rgb.map(|byte| {
        let c = f64::from(byte) / 255.0;
        if c <= 0.04045 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_sheet_is_made_from_its_address_alone() {
        let one = Color { rgb: [1, 2, 3] };
        let two = Color { rgb: [200, 2, 3] };
        let sheet = ColorSheet::of([two, one, two]);
        let address = sheet.address().unwrap();
        assert_eq!(address, "/assets/colors-010203-c80203.css");
        let name = address.strip_prefix("/assets/").unwrap();
        assert_eq!(ColorSheet::named(name), Some(sheet));
        let css = ColorSheet::of([two]).css();
        assert!(css.contains(".cal-c80203{--cal:#C80203}"), "{css}");
        assert_eq!(ColorSheet::of([]).address(), None);
    }

    #[test]
    fn e15_names_that_no_page_writes_name_no_sheet() {
        let many: Vec<String> = (0..65).map(|n| format!("{n:06x}")).collect();
        let many = format!("colors-{}.css", many.join("-"));
        for bad in [
            "colors-.css",
            "colors-c80203-010203.css",
            "colors-010203-010203.css",
            "colors-C80203.css",
            "colors-+80203.css",
            "colors-0102.css",
            "colors-../../etc/passwd.css",
            "colors-010203",
            &many,
        ] {
            assert_eq!(ColorSheet::named(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_page_with_too_many_colours_still_has_a_sheet() {
        let many = (0..100u8).map(|n| Color { rgb: [n, 0, 0] });
        let address = ColorSheet::of(many).address().unwrap();
        assert!(address.len() < 500, "{address}");
        assert!(ColorSheet::named(address.strip_prefix("/assets/").unwrap()).is_some());
    }

    proptest! {
        #[test]
        fn every_colour_stands_out_on_both_papers(rgb: [u8; 3]) {
            let light = standing_out(rgb, PAPER_LIGHT, [0, 0, 0]);
            let dark = standing_out(rgb, PAPER_DARK, [255, 255, 255]);
            prop_assert!(contrast(light.rgb, PAPER_LIGHT) >= CONTRAST);
            prop_assert!(contrast(dark.rgb, PAPER_DARK) >= CONTRAST);
        }
    }
}
