"""Makes demo/data/ from the shared sources and from samples.py.

Run from anywhere: `python demo/prepare.py`. Needs Python 3.11 and PyYAML. The sources are read
from $ALMANAC_SHARED/data (by default ../shared beside the repository). The same sources always
give the same bytes. What comes from where is told in PROVENANCE.md.
"""

import csv
import json
import os
import re
import shutil
import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

import names
import samples

HERE = Path(__file__).resolve().parent
SHARED = Path(os.environ.get("ALMANAC_SHARED") or HERE.parent.parent / "shared") / "data"
DATA = HERE / "data"

COPIES = {
    "kr-public-holidays.ics": "kr-holidays-hyunbinseo/public__basic.ics",
    "kr-anniversaries.ics": "kr-holidays-hyunbinseo/anniversaries__basic.ics",
    "ajou-university.ics": "kr-univ-ajou/event.ics",
    "dongguk-university.ics": "kr-univ-dongguk/DONGGUK_2025.ics",
}


def read_json(path):
    return json.loads((SHARED / path).read_text(encoding="utf-8"))


def write_events(name, events):
    """Writes one event a line, in order of time, without what is empty or says nothing new."""
    events = [
        {
            key: value
            for key, value in event.items()
            if value and (key, value) != ("end", event["start"])
        }
        for event in events
    ]
    events.sort(key=lambda event: (event["start"], event["uid"]))
    uids = [event["uid"] for event in events]
    assert len(set(uids)) == len(uids), f"{name}: a uid twice"
    lines = ",\n".join(json.dumps(event, ensure_ascii=False) for event in events)
    (DATA / name).write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def later(local, minutes):
    """A local time `YYYY-MM-DDTHH:MM` some minutes later."""
    moment = datetime.fromisoformat(local) + timedelta(minutes=minutes)
    return moment.strftime("%Y-%m-%dT%H:%M")


def public_holidays(code, titles):
    """Public holidays from 2026, out of a title for each date."""
    for day, title in titles.items():
        if day >= "2026":
            yield {"uid": f"{code}-{day}", "start": day, "title": title}


def japan_holidays():
    japanese = read_json("python-holidays/JP.ja.2024-2028.json")
    english = read_json("python-holidays/JP.en_US.2024-2028.json")
    titles = {
        ja["date"]: {"ko": names.JAPAN_HOLIDAYS[ja["name"]], "en": en["name"], "ja": ja["name"]}
        for ja, en in zip(japanese, english, strict=True)
    }
    return public_holidays("jp-holiday", titles)


def us_holidays():
    def korean(name):
        plain = name.removesuffix(" (observed)")
        return names.US_HOLIDAYS[plain] + (" 대체 휴일" if plain != name else "")

    entries = read_json("python-holidays/US.en_US.2024-2028.json")
    titles = {one["date"]: {"ko": korean(one["name"]), "en": one["name"]} for one in entries}
    return public_holidays("us-holiday", titles)


def stadium():
    """Seoul World Cup Stadium; contacts in the source (one a mobile number) are left out."""
    for path in sorted((SHARED / "kr-sangam-stadium").glob("schedule-*.json")):
        for entry in json.loads(path.read_text(encoding="utf-8")):
            yield stadium_event(entry)


def stadium_event(entry):
    day = date(**entry["date"]).isoformat()
    text = "\n".join(entry["lines"])
    competition = re.sub(r"^20\d\d (?!북중미)", "", entry["schedule"]["title"])
    pair = re.search(r"대 진 : (.+?)\s*vs\s*([^(\n]+)", text)
    clock = re.search(r"\b(\d\d:\d\d)\b", text)
    ends = re.search(r"\d\d:\d\d ~ (\d\d:\d\d)", text)
    topic = re.search(r"내 용 : (?:문화행사 )?\(?([^()\n]+)", text)
    event = {"uid": f"sangam-{day}", "start": day, "place": "서울월드컵경기장"}
    if "보조경기장" in text:
        event["place"] += " 보조경기장"
    if pair:
        event["title"] = f"{pair[1]} vs {pair[2].strip()} · {competition}"
    else:
        event["title"] = topic[1] if topic else competition
    match = pair or "예선" in competition
    event["tags"] = ["match" if match else "event"]
    if clock:
        event |= {"start": f"{day}T{clock[1]}", "zone": "Asia/Seoul"}
        event["end"] = f"{day}T{ends[1]}" if ends else later(event["start"], 120)
    elif match:
        event["time"] = "tba"
    return event


