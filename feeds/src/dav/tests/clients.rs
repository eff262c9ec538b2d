//! What programs send when an account is set up, and when they come again.

use super::*;

const PRINCIPAL: &str = "/dav/public/";

#[test]
fn ios_finds_its_way_from_the_well_known_address_to_the_events() {
    let refused = try_ask("PROPFIND", "/.well-known/caldav", &[("depth", "0")], "");
    let moved = refused.unwrap_err();
    assert_eq!(moved.status(), 301);
    assert_eq!(moved.headers()["location"], "/dav/");

    let first = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<A:propfind xmlns:A=\"DAV:\">\n  <A:prop>\n    \
                 <A:current-user-principal/>\n    <A:principal-URL/>\n    <A:resourcetype/>\n  </A:prop>\n</A:propfind>\n";
    let headers = [("depth", "0"), ("brief", "t"), ("prefer", "return=minimal")];
    let parsed = ask("PROPFIND", "/dav/", &headers, first);
    assert_eq!(parsed.needs(), Needs::Itself);
    let root = Found::Root { who: Owner::Public };
    insta::assert_snapshot!("ios_root", told(&answer(&parsed, &root, None)));

    let second = "<A:propfind xmlns:A=\"DAV:\"><A:prop><B:calendar-home-set xmlns:B=\"urn:ietf:params:xml:ns:caldav\"/>\
        <B:calendar-user-address-set xmlns:B=\"urn:ietf:params:xml:ns:caldav\"/><A:current-user-principal/><A:displayname/>\
        <C:dropbox-home-URL xmlns:C=\"http://calendarserver.org/ns/\"/><C:email-address-set xmlns:C=\"http://calendarserver.org/ns/\"/>\
        <C:notification-URL xmlns:C=\"http://calendarserver.org/ns/\"/><A:principal-collection-set/><A:principal-URL/><A:resource-id/>\
        <B:schedule-inbox-URL xmlns:B=\"urn:ietf:params:xml:ns:caldav\"/><B:schedule-outbox-URL xmlns:B=\"urn:ietf:params:xml:ns:caldav\"/>\
        <A:supported-report-set/></A:prop></A:propfind>";
    let parsed = ask("PROPFIND", PRINCIPAL, &[("depth", "0")], second);
    let found = Found::Principal {
        title: "Almanac".into(),
    };
    insta::assert_snapshot!("ios_principal", told(&answer(&parsed, &found, None)));

    let third = "<A:propfind xmlns:A=\"DAV:\"><A:prop><A:add-member/><C:allowed-sharing-modes xmlns:C=\"http://calendarserver.org/ns/\"/>\
        <D:autoprovisioned xmlns:D=\"http://apple.com/ns/ical/\"/><E:bulk-requests xmlns:E=\"http://me.com/_namespace/\"/>\
        <D:calendar-color xmlns:D=\"http://apple.com/ns/ical/\"/><B:calendar-description xmlns:B=\"urn:ietf:params:xml:ns:caldav\"/>\
        <B:calendar-free-busy-set xmlns:B=\"urn:ietf:params:xml:ns:caldav\"/><D:calendar-order xmlns:D=\"http://apple.com/ns/ical/\"/>\
        <B:calendar-timezone xmlns:B=\"urn:ietf:params:xml:ns:caldav\"/><A:current-user-privilege-set/><A:displayname/>\
        <C:getctag xmlns:C=\"http://calendarserver.org/ns/\"/><A:owner/><C:pushkey xmlns:C=\"http://calendarserver.org/ns/\"/>\
        <A:quota-available-bytes/><D:refreshrate xmlns:D=\"http://apple.com/ns/ical/\"/><A:resourcetype/>\
        <C:source xmlns:C=\"http://calendarserver.org/ns/\"/><B:supported-calendar-component-set xmlns:B=\"urn:ietf:params:xml:ns:caldav\"/>\
        <A:supported-report-set/><A:sync-token/></A:prop></A:propfind>";
    let parsed = ask(
        "PROPFIND",
        "/dav/my/T0k3n/calendars/",
        &[("depth", "1")],
        third,
    );
    assert_eq!(parsed.needs(), Needs::Itself);
    let mut all = calendar();
    all.href = "/dav/my/T0k3n/calendars/all/".to_owned();
    let found = Found::Home {
        collections: vec![all, pointer()],
    };
    insta::assert_snapshot!("ios_home", told(&answer(&parsed, &found, None)));
}

