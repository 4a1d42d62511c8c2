//! Verdict on one case.

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp};
use language::{Reply, Understanding, understand};
use serde_json::Value;

use crate::Case;
use crate::rules::{self, Rule};

/// Kind of expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Day or point in time.
    Date,
    /// Text without a date.
    Negative,
    /// Repetition.
    Recurrence,
    /// Operation that the sentence asks for.
    Operation,
    /// Reply to a question: yes, no, cancel.
    Answer,
    /// Sentence that must change nothing.
    OutOfScope,
    /// Words that are left when the attributes have gone.
    Title,
    /// Words that are tinted.
    Span,
    /// Own case, which names all that is expected.
    Own,
}

/// Verdict on one expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The answer is what is expected.
    Agrees,
    /// The answer differs by one of our rules.
    Ours(Rule),
    /// The answer is wrong, with the difference.
    Wrong(String),
}

/// Words put before a text that is nothing but a date.
const BEFORE: &str = "call mom";

/// Judges a case. A difference that the table of reasons explains is ours.
pub fn judge(case: &Case) -> Vec<(Kind, Verdict)> {
    let mut verdicts = compare(case);
    if let Some(rule) = rules::reason(&case.id) {
        for (_, verdict) in verdicts.iter_mut().filter(|(_, verdict)| matches!(verdict, Verdict::Wrong(_))) {
            *verdict = Verdict::Ours(rule);
        }
    }
    verdicts
}

fn compare(case: &Case) -> Vec<(Kind, Verdict)> {
    let expect = &case.expect;
    if expect.get("operation").is_some() {
        let found = understand(&case.text, &[], &case.now);
        return vec![(Kind::Own, own(case, &found))];
    }
    let is_bare = case.has_hint("bare");
    let text = if is_bare { format!("{BEFORE} {}", case.text) } else { case.text.clone() };
    let found = understand(&text, &[], &case.now);
    let mut verdicts = Vec::new();
    if expect.get("none").is_some() {
        verdicts.push((Kind::Negative, negative(&found)));
    } else if expect.get("set").is_some() {
        verdicts.push((Kind::Recurrence, recurrence(case, &found)));
    } else if let Some(answer) = expect.get("answer") {
        verdicts.push((Kind::Answer, reply(answer, &found)));
        verdicts.push((Kind::OutOfScope, no_write(expect, &found)));
    } else if let Some(operations) = expect.get("operations") {
        verdicts.push((Kind::Operation, operation(operations, &found)));
    } else if expect.get("no_write").is_some() {
        verdicts.push((Kind::OutOfScope, no_write(expect, &found)));
    } else {
        verdicts.push((Kind::Date, date(case, &found)));
    }
    let is_dated =
        matches!(verdicts[0], (Kind::Date | Kind::Recurrence, _)) && verdicts[0].1 == Verdict::Agrees;
    if is_bare && is_dated {
        verdicts.push((Kind::Title, same(found.data.get("title"), BEFORE)));
    }
    if let Some(title) = expect.get("title").and_then(Value::as_str) {
        verdicts.push((Kind::Title, same(found.data.get("title"), title)));
    }
    if let Some(phrase) = case.phrase.as_ref().filter(|_| is_dated && !is_bare) {
        verdicts.push((Kind::Span, covered(&text, phrase, &found)));
        if found.data.contains_key("title") && found.then.is_empty() {
            verdicts.push((Kind::Title, rest(&text, phrase, &found)));
        }
    }
    verdicts
}

fn same(found: Option<&Value>, expected: &str) -> Verdict {
    match found.and_then(Value::as_str) {
        Some(title) if title == expected => Verdict::Agrees,
        title => Verdict::Wrong(format!("title {title:?}, not {expected:?}")),
    }
}