def world_cup():
    venues = {
        one["city"]: one["name"]
        for one in read_json("openfootball-worldcup/worldcup.stadiums.json")["stadiums"]
    }
    matches = read_json("openfootball-worldcup/2026__worldcup.json")["matches"]
    for number, match in enumerate(matches, 1):
        clock, offset = match["time"].split(" UTC")
        zone = names.GROUND_ZONES[match["ground"]]
        start = f"{match['date']}T{clock}"
        there = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone)).utcoffset()
        assert there == timedelta(hours=int(offset)), match
        teams = (match["team1"], match["team2"])
        round_en = match.get("group") or match["round"]
        if "group" in match:
            round_ko, tag = f"{round_en[-1]}조", f"group-{round_en[-1].lower()}"
        else:
            round_ko, tag = names.KNOCKOUT_ROUNDS[round_en]
        yield {
            "uid": f"worldcup-2026-{number:03}",
            "title": {
                "ko": f"{' vs '.join(names.COUNTRIES[team] for team in teams)} ({round_ko})",
                "en": f"{' vs '.join(teams)} ({round_en})",
            },
            "start": start,
            "end": later(start, 120),
            "zone": zone,
            "place": f"{venues[match['ground']]}, {match['ground']}",
            "tags": [tag] + ["korea"] * ("South Korea" in teams),
        }


def premier_league():
    matches = read_json("openfootball-leagues/2025-26__en.1.json")["matches"]
    for match in matches:
        teams = (match["team1"], match["team2"])
        (home, home_tag), (away, away_tag) = (names.PREMIER_LEAGUE_CLUBS[t] for t in teams)
        event = {
            "uid": f"premier-league-2025-26-{home_tag}-{away_tag}",
            "title": {"ko": f"{home} vs {away}", "en": f"{teams[0]} vs {teams[1]}"},
            "description": match["round"],
            "status": match.get("status"),
            "tags": [home_tag, away_tag],
        }
        if "time" in match:
            start = f"{match['date']}T{match['time']}"
            event |= {"start": start, "end": later(start, 120), "zone": "Europe/London"}
        else:
            event |= {"start": match["date"], "time": "tba"}
        yield event


def formula_one():
    lengths = read_json("f1-sportstimes/f1__config.json")["sessionLengths"]
    for race in read_json("f1-sportstimes/f1__2026.json")["races"]:
        name = race["name"] if "Grand Prix" in race["name"] else f"{race['name']} Grand Prix"
        for key, start in race["sessions"].items():
            korean, english, tag = names.F1_SESSIONS[key]
            yield {
                "uid": f"f1-2026-{race['slug']}-{key.lower()}",
                "title": {
                    "ko": f"{names.GRAND_PRIX[race['slug']]} 그랑프리 · {korean}",
                    "en": f"{name} · {english}",
                },
                "start": start,
                "end": later(start.removesuffix("Z"), lengths[key]) + ":00Z",
                "place": race["location"],
                "description": f"{race['round']}라운드 (Round {race['round']})",
                "status": "cancelled" if race.get("canceled") else None,
                "tags": [tag],
            }


