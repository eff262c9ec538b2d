//! Recovery codes: for the day on which the phone is lost. Ten, shown once, each good once. They are
//! random, so a plain digest is kept of each.

use domain::id::PersonId;
use domain::key::digest;

/// How many there are.
pub const CODES: usize = 10;
/// Letters that nobody mistakes for one another on paper.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
/// Letters of one code: 80 bits.
const LENGTH: usize = 16;

/// New codes, as they are shown.
pub fn fresh() -> Vec<String> {
    let code = |_| {
        let mut bits = store::random_bits();
        let mut code = String::with_capacity(LENGTH + 3);
        for n in 0..LENGTH {
            if n > 0 && n % 4 == 0 {
                code.push('-');
            }
            code.push(char::from(LETTERS[(bits & 31) as usize]));
            bits >>= 5;
        }
        code
    };
    (0..CODES).map(code).collect()
}

/// What is kept of a code: of one person's alone, so that equal codes of two look different. Case,
/// blanks and hyphens do not matter.
pub fn kept(person: PersonId, code: &str) -> [u8; 32] {
    let letters = code.chars().filter(char::is_ascii_alphanumeric).take(64);
    let plain: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    digest(&format!("recovery code of {person}: {plain}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use uuid::Uuid;

    #[test]
    fn codes_are_many_different_and_legible() {
        let codes = fresh();
        assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), CODES);
        for code in codes {
            assert_eq!(code.len(), LENGTH + 3, "{code}");
            assert!(!code.contains(['l', 'i', 'o', '1']), "{code}");
        }
        assert_eq!(LETTERS.iter().collect::<BTreeSet<_>>().len(), 32);
    }

    #[test]
    fn a_code_is_the_same_however_it_is_typed_and_belongs_to_one_person() {
        let person = |n| PersonId(Uuid::from_u128(n));
        let code = kept(person(1), "abcd-efgh-jkmn-pqrs");
        assert_eq!(code, kept(person(1), " ABCD EFGH jkmnpqrs\n"));
        assert_ne!(code, kept(person(1), "abcd-efgh-jkmn-pqrt"));
        assert_ne!(code, kept(person(2), "abcd-efgh-jkmn-pqrs"));
    }
}
