//! Numbers in decimal digits, written without allocation.

/// The digits of one number.
#[derive(Clone, Copy)]
pub(super) struct Digits {
    text: [u8; 20],
    from: usize,
}

impl Digits {
    /// A number as it is.
    pub(super) fn of(value: u64) -> Self {
        Self::padded(value, 1)
    }

    /// A number with zeros before it up to `width` digits, at most 20.
    pub(super) fn padded(value: u64, width: usize) -> Self {
        let mut digits = Self {
            text: [b'0'; 20],
            from: 20,
        };
        let mut rest = value;
        for (place, slot) in digits.text.iter_mut().enumerate().rev() {
            if rest == 0 && 20 - digits.from >= width {
                break;
            }
            *slot = b"0123456789"[(rest % 10) as usize];
            rest /= 10;
            digits.from = place;
        }
        digits
    }

    pub(super) fn as_str(&self) -> &str {
        // Only ASCII is ever written into it.
        std::str::from_utf8(&self.text[self.from..]).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn zeros_fill_up_and_never_cut() {
        assert_eq!(Digits::of(0).as_str(), "0");
        assert_eq!(Digits::padded(7, 6).as_str(), "000007");
        assert_eq!(Digits::padded(1234567, 6).as_str(), "1234567");
    }

    proptest! {
        #[test]
        fn every_number_is_written_as_it_is(value in any::<u64>()) {
            let digits = Digits::of(value);
            prop_assert_eq!(digits.as_str(), value.to_string());
        }
    }
}
