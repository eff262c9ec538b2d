"""A CalDAV account of the python library `caldav`, from the well-known address to a second sync.

    check.py BASE CALENDAR [FROM TO [PASSWORD]]

BASE is a server's address without a path, CALENDAR the last part of a calendar's path, FROM and TO
days. Says what it finds, one line each, fields between tabs:

    calendar  PATH  NAME            for each calendar of the home
    event     SUMMARY               for each event of CALENDAR
    found     SUMMARY               for each event from FROM up to but not including TO
    synced    NUMBER                after the first sync
    changed   SUMMARY               for each event that the second sync brings
    removed   PATH                  for each that it takes away
    done

Between the two syncs it waits for a line on standard input.
"""
import datetime
import sys

import caldav


def say(*fields):
    print(*fields, sep="\t", flush=True)


def summaries(events):
    return sorted(str(event.icalendar_component.get("summary", "")) for event in events)


def path(url):
    return caldav.lib.url.URL.objectify(url).path


def day(text):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc)


def main(base, wanted, first="2027-01-01", after="2028-01-01", password=None):
    # The library's own way to the well-known address wants DNS and TLS, neither of which a test has:
    # it is given the address instead, and follows where that leads.
    user = {"username": "anybody", "password": password, "auth_type": "basic"} if password else {}
    client = caldav.DAVClient(url=f"{base}/.well-known/caldav", enable_rfc6764=False, **user)
    principal = client.get_principal()
    calendars = principal.get_calendars()
    for one in sorted(calendars, key=lambda one: path(one.url)):
        say("calendar", path(one.url), one.get_display_name())
    calendar = next(one for one in calendars if one.get_display_name() == wanted)

    for summary in summaries(calendar.get_events()):
        say("event", summary)
    for summary in summaries(calendar.search(start=day(first), end=day(after), event=True)):
        say("found", summary)

    held = calendar.get_objects_by_sync_token(load_objects=True, disable_fallback=True)
    say("synced", len(held))
    before = held.sync_token
    sys.stdin.readline()
    # Falling back to a fetch of everything would hide that sync-collection does not work.
    calendar.get_objects_by_sync_token(before, disable_fallback=True)
    changed, removed = held.sync()
    for summary in summaries(changed):
        say("changed", summary)
    for url in sorted(path(one.url) for one in removed):
        say("removed", url)
    say("done")


main(*sys.argv[1:])
