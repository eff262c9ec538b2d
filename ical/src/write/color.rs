//! RFC 7986 §5.9 wants a CSS3 colour name where calendars have an RGB value.

use domain::calendar::Color;

/// Names that are far enough apart to tell calendars apart.
const NAMES: [(&str, [u8; 3]); 32] = [
    ("black", [0, 0, 0]),
    ("brown", [165, 42, 42]),
    ("cadetblue", [95, 158, 160]),
    ("chocolate", [210, 105, 30]),
    ("coral", [255, 127, 80]),
    ("cornflowerblue", [100, 149, 237]),
    ("crimson", [220, 20, 60]),
    ("darkblue", [0, 0, 139]),
    ("darkgoldenrod", [184, 134, 11]),
    ("darkorange", [255, 140, 0]),
    ("darkslateblue", [72, 61, 139]),
    ("darkslategray", [47, 79, 79]),
    ("deeppink", [255, 20, 147]),
    ("deepskyblue", [0, 191, 255]),
    ("firebrick", [178, 34, 34]),
    ("gold", [255, 215, 0]),
    ("gray", [128, 128, 128]),
    ("green", [0, 128, 0]),
    ("indigo", [75, 0, 130]),
    ("limegreen", [50, 205, 50]),
    ("mediumorchid", [186, 85, 211]),
    ("mediumvioletred", [199, 21, 133]),
    ("navy", [0, 0, 128]),
    ("olivedrab", [107, 142, 35]),
    ("palevioletred", [219, 112, 147]),
    ("red", [255, 0, 0]),
    ("royalblue", [65, 105, 225]),
    ("saddlebrown", [139, 69, 19]),
    ("seagreen", [46, 139, 87]),
    ("steelblue", [70, 130, 180]),
    ("teal", [0, 128, 128]),
    ("white", [255, 255, 255]),
];

/// The nearest name by distance in RGB; the first in the alphabet of equally near ones.
pub(super) fn nearest_name(color: Color) -> &'static str {
    let distance = |name: &[u8; 3]| -> u32 {
        let parts = name.iter().zip(color.rgb);
        parts.map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
    };
    NAMES
        .iter()
        .min_by_key(|(_, rgb)| distance(rgb))
        .map_or("steelblue", |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_nearest_to_itself() {
        for (name, rgb) in NAMES {
            assert_eq!(nearest_name(Color { rgb }), name);
        }
        let rgb = [0xb4, 0x2f, 0x2f];
        assert_eq!(nearest_name(Color { rgb }), "brown");
    }
}