/// Compares the title with the text without the phrase, apart from prepositions, orders and separators.
fn rest(text: &str, phrase: &str, found: &Understanding) -> Verdict {
    let lower = text.to_lowercase();
    let Some(at) = lower.find(&phrase.to_lowercase()) else { return Verdict::Agrees };
    let words = |text: &str| -> Vec<String> {
        text.to_lowercase()
            .split(|c: char| !c.is_alphanumeric() && c != '\'')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    const SKIPPED: &[&str] = &[
        "on", "at", "by", "for", "in", "the", "sometime", "around", "of", "from", "to", "please", "set",
        "up", "cortana", "can", "you", "we", "have", "add", "my", "calendar",
    ];
    let expected = words(&format!("{} {}", &text[..at], &text[(at + phrase.len()).min(text.len())..]));
    let title = words(found.data.get("title").and_then(Value::as_str).unwrap_or_default());
    let wish = |words: Vec<String>| -> Vec<String> {
        const WISHES: [&[&str]; 3] = [&["i", "want", "to"], &["we", "should"], &["i", "need", "to"]];
        let begin = WISHES
            .iter()
            .find(|wish| {
                words.iter().zip(wish.iter()).filter(|(word, other)| word == *other).count() == wish.len()
            })
            .map_or(0, |wish| wish.len());
        words[begin..].to_vec()
    };
    let expected = wish(expected);
    let strip = |words: Vec<String>| {
        words.into_iter().filter(|word| !SKIPPED.contains(&word.as_str())).collect::<Vec<_>>()
    };
    let (expected, title) = (strip(expected), strip(title));
    if expected == title {
        Verdict::Agrees
    } else {
        Verdict::Wrong(format!("title {title:?}, not {expected:?}"))
    }
}

fn covered(text: &str, phrase: &str, found: &Understanding) -> Verdict {
    let lower: Vec<char> = text.to_lowercase().chars().collect();
    let wanted: Vec<char> = phrase.to_lowercase().chars().collect();
    let Some(at) = lower.windows(wanted.len()).position(|window| window == wanted) else {
        return Verdict::Agrees;
    };
    let is_covered = |at: usize| {
        let spans = found.then.iter().flat_map(|then| &then.spans).chain(&found.spans);
        !lower[at].is_alphanumeric() || spans.into_iter().any(|span| span.from <= at && at < span.to)
    };
    let missing: String = (at..at + wanted.len()).filter(|&at| !is_covered(at)).map(|at| lower[at]).collect();
    if missing.is_empty() {
        Verdict::Agrees
    } else {
        Verdict::Wrong(format!("no span covers {missing:?} of {phrase:?}"))
    }
}

/// Points in time in an understanding.
#[derive(Debug, Default)]
struct Points {
    settled: Vec<Point>,
    options: Vec<Point>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Point {
    Day(Date),
    At(Timestamp),
}

impl Point {
    fn parse(text: &str) -> Option<Self> {
        if text.len() == 10 { text.parse().ok().map(Self::Day) } else { text.parse().ok().map(Self::At) }
    }

    fn local(self, case: &Case) -> DateTime {
        match self {
            Self::Day(date) => date.to_datetime(jiff::civil::Time::midnight()),
            Self::At(instant) => case.zone.to_datetime(instant),
        }
    }
}

fn points(found: &Understanding) -> Points {
    let mut points = Points::default();
    collect(&found.data.clone().into(), &mut points.settled);
    for option in &found.options {
        collect(&option.data.clone().into(), &mut points.options);
    }
    for then in &found.then {
        let more = self::points(then);
        points.settled.extend(more.settled);
        points.options.extend(more.options);
    }
    points
}

fn collect(data: &Value, points: &mut Vec<Point>) {
    const NAMES: [&str; 7] =
        ["due_date", "start_date", "due_after", "completed_after", "at", "due_before", "completed_before"];
    for name in NAMES {
        points.extend(data.get(name).and_then(Value::as_str).and_then(Point::parse));
    }
    for reminder in data["reminders"].as_array().into_iter().flatten() {
        collect(reminder, points);
    }
}

fn negative(found: &Understanding) -> Verdict {
    let points = points(found);
    let has_span = found.spans.iter().chain(found.then.iter().flat_map(|then| &then.spans)).any(|span| {
        span.value.is_some() && matches!(span.kind, language::SpanKind::Date | language::SpanKind::Recurrence)
    });
    let is_series = found.data.contains_key("frequency");
    if points.settled.is_empty() && !has_span && !is_series {
        return Verdict::Agrees;
    }
    Verdict::Wrong(format!("{:?}", points.settled))
}

fn expected_instant(case: &Case, expect: &Value) -> Option<(DateTime, SignedDuration)> {
    let instant: Timestamp = expect["instant"].as_str()?.parse().ok()?;
    let grain = match expect["grain"].as_str() {
        Some("hour") => 3600,
        Some("second") => 1,
        _ => 60,
    };
    Some((case.zone.to_datetime(instant), SignedDuration::from_secs(grain)))
}

/// True if the point is what is expected.
fn fits(case: &Case, expect: &Value, point: Point) -> bool {
    let local = point.local(case);
    if let Some(date) = expect["date"].as_str() {
        return point == Point::Day(date.parse().unwrap_or_default());
    }
    if let Some((instant, grain)) = expected_instant(case, expect) {
        let distance = local.duration_since(instant);
        return matches!(point, Point::At(_)) && distance >= SignedDuration::ZERO && distance < grain;
    }
    if let Some(time) = expect["time"].as_str() {
        return matches!(point, Point::At(_)) && time.parse().ok() == Some(local.time());
    }
    if let Some(span) = expect["within"].as_array() {
        let bound = |index: usize| {
            span.get(index)
                .and_then(Value::as_str)
                .and_then(|text| text.parse::<Timestamp>().ok())
                .map(|at| case.zone.to_datetime(at))
        };
        let (Some(from), Some(to)) = (bound(0), bound(1)) else { return false };
        return match point {
            Point::At(_) => from <= local && local < to,
            Point::Day(date) => from.date() <= date && date.to_datetime(jiff::civil::Time::midnight()) < to,
        };
    }
    expect["any"].as_array().into_iter().flatten().any(|one| fits(case, one, point))
}

fn date(case: &Case, found: &Understanding) -> Verdict {
    let points = points(found);
    let fits = |point: &Point| fits(case, &case.expect, *point);
    if points.settled.iter().any(fits) {
        return Verdict::Agrees;
    }
    let is_asked = found.needs_clarification && points.options.iter().any(fits);
    if let Some(rule) = rule(case, &points, is_asked) {
        return Verdict::Ours(rule);
    }
    Verdict::Wrong(format!(
        "{:?} {:?}{}",
        points.settled.iter().map(|point| point.local(case).to_string()).collect::<Vec<_>>(),
        points.options.iter().map(|point| point.local(case).to_string()).collect::<Vec<_>>(),
        found.question.as_deref().unwrap_or_default()
    ))
}

/// Returns the rule by which an answer differs from what is expected.
fn rule(case: &Case, points: &Points, is_asked: bool) -> Option<Rule> {
    let text = case.text.to_lowercase();
    let has = |words: &[&str]| text.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word));
    if is_asked && has(&["next", "following"]) {
        return Some(Rule::NEXT_WEEKDAY);
    }
    if is_asked && case.has_hint("weekday") && case.has_hint("past") {
        return Some(Rule::AHEAD);
    }
    if is_asked {
        return Some(Rule::ASKS);
    }
    let expected = expected_point(case, &case.expect)?;
    let found = points.settled.first().map(|point| point.local(case))?;
    let same_day = found.date() == expected.date();
    if case.has_hint("part-of-day") && same_day {
        return Some(Rule::PARTS);
    }
    let is_open = !has(&["am", "pm", "a", "p", "morning", "evening", "afternoon", "noon", "midnight"])
        || !text.contains('m');
    let apart = found.duration_since(expected).abs();
    if is_open
        && (apart == SignedDuration::from_hours(12) || found.time() == shifted(expected).time())
        && apart < SignedDuration::from_hours(37)
    {
        return Some(Rule::CLOCK);
    }
    if found.time() == expected.time() && apart == SignedDuration::from_hours(24) && found > expected {
        return Some(Rule::NEXT_TIME);
    }
    if case.has_hint("past") && found > expected {
        return Some(Rule::AHEAD);
    }
    let is_counted = has(&["day", "days", "week", "weeks", "fortnight", "month", "months", "year", "years"]);
    if matches!(points.settled.first(), Some(Point::Day(_))) && same_day && is_counted {
        return Some(Rule::DAYS);
    }
    let is_first_of_month = expected.day() == 1 && found.first_of_month().date() == expected.date();
    (is_counted && has(&["years", "year"]) && is_first_of_month).then_some(Rule::DAYS)
}

