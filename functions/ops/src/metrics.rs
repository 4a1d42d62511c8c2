//! `GET /metrics`: metrics in the text format of Prometheus, version 0.0.4.
//!
//! To make them takes longer than most requests, and anybody may ask. So Postgres keeps them for two seconds,
//! for all who ask meanwhile.

use std::fmt::Write;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use store::{RELEASE, Refusal, statement};
use web::{Problem, Request, Response};

/// Name, labels and value of a metric, as a row of `metrics.sql`.
type Sample = (String, Map<String, Value>, f64);

/// Durations of the requests of a route, as a row of `metrics.sql`.
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

/// Number of metric families.
const FAMILY_COUNT: usize = 21;

/// Metric families: name, type and help text.
const FAMILIES: [(&str, &str, &str); FAMILY_COUNT] = [
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
    ("taskflow_scrape_seconds", "gauge", "Time that it took to make these metrics."),
];

/// Returns all metrics, to those who have the token if there is one. Responds without Postgres too, so that
/// an outage shows up as a metric and not as a failed scrape.
pub fn run(request: &Request) -> Result<Response, Problem> {
    request.must_have_token("metrics_token")?;
    let client = request.anonymous();
    let release = json!({ "release": RELEASE });
    let text = match client.one(statement!("find_metrics.sql"), &release) {
        Ok(latest) => latest,
        Err(Refusal::NotFound) => {
            let started = web::now_ms();
            let rows = client.rows(statement!("metrics.sql"), &release);
            let is_complete = rows.is_ok();
            let made = make(rows, started)?;
            if is_complete {
                let kept = json!({ "release": RELEASE, "body": made });
                // If this fails, the next request makes them again.
                let _ = client.rows(statement!("keep_metrics.sql"), &kept);
            }
            made
        }
        Err(refusal) => make(Err(refusal), web::now_ms())?,
    };
    Ok(Response::text("text/plain; version=0.0.4; charset=utf-8", text))
}

/// Makes the text of the metrics from the rows of `metrics.sql`, if there are any.
fn make(rows: Result<Vec<String>, Refusal>, started: u64) -> Result<String, Problem> {
    let mut metrics = Exposition::default();
    match rows {
        Ok(rows) => {
            metrics.add("taskflow_postgres_up", "", 1.0);
            metrics.add_rows(&rows).map_err(|error| Refusal::unreadable("metrics", error))?;
        }
        Err(Refusal::Unavailable(_)) => metrics.add("taskflow_postgres_up", "", 0.0),
        Err(Refusal::NotInstalled) => {
            metrics.add("taskflow_postgres_up", "", 1.0);
            metrics.add("taskflow_statements_installed", "", 0.0);
        }
        Err(refusal) => return Err(refusal.into()),
    }
    metrics.add("taskflow_sidecar_up", "", f64::from(u8::from(dapr::is_ready())));
    metrics.add("taskflow_scrape_seconds", "", (web::now_ms() - started) as f64 / 1000.0);
    let build = [("release", RELEASE.unwrap_or_default()), ("version", env!("CARGO_PKG_VERSION"))];
    metrics.add("taskflow_build_info", &labels(build), 1.0);
    Ok(metrics.to_text())
}

/// Lines of samples by family, as the format requires. There are about a thousand, so each is written at once
/// to where it belongs.
#[derive(Default)]
struct Exposition([String; FAMILY_COUNT]);

impl Exposition {
    /// Adds a sample to the family of its name, which is none for a metric without a description.
    fn add(&mut self, name: &str, labels: &str, value: f64) {
        let of_family = |(family, ..): &(&str, &str, &str)| {
            name.strip_prefix(*family).is_some_and(|part| matches!(part, "" | "_bucket" | "_sum" | "_count"))
        };
        if let Some(at) = FAMILIES.iter().position(of_family) {
            write_sample(&mut self.0[at], name, labels, value);
        }
    }

