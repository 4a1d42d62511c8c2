"""Writes own.jsonl: sentences, and what TaskFlow has to understand.

Dates are computed here, by Python's calendar and time zones, from what a person means: `day(1)` is tomorrow, and
`coming("fri")` the next Friday. Nothing of the crate is used, so its arithmetic is checked by another one.

    python3 make.py            writes own.jsonl
    python3 make.py --check    fails if own.jsonl is out of date
"""

import calendar
import json
import pathlib
import sys
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CASES = []
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Present:
    """Present of a user."""

    now = datetime(2026, 3, 4, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    locale = None


def present(local, zone="Europe/Berlin", locale=None):
    """Sets the present of the cases that follow."""
    Present.now = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone))
    Present.locale = locale


# ── the calendar ──
def today():
    return Present.now.date()


def day(days):
    """A day, counted from today."""
    return today() + timedelta(days=days)


def coming(name):
    """The next such weekday, never today."""
    ahead = (WEEKDAYS.index(name) - today().weekday()) % 7
    return day(ahead or 7)


def last(name):
    """The last such weekday, never today."""
    back = (today().weekday() - WEEKDAYS.index(name)) % 7
    return day(-(back or 7))


def week(name, weeks):
    """The weekday of a week, counted from this one. Weeks begin on Monday."""
    return day(WEEKDAYS.index(name) - today().weekday() + 7 * weeks)


def next_date(month, number):
    """The next such date, today included."""
    for year in range(today().year, today().year + 9):
        try:
            found = date(year, month, number)
        except ValueError:
            continue
        if found >= today():
            return found
    raise ValueError("no such date")


def next_day(number):
    """The next day of a month with that number, today included."""
    year, month = today().year, today().month
    while True:
        if number <= calendar.monthrange(year, month)[1] and date(year, month, number) >= today():
            return date(year, month, number)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def month(months, number=1):
    """A day of the month that is some months away; -1 is its last day."""
    index = today().year * 12 + today().month - 1 + months
    year, name = index // 12, index % 12 + 1
    return date(year, name, calendar.monthrange(year, name)[1] if number == -1 else number)


def nth(nth, name, year, number):
    """The nth such weekday of a month; -1 is the last one."""
    days = [d for d in calendar.Calendar().itermonthdates(year, number) if d.month == number]
    return [d for d in days if d.weekday() == WEEKDAYS.index(name)][nth if nth < 0 else nth - 1]


def at(on, clock):
    """A local time on a day, with its offset. Of a time that comes twice the first one, as Python does."""
    local = datetime.combine(on, time.fromisoformat(clock), tzinfo=Present.now.tzinfo)
    # A time that does not exist moves forward by the gap: there and back again through UTC.
    return local.astimezone(ZoneInfo("UTC")).astimezone(Present.now.tzinfo)


def later(**amount):
    """An instant, counted from now."""
    utc = Present.now.astimezone(ZoneInfo("UTC")) + timedelta(**amount)
    return utc.astimezone(Present.now.tzinfo)


def clock(text):
    """The next occurrence of a time."""
    found = at(today(), text)
    return found if found > Present.now else at(day(1), text)


def text_of(value):
    if isinstance(value, datetime):
        return value.isoformat()
    return value.isoformat() if isinstance(value, date) else value


# ── cases ──
def plain(value):
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return text_of(value)


def case(text, operation, data, asks=False, **more):
    """Adds a case. What `more` does not name is not judged."""
    row = {
        "id": f"own-{len(CASES) + 1}",
        "text": text,
        "now": Present.now.isoformat(),
        "timezone": Present.now.tzinfo.key,
        "expect": {"operation": operation, "data": plain(data), "asks": asks, **plain(more)},
    }
    if Present.locale:
        row["locale"] = Present.locale
    CASES.append(row)


def add(text, title=None, due=None, asks=False, **data):
    """A new task."""
    more = {name: data.pop(name) for name in ("options", "spans", "note", "then") if name in data}
    given = {"title": title, "due_date": due, **data}
    case(text, "add_task", {name: value for name, value in given.items() if value is not None}, asks, **more)


def repeat(text, title, frequency, start, asks=False, **data):
    """A new series."""
    more = {name: data.pop(name) for name in ("options", "spans", "note") if name in data}
    case(text, "create_recurring_task", {"title": title, "frequency": frequency, "start_date": start, **data}, asks, **more)


def same(texts, make):
    """Several ways to say the same."""
    for text in texts:
        make(text)


def unknown(text, **more):
    case(text, "unknown", more.pop("data", {}), **more)


exec(compile((pathlib.Path(__file__).parent / "own.py").read_text(), "own.py", "exec"))


def main():
    made = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in CASES)
    path = pathlib.Path(__file__).parent / "own.jsonl"
    if "--check" in sys.argv:
        if not path.exists() or path.read_text() != made:
            sys.exit("own.jsonl is out of date: run make.py")
        return
    path.write_text(made)
    print(f"{len(CASES)} cases")


main()