fn shifted(at: DateTime) -> DateTime {
    at.checked_add(SignedDuration::from_hours(12)).unwrap_or(at)
}

fn expected_point(case: &Case, expect: &Value) -> Option<DateTime> {
    let date = expect["date"]
        .as_str()
        .and_then(|date| date.parse::<Date>().ok())
        .map(|date| date.to_datetime(jiff::civil::Time::midnight()));
    let time = || {
        expect["time"]
            .as_str()
            .and_then(|time| time.parse::<jiff::civil::Time>().ok())
            .map(|time| case.now.local.date().to_datetime(time))
    };
    let within = || {
        expect["within"][0]
            .as_str()
            .and_then(|at| at.parse::<Timestamp>().ok())
            .map(|at| case.zone.to_datetime(at))
    };
    date.or_else(|| expected_instant(case, expect).map(|(at, _)| at)).or_else(time).or_else(within)
}

fn recurrence(case: &Case, found: &Understanding) -> Verdict {
    let set = &case.expect["set"];
    let data = if found.data.contains_key("frequency") {
        &found.data
    } else {
        found
            .then
            .iter()
            .map(|then| &then.data)
            .find(|data| data.contains_key("frequency"))
            .unwrap_or(&found.data)
    };
    let mut differences = Vec::new();
    for name in ["frequency", "interval", "by_weekday", "day_of_month"] {
        let Some(expected) = set.get(name) else { continue };
        let default = if name == "interval" { Value::from(1) } else { Value::Null };
        let given = data.get(name).cloned().unwrap_or(default);
        if given != *expected {
            differences.push(format!("{name} {given}, not {expected}"));
        }
    }
    let start = data.get("start_date").and_then(Value::as_str).and_then(Point::parse);
    if let Some(first) = set["first"].as_str()
        && start.map(|start| start.local(case).date().to_string()).as_deref() != Some(first)
    {
        differences.push(format!("first {start:?}, not {first}"));
    }
    if let Some(time) = set["time"].as_str() {
        let given = start.filter(|start| matches!(start, Point::At(_))).map(|start| start.local(case).time());
        if given != time.parse().ok() {
            differences.push(format!("time {given:?}, not {time}"));
        }
    }
    if differences.is_empty() {
        return Verdict::Agrees;
    }
    if case.has_hint("adjective") && !data.contains_key("frequency") {
        return Verdict::Ours(Rule::ADJECTIVE);
    }
    Verdict::Wrong(differences.join(", "))
}

