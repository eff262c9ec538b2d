//! Requests of nobody's client: no harm, and answers that are well-formed.

use super::*;
use proptest::prelude::*;

/// Answers a request with whatever fits its target; fails where the answer is not well-formed.
fn survives(verb: &str, path: &str, depth: &str, body: &str) {
    let answered = match try_ask(verb, path, &[("depth", depth)], body) {
        Ok(parsed) => {
            let found = match &parsed.target {
                Target::Root => Found::Root { who: Owner::Public },
                Target::Principal(_) => Found::Principal { title: "A".into() },
                Target::Home(_) => Found::Home {
                    collections: vec![calendar(), pointer()],
                },
                Target::Collection(..) => Found::Collection(calendar()),
                Target::Member(..) => Found::Member(calendar(), members().remove(0)),
            };
            let _words = parsed.needs();
            answer(&parsed, &found, None)
        }
        Err(refused) => refused,
    };
    let kind = answered.headers().get("content-type");
    if kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/xml")) {
        assert!(crate::dav::xml::read(answered.body()).is_ok_and(|root| root.is_some()));
    }
}

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "D:prop",
        "D:propfind",
        "D:allprop",
        "D:propname",
        "D:include",
        "D:getetag",
        "D:href",
        "D:sync-collection",
        "D:sync-token",
        "D:sync-level",
        "D:limit",
        "D:nresults",
        "D:propertyupdate",
        "D:set",
        "C:calendar-query",
        "C:calendar-multiget",
        "C:filter",
        "C:comp-filter",
        "C:prop-filter",
        "C:param-filter",
        "C:text-match",
        "C:time-range",
        "C:is-not-defined",
        "C:calendar-data",
        "X:odd",
        "plain",
    ])
    .prop_map(str::to_owned)
}

fn attribute() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "",
        "",
        " name=\"VCALENDAR\"",
        " name=\"VEVENT\"",
        " name=\"SUMMARY\"",
        " start=\"20270101T000000Z\"",
        " start=\"99991231T235959Z\"",
        " end=\"00000101T000000Z\"",
        " collation=\"i;octet\"",
        " negate-condition=\"yes\"",
        " x=\"&lt;&#1;\"",
    ])
    .prop_map(str::to_owned)
}

fn element() -> impl Strategy<Value = String> {
    let leaf = (name(), attribute(), "[a-zA-Z0-9/:., ]{0,12}")
        .prop_map(|(name, attribute, text)| format!("<{name}{attribute}>{text}</{name}>"));
    leaf.prop_recursive(6, 40, 4, |inner| {
        (name(), attribute(), prop::collection::vec(inner, 0..4)).prop_map(
            |(name, attribute, inside)| format!("<{name}{attribute}>{}</{name}>", inside.concat()),
        )
    })
}

proptest! {
    #[test]
    fn any_body_is_answered(
        verb in prop::sample::select(vec!["PROPFIND", "PROPPATCH", "REPORT"]),
        path in prop::sample::select(vec![
            "/dav/", "/dav/public/", "/dav/calendars/", CALENDAR, "/dav/calendars/kbo/x.ics",
            "/dav/my/T/calendars/all/",
        ]),
        depth in prop::sample::select(vec!["0", "1"]),
        root in prop::sample::select(vec![
            "D:propfind", "D:propertyupdate", "C:calendar-query", "C:calendar-multiget",
            "D:sync-collection",
        ]),
        inside in prop::collection::vec(element(), 0..4),
    ) {
        let spaces = "xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\" xmlns:X=\"x&amp;&quot;y\"";
        let body = format!("<{root} {spaces}>{}</{root}>", inside.concat());
        survives(verb, path, depth, &body);
    }

    #[test]
    fn any_filter_is_answered(inside in element()) {
        let body = format!(
            "<C:calendar-query xmlns:D=\"DAV:\" xmlns:X=\"x\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\"><C:filter>\
             <C:comp-filter name=\"VCALENDAR\">{inside}</C:comp-filter></C:filter></C:calendar-query>"
        );
        survives("REPORT", CALENDAR, "1", &body);
    }

    #[test]
    fn any_request_is_answered(verb in "[A-Z]{1,9}", path in "/.{0,60}", depth in "[ -~]{0,9}", body in ".{0,200}") {
        survives(&verb, &path, &depth, &body);
    }
}
