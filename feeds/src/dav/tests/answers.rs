//! The rules of the documents, one by one.

use super::*;
use proptest::prelude::*;

const EVENT: &str = "<C:comp-filter name=\"VEVENT\">";

fn query(filter: &str) -> Vec<usize> {
    let body = format!(
        "<C:calendar-query xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\"><D:prop><D:getetag/></D:prop>\
         <C:filter><C:comp-filter name=\"VCALENDAR\">{filter}</C:comp-filter></C:filter></C:calendar-query>"
    );
    let parsed = ask("REPORT", CALENDAR, &[("depth", "1")], &body);
    numbers(&answer(&parsed, &Found::Collection(calendar()), None))
}

#[test]
fn queries_look_into_instances() {
    for (start, end, want) in [
        ("20270301T000000Z", "20270302T000000Z", vec![2]),
        // The one that is left out of the weekly meetings.
        ("20270307T000000Z", "20270309T000000Z", vec![]),
        ("20270405T000000Z", "20270405T093000Z", vec![2]),
        ("20270405T090000Z", "20270405T093001Z", vec![1]),
        ("20270405T123000Z", "20270405T130000Z", vec![]),
        // 5 May in Seoul begins on 4 May in UTC.
        ("20270504T150000Z", "20270504T160000Z", vec![3]),
        ("20270505T150000Z", "20270505T160000Z", vec![]),
        ("00010101T000000Z", "99991231T235959Z", vec![1, 2, 3]),
        ("21980101T000000Z", "21981231T235959Z", vec![2]),
        // Later than any schedule can be.
        ("99980101T000000Z", "99981231T235959Z", vec![]),
    ] {
        let range =
            format!("{EVENT}<C:time-range start=\"{start}\" end=\"{end}\"/></C:comp-filter>");
        assert_eq!(query(&range), want, "{start} {end}");
    }
}

#[test]
fn queries_look_into_texts_as_clients_see_them() {
    let summary = |inside: &str| {
        format!("{EVENT}<C:prop-filter name=\"SUMMARY\">{inside}</C:prop-filter></C:comp-filter>")
    };
    for (filter, want) in [
        (String::new(), vec![1, 2, 3]),
        ("<C:comp-filter name=\"VTODO\"/>".into(), vec![]),
        (
            "<C:comp-filter name=\"VTODO\"><C:is-not-defined/></C:comp-filter>".into(),
            vec![1, 2, 3],
        ),
        (summary(""), vec![1, 2, 3]),
        (summary("<C:is-not-defined/>"), vec![]),
        (summary("<C:text-match>WEEK</C:text-match>"), vec![2]),
        (
            summary("<C:text-match collation=\"i;octet\">WEEK</C:text-match>"),
            vec![],
        ),
        (
            summary("<C:text-match negate-condition=\"yes\">week</C:text-match>"),
            vec![1, 3],
        ),
        // Escaped and folded in the text.
        (
            summary("<C:text-match>, 1차전</C:text-match>"),
            vec![1, 2, 3],
        ),
        (
            summary(
                "<C:param-filter name=\"language\"><C:text-match>ko</C:text-match></C:param-filter>",
            ),
            vec![1, 2, 3],
        ),
        (
            summary("<C:param-filter name=\"ALTREP\"><C:is-not-defined/></C:param-filter>"),
            vec![1, 2, 3],
        ),
        (
            format!(
                "{EVENT}<C:prop-filter name=\"UID\"><C:text-match collation=\"i;octet\">3@almanac</C:text-match></C:prop-filter></C:comp-filter>"
            ),
            vec![3],
        ),
        (
            format!(
                "{EVENT}<C:prop-filter name=\"RRULE\"><C:is-not-defined/></C:prop-filter></C:comp-filter>"
            ),
            vec![1, 2, 3],
        ),
        (
            format!("{EVENT}<C:comp-filter name=\"VALARM\"/></C:comp-filter>"),
            vec![1, 2, 3],
        ),
        (
            format!(
                "{EVENT}<C:comp-filter name=\"VALARM\"><C:is-not-defined/></C:comp-filter></C:comp-filter>"
            ),
            vec![],
        ),
        (
            "<C:prop-filter name=\"VERSION\"><C:text-match>2.0</C:text-match></C:prop-filter>"
                .into(),
            vec![1, 2, 3],
        ),
    ] {
        assert_eq!(query(&filter), want, "{filter}");
    }
}