def cycling():
    for race in read_json("cycling-2026/wt_calendar_2026.json")["races"]:
        slug = race["url"].split("/")[1]
        if slug == "dauphine":  # the same race a second time under its former address
            continue
        korean = names.CYCLING_RACES[slug]
        english = race["name"].removesuffix(" ME")
        whole = {
            "uid": f"cycling-2026-{slug}",
            "title": {"ko": korean, "en": english},
            "start": race["startdate"],
            "end": race["enddate"],
            "url": race["pcs_link"],
            "tags": ["stage-race" if race["stages"] else "one-day"],
        }
        if not race["stages"]:
            yield whole | {"description": ", ".join(map(route_text, race["stage_details"]))}
            continue
        yield whole
        for stage in race["stage_details"]:
            route = f"{stage['departure']} → {stage['arrival']}"
            yield whole | {
                "uid": f"cycling-2026-{slug}-{stage['date']}",
                "title": {"ko": f"{korean} · {route}", "en": f"{english} · {route}"},
                "start": stage["date"],
                "end": None,
                "description": route_text(stage),
                "tags": ["stage"],
            }


def route_text(stage):
    distance = f", {stage['distance']} km" if stage.get("distance") else ""
    return f"{stage['departure']} → {stage['arrival']}{distance}"


def tech_conferences():
    for one in read_json("conf-tech-json/2026__data.json"):
        slug = re.sub(r"[^a-z0-9]+", "-", one["name"].lower()).strip("-")
        place = ", ".join(part for part in (one.get("city"), one.get("country")) if part)
        online = one.get("online")
        yield {
            "uid": f"conf-2026-{slug}-{one['startDate']}",
            "title": one["name"],
            "start": one["startDate"],
            "end": one["endDate"],
            "place": place or ("Online" if online else None),
            "url": one["url"],
            "tags": (["online"] if online else []) + (["on-site"] if place else []),
        }


def source_zone(text):
    """A deadline's zone: an IANA name, UTC, or a fixed offset; AoE is twelve hours behind UTC."""
    if text == "AoE":
        return "-12:00"
    if text == "PST":
        return "-08:00"
    if found := re.fullmatch(r"(?:UTC|GMT)([+-])(\d+)", text):
        return f"{found[1]}{int(found[2]):02}:00"
    return text


def ai_deadlines():
    for path in sorted((SHARED / "conf-ai-deadlines-hf").glob("*.yml")):
        for conference in yaml.safe_load(path.read_text(encoding="utf-8")):
            if conference["year"] >= 2026:
                yield from conference_events(conference)


def conference_events(conference):
    """The conference days, and each of its deadlines as a moment without an end."""
    title = f"{conference['title']} {conference['year']}"
    place = ", ".join(str(conference[key]) for key in ("city", "country") if conference.get(key))
    common = {"url": conference["link"].strip()}
    # A start in another year is a slip of the source.
    if str(conference.get("start"))[:4] == str(conference["year"]) and conference.get("end"):
        yield {
            "uid": f"ai-{conference['id']}",
            "title": title,
            "start": str(conference["start"]),
            "end": str(conference["end"]),
            "place": place,
            "description": conference["full_name"],
            "tags": ["conference"],
        } | common
    for number, deadline in enumerate(conference.get("deadlines") or [], 1):
        moment = re.fullmatch(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d)?", str(deadline["date"]))
        if not moment or not deadline.get("timezone"):
            continue
        korean, tag = names.DEADLINE_KINDS[deadline["type"]]
        yield {
            "uid": f"ai-{conference['id']}-{number:02}",
            "title": {
                "ko": f"{title} {korean} · {deadline['label']}",
                "en": f"{title} · {deadline['label']}",
            },
            "start": f"{moment[1]}T{moment[2]}",
            "zone": source_zone(deadline["timezone"]),
            "description": conference["full_name"],
            "tags": [tag],
        } | common


