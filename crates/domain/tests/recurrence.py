"""Writes recurrence.json: the occurrences of some hundred rules, computed by python-dateutil.

tests/recurrence/table.rs compares them with those of this crate.

    python3 -m venv /tmp/dateutil && /tmp/dateutil/bin/pip install python-dateutil==2.9.0.post0
    /tmp/dateutil/bin/python crates/domain/tests/recurrence.py

Needs Python 3.11. The output is reproducible: dateutil bundles its own time zones.
"""

import itertools
import json
import pathlib
import random
from datetime import UTC, date, datetime, time, timedelta

from dateutil import rrule, tz
from dateutil.relativedelta import relativedelta
from dateutil.zoneinfo import get_zonefile_instance

WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
FREQUENCIES = {"daily": rrule.DAILY, "weekly": rrule.WEEKLY, "monthly": rrule.MONTHLY, "yearly": rrule.YEARLY}
ZONES = get_zonefile_instance()
SHOWN = 5

# Occurrences by dateutil


def every(rule, interval, start, **options):
    if "by_weekday" in rule:
        options["byweekday"] = [WEEKDAYS.index(day) for day in rule["by_weekday"]]
    frequency = FREQUENCIES[rule["frequency"]]
    return rrule.rrule(frequency, interval=interval, dtstart=start, wkst=rrule.MO, **options)


def planned_days(rule):
    """Returns the days of a series, each with the day of the month of the rule."""
    start = midnight(day_of(rule["start_date"]))
    options, wanted = {}, None
    if rule["frequency"] in ("monthly", "yearly"):
        wanted = rule.get("day_of_month", start.day)
        # rrule skips months without the day, so ask for the last existing one among the candidates.
        options = {"bymonthday": -1 if wanted == "last" else list(range(min(wanted, 28), wanted + 1)), "bysetpos": -1}
    if rule["frequency"] == "yearly":
        options["bymonth"] = start.month
    # Periods are counted from the first match.
    first = next(iter(every(rule, 1, start, **options)))
    return ((day.date(), wanted) for day in every(rule, rule["interval"], first, **options))


def day_after_completion(rule, done):
    months = {"monthly": 1, "yearly": 12}.get(rule["frequency"])
    if months is None:
        return every(rule, rule["interval"], midnight(done)).after(midnight(done)).date(), None
    wanted = rule.get("day_of_month", done.day)
    return done + relativedelta(months=months * rule["interval"], day=31 if wanted == "last" else wanted), wanted


def on_the_clock(rule, day, wanted):
    """Returns the due date on a day, and its adjustment."""
    adjustment = {"shorter_month": wanted} if wanted not in (None, "last") and day.day < wanted else {}
    if "T" not in rule["start_date"]:
        return day, adjustment
    local = datetime.combine(day, time.fromisoformat(rule["start_date"][11:]), zone_of(rule))
    if not tz.datetime_exists(local):
        adjustment["skipped_time"] = local.replace(tzinfo=None).isoformat()
    elif tz.datetime_ambiguous(local):
        adjustment["repeated_time"] = local.replace(tzinfo=None).isoformat()
    return tz.resolve_imaginary(local).astimezone(UTC), adjustment


def occurrences(rule, after=None):
    after = after and moment(rule, after)
    if rule["anchor"] == "completion":
        series = [on_the_clock(rule, *day_after_completion(rule, local_day(rule, after)))]
    else:
        series = (on_the_clock(rule, *planned) for planned in planned_days(rule))
        series = itertools.dropwhile(lambda found: after and not is_after(rule, found[0], after), series)
    if "end_date" in rule:
        end = moment(rule, rule["end_date"])
        series = itertools.takewhile(lambda found: not is_after(rule, found[0], end), series)
    return list(itertools.islice(series, SHOWN))


def is_after(rule, due, other):
    if isinstance(due, datetime) and isinstance(other, datetime):
        return due > other
    return local_day(rule, due) > local_day(rule, other)


def local_day(rule, due):
    return due.astimezone(zone_of(rule)).date() if isinstance(due, datetime) else due


def moment(rule, text):
    """Parses a day, an instant, or a local time of the rule."""
    if "T" not in text:
        return date.fromisoformat(text)
    read = datetime.fromisoformat(text)
    return (read if read.tzinfo else read.replace(tzinfo=zone_of(rule))).astimezone(UTC)


def zone_of(rule):
    return ZONES.get(rule["timezone"])


def day_of(text):
    return date.fromisoformat(text[:10])


def midnight(day):
    return datetime.combine(day, time())


# Test cases