#[test]
fn options_tell_what_is_understood() {
    for (path, allow) in [
        ("/dav/", "OPTIONS, PROPFIND, REPORT"),
        ("/dav/calendars/c/e.ics", "OPTIONS, GET, HEAD, PROPFIND"),
    ] {
        let parsed = ask("OPTIONS", path, &[], "");
        assert_eq!(parsed.needs(), Needs::Nothing);
        let answer = answer(&parsed, &Found::Missing, None);
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["dav"], "1, 3, calendar-access");
        assert_eq!(answer.headers()["allow"], allow);
    }
}

#[test]
fn nothing_can_be_written() {
    for verb in [
        "PUT",
        "POST",
        "DELETE",
        "MKCOL",
        "MKCALENDAR",
        "MOVE",
        "COPY",
        "LOCK",
        "UNLOCK",
        "ACL",
    ] {
        let parsed = ask(verb, "/dav/calendars/c/new.ics", &[], "BEGIN:VCALENDAR");
        assert_eq!(parsed.needs(), Needs::Nothing);
        let answer = answer(&parsed, &Found::Missing, None);
        assert_eq!(answer.status(), 403, "{verb}");
        assert!(told(&answer).contains("<D:need-privileges>"), "{verb}");
    }
    let parsed = ask("PUT", "/dav/calendars/c/new.ics", &[], "");
    insta::assert_snapshot!("put", told(&answer(&parsed, &Found::Missing, None)));
}

