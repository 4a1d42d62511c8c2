"""Sign-in of the tester, and the few rules that a schema cannot express."""

import datetime
import re
import uuid

import requests
import schemathesis

# These end a session, or upgrade or delete a guest, so each gets a guest of its own.
OWN_GUEST = {
    "post_auth_logout",
    "delete_auth_me",
    "delete_auth_sessions",
    "delete_auth_sessions_id",
    "post_auth_upgrade",
}


def new_guest(base):
    response = requests.post(f"{base}/api/auth/guest", json={"timezone": "Europe/Berlin"}, timeout=10)
    response.raise_for_status()
    return response.json()["token"]


@schemathesis.auth(refresh_interval=None)
class Guest:
    token = None

    def get(self, case, ctx):
        base = case.operation.base_url.rstrip("/")
        if case.operation.definition.raw["operationId"] in OWN_GUEST:
            return new_guest(base)
        if Guest.token is None:
            Guest.token = new_guest(base)
        return Guest.token

    def set(self, case, data, ctx):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Keeps a few of six hundred zones, as each would be tried with each operation."""
    zones = raw_schema["components"]["schemas"]["Timezone"]
    zones["enum"] = zones["enum"][::100]


def is_past(text):
    try:
        moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except (TypeError, ValueError, AttributeError):
        return False
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.timezone.utc)
    return moment < datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)


def is_time(text):
    return isinstance(text, str) and bool(re.match(r"\d{4}-\d\d-\d\d", text))


def fix_series(rule):
    """Drops members of other frequencies and the end. A patch may apply to a series of any frequency."""
    if rule.get("frequency") != "weekly" and isinstance(rule.get("by_weekday"), list):
        rule.pop("by_weekday")
    if rule.get("frequency") != "monthly" and rule.get("day_of_month") in [*range(1, 32), "last"]:
        rule.pop("day_of_month")
    if is_time(rule.get("end_date")):
        rule.pop("end_date")
    if is_past(rule.get("start_date")):
        # Completed late, it would create a year of missed occurrences, which would fill every list.
        rule["start_date"] = "2031-01-05"


def fix_reminder(body):
    """Replaces past times, and lead times of tasks without a due date."""
    for name in ("at", "until"):
        if is_past(body.get(name)):
            body[name] = "2099-12-31T23:59:59Z"
    if re.fullmatch(r"\d+[mhdw]", str(body.get("before"))):
        body.pop("before")
        body["at"] = "2099-12-31T23:59:59Z"


@schemathesis.hook
def before_call(context, case, kwargs):
    """Applies the rules in every phase. Values of a wrong type stay as they are."""
    body, query, headers = case.body, case.query, case.headers or {}
    key = headers.get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch("[!-~]{1,200}", key):
        # An idempotency key belongs to one request.
        headers["Idempotency-Key"] = f"{key}-{uuid.uuid4()}"
    if isinstance(body, dict):
        # A due date in the past is accepted only with `allow_past`, and a token cannot have expired already.
        if is_past(body.get("due_date")) and body.get("allow_past") in (None, False):
            body["allow_past"] = True
        # A task has at most ten tags: it is created with up to five, and then gets one at a time.
        if isinstance(body.get("tags"), list) and len(body["tags"]) <= 10:
            body["tags"] = body["tags"][: 1 if case.operation.path.endswith("/tags") else 5]
        if is_past(body.get("expires_at")):
            body["expires_at"] = "2099-12-31T23:59:59Z"
        path = case.operation.path
        if path.startswith("/api/recurring-tasks"):
            fix_series(body)
            if body.get("allow_past") is False:
                body["allow_past"] = True
        if path.endswith(("/reminders", "/snooze")):
            fix_reminder(body)
        recurrence, reminders = body.get("recurrence"), body.get("reminders")
        if path == "/api/tasks" and isinstance(recurrence, dict):
            fix_series(recurrence)
            # Its recurrence starts at the due date.
            if is_time(body.get("due_date")) and is_time(recurrence.get("start_date")):
                recurrence.pop("start_date")
            if is_past(body.get("due_date")):
                body["due_date"] = "2031-01-05"
        if path == "/api/tasks" and isinstance(reminders, list):
            for reminder in filter(lambda one: isinstance(one, dict), reminders):
                fix_reminder(reminder)
    if query:
        # A cursor comes from an earlier page, and relevance needs a search.
        if is_plain(query.get("cursor")):
            query.pop("cursor")
        if query.get("sort_by") == "relevance" and "search" not in query:
            query.pop("sort_by")


def is_plain(text):
    return isinstance(text, str) and text.replace("-", "").replace("_", "").isalnum()