def nijisanji():
    """Concerts and events from 2026, and the openings of their ticket sales."""
    shows = {row["UID"]: row for row in read_csv("jp-nijisanji/events.csv")}
    shows = {uid: row for uid, row in shows.items() if row["開始日時"].strip() >= "2026"}
    for uid, row in shows.items():
        yield nijisanji_show(uid, row)
    for row in read_csv("jp-nijisanji/tickets.csv"):
        show = shows.get(row["イベントUID"])
        if show and row["開始日時"].strip():
            closes = row["終了日時"].strip()
            yield {
                "uid": row["UID"],
                "title": {
                    "ja": f"{show_name(show)[0]} · {row['タイトル']}",
                    "en": f"{show_name(show)[1]} · {row['タイトル（英語）']}",
                },
                "start": minute(row["開始日時"]),
                "zone": "Asia/Tokyo",
                "url": row["URL"].strip(),
                "description": f"締切 / Closes: {closes}" if closes else None,
                "tags": ["ticket"],
            }


def nijisanji_show(uid, row):
    start, end = minute(row["開始日時"]), minute(row["終了日時"])
    event = {
        "uid": uid,
        "title": dict(zip(("ja", "en"), show_name(row), strict=True)),
        "place": row["場所"],
        "url": row["URL"].strip(),
        "description": f"出演: {row['参加者']}" if row["参加者"] else None,
        "tags": ["show"],
    }
    if "仮置き" in row["イベント名"]:
        return event | {"start": start[:10], "time": "tba"}
    return event | {"start": start, "end": end, "zone": "Asia/Tokyo"}


def show_name(row):
    japanese = re.sub(r"（[^（）]*仮置き[^（）]*）", "", row["イベント名"])
    english = row["イベント名（英語）"]
    return " ".join(japanese.split()), " ".join((english or japanese).split())


def minute(text):
    moment = datetime.strptime(text.strip(), "%Y/%m/%d %H:%M")
    return moment.strftime("%Y-%m-%dT%H:%M")


