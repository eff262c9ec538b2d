"""Run by evolution.sh inside a session bus: fetches the CalDAV calendar and prints its instances.

One line each, fields between tabs: start, end, STATUS, UID, SUMMARY; times as YYYYMMDDTHHMMSSZ, whole
days as YYYYMMDD. Before the first line it notes on standard error whether the calendar may be written
to.
"""
import datetime
import sys
import time

import gi

gi.require_version("ECal", "2.0")
gi.require_version("EDataServer", "1.2")
gi.require_version("ICalGLib", "3.0")
from gi.repository import ECal, EDataServer, ICalGLib

UTC = ICalGLib.Timezone.get_utc_timezone()
CONNECT_SECONDS = 20
# The server's own work after a refresh has no signal for its end: it is over when the calendar has
# said the same for so long.
QUIET_SECONDS = 3
LIMIT_SECONDS = 40


def seconds(day):
    at = datetime.datetime.fromisoformat(day).replace(tzinfo=datetime.timezone.utc)
    return int(at.timestamp())


def shown(at):
    if at.is_date():
        return at.as_ical_string()
    zone = at.get_timezone()
    return (at.convert_to_zone(UTC) if zone else at).as_ical_string()


def rows(client, first, after):
    found = []

    def add(component, start, end, *_):
        status = component.get_first_property(ICalGLib.PropertyKind.STATUS_PROPERTY)
        word = status.get_value_as_string() if status else ""
        summary = component.get_summary() or ""
        found.append("\t".join([shown(start), shown(end), word, component.get_uid(), summary]))
        return True

    client.generate_instances_sync(first, after, None, add)
    return sorted(found)


def main(first, after):
    registry = EDataServer.SourceRegistry.new_sync(None)
    sources = registry.list_sources("Calendar")
    source = next(one for one in sources if one.get_display_name() == "almanac")
    kind = ECal.ClientSourceType.EVENTS
    client = ECal.Client.connect_sync(source, kind, CONNECT_SECONDS, None)
    client.refresh_sync(None)
    began = quiet_since = time.monotonic()
    held = rows(client, first, after)
    while time.monotonic() - quiet_since < QUIET_SECONDS:
        if time.monotonic() - began > LIMIT_SECONDS:
            raise TimeoutError("the calendar does not come to rest")
        time.sleep(0.25)
        now = rows(client, first, after)
        if now != held:
            held, quiet_since = now, time.monotonic()
    print("read-only" if client.is_readonly() else "writable", file=sys.stderr)
    for row in held:
        print(row)


main(seconds(sys.argv[1]), seconds(sys.argv[2]))