#[test]
fn members_are_read_once_and_then_only_when_they_changed() {
    let member = members().remove(0);
    let path = format!("{CALENDAR}{}", member.name);
    let found = Found::Member(calendar(), member.clone());
    let get = |verb: &str, headers: &[(&'static str, &str)]| {
        answer(&ask(verb, &path, headers, ""), &found, None)
    };
    let whole = get("GET", &[]);
    assert_eq!(whole.body(), &member.body.bytes());
    let kind = "text/calendar; charset=utf-8; component=vevent";
    assert_eq!(whole.headers()["content-type"], kind);
    assert_eq!(whole.headers()["etag"], "\"1-1\"");
    assert_eq!(whole.headers()["cache-control"], "public, max-age=300");
    let head = get("HEAD", &[]);
    assert_eq!(head.headers(), whole.headers());
    assert!(head.body().is_empty());
    let same = get("GET", &[("if-none-match", "\"0\", \"1-1\"")]);
    assert_eq!((same.status().as_u16(), same.body().len()), (304, 0));
    assert_eq!(get("GET", &[("if-none-match", "\"1-2\"")]).status(), 200);
}

#[test]
fn collections_are_not_read_with_get() {
    for path in ["/dav/", "/dav/public/", "/dav/calendars/", CALENDAR] {
        let parsed = ask("GET", path, &[], "");
        assert_eq!(parsed.needs(), Needs::Nothing);
        let answer = answer(&parsed, &Found::Missing, None);
        assert_eq!(answer.status(), 405, "{path}");
        assert_eq!(answer.headers()["allow"], "OPTIONS, PROPFIND, REPORT");
    }
}

#[test]
fn a_persons_answers_are_kept_and_told_by_nobody() {
    let member = members().remove(0);
    let path = format!("/dav/my/T0k3n/calendars/all/{}", member.name);
    let answers = [
        answer(
            &ask("GET", &path, &[], ""),
            &Found::Member(calendar(), member),
            None,
        ),
        answer(&ask("GET", &path, &[], ""), &Found::Missing, None),
        answer(&ask("PUT", &path, &[], ""), &Found::Missing, None),
        try_ask("PROPFIND", "/dav/my/T0k3n/x/", &[], "").unwrap_err(),
        try_ask("PROPFIND", "/dav/my/T0k3n/", &[], "<").unwrap_err(),
        answer(
            &ask("PROPFIND", "/dav/", &[("depth", "0")], ""),
            &Found::Root {
                who: Owner::Person("T0k3n".into()),
            },
            None,
        ),
    ];
    for answer in answers {
        let headers = answer.headers();
        assert_eq!(
            headers["cache-control"],
            "private, no-store",
            "{}",
            told(&answer)
        );
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert_eq!(headers["x-robots-tag"], "noindex");
    }
}

#[test]
fn credentials_at_the_entrance_lead_to_their_owner() {
    let body = "<propfind xmlns=\"DAV:\"><prop><current-user-principal/></prop></propfind>";
    let parsed = ask("PROPFIND", "/dav/", &[("depth", "0")], body);
    let who = Owner::Person("T0k3n".to_owned());
    let text = told(&answer(&parsed, &Found::Root { who }, None));
    assert!(text.contains("<D:href>/dav/my/T0k3n/</D:href>"), "{text}");
}

#[test]
fn properties_are_asked_for_in_three_ways() {
    let member = members().remove(0);
    let path = format!("{CALENDAR}{}", member.name);
    let found = Found::Member(calendar(), member);
    let find = |inside: &str| {
        let body = format!(
            "<propfind xmlns=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\">{inside}</propfind>"
        );
        told(&answer(
            &ask("PROPFIND", &path, &[("depth", "0")], &body),
            &found,
            None,
        ))
    };
    let empty = answer(&ask("PROPFIND", &path, &[("depth", "0")], ""), &found, None);
    assert_eq!(find("<allprop/>"), told(&empty));
    insta::assert_snapshot!(
        "allprop",
        find("<allprop/><include><owner/><getetag/><x/></include>")
    );
    insta::assert_snapshot!("propname", find("<propname/>"));
    // The text is given by reports only.
    let some = find("<prop><C:calendar-data/><getetag/><getetag/></prop>");
    insta::assert_snapshot!("prop", some);
}

#[test]
fn what_is_missing_is_left_out_where_the_client_says_so() {
    let body = "<propfind xmlns=\"DAV:\"><prop><quota-used-bytes/></prop></propfind>";
    let found = Found::Home {
        collections: Vec::new(),
    };
    for header in [("prefer", "respond-async, return=minimal"), ("brief", "t")] {
        let parsed = ask(
            "PROPFIND",
            "/dav/calendars/",
            &[("depth", "0"), header],
            body,
        );
        let text = told(&answer(&parsed, &found, None));
        let want = "<D:propstat>\n<D:prop>\n</D:prop>\n<D:status>HTTP/1.1 200 OK</D:status>";
        assert!(text.contains(want) && !text.contains("404"), "{text}");
        assert!(
            text.contains("preference-applied: return=minimal"),
            "{text}"
        );
    }
    let parsed = ask("PROPFIND", "/dav/calendars/", &[("depth", "0")], body);
    let text = told(&answer(&parsed, &found, None));
    assert!(
        text.contains("404") && !text.contains("200 OK</D:status>"),
        "{text}"
    );
}

#[test]
fn requests_that_cannot_be_answered_say_why() {
    let sync =
        |inside: &str| format!("<sync-collection xmlns=\"DAV:\">{inside}<prop/></sync-collection>");
    let level = "<sync-level>1</sync-level>";
    let cal = |name: &str, inside: &str| {
        format!(
            "<C:{name} xmlns:C=\"urn:ietf:params:xml:ns:caldav\" xmlns=\"DAV:\">{inside}</C:{name}>"
        )
    };
    let long = "x".repeat(BODY_BYTES + 1);
    let many: String = (0..101).map(|n| format!("<p{n}/>")).collect();
    let many = format!("<propfind xmlns=\"DAV:\"><prop>{many}</prop></propfind>");
    let json = "<C:calendar-data content-type=\"application/calendar+json\"/>";
    for (verb, depth, body, status, why) in [
        (
            "PROPFIND",
            "infinity",
            String::new(),
            403,
            "propfind-finite-depth",
        ),
        ("PROPFIND", "2", String::new(), 400, "Depth"),
        ("PROPFIND", "0", "<a/>".into(), 400, "propfind"),
        ("PROPFIND", "0", "<a".into(), 400, "XML"),
        ("PROPFIND", "0", "<!DOCTYPE a><a/>".into(), 400, "DOCTYPE"),
        ("PROPFIND", "0", long, 413, "64 KiB"),
        ("PROPFIND", "0", many, 400, "100 properties"),
        ("PROPPATCH", "0", String::new(), 400, "propertyupdate"),
        ("REPORT", "0", String::new(), 400, "REPORT"),
        ("REPORT", "infinity", sync(level), 400, "Depth: 0"),
        (
            "REPORT",
            "0",
            sync(&format!("{level}<limit><nresults>x</nresults></limit>")),
            400,
            "nresults",
        ),
        (
            "REPORT",
            "0",
            sync(&format!("<sync-token>{}</sync-token>", "x".repeat(2000))),
            403,
            "valid-sync-token",
        ),
        (
            "REPORT",
            "1",
            cal("calendar-query", ""),
            403,
            "valid-filter",
        ),
        (
            "REPORT",
            "1",
            cal("calendar-multiget", &format!("<prop>{json}</prop>")),
            403,
            "supported-calendar-data",
        ),
    ] {
        let refused = try_ask(verb, CALENDAR, &[("depth", depth)], &body).unwrap_err();
        assert_eq!(refused.status(), status, "{verb} {body:.60}");
        assert!(told(&refused).contains(why), "{}", told(&refused));
    }
    assert_eq!(
        try_ask("PROPFIND", "/dav/x/", &[], "")
            .unwrap_err()
            .status(),
        404
    );
}

#[test]
fn reports_that_are_not_offered_are_refused_by_name() {
    let free = "<C:free-busy-query xmlns:C=\"urn:ietf:params:xml:ns:caldav\"><C:time-range start=\"20270101T000000Z\"/></C:free-busy-query>";
    let search = "<principal-property-search xmlns=\"DAV:\"/>";
    let sync =
        "<sync-collection xmlns=\"DAV:\"><sync-level>1</sync-level><prop/></sync-collection>";
    let title = String::new();
    for (path, body, found) in [
        (CALENDAR, free, Found::Collection(calendar())),
        ("/dav/public/", search, Found::Principal { title }),
        (
            "/dav/my/T0k3n/calendars/kbo/",
            sync,
            Found::Collection(pointer()),
        ),
    ] {
        let refused = answer(&ask("REPORT", path, &[], body), &found, None);
        assert_eq!(refused.status(), 403);
        assert!(told(&refused).contains("<D:supported-report/>"), "{path}");
    }
}

#[test]
fn a_sync_can_be_cut_and_its_token_can_be_wrong() {
    let body = "<sync-collection xmlns=\"DAV:\"><sync-token>data:,5</sync-token><sync-level>1</sync-level>\
                <limit><nresults>1</nresults></limit><prop><getetag/></prop></sync-collection>";
    let parsed = ask("REPORT", CALENDAR, &[("depth", "0")], body);
    let since = Some("data:,5");
    assert_eq!(
        parsed.needs(),
        Needs::Changes {
            since,
            limit: Some(1)
        }
    );
    let found = Found::Collection(calendar());
    let delta = Delta {
        changed: members()[..1].to_vec(),
        removed: Vec::new(),
        token: "data:,6".to_owned(),
        truncated: true,
    };
    insta::assert_snapshot!("sync_cut", told(&answer(&parsed, &found, Some(Ok(delta)))));
    let refused = answer(&parsed, &found, Some(Err(InvalidToken)));
    insta::assert_snapshot!("sync_token", told(&refused));
}

#[test]
fn a_sync_may_name_its_level_by_the_depth_too() {
    for level in [
        "",
        "<sync-level>1</sync-level>",
        "<sync-level>infinite</sync-level>",
    ] {
        for depth in ["0", "1"] {
            let body = format!(
                "<sync-collection xmlns=\"DAV:\"><sync-token/>{level}<prop><getetag/></prop></sync-collection>"
            );
            let parsed = ask("REPORT", CALENDAR, &[("depth", depth)], &body);
            let want = Needs::Changes {
                since: None,
                limit: None,
            };
            assert_eq!(parsed.needs(), want, "{level} {depth}");
        }
    }
}

#[test]
fn a_multiget_stays_in_its_calendar() {
    let all = members();
    let here = |n: usize| format!("{CALENDAR}{}", all[n].name);
    let body = format!(
        "<C:calendar-multiget xmlns:C=\"urn:ietf:params:xml:ns:caldav\" xmlns=\"DAV:\"><prop><getetag/></prop>\
         <href> https://almanac.example{}\n</href><href>{}</href><href>{}</href>\
         <href>/dav/calendars/other/{}</href><href>/etc/passwd&amp;&lt;</href></C:calendar-multiget>",
        here(0),
        here(2),
        here(2),
        all[1].name
    );
    let parsed = ask("REPORT", CALENDAR, &[], &body);
    assert_eq!(
        parsed.needs(),
        Needs::Named(vec![&all[0].name, &all[2].name])
    );
    let answer = answer(&parsed, &Found::Collection(calendar()), None);
    let other = format!("/dav/calendars/other/{}", all[1].name);
    assert_eq!(
        hrefs(&answer),
        [here(0), here(2), other, "/etc/passwd&amp;&lt;".into()]
    );
}

proptest! {
    /// Whatever is in a calendar, its answers are well-formed and say it.
    #[test]
    fn any_text_is_told(title in any::<String>(), name in "[^/\\\\\\p{Cc}]{1,20}") {
        prop_assume!(![".", ".."].contains(&&*name));
        let mut calendar = calendar();
        calendar.title.clone_from(&title);
        calendar.members[0].name.clone_from(&name);
        let parsed = ask("PROPFIND", CALENDAR, &[("depth", "1")], "");
        let answer = answer(&parsed, &Found::Collection(calendar), None);
        let root = crate::dav::xml::read(answer.body()).unwrap().unwrap();
        let href = &root.children[1].child("DAV:", "href").unwrap().text;
        let target = Target::Member(Owner::Public, "kbo".into(), name);
        prop_assert_eq!(Target::parse(href), Some(target));
    }
}
