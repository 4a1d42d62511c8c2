//! `GET /metrics`: metrics in the text format of Prometheus, version 0.0.4.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Deserialize;
use serde_json::json;
use store::{RELEASE, Refusal, statement};
use web::{Problem, Request, Response};

/// Name, labels and value of a metric.
type Sample = (String, BTreeMap<String, String>, f64);

/// Row of `metrics.sql`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Row {
    Sample(Sample),
    Durations(Durations),
}

/// Durations of the requests of a route.
#[derive(Deserialize)]
struct Durations {
    method: String,
    route: String,
    /// Upper bounds of the buckets in seconds. There is one more bucket, without a bound.
    bounds: Vec<f64>,
    /// Buckets, counted from 0, with their number of requests.
    times: Vec<(usize, f64)>,
    seconds: f64,
    database_seconds: f64,
}

impl Durations {
    /// Returns a histogram, and the time that was spent in Postgres.
    fn samples(&self) -> Vec<Sample> {
        let sample = |name: &str, le: Option<String>, value: f64| {
            let labels = [("method", Some(&self.method)), ("route", Some(&self.route)), ("le", le.as_ref())];
            let given = labels.iter().filter_map(|(name, value)| Some((name.to_string(), (*value)?.clone())));
            (name.to_owned(), given.collect(), value)
        };
        let up_to = |last: usize| {
            self.times.iter().filter(|(bucket, _)| *bucket <= last).map(|(_, times)| times).sum::<f64>()
        };
        let bounds = self.bounds.iter().map(f64::to_string).chain(["+Inf".to_owned()]);
        let buckets = bounds
            .enumerate()
            .map(|(at, bound)| sample("taskflow_request_duration_seconds_bucket", Some(bound), up_to(at)));
        buckets
            .chain([
                sample("taskflow_request_duration_seconds_sum", None, self.seconds),
                sample("taskflow_request_duration_seconds_count", None, up_to(self.bounds.len())),
                sample("taskflow_request_database_seconds_total", None, self.database_seconds),
            ])
            .collect()
    }
}

/// Metric families: name, type and help text.
const FAMILIES: [(&str, &str, &str); 21] = [
    ("taskflow_build_info", "gauge", "Version and release; always 1."),
    ("taskflow_postgres_up", "gauge", "1 if Postgres answers. Otherwise most other metrics are missing."),
    ("taskflow_statements_installed", "gauge", "1 if Postgres has the statements of this release."),
    (
        "taskflow_postgres_connections",
        "gauge",
        "Connections of all functions to Postgres by role and state: idle, in_use, or unknown.",
    ),
    (
        "taskflow_requests_total",
        "counter",
        "Requests by method, route and status, except /live and responses with 503. They are counted \
         exactly while they come one by one; under load they are estimated from one in 32, but faults never.",
    ),
    (
        "taskflow_request_duration_seconds",
        "histogram",
        "Time until a response was ready, by method and route.",
    ),
    (
        "taskflow_request_database_seconds_total",
        "counter",
        "Part of it in which requests waited for Postgres, by method and route.",
    ),
    ("taskflow_sidecar_up", "gauge", "1 if Dapr's sidecar can publish."),
    ("taskflow_publishing_enabled", "gauge", "1 if the setting `publishing` is on."),
    (
        "taskflow_outbox_events",
        "gauge",
        "Events waiting to be published, counted up to 1000, then estimated.",
    ),
    (
        "taskflow_outbox_oldest_age_seconds",
        "gauge",
        "Age of the oldest event in the outbox; 0 if it is empty.",
    ),
    (
        "taskflow_outbox_shards",
        "gauge",
        "Shards of the outbox by state; a resting shard is backing off after a failure.",
    ),
    ("taskflow_events_published_total", "counter", "Events published."),
    ("taskflow_publish_failures_total", "counter", "Failed attempts to publish an event."),
    (
        "taskflow_events_parked",
        "gauge",
        "Events set aside after too many failed attempts, counted up to 1000.",
    ),
    (
        "taskflow_events_consumed_total",
        "counter",
        "Deliveries by outcome: done, late (done out of order), duplicate, \
         failed (will be retried), dead (dead-lettered).",
    ),
    (
        "taskflow_delivery_delay_seconds",
        "summary",
        "Time from a change until a consumer took its event. \
         Quantiles cover the last 5 minutes, at most 500 events.",
    ),
    ("taskflow_dead_letters", "gauge", "Dead letters that were not sent again, counted up to 1000 in total."),
    ("taskflow_streams", "gauge", "Live streams by what holds them: a GRIP proxy, or the function itself."),
    (
        "taskflow_streams_total",
        "counter",
        "Live streams by outcome: opened, closed, dead (nobody had held them for two heartbeats).",
    ),
    ("taskflow_scrape_seconds", "gauge", "Duration of this scrape."),
];

