//! Codes of authenticator programs (TOTP, RFC 6238): six digits of 30 seconds, SHA-1, because that
//! is what all of them can. That a code counts once is the store's affair: what is told here is the
//! step that it belongs to.

use domain::people::Email;
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use totp_rs::{Algorithm, Builder, Totp};

/// Bytes of a secret: as many as SHA-1 has (RFC 4226 §4).
const SECRET_BYTES: usize = 20;
const STEP_SECONDS: u64 = 30;
const DIGITS: u8 = 6;
/// A phone's clock may be a step off to either side (RFC 6238 §5.2).
const SKEW: u16 = 1;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A new secret.
pub fn fresh_secret() -> Vec<u8> {
    let halves = [store::random_bits(), store::random_bits()];
    let bytes = halves.iter().flat_map(|half| half.to_le_bytes());
    bytes.take(SECRET_BYTES).collect()
}

/// The step whose code this is, at `now` or next to it; blanks between digits do not matter.
pub fn step_of(code: &str, secret: &[u8], now: Timestamp) -> Option<i64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != usize::from(DIGITS) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let now = u64::try_from(now.as_second()).ok()?;
    let step = totp(secret)?.check(&digits, now)?;
    i64::try_from(step).ok()
}

fn totp(secret: &[u8]) -> Option<Totp> {
    let built = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS)
        .with_skew(SKEW)
        .with_step_duration(STEP_SECONDS)
        .with_secret(secret.to_vec())
        .build();
    built.ok()
}

/// A secret as people type it: base 32 (RFC 4648 §6) in groups of four.
pub fn written(secret: &[u8]) -> String {
    let plain = base32(secret);
    let groups: Vec<&str> = plain
        .as_bytes()
        .chunks(4)
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    groups.join(" ")
}

fn base32(bytes: &[u8]) -> String {
    let (mut text, mut bits, mut held) = (String::new(), 0u32, 0);
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            text.push(char::from(BASE32[(bits >> held & 31) as usize]));
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        text.push(char::from(BASE32[(bits << (5 - held) & 31) as usize]));
    }
    text
}

/// What a phone's camera reads: the key URI that authenticator programs agree on. `issuer` is the
/// host of this installation.
pub fn key_uri(secret: &[u8], email: &Email, issuer: &str) -> String {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let (issuer, email) = (encode(issuer), encode(email.as_str()));
    let secret = base32(secret);
    format!("otpauth://totp/{issuer}:{email}?secret={secret}&issuer={issuer}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, the last six digits.
    const SEED: &[u8] = b"12345678901234567890";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_rfc_s_own_codes_are_taken_a_step_to_either_side() {
        for (second, code, step) in [
            (59, "287082", Some(1)),
            (89, "287082", Some(1)),
            (90, "287082", None),
            (29, "287 082", Some(1)),
            (1_111_111_109, "081804", Some(37_037_036)),
            (1_234_567_890, "005924", Some(41_152_263)),
            (20_000_000_000, "353130", Some(666_666_666)),
            (59, "287083", None),
            (59, "28708", None),
            (59, "2870820", None),
            (59, "٢٨٧٠٨٢", None),
            (59, "", None),
            (-59, "287082", None),
        ] {
            assert_eq!(step_of(code, SEED, at(second)), step, "{second} {code}");
        }
    }

    #[test]
    fn a_secret_is_written_as_phones_read_it() {
        for (bytes, text) in [
            (&b""[..], ""),
            (b"f", "MY"),
            (b"fo", "MZXQ"),
            (b"foo", "MZXW6"),
            (b"foob", "MZXW6YQ"),
            (b"fooba", "MZXW6YTB"),
            (b"foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(bytes), text);
        }
        assert_eq!(written(b"foobar"), "MZXW 6YTB OI");
        let email = Email::parse("ann+x@example.org").unwrap();
        assert_eq!(
            key_uri(b"foobar", &email, "a.example"),
            "otpauth://totp/a%2Eexample:ann%2Bx%40example%2Eorg?secret=MZXW6YTBOI&issuer=a%2Eexample"
        );
    }

    #[test]
    fn secrets_are_as_long_as_they_should_be_and_differ() {
        assert_eq!(fresh_secret().len(), SECRET_BYTES);
        assert_ne!(fresh_secret(), fresh_secret());
        assert!(totp(&fresh_secret()).is_some());
    }
}
