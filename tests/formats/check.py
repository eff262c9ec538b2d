"""Reads the formats of one feed back, as strangers' programs would.

check.py FOLDER      prints what was counted as one line of JSON; a check that fails says which, and ends with 1
check.py < FOLDERS   a folder a line; prints one line of JSON each, in that order, with the `fault` where there is one

A folder has feed.ics (by the letter), feed.jcal (made of it), feed.jscalendar, feed.json, feed.rss and
feed.atom of the same events.

What is compared: the instances of jCal and of JSCalendar with those of the iCalendar file, and the entries
of JSON Feed, RSS and Atom with each other, text by text.
"""

import copy
import datetime
import email.utils
import html
import json
import multiprocessing
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree
import zoneinfo

import icalendar
import recurring_ical_events
from dateutil import rrule

FROM = datetime.date(1995, 1, 1)
TO = datetime.date(2035, 1, 1)
ATOM = "{http://www.w3.org/2005/Atom}"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
DURATION = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


def check(holds, *what):
    if not holds:
        raise AssertionError(" ".join(str(part) for part in what))


def moment(value):
    """A date, a floating local time, or an instant in UTC, as text that sorts."""
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            return value.strftime("%Y%m%dT%H%M%S")
        return value.astimezone(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    return value.strftime("%Y%m%d")


# iCalendar and jCal


def instances(calendar):
    found = []
    for event in recurring_ical_events.of(calendar).between(FROM, TO):
        start = event["DTSTART"].dt
        end = event["DTEND"].dt if "DTEND" in event else start
        status = str(event.get("STATUS", "CONFIRMED"))
        found.append((str(event["UID"]), moment(start), moment(end), status))
    return sorted(found)


def titles(calendar):
    return sorted(str(event["SUMMARY"]) for event in calendar.walk("VEVENT"))


def jcal(folder, calendar):
    told = json.loads((folder / "feed.jcal").read_bytes())
    check(told[0] == "vcalendar", "jCal begins with", told[0])
    for name, parameters, kind, *values in told[1]:
        check(name == name.lower() and kind == kind.lower() and values, "jCal property", name)
        check("value" not in parameters, "jCal says VALUE twice:", name)
    read = icalendar.Calendar.from_jcal(told)
    check(instances(read) == instances(calendar), "jCal has other instances")
    check(titles(read) == titles(calendar), "jCal has other titles")


# JSCalendar (RFC 8984)


def patched(event, patch):
    """RFC 8984 section 1.4.9, with its conditions."""
    whole = copy.deepcopy(event)
    for path, value in patch.items():
        check(not any(other.startswith(path + "/") for other in patch), "overlapping paths", patch)
        *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")]
        at = whole
        for parent in parents:
            check(isinstance(at.get(parent), dict), "a path through nothing", path)
            at = at[parent]
        if value is None:
            at.pop(last, None)
        else:
            at[last] = value
    return whole


def zone_of(event, zones):
    name = event.get("timeZone")
    if name is None:
        return None
    if not name.startswith("/"):
        return zoneinfo.ZoneInfo(name)
    offset = zones[name]["standard"][0]["offsetTo"]
    parts = re.fullmatch(r"([+-])(\d\d)(\d\d)(\d\d)?", offset).groups()
    seconds = int(parts[1]) * 3600 + int(parts[2]) * 60 + int(parts[3] or 0)
    return datetime.timezone(datetime.timedelta(seconds=-seconds if parts[0] == "-" else seconds))


def span(event, zones):
    check(LOCAL.fullmatch(event["start"]), "start", event["start"])
    start = datetime.datetime.fromisoformat(event["start"])
    match = DURATION.fullmatch(event.get("duration", "PT0S"))
    check(match and match.group(0) != "P", "duration", event.get("duration"))
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    clock = datetime.timedelta(weeks=weeks, days=days)
    exact = datetime.timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if event.get("showWithoutTime"):
        check(start.time() == datetime.time() and not exact, "whole days with hours", event)
        return start.date(), (start + clock).date()
    zone = zone_of(event, zones)
    if zone is None:
        return start, start + clock + exact
    utc = datetime.timezone.utc
    end = (start + clock).replace(tzinfo=zone).astimezone(utc) + exact
    return start.replace(tzinfo=zone), end


def starts(event):
    """The local starts that the rules make; the event's own is always the first."""
    first = datetime.datetime.fromisoformat(event["start"])
    last = datetime.datetime.combine(TO, datetime.time())
    found = {first}
    for rule in event.get("recurrenceRules", []):
        check(rule["@type"] == "RecurrenceRule", "type of a rule", rule)
        check(not ("count" in rule and "until" in rule), "two ends", rule)
        parts = ["FREQ=" + rule["frequency"].upper()]
        days = [f"{day.get('nthOfPeriod', '')}{day['day'].upper()}" for day in rule.get("byDay", [])]
        lists = {
            "BYMONTH": rule.get("byMonth"),
            "BYMONTHDAY": rule.get("byMonthDay"),
            "BYYEARDAY": rule.get("byYearDay"),
            "BYWEEKNO": rule.get("byWeekNo"),
            "BYHOUR": rule.get("byHour"),
            "BYMINUTE": rule.get("byMinute"),
            "BYSECOND": rule.get("bySecond"),
            "BYSETPOS": rule.get("bySetPosition"),
            "BYDAY": days,
        }
        parts += [f"{name}={','.join(map(str, values))}" for name, values in lists.items() if values]
        if "interval" in rule:
            parts.append(f"INTERVAL={rule['interval']}")
        if "firstDayOfWeek" in rule:
            parts.append("WKST=" + rule["firstDayOfWeek"].upper())
        if "until" in rule:
            check(LOCAL.fullmatch(rule["until"]), "until", rule)
            parts.append("UNTIL=" + re.sub("[-:]", "", rule["until"]))
        made = rrule.rrulestr(";".join(parts), dtstart=first)
        left = rule.get("count")
        for start in made:
            if start >= last:
                break
            if left is not None:
                left -= 1
                # Section 4.3.3: the first is counted even if the rule does not make it.
                if start != first and first not in made and left == rule["count"] - 1:
                    left -= 1
                if left < 0:
                    break
            found.add(start)
    return found


def jscalendar_instances(event):
    zones = event.get("timeZones", {})
    overrides = event.get("recurrenceOverrides", {})
    named = {start.isoformat() for start in starts(event)} | set(overrides)
    for name in sorted(named):
        patch = overrides.get(name, {})
        check(LOCAL.fullmatch(name), "recurrence id", name)
        if patch.get("excluded"):
            check(patch == {"excluded": True}, "excluded and more", patch)
            continue
        instance = patched({**event, "start": name}, patch)
        start, end = span(instance, zones)
        # The window that the iCalendar file is expanded in; `moment` sorts by its day.
        if moment(end) < moment(FROM) or moment(start) >= moment(TO):
            continue
        yield event["uid"], moment(start), moment(end), instance.get("status", "confirmed").upper()


def jscalendar(folder, calendar):
    group = json.loads((folder / "feed.jscalendar").read_bytes())
    check(group["@type"] == "Group" and group["uid"], "type of the group")
    check(UTC.fullmatch(group["updated"]), "updated", group["updated"])
    found = []
    for event in group["entries"]:
        check(event["@type"] == "Event", "type of an entry")
        for name in ("uid", "updated", "start"):
            check(isinstance(event.get(name), str), "a member that must be there:", name)
        check(UTC.fullmatch(event["updated"]) and UTC.fullmatch(event["created"]), "times")
        check(isinstance(event["sequence"], int) and event["sequence"] >= 0, "sequence")
        check("method" not in event, "method")
        for location in event.get("locations", {}).values():
            check(location["@type"] == "Location", "type of a location")
            position = location.get("coordinates", "geo:0,0")
            check(re.fullmatch(r"geo:-?\d+(\.\d+)?,-?\d+(\.\d+)?", position), position)
        for link in event["links"].values():
            check(link["@type"] == "Link" and re.match("https?://", link["href"]), "a link", link)
        for language, patch in event.get("localizations", {}).items():
            check(language != event["locale"], "its own language", language)
            patched(event, patch)
        found.extend(jscalendar_instances(event))
    expected = instances(calendar)
    got = sorted(found)
    check(
        got == expected,
        "JSCalendar has other instances: only there",
        sorted(set(got) - set(expected))[:5],
        "only in iCalendar",
        sorted(set(expected) - set(got))[:5],
    )
    return len(group["entries"]), len(found)


# JSON Feed, RSS, Atom


def json_feed(folder):
    feed = json.loads((folder / "feed.json").read_bytes())
    check(feed["version"] == "https://jsonfeed.org/version/1.1" and feed["title"], "JSON Feed")
    for item in feed["items"]:
        check(isinstance(item["id"], str) and item["id"], "id of an item")
        for name in ("date_published", "date_modified"):
            check(RFC_3339.fullmatch(item[name]), name, item[name])
        check(all(key[1].isalpha() and "." not in key for key in item if key.startswith("_")), "extension")
        own = item["_almanac"]
        check(own["uid"] and own["status"] and isinstance(own["all_day"], bool), "facts", own)
        for name in ("start", "end"):
            if own[name] is None:
                continue
            read = datetime.date if own["all_day"] else datetime.datetime
            check(read.fromisoformat(own[name]), name, own)
        check(not own["start"] or not own["end"] or own["start"] <= own["end"] or not own["all_day"], own)
    entries = [(item["id"], item["title"], item["content_text"]) for item in feed["items"]]
    return feed["title"], entries


def rss(folder):
    root = ElementTree.parse(folder / "feed.rss").getroot()
    check(root.tag == "rss" and root.get("version") == "2.0", "RSS")
    (channel,) = root
    for name in ("title", "link", "description"):
        check(channel.find(name) is not None, "RSS needs", name)
    entries = []
    for item in channel.iter("item"):
        check(email.utils.parsedate_to_datetime(item.findtext("pubDate")), "pubDate")
        check(item.findtext("link").startswith("https://"), "link")
        check(item.find("guid").get("isPermaLink") == "false", "guid")
        # Readers take the description for HTML.
        text = html.unescape(item.findtext("description").replace("<br>", "\n"))
        entries.append((item.findtext("guid"), item.findtext("title"), text))
    return channel.findtext("title"), entries


def atom(folder):
    feed = ElementTree.parse(folder / "feed.atom").getroot()
    check(feed.tag == ATOM + "feed", "Atom")
    for part in [feed, *feed.iter(ATOM + "entry")]:
        for name in ("id", "title", "updated"):
            check(len(part.findall(ATOM + name)) == 1, "Atom needs", name)
        check(re.match(r"(https?|urn|tag):", part.findtext(ATOM + "id")), "id", part.findtext(ATOM + "id"))
        check(RFC_3339.fullmatch(part.findtext(ATOM + "updated")), "updated")
    check(feed.findtext(f"{ATOM}author/{ATOM}name"), "Atom needs an author")
    links = {link.get("rel"): link.get("href") for link in feed.findall(ATOM + "link")}
    check(links["self"].startswith("https://") and links["alternate"], "links", links)
    entries = []
    updated = []
    for entry in feed.iter(ATOM + "entry"):
        content = entry.find(ATOM + "content")
        check(content.get("type") == "text" and len(content) == 0, "content")
        check(all(category.get("term") for category in entry.findall(ATOM + "category")), "category")
        updated.append(entry.findtext(ATOM + "updated"))
        text = content.text or ""
        entries.append((entry.findtext(ATOM + "id"), entry.findtext(ATOM + "title"), text))
    check(updated == sorted(updated, reverse=True), "the last change does not stand first")
    return feed.findtext(ATOM + "title"), entries


def read(folder):
    calendar = icalendar.Calendar.from_ical((folder / "feed.ics").read_bytes())
    jcal(folder, calendar)
    events, found = jscalendar(folder, calendar)
    told = json_feed(folder)
    _, entries = told
    check(len({entry[0] for entry in entries}) == len(entries), "an id stands twice")
    check(rss(folder) == told, "RSS says other things than JSON Feed")
    check(atom(folder) == told, "Atom says other things than JSON Feed")
    return {"entries": len(entries), "events": events, "instances": found}


def fault(error):
    return f"{type(error).__name__}: {error}"[:600]


def read_or_fault(folder):
    try:
        return read(pathlib.Path(folder))
    except Exception as error:
        return {"fault": fault(error)}


def main():
    if len(sys.argv) == 2:
        try:
            print(json.dumps(read(pathlib.Path(sys.argv[1]))))
        except AssertionError as error:
            sys.exit(fault(error))
        return
    if len(sys.argv) != 1:
        sys.exit(__doc__)
    folders = [line.rstrip("\n") for line in sys.stdin if line.strip()]
    with multiprocessing.Pool(2) as pool:
        for result in pool.imap(read_or_fault, folders):
            print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