    fn add_rows(&mut self, rows: &[String]) -> serde_json::Result<()> {
        for row in rows {
            if row.starts_with('[') {
                let (name, given, value): Sample = serde_json::from_str(row)?;
                let given =
                    given.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default()));
                self.add(&name, &labels(given), value);
            } else {
                self.add_durations(&serde_json::from_str(row)?);
            }
        }
        Ok(())
    }

    /// Adds a histogram, and the time that was spent in Postgres.
    fn add_durations(&mut self, durations: &Durations) {
        let Durations { method, route, bounds, times, seconds, database_seconds } = durations;
        let of_route = labels([("method", method.as_str()), ("route", route.as_str())]);
        let mut in_buckets = vec![0.0; bounds.len() + 1];
        for (bucket, times) in times {
            if let Some(in_bucket) = in_buckets.get_mut(*bucket) {
                *in_bucket += times;
            }
        }
        let mut sum = 0.0;
        for (at, in_bucket) in in_buckets.iter().enumerate() {
            sum += in_bucket;
            let bound = bounds.get(at).map_or("+Inf".to_owned(), f64::to_string);
            let labels = format!("le=\"{bound}\",{of_route}");
            self.add("taskflow_request_duration_seconds_bucket", &labels, sum);
        }
        self.add("taskflow_request_duration_seconds_sum", &of_route, *seconds);
        self.add("taskflow_request_duration_seconds_count", &of_route, sum);
        self.add("taskflow_request_database_seconds_total", &of_route, *database_seconds);
    }

    fn to_text(&self) -> String {
        let mut text = String::new();
        for ((family, kind, help), samples) in FAMILIES.iter().zip(&self.0) {
            if !samples.is_empty() {
                let _ = write!(text, "# HELP {family} {help}\n# TYPE {family} {kind}\n{samples}");
            }
        }
        text
    }
}

fn write_sample(text: &mut String, name: &str, labels: &str, value: f64) {
    let _ = match labels {
        "" => writeln!(text, "{name} {value}"),
        labels => writeln!(text, "{name}{{{labels}}} {value}"),
    };
}

/// Writes labels with their values.
fn labels<'a>(given: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let labels: Vec<String> =
        given.into_iter().map(|(name, value)| format!("{name}=\"{}\"", escape(value))).collect();
    labels.join(",")
}

fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_characters_in_labels_are_escaped() {
        let mut metrics = Exposition::default();
        let row = json!(["taskflow_dead_letters", { "consumer": "a \"b\" \\ c\nd" }, 2.0]).to_string();
        metrics.add_rows(&[row]).expect("a sample");
        let text = metrics.to_text();
        assert!(text.ends_with("\ntaskflow_dead_letters{consumer=\"a \\\"b\\\" \\\\ c\\nd\"} 2\n"), "{text}");
    }

    #[test]
    fn the_buckets_of_a_histogram_add_up() {
        let mut metrics = Exposition::default();
        let row = json!({ "method": "GET", "route": "/x", "bounds": [0.01, 1.0], "times": [[2, 1.0], [0, 2.0]],
                          "seconds": 9.5, "database_seconds": 1.5 });
        metrics.add_rows(&[row.to_string()]).expect("a histogram");
        let text = metrics.to_text();
        let samples: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            samples,
            [
                "taskflow_request_duration_seconds_bucket{le=\"0.01\",method=\"GET\",route=\"/x\"} 2",
                "taskflow_request_duration_seconds_bucket{le=\"1\",method=\"GET\",route=\"/x\"} 2",
                "taskflow_request_duration_seconds_bucket{le=\"+Inf\",method=\"GET\",route=\"/x\"} 3",
                "taskflow_request_duration_seconds_sum{method=\"GET\",route=\"/x\"} 9.5",
                "taskflow_request_duration_seconds_count{method=\"GET\",route=\"/x\"} 3",
                "taskflow_request_database_seconds_total{method=\"GET\",route=\"/x\"} 1.5",
            ]
        );
    }
}