/// Returns all metrics, to those who have the token if there is one. Responds without Postgres too, so that
/// an outage shows up as a metric and not as a failed scrape.
pub fn run(request: &Request) -> Result<Response, Problem> {
    request.must_have_token("metrics_token")?;
    let started = web::now_ms();
    let mut samples = Vec::new();
    let mut add = |name: &str, value: f64| samples.push((name.to_owned(), BTreeMap::new(), value));
    let rows = request.anonymous().rows(statement!("metrics.sql"), &json!({ "release": RELEASE }));
    match rows {
        Ok(_) => add("taskflow_postgres_up", 1.0),
        Err(Refusal::Unavailable(_)) => add("taskflow_postgres_up", 0.0),
        Err(Refusal::NotInstalled) => {
            add("taskflow_postgres_up", 1.0);
            add("taskflow_statements_installed", 0.0);
        }
        Err(refusal) => return Err(refusal.into()),
    }
    add("taskflow_sidecar_up", f64::from(u8::from(dapr::is_ready())));
    add("taskflow_scrape_seconds", (web::now_ms() - started) as f64 / 1000.0);
    samples.extend(read(&rows.unwrap_or_default())?);
    let build = [("version", env!("CARGO_PKG_VERSION")), ("release", RELEASE.unwrap_or_default())];
    let labels = build.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    samples.push(("taskflow_build_info".to_owned(), labels, 1.0));
    Ok(Response::text("text/plain; version=0.0.4; charset=utf-8", exposition(&samples)))
}

fn read(rows: &[String]) -> Result<Vec<Sample>, Problem> {
    let rows = rows.iter().map(|row| serde_json::from_str(row)).collect::<Result<Vec<Row>, _>>();
    let rows = rows.map_err(|error| Refusal::unreadable("metrics", error))?;
    let samples = rows.into_iter().flat_map(|row| match row {
        Row::Sample(sample) => vec![sample],
        Row::Durations(durations) => durations.samples(),
    });
    Ok(samples.collect())
}

/// Formats samples, grouped by family as the format requires.
fn exposition(samples: &[Sample]) -> String {
    let mut text = String::new();
    for (family, kind, help) in FAMILIES {
        let parts = ["", "_bucket", "_sum", "_count"].map(|part| format!("{family}{part}"));
        let mut of_family = samples.iter().filter(|(name, ..)| parts.contains(name)).peekable();
        if of_family.peek().is_some() {
            let _ = write!(text, "# HELP {family} {help}\n# TYPE {family} {kind}\n");
        }
        for (name, labels, value) in of_family {
            let labels: Vec<String> =
                labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escape(value))).collect();
            let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
            let _ = writeln!(text, "{name}{labels} {value}");
        }
    }
    text
}

fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_characters_in_labels_are_escaped() {
        let labels = BTreeMap::from([("consumer".to_owned(), "a \"b\" \\ c\nd".to_owned())]);
        let text = exposition(&[("taskflow_dead_letters".to_owned(), labels, 2.0)]);
        assert!(text.ends_with("\ntaskflow_dead_letters{consumer=\"a \\\"b\\\" \\\\ c\\nd\"} 2\n"), "{text}");
    }
}
