//! Roles, addresses, passwords and waits.

use super::*;
use proptest::prelude::*;

fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

#[test]
fn every_role_reads_back_and_nothing_else_is_one() {
    for role in Role::ALL {
        assert_eq!(Role::parse(role.as_str()), Some(*role));
    }
    for bad in ["", "Admin", "admin ", "root", "owner"] {
        assert_eq!(Role::parse(bad), None, "{bad:?}");
    }
}

#[test]
fn addresses_are_read_in_lower_case() {
    for (text, want) in [
        ("Ann@Example.org", "ann@example.org"),
        ("  a.b+c@mail.example.co.kr\n", "a.b+c@mail.example.co.kr"),
        ("o'neil@x.io", "o'neil@x.io"),
    ] {
        assert_eq!(email(text).as_str(), want);
    }
}

#[test]
fn what_could_mean_something_to_a_mail_server_is_refused() {
    let long_local = format!("{}@x.io", "a".repeat(65));
    let long = format!("a@{}x.io", "b.".repeat(130));
    for bad in [
        "",
        "@",
        "a@",
        "@x.io",
        "a@b",
        "a b@x.io",
        "a@x.io, b@x.io",
        "a@@x.io",
        ".a@x.io",
        "a..b@x.io",
        "a@x..io",
        "a@-x.io",
        "\"a\"@x.io",
        "a(b)@x.io",
        "<a@x.io>",
        "a@[127.0.0.1]",
        "a@x.io\r\nBcc: b@x.io",
        "a\0@x.io",
        "é@x.io",
        "a@한글.kr",
        &long_local,
        &long,
    ] {
        assert_eq!(Email::parse(bad), None, "{bad:?}");
    }
}

#[test]
fn passwords_are_judged_by_length_and_by_what_everybody_tries() {
    let own = email("minji.kim@almanac.example");
    let judge = |password: &str| check_password(password, &own, "Minji Kim");
    for good in [
        "correct horse battery staple",
        "길고 외우기 쉬운 문장",
        "tr0ub4dor&3",
        "        9",
        &"가".repeat(PASSWORD_MOST - 1).replace("가가", "가나"),
    ] {
        assert_eq!(judge(good), Ok(()), "{good}");
    }
    for (bad, why) in [
        ("", WeakPassword::Short),
        ("seven77", WeakPassword::Short),
        ("일곱글자예요", WeakPassword::Short),
        (&*"ab".repeat(129), WeakPassword::Long),
        ("password", WeakPassword::Common),
        ("PassWord123", WeakPassword::Common),
        ("aaaaaaaaaaaa", WeakPassword::Common),
        ("98765432", WeakPassword::Common),
        ("ijklmnopq", WeakPassword::Common),
        ("tkfkdgo12", WeakPassword::Common),
        ("minji.kim@almanac.example", WeakPassword::Obvious),
        ("Minji.Kim", WeakPassword::Obvious),
        ("Minji Kim 2026!", WeakPassword::Obvious),
        ("almanac1", WeakPassword::Obvious),
        ("AlmanacAlmanac", WeakPassword::Obvious),
    ] {
        assert_eq!(judge(bad), Err(why), "{bad}");
    }
}

#[test]
fn a_name_is_one_line_and_never_missing() {
    let own = email("ann@example.org");
    assert_eq!(clean_name(" Ann\r\nLee ", &own), "Ann Lee");
    assert_eq!(clean_name("\u{202e} ", &own), "ann");
    assert_eq!(
        clean_name(&"가".repeat(99), &own).chars().count(),
        NAME_CHARS
    );
}

#[test]
fn e10_waits_double_to_a_limit_and_are_forgotten() {
    let start: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
    let failed = |count| Failures { count, last: start };
    let later = |seconds| start + SignedDuration::from_secs(seconds);
    let wait = |count, seconds| PER_ACCOUNT.wait(failed(count), later(seconds)).as_secs();
    for (count, after, want) in [
        (0, 0, 0),
        (4, 0, 0),
        (5, 0, 1),
        (5, 1, 0),
        (6, 0, 2),
        (8, 3, 5),
        (11, 0, 60),
        (i64::MAX, 0, 60),
        (i64::MAX, 60, 0),
        (50, 24 * 3600, 0),
        // A clock that was put back by a day.
        (8, -24 * 3600, 8),
    ] {
        assert_eq!(
            wait(count, after),
            want,
            "{count} failures, after {after} s"
        );
    }
    assert_eq!(failed(7).and_one_at(later(5)).count, 8);
    assert_eq!(failed(7).and_one_at(later(24 * 3600)).count, 1);
}

proptest! {
    #[test]
    fn an_address_that_is_read_reads_again_as_itself(text in "[A-Za-z0-9.+_-]{1,12}@[a-z0-9.-]{1,20}") {
        if let Some(read) = Email::parse(&text) {
            prop_assert_eq!(Email::parse(read.as_str()), Some(read.clone()));
            prop_assert!(read.as_str().bytes().all(|b| b.is_ascii_graphic()));
        }
    }

    #[test]
    fn no_text_is_too_odd(text: String) {
        let own = email("ann@example.org");
        let _ = Email::parse(&text);
        let _ = check_password(&text, &own, &text);
        prop_assert!(!clean_name(&text, &own).is_empty());
    }

    #[test]
    fn nobody_waits_longer_than_the_limit_and_more_failures_never_wait_less(
        count in 0..100i64, after in -100_000..100_000i64,
    ) {
        let last: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        let now = last + SignedDuration::from_secs(after);
        for throttle in [PER_ACCOUNT, PER_NETWORK] {
            let one = throttle.wait(Failures { count, last }, now);
            let more = throttle.wait(Failures { count: count + 1, last }, now);
            prop_assert!(one <= throttle.longest && one >= SignedDuration::ZERO && one <= more);
        }
    }
}
