//! The colours of calendars as a generated, versioned style sheet (R30): pages carry a class, no
//! inline style. Each colour is moved towards ink (in the light) or paper (in the dark) until it
//! stands out by 3:1 from the page, as WCAG 2.2 §1.4.11 wants of graphics.

use crate::assets::hash;
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

/// A style sheet for a set of colours.
pub struct ColorSheet {
    css: String,
}

impl ColorSheet {
    /// The sheet for these colours, whatever their order and however often they stand there.
    pub fn of(colors: impl IntoIterator<Item = Color>) -> Self {
        let set: BTreeSet<[u8; 3]> = colors.into_iter().map(|c| c.rgb).collect();
        let (mut light, mut dark) = (String::new(), String::new());
        for rgb in set {
            let name = class(Color { rgb });
            let on_light = standing_out(rgb, PAPER_LIGHT, [0, 0, 0]);
            let on_dark = standing_out(rgb, PAPER_DARK, [255, 255, 255]);
            // Writing to a String cannot fail.
            let _ = write!(light, ".{name}{{--cal:{on_light}}}");
            let _ = write!(dark, ".{name}{{--cal:{on_dark}}}");
        }
        Self {
            css: format!("{light}@media(prefers-color-scheme:dark){{{dark}}}"),
        }
    }

    /// Its file name, which changes with its content.
    pub fn name(&self) -> String {
        format!("colors-{}.css", hash(&self.css))
    }

    /// Its address.
    pub fn address(&self) -> String {
        format!("/assets/{}", self.name())
    }

    /// Its content.
    pub fn into_css(self) -> String {
        self.css
    }
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
    fn the_name_changes_with_the_colours_only() {
        let one = Color { rgb: [1, 2, 3] };
        let two = Color { rgb: [200, 2, 3] };
        let name = |colors: &[Color]| ColorSheet::of(colors.iter().copied()).name();
        assert_eq!(name(&[one, two]), name(&[two, one, one]));
        assert_ne!(name(&[one]), name(&[one, two]));
        let css = ColorSheet::of([two]).into_css();
        assert!(css.contains(".cal-c80203{--cal:#C80203}"), "{css}");
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
