"""Compares what two iCalendar files say will happen: every instance between 1995 and 2035.

instances.py SOURCE.ics PUBLISHED.ics   prints the differences; exit 1 if there are any
instances.py < PAIRS                    one "SOURCE<TAB>PUBLISHED" a line; one JSON line per pair, in that order

An instance is (start, end, status, summary) of a VEVENT as recurring-ical-events expands it, so two files that
say the same by different means (a rule, or one event per date) compare equal.
"""

import collections
import datetime
import json
import multiprocessing
import signal
import sys
import unicodedata
import warnings

import icalendar
import recurring_ical_events

FROM = datetime.date(1995, 1, 1)
TO = datetime.date(2035, 1, 1)
CPU_SECONDS_PER_FILE = 15
TITLE_BYTES = 2048
SHOWN = 20


class TooLong(BaseException):
    """Not an Exception: the libraries catch those on the way."""


def too_long(_signal, _frame):
    raise TooLong


def moment(value):
    """A date, a floating local time, or an instant in UTC, as text that sorts."""
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            return value.strftime("%Y%m%dT%H%M%S")
        return value.astimezone(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    return value.strftime("%Y%m%d")


def first(value):
    """A property that should stand once but stands several times counts once."""
    return value[0] if isinstance(value, list) else value


def unwanted(c):
    """What an import takes out of a title: controls that are no white space, bidi overrides."""
    control = unicodedata.category(c) == "Cc" and c not in "\t\n\v\f\r\x85"
    return control or "\u202a" <= c <= "\u202e" or c in "\ufeff\ufff9\ufffa\ufffb"


def title(value):
    """The text as an import keeps it: NFC, one space between words, no longer than it stores."""
    kept = "".join(c for c in unicodedata.normalize("NFC", str(value)) if not unwanted(c))
    words = " ".join(kept.split()).encode("utf-8", "replace")
    return words[:TITLE_BYTES].decode("utf-8", "ignore").strip()


def instance(event):
    start = first(event["DTSTART"]).dt
    end = first(event["DTEND"]).dt if "DTEND" in event else start
    status = str(first(event.get("STATUS", "CONFIRMED"))).strip().upper()
    return moment(start), moment(end), status, title(first(event.get("SUMMARY", "")))


def endless_below_a_day(event):
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        if not isinstance(rule, icalendar.vRecur):
            continue
        frequency = str((rule.get("FREQ") or [""])[0]).upper()
        ends = rule.get("COUNT") or rule.get("UNTIL")
        if frequency in ("SECONDLY", "MINUTELY", "HOURLY") and not ends:
            return True
    return False


def comparable(calendar):
    """The calendar with only the VEVENTs that have a start: the others (requests) have no instances."""
    events = calendar.walk("VEVENT")
    if any(endless_below_a_day(event) for event in events):
        raise ValueError("an endless rule of hours, minutes or seconds")
    calendar.subcomponents = [
        part for part in calendar.subcomponents if part.name != "VEVENT" or "DTSTART" in part
    ]
    return calendar


def expand(calendars, skip_bad_series):
    found = collections.Counter()
    for calendar in calendars:
        query = recurring_ical_events.of(calendar, skip_bad_series=skip_bad_series)
        found.update(instance(event) for event in query.between(FROM, TO))
    return found


def read(path):
    """The instances of a file, and why some series had to be left out (empty if none had to)."""
    with open(path, "rb") as file:
        parts = icalendar.Calendar.from_ical(file.read(), multiple=True)
    calendars = [comparable(part) for part in parts if part.name == "VCALENDAR"]
    if not calendars:
        raise ValueError("no VCALENDAR")
    try:
        return expand(calendars, skip_bad_series=False), ""
    except Exception as error:
        return expand(calendars, skip_bad_series=True), short(error)


def short(error):
    return f"{type(error).__name__}: {error}"[:200]


def read_in_time(path):
    """(instances, why not all) or (None, why none)."""
    signal.signal(signal.SIGPROF, too_long)
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS_PER_FILE)
    try:
        return read(path)
    except TooLong:
        return None, f"more than {CPU_SECONDS_PER_FILE} s of work"
    except Exception as error:
        return None, short(error)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def shown(counter):
    return [list(row) for row in sorted(counter.elements())[:SHOWN]]


def compare(pair):
    """One pair as the JSON object that is printed for it.

    readable: Python can read the source. partial: but not all of its series, so `extra` may hold
    instances of those. A published file that cannot be read misses everything. `reason` says why
    in each of these cases, with "published: " before it where it is not about the source.
    """
    source, published = pair
    nothing = collections.Counter()
    before, reason = read_in_time(source)
    readable = before is not None
    partial = readable and reason != ""
    before = before or nothing
    after = nothing
    if readable:
        found, problem = read_in_time(published)
        after = found or nothing
        if problem and not partial:
            reason = f"published: {problem}"
    missing, extra = before - after, after - before
    return {
        "source": source,
        "published": published,
        "readable": readable,
        "partial": partial,
        "reason": reason,
        "instances": before.total(),
        "missing_count": missing.total(),
        "extra_count": extra.total(),
        "missing": shown(missing),
        "extra": shown(extra),
    }


def main():
    warnings.simplefilter("ignore")
    if len(sys.argv) == 3:
        result = compare((sys.argv[1], sys.argv[2]))
        json.dump(result, sys.stdout, ensure_ascii=False, indent=1)
        print()
        same = result["readable"] and not result["missing"] and not result["extra"]
        sys.exit(0 if same else 1)
    if len(sys.argv) != 1:
        sys.exit(__doc__)
    pairs = [line.rstrip("\n").split("\t") for line in sys.stdin if line.strip()]
    with multiprocessing.Pool(2) as pool:
        for result in pool.imap(compare, pairs, chunksize=1):
            print(json.dumps(result, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