def read_csv(path):
    with (SHARED / path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


# Teams whose meetings still go on; the others' files hold ended series or on-call duties.
RUST_TEAMS = """bootstrap build-std clippy content council fls goals infra lang lang-docs libs
project-stable-mir release release-team rust-analyzer rustdoc spec style testing-devex types
vision wg-binary-size wg-embedded wg-macros""".split()

# Standard and summer offset, and where the change days come from.
RUST_ZONES = {
    "America/Los_Angeles": ("-0800", "-0700", "us"),
    "America/New_York": ("-0500", "-0400", "us"),
    "Europe/Amsterdam": ("+0100", "+0200", "eu"),
    "Europe/London": ("+0000", "+0100", "eu"),
    "Europe/Paris": ("+0100", "+0200", "eu"),
}
CHANGE_DAYS = {
    "us": (("20070311T020000", "3;BYDAY=2SU"), ("20071104T020000", "11;BYDAY=1SU")),
    "eu": (("19960331T{spring}", "3;BYDAY=-1SU"), ("19961027T{autumn}", "10;BYDAY=-1SU")),
}


def rust_meetings():
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Almanac//Demo data//EN"]
    lines += ["X-WR-CALNAME:Rust project meetings", "X-WR-TIMEZONE:UTC"]
    for zone, rules in RUST_ZONES.items():
        lines += vtimezone(zone, *rules)
    for team in RUST_TEAMS:
        text = (SHARED / f"rust-lang-calendar/{team}.toml").read_text(encoding="utf-8")
        for event in tomllib.loads(text).get("events", []):
            rules = event.get("recurrence_rules", [])
            if rules and not {"until", "count"} & rules[0].keys():
                lines += rust_event(event, rules[0])
    lines.append("END:VCALENDAR")
    write_ics("rust-project-meetings.ics", lines)


def vtimezone(zone, standard, summer, area):
    hours = int(standard[1:3])
    at = {"spring": f"{hours + 1:02}0000", "autumn": f"{hours + 2:02}0000"}
    (spring, march), (autumn, november) = CHANGE_DAYS[area]
    return [
        "BEGIN:VTIMEZONE",
        f"TZID:{zone}",
        "BEGIN:DAYLIGHT",
        f"DTSTART:{spring.format(**at)}",
        f"RRULE:FREQ=YEARLY;BYMONTH={march}",
        f"TZOFFSETFROM:{standard}",
        f"TZOFFSETTO:{summer}",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        f"DTSTART:{autumn.format(**at)}",
        f"RRULE:FREQ=YEARLY;BYMONTH={november}",
        f"TZOFFSETFROM:{summer}",
        f"TZOFFSETTO:{standard}",
        "END:STANDARD",
        "END:VTIMEZONE",
    ]


def rust_event(event, rule):
    by_day = ",".join(f"{one['num']}{one['day'][:2].upper()}" for one in rule.get("by_day", []))
    place = re.sub(r"\?\S*", "", event.get("location", ""))  # no meeting passwords
    description = re.sub(r"<[^>]+>", " ", event.get("description", "")).strip()
    return [
        "BEGIN:VEVENT",
        f"UID:{event['uid']}@calendar.rust-lang.org",
        f"DTSTAMP:{stamp(event['last_modified_on'])}",
        ics_time("DTSTART", event["start"]),
        *([ics_time("DTEND", event["end"])] if "end" in event else []),
        f"RRULE:FREQ={rule['frequency'].upper()};INTERVAL={rule.get('interval', 1)}"
        + (f";BYDAY={by_day}" if by_day else ""),
        f"SUMMARY:{ics_text(event['title'])}",
        *([f"LOCATION:{ics_text(place)}"] if place else []),
        *([f"DESCRIPTION:{ics_text(description)}"] if description else []),
        f"STATUS:{event.get('status', 'confirmed').upper()}",
        "END:VEVENT",
    ]


def ics_time(name, value):
    if isinstance(value, dict):
        zone = value["timezone"].replace("US/Pacific", "America/Los_Angeles")
        digits = re.sub(r"[-:]", "", value["date"][:19])
        assert zone in RUST_ZONES, zone
        return f"{name};TZID={zone}:{digits}"
    if "T" in value:
        return f"{name}:{stamp(value)}"
    return f"{name};VALUE=DATE:{value.replace('-', '')}"


def stamp(text):
    day, clock = text.split("T")
    hours, minutes, seconds = re.match(r"(\d+):(\d+):(\d+)", clock).groups()
    return f"{day.replace('-', '')}T{int(hours):02}{minutes}{seconds}Z"


def ics_text(text):
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return text


def write_ics(name, lines):
    """Folds at 75 octets, never inside a character (RFC 5545 section 3.1)."""
    folded = []
    for line in lines:
        part = ""
        for char in line:
            if len((part + char).encode()) > 75:
                folded.append(part)
                part = " "
            part += char
        folded.append(part)
    (DATA / name).write_bytes("".join(f"{line}\r\n" for line in folded).encode())


def main():
    DATA.mkdir(exist_ok=True)
    for name, source in COPIES.items():
        shutil.copyfile(SHARED / source, DATA / name)
    write_events("jp-public-holidays.json", japan_holidays())
    write_events("us-federal-holidays.json", us_holidays())
    write_events("seoul-world-cup-stadium.json", stadium())
    write_events("world-cup-2026.json", world_cup())
    write_events("premier-league-2025-26.json", premier_league())
    write_events("f1-2026.json", formula_one())
    write_events("cycling-world-tour-2026.json", cycling())
    write_events("data-conferences-2026.json", tech_conferences())
    write_events("ai-deadlines.json", ai_deadlines())
    write_events("nijisanji-events.json", nijisanji())
    rust_meetings()
    write_events("sample-baseball.json", samples.baseball())
    write_events("sample-idol.json", samples.idol())
    write_events("sample-theatre.json", samples.theatre())
    write_events("sample-beauty-sales.json", samples.beauty_sales())
    write_ics("sample-mart-closing-days.ics", samples.mart_closing_days())


if __name__ == "__main__":
    main()
