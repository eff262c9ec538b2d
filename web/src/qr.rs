//! An address as a QR code (ISO/IEC 18004) that a phone's camera reads from a screen: one path of
//! an SVG picture, coloured by the style sheet.

use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write as _;

/// Empty modules around the code, as the standard wants.
const QUIET: i32 = 4;

/// The code as an SVG path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qr {
    /// Width and height in modules, the quiet zone included.
    pub side: i32,
    /// The dark modules.
    pub path: String,
}

impl Qr {
    /// The code of an address; `None` where it is too long for any code.
    pub fn of(address: &str) -> Option<Self> {
        let code = QrCode::encode_text(address, QrCodeEcc::Medium).ok()?;
        let side = code.size();
        let mut path = String::new();
        for y in 0..side {
            let mut x = 0;
            while x < side {
                let run = (x..side).take_while(|x| code.get_module(*x, y)).count();
                let run = i32::try_from(run).unwrap_or(0);
                if run > 0 {
                    // Writing to a String cannot fail.
                    let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
                }
                x += run.max(1);
            }
        }
        Some(Self {
            side: side + 2 * QUIET,
            path,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_fills_the_dark_modules_and_no_others() {
        let address = "https://almanac.example/calendars/giants/subscribe";
        let qr = Qr::of(address).unwrap();
        let code = QrCode::encode_text(address, QrCodeEcc::Medium).unwrap();
        let mut filled = std::collections::BTreeSet::new();
        for run in qr.path.split('M').skip(1) {
            let (place, rest) = run.split_once('h').unwrap();
            let (x, y) = place.split_once(' ').unwrap();
            let (x, y): (i32, i32) = (x.parse().unwrap(), y.parse().unwrap());
            let length: i32 = rest.split_once('v').unwrap().0.parse().unwrap();
            filled.extend((x..x + length).map(|x| (x - QUIET, y - QUIET)));
        }
        for y in 0..code.size() {
            for x in 0..code.size() {
                assert_eq!(filled.contains(&(x, y)), code.get_module(x, y), "{x} {y}");
            }
        }
        assert_eq!(qr.side, code.size() + 8);
    }

    #[test]
    fn an_address_too_long_for_a_code_has_none() {
        assert_eq!(Qr::of(&"x".repeat(5000)), None);
    }
}