#[test]
fn macos_changes_of_properties_are_refused_one_by_one() {
    let body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><A:propertyupdate xmlns:A=\"DAV:\"><A:set><A:prop>\
        <D:calendar-order xmlns:D=\"http://apple.com/ns/ical/\">2</D:calendar-order></A:prop></A:set><A:remove><A:prop>\
        <B:default-alarm-vevent-date xmlns:B=\"urn:ietf:params:xml:ns:caldav\"/></A:prop></A:remove></A:propertyupdate>";
    let parsed = ask("PROPPATCH", CALENDAR, &[], body);
    let answer = answer(&parsed, &Found::Collection(calendar()), None);
    insta::assert_snapshot!("macos_proppatch", told(&answer));
}

#[test]
fn ios_fetches_by_sync_collection_and_multiget() {
    let body = "<A:sync-collection xmlns:A=\"DAV:\"><A:sync-token>https://almanac.example/sync/kbo/6</A:sync-token>\
        <A:sync-level>1</A:sync-level><A:prop><A:getcontenttype/><A:getetag/></A:prop></A:sync-collection>";
    let parsed = ask("REPORT", CALENDAR, &[("depth", "0")], body);
    let since = Some("https://almanac.example/sync/kbo/6");
    assert_eq!(parsed.needs(), Needs::Changes { since, limit: None });
    let delta = Delta {
        changed: members()[..1].to_vec(),
        removed: vec!["gone & away.ics".to_owned()],
        token: "https://almanac.example/sync/kbo/7".to_owned(),
        truncated: false,
    };
    let found = Found::Collection(calendar());
    let first = answer(&parsed, &found, Some(Ok(delta)));
    assert!(first.body().len() < 1500, "{}", first.body().len());
    insta::assert_snapshot!("ios_sync", told(&first));

    let name = &members()[0].name;
    let body = format!(
        "<B:calendar-multiget xmlns:A=\"DAV:\" xmlns:B=\"urn:ietf:params:xml:ns:caldav\"><A:prop><A:getetag/><B:calendar-data/>\
         <B:schedule-tag/></A:prop><A:href>{CALENDAR}{name}</A:href><A:href>{CALENDAR}none.ics</A:href></B:calendar-multiget>"
    );
    let parsed = ask("REPORT", CALENDAR, &[("depth", "1")], &body);
    assert_eq!(parsed.needs(), Needs::Named(vec![name, "none.ics"]));
    insta::assert_snapshot!("ios_multiget", told(&answer(&parsed, &found, None)));
}

#[test]
fn davx5_finds_calendars_and_pointers_to_feeds() {
    let body = "<?xml version='1.0' encoding='UTF-8' ?><propfind xmlns=\"DAV:\" xmlns:CAL=\"urn:ietf:params:xml:ns:caldav\" \
        xmlns:CARD=\"urn:ietf:params:xml:ns:carddav\"><prop><resourcetype /><displayname /><current-user-privilege-set />\
        <CARD:addressbook-description /><CAL:calendar-description /><n0:calendar-color xmlns:n0=\"http://apple.com/ns/ical/\" />\
        <CAL:calendar-timezone /><CAL:supported-calendar-component-set /><n1:source xmlns:n1=\"http://calendarserver.org/ns/\" />\
        <n2:push-transports xmlns:n2=\"https://bitfire.at/webdav-push\" /><owner /></prop></propfind>";
    let parsed = ask(
        "PROPFIND",
        "/dav/my/T0k3n/calendars",
        &[("depth", "1")],
        body,
    );
    let found = Found::Home {
        collections: vec![pointer()],
    };
    insta::assert_snapshot!("davx5_home", told(&answer(&parsed, &found, None)));
}

#[test]
fn davx5_lists_what_happens_from_a_day_on() {
    let body = "<?xml version='1.0' encoding='UTF-8' ?><CAL:calendar-query xmlns=\"DAV:\" xmlns:CAL=\"urn:ietf:params:xml:ns:caldav\">\
        <prop><getetag /></prop><CAL:filter><CAL:comp-filter name=\"VCALENDAR\"><CAL:comp-filter name=\"VEVENT\">\
        <CAL:time-range start=\"20270406T000000Z\" /></CAL:comp-filter></CAL:comp-filter></CAL:filter></CAL:calendar-query>";
    let parsed = ask("REPORT", CALENDAR, &[("depth", "1")], body);
    assert!(matches!(parsed.needs(), Needs::Within(_)));
    let answer = answer(&parsed, &Found::Collection(calendar()), None);
    assert_eq!(numbers(&answer), [2, 3]);
}

