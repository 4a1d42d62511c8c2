//! `GET /metrics`, as Prometheus reads it (text exposition 0.0.4)

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::json;
use store::{RELEASE, Refusal, statement};
use web::{Problem, Request, Response};

use crate::sidecar;

/// What `metrics.sql` returns, too: a name, labels and a value.
type Sample = (String, BTreeMap<String, String>, f64);

/// Each family: its name, its type and what it tells.
const FAMILIES: [(&str, &str, &str); 15] = [
    ("taskflow_build_info", "gauge", "What runs: always 1."),
    ("taskflow_postgres_up", "gauge", "Whether Postgres answers. While it does not, what only it knows is missing."),
    ("taskflow_statements_installed", "gauge", "Whether Postgres has the statements of this release."),
    ("taskflow_sidecar_up", "gauge", "Whether Dapr's sidecar can publish."),
    ("taskflow_publishing_enabled", "gauge", "Whether publishing is switched on."),
    ("taskflow_outbox_events", "gauge", "Events that wait to be published. 100000 are that many or more."),
    (
        "taskflow_outbox_oldest_age_seconds",
        "gauge",
        "How long the oldest event in the outbox has waited; 0 without one.",
    ),
    ("taskflow_outbox_shards", "gauge", "Shards of the outbox, by what becomes of them: resting is after a failure."),
    ("taskflow_events_published_total", "counter", "Events that were published."),
    ("taskflow_publish_failures_total", "counter", "Events that could not be published, each time that it was tried."),
    (
        "taskflow_events_parked",
        "gauge",
        "Events put aside as they could never be published. 100000 are that many or more.",
    ),
    (
        "taskflow_events_consumed_total",
        "counter",
        "Deliveries by what came of them: done, late (done, though behind a later one), duplicate, failed (to be tried again), \
         dead (cannot be read or is refused).",
    ),
    (
        "taskflow_delivery_delay_seconds",
        "summary",
        "From a change until its event was taken. Quantiles are of the last 5 minutes, of the 10000 newest of all consumers.",
    ),
    ("taskflow_dead_letters", "gauge", "Dead letters that were not sent again. 10000 in all are that many or more."),
    ("taskflow_scrape_seconds", "gauge", "How long it took to find all this out."),
];

/// It answers without Postgres too, as what it does not know then is news as well.
pub fn run(request: &Request) -> Result<Response, Problem> {
    let began = web::now_ms();
    let mut samples = Vec::new();
    let mut tell = |name: &str, value: f64| samples.push((name.to_owned(), BTreeMap::new(), value));
    let known = store::run(statement!("metrics.sql"), &request.anybody(), &json!({ "release": RELEASE }));
    match known {
        Ok(_) => tell("taskflow_postgres_up", 1.0),
        Err(Refusal::Away(_)) => tell("taskflow_postgres_up", 0.0),
        Err(Refusal::NotInstalled) => {
            tell("taskflow_postgres_up", 1.0);
            tell("taskflow_statements_installed", 0.0);
        }
        Err(refusal) => return Err(refusal.into()),
    }
    tell("taskflow_sidecar_up", f64::from(u8::from(sidecar::is_up())));
    tell("taskflow_scrape_seconds", (web::now_ms() - began) as f64 / 1000.0);
    samples.extend(read(&known.unwrap_or_default())?);
    let what = [("version", env!("CARGO_PKG_VERSION")), ("release", RELEASE.unwrap_or_default())];
    let labels = what.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    samples.push(("taskflow_build_info".to_owned(), labels, 1.0));
    Ok(Response::text("text/plain; version=0.0.4; charset=utf-8", exposition(&samples)))
}

fn read(rows: &[String]) -> Result<Vec<Sample>, Problem> {
    rows.iter()
        .map(|row| serde_json::from_str(row))
        .collect::<Result<_, _>>()
        .map_err(|error| Problem::fault(format!("a sample of the metrics: {error}")))
}

/// Family by family, as the format wants it.
fn exposition(samples: &[Sample]) -> String {
    let mut text = String::new();
    for (family, kind, help) in FAMILIES {
        let parts = [family.to_owned(), format!("{family}_sum"), format!("{family}_count")];
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
    fn a_label_may_hold_whatever_it_likes() {
        let labels = BTreeMap::from([("consumer".to_owned(), "a \"b\" \\ c\nd".to_owned())]);
        let text = exposition(&[("taskflow_dead_letters".to_owned(), labels, 2.0)]);
        assert!(text.ends_with("\ntaskflow_dead_letters{consumer=\"a \\\"b\\\" \\\\ c\\nd\"} 2\n"), "{text}");
    }
}