# Days and times that a clock change skips or repeats.
CHANGES = [
    ("Europe/Berlin", "2026-03-29T02:30:00"),
    ("Europe/Berlin", "2026-10-25T02:30:00"),
    ("America/New_York", "2026-03-08T02:15:00"),
    ("America/New_York", "2026-11-01T01:00:00"),
    ("Australia/Lord_Howe", "2026-10-04T02:15:00"),
    ("Australia/Lord_Howe", "2026-04-05T01:45:00"),
]
ZONES_USED = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]
# Ends of months and years, leap days, and days shortly before clock changes.
STARTS = ["2023-12-31", "2024-01-29", "2024-02-29", "2024-08-31", "2026-01-31", "2026-02-10"]
STARTS += ["2026-03-06", "2026-03-27", "2026-04-03", "2026-06-15", "2026-10-02", "2026-10-23", "2026-10-30"]
TIMES = ["", "", "T00:00:00", "T09:00:00", "T12:30:15", "T23:59:00"]
INTERVALS = [1, 1, 1, 2, 3, 4, 5, 12, 52]


def any_rule(pick, anchor="schedule"):
    rule = {"frequency": pick.choice(list(FREQUENCIES)), "interval": pick.choice(INTERVALS)}
    if rule["frequency"] == "weekly" and pick.random() < 0.7:
        rule["by_weekday"] = sorted(pick.sample(WEEKDAYS, pick.randint(1, 4)), key=WEEKDAYS.index)
    if rule["frequency"] == "monthly" and pick.random() < 0.7:
        rule["day_of_month"] = pick.choice([1, 15, 28, 29, 30, 31, "last"])
    start = pick.choice(STARTS) + pick.choice(TIMES)
    return rule | {"anchor": anchor, "start_date": start, "timezone": pick.choice(ZONES_USED)}


def at_the_end_of_a_month(pick):
    """Returns a rule that meets shorter months or common years."""
    rule = any_rule(pick) | {"frequency": "monthly", "interval": pick.choice([1, 1, 2, 3, 5, 6, 12])}
    rule.pop("by_weekday", None)
    start = pick.choice(["2024-01-29", "2024-01-30", "2024-01-31", "2024-08-31", "2025-02-10", "2025-12-31"])
    if pick.random() < 0.2:
        rule |= {"frequency": "yearly", "interval": pick.choice([1, 2, 4])}
        rule.pop("day_of_month", None)
        start = "2024-02-29"
    return rule | {"start_date": start + rule["start_date"][10:]}


def any_moment(pick, rule, most_days):
    day = day_of(rule["start_date"]) + timedelta(days=pick.randint(0, most_days))
    return f"{day}{pick.choice(['', 'T00:30:00Z', 'T05:00:00Z', 'T12:00:00Z', 'T16:45:00Z', 'T23:59:59Z'])}"


def meeting(pick, zone, change, anchor):
    """Returns a rule that meets a clock change after one to three periods, and a completion before it."""
    day, clock = day_of(change), change[10:]
    frequency = pick.choice(list(FREQUENCIES))
    interval = pick.choice([1, 1, 2, 3])
    length = {"daily": {"days": 1}, "weekly": {"weeks": 1}, "monthly": {"months": 1}, "yearly": {"years": 1}}[frequency]
    period = relativedelta(**length) * interval
    rule = {"frequency": frequency, "interval": interval}
    if frequency == "weekly":
        rule["by_weekday"] = ["wed", WEEKDAYS[day.weekday()]]
    if frequency == "monthly":
        rule["day_of_month"] = day.day
    start = day - period * pick.randint(1, 3)
    return rule | {"anchor": anchor, "start_date": f"{start}{clock}", "timezone": zone}, str(day - period)


def ending(pick):
    rule = any_rule(pick)
    end = pick.choice(occurrences(rule)[:4])[0]
    if isinstance(end, datetime) and pick.random() < 0.6:
        local = end.astimezone(zone_of(rule)).replace(tzinfo=None)
        return rule | {"end_date": (local + timedelta(minutes=pick.choice([0, 0, 1]))).isoformat()}
    return rule | {"end_date": str(local_day(rule, end))}


def cases(pick):
    for zone, change in CHANGES * 12:
        yield meeting(pick, zone, change, "schedule")[0], None
    for zone, change in CHANGES * 3:
        yield meeting(pick, zone, change, "completion")
    for _ in range(50):
        yield at_the_end_of_a_month(pick), None
    for _ in range(80):
        yield any_rule(pick), None
    for _ in range(60):
        rule = pick.choice([any_rule, at_the_end_of_a_month])(pick)
        yield rule, any_moment(pick, rule, 2500)
    for _ in range(30):
        yield ending(pick), None
    for _ in range(80):
        rule = any_rule(pick, "completion")
        yield rule, any_moment(pick, rule, 800)


def has_zone_data(due):
    """Returns true if dateutil has time zone data for that date."""
    return not isinstance(due, datetime) or due.year <= 2037


def written(due, adjustment):
    text = due.isoformat().replace("+00:00", "Z")
    return {text: adjustment} if adjustment else text


def main():
    lines = []
    for rule, after in cases(random.Random(2026)):
        found = occurrences(rule, after)
        if all(has_zone_data(due) for due, _ in found):
            case = {"rule": rule} | ({"after": after} if after else {})
            lines.append(json.dumps(case | {"occurrences": [written(*occurrence) for occurrence in found]}))
    pathlib.Path(__file__).with_suffix(".json").write_text("[\n" + ",\n".join(lines) + "\n]\n")


main()