#[test]
fn thunderbird_detects_a_calendar_and_reads_its_tag() {
    let body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<D:propfind xmlns:D='DAV:' xmlns:CS='http://calendarserver.org/ns/' \
        xmlns:C='urn:ietf:params:xml:ns:caldav'><D:prop><D:resourcetype/><D:owner/><D:current-user-principal/>\
        <D:current-user-privilege-set/><D:supported-report-set/><C:supported-calendar-component-set/><CS:getctag/></D:prop></D:propfind>";
    let parsed = ask("PROPFIND", CALENDAR, &[("depth", "0")], body);
    assert_eq!(parsed.needs(), Needs::Itself);
    let answer = answer(&parsed, &Found::Collection(calendar()), None);
    insta::assert_snapshot!("thunderbird_calendar", told(&answer));
}

/// It names the level twice; refused, it would begin anew for ever.
#[test]
fn thunderbird_syncs_with_a_level_and_a_depth() {
    let body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sync-collection xmlns=\"DAV:\"><sync-token>data:,5</sync-token>\
        <sync-level>1</sync-level><prop><getcontenttype/><getetag/></prop></sync-collection>";
    let parsed = ask("REPORT", CALENDAR, &[("depth", "1")], body);
    let since = Some("data:,5");
    assert_eq!(parsed.needs(), Needs::Changes { since, limit: None });
}

#[test]
fn evolution_lists_validators_by_a_query_without_a_span() {
    let body = "<calendar-query xmlns=\"urn:ietf:params:xml:ns:caldav\" xmlns:D=\"DAV:\"><D:prop><D:getetag/></D:prop>\
        <filter><comp-filter name=\"VCALENDAR\"><comp-filter name=\"VEVENT\"/></comp-filter></filter></calendar-query>";
    let parsed = ask("REPORT", CALENDAR, &[("depth", "1")], body);
    assert_eq!(parsed.needs(), Needs::All);
    let answer = answer(&parsed, &Found::Collection(calendar()), None);
    assert_eq!(numbers(&answer), [1, 2, 3]);
    insta::assert_snapshot!("evolution_list", told(&answer));
}

#[test]
fn python_caldav_searches_by_span_and_begins_a_sync_without_a_token() {
    let body = "<?xml version='1.0' encoding='utf-8'?>\n<C:calendar-query xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\">\
        <D:prop><C:calendar-data/></D:prop><C:filter><C:comp-filter name=\"VCALENDAR\"><C:comp-filter name=\"VEVENT\">\
        <C:time-range start=\"20270401T000000Z\" end=\"20270404T000000Z\"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>";
    let parsed = ask("REPORT", CALENDAR, &[("depth", "1")], body);
    let found = Found::Collection(calendar());
    assert_eq!(numbers(&answer(&parsed, &found, None)), [0_usize; 0]);

    let body = "<D:sync-collection xmlns:D=\"DAV:\"><D:sync-token/><D:sync-level>1</D:sync-level>\
        <D:prop><D:getetag/></D:prop></D:sync-collection>";
    let parsed = ask("REPORT", CALENDAR, &[], body);
    assert_eq!(
        parsed.needs(),
        Needs::Changes {
            since: None,
            limit: None
        }
    );
    let all = answer(&parsed, &found, None);
    assert_eq!(numbers(&all), [1, 2, 3]);
    let token = "<D:sync-token>https://almanac.example/sync/kbo/7</D:sync-token>";
    assert!(told(&all).contains(token));
}

/// python-caldav among them: what it asked the well-known address for is gone when it arrives.
#[test]
fn a_client_that_loses_its_body_on_the_way_still_finds_the_principal() {
    let parsed = ask("PROPFIND", "/dav/", &[("depth", "0")], "");
    let root = Found::Root { who: Owner::Public };
    insta::assert_snapshot!("root_without_body", told(&answer(&parsed, &root, None)));
}