fn operation(operations: &Value, found: &Understanding) -> Verdict {
    let name = |found: &Understanding| serde_json::json!(found.operation);
    let accepted =
        |found: &Understanding| operations.as_array().is_some_and(|names| names.contains(&name(found)));
    if accepted(found) {
        return Verdict::Agrees;
    }
    Verdict::Wrong(format!(
        "{} {}{}",
        name(found),
        Value::from(found.data.clone()),
        if found.then.is_empty() { "" } else { " and more" }
    ))
}

fn no_write(expect: &Value, found: &Understanding) -> Verdict {
    let all = std::iter::once(found).chain(&found.then);
    for one in all {
        let name = serde_json::json!(one.operation);
        let is_allowed = expect["unless"].as_array().is_some_and(|names| names.contains(&name));
        if one.operation.is_write() && !one.needs_clarification && !is_allowed {
            return Verdict::Wrong(format!("{name} {}", Value::from(one.data.clone())));
        }
    }
    Verdict::Agrees
}

fn reply(expected: &Value, found: &Understanding) -> Verdict {
    let given = match found.answer {
        Some(Reply::Yes) => "yes",
        Some(Reply::No) => "no",
        Some(Reply::Cancel | Reply::Undo) => "cancel",
        _ => "none",
    };
    if expected == given {
        Verdict::Agrees
    } else {
        Verdict::Wrong(format!("answer {given}, not {expected} ({:?})", found.operation))
    }
}

/// Compares all that an own case names.
fn own(case: &Case, found: &Understanding) -> Verdict {
    let given = serde_json::json!(found);
    let mut differences = Vec::new();
    let Some(expected) = case.expect.as_object() else {
        return Verdict::Wrong("`expect` is no object".to_owned());
    };
    for (name, expected) in expected {
        let given = match name.as_str() {
            "asks" => Value::from(found.needs_clarification),
            "options" => found.options.iter().map(|option| Value::from(option.data.clone())).collect(),
            "spans" => found
                .spans
                .iter()
                .map(|span| case.text.chars().skip(span.from).take(span.to - span.from).collect::<String>())
                .collect(),
            "note" => Value::from(!found.notes.is_empty()),
            "then_operations" => found.then.iter().map(|then| serde_json::json!(then.operation)).collect(),
            name => given.get(name).cloned().unwrap_or_default(),
        };
        if given != *expected {
            differences.push(format!("{name} {given}, not {expected}"));
        }
    }
    if differences.is_empty() { Verdict::Agrees } else { Verdict::Wrong(differences.join("; ")) }
}
