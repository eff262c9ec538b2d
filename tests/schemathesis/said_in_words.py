"""What the API's description says in words, because JSON Schema cannot: how the two ends of a range
go together. And a rate limit that does not end the run: each request says that it comes from an
address of its own, which the demo believes, because it trusts this computer as a proxy."""

import datetime
import ipaddress
import itertools

import schemathesis

LONGEST = datetime.timedelta(days=730)
numbers = itertools.count(int(ipaddress.IPv4Address("10.0.0.1")))


@schemathesis.hook
def before_call(context, case, kwargs):
    address = str(ipaddress.IPv4Address(next(numbers)))
    case.headers = {**(case.headers or {}), "X-Forwarded-For": address}


def moment(text):
    try:
        at = datetime.datetime.fromisoformat(text.upper().replace("Z", "+00:00"))
    except (AttributeError, ValueError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=datetime.timezone.utc)


@schemathesis.hook
def map_query(context, query):
    """Leaves out an end that lies before its beginning, or too far behind it."""
    if not query or moment(query.get("to")) is None:
        return query
    start = moment(query.get("from"))
    day = datetime.timedelta(days=1)
    if start is None or not start + day <= moment(query["to"]) <= start + LONGEST:
        return {name: value for name, value in query.items() if name != "to"}
    return query
