//! Metrics for Prometheus.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use serde_json::json;
use tests::App;

use crate::events::{created_event, poll_until, wait_for_empty_outbox, wait_for_trail};

/// Returns the series of `/metrics` with their values, and asserts that the text is valid for Prometheus.
async fn metrics(app: &App) -> BTreeMap<String, f64> {
    let response = app.get("/metrics").await.expect(200);
    assert_eq!(response.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    assert!(response.text.ends_with('\n'), "the last line ends too");
    let (mut series, mut families) = (BTreeMap::new(), BTreeSet::new());
    let (mut family, mut kind) = ("", "");
    let mut lines = response.text.lines();
    while let Some(line) = lines.next() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            (family, _) = help.split_once(' ').expect("a text behind the name");
            assert!(families.insert(family), "{family} is repeated");
            let declared =
                lines.next().and_then(|line| line.strip_prefix("# TYPE ")).expect("a type behind the help");
            kind = declared.strip_prefix(family).expect("of the same family").trim_start();
            assert!(["counter", "gauge", "summary", "histogram"].contains(&kind), "{declared}");
            assert_eq!(kind == "counter", family.ends_with("_total"), "{declared}");
            continue;
        }
        let (one, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no sample: {line}"));
        let (name, labels) = match one.split_once('{') {
            Some((name, rest)) => (name, rest.strip_suffix('}').expect("closed labels")),
            None => (one, ""),
        };
        let suffix = name.strip_prefix(family).unwrap_or_else(|| panic!("{name} among {family}"));
        let allowed: &[&str] = match kind {
            "summary" => &["", "_sum", "_count"],
            "histogram" => &["_bucket", "_sum", "_count"],
            _ => &[""],
        };
        assert!(allowed.contains(&suffix), "{name} among {family}");
        for label in labels.split(',').filter(|label| !label.is_empty()) {
            let (name, value) = label.split_once('=').expect("a label");
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{label}");
            assert!(value.len() >= 2 && value.starts_with('"') && value.ends_with('"'), "{label}");
        }
        let value: f64 = value.parse().unwrap_or_else(|_| panic!("no number: {line}"));
        assert!(value.is_finite() && (kind != "counter" || value >= 0.0), "{line}");
        assert!(series.insert(one.to_owned(), value).is_none(), "{one} is repeated");
    }
    series
}

fn names(series: &BTreeMap<String, f64>) -> Vec<&str> {
    let names: BTreeSet<&str> = series.keys().map(|one| one.split('{').next().unwrap_or(one)).collect();
    names.into_iter().collect()
}

fn consumed_series(result: &str) -> String {
    format!("taskflow_events_consumed_total{{consumer=\"audit\",result=\"{result}\"}}")
}

#[tokio::test]
async fn requests_and_events_are_measured() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    for title in ["one", "two", "three"] {
        ada.task(title).await;
    }
    wait_for_trail(&ada, "/api/audit", 3).await;
    // An event behind later ones, a duplicate, and one that cannot be parsed.
    let event = created_event(&ada.id(), 1);
    for _ in 0..3 {
        app.as_dapr("/internal/audit/events").json(&event).send().await.expect(200);
    }
    app.as_dapr("/internal/audit/events").body("{\"half\": ").send().await.expect(200);
    // One that is delivered again later.
    app.database.change("alter table app.audit add constraint nothing check (false) not valid").await;
    app.as_dapr("/internal/audit/events").json(&created_event(&ada.id(), 9)).send().await.expect(200);
    let park = format!(
        "insert into app.parked (event_id, topic, type, user_id, seq, actor, occurred_at, shard, position,
                                 attempts)
         values (gen_random_uuid(), 'task-events', 'broken', '{}', 1, 'user', now(), 0, 0, 8)",
        ada.id()
    );
    app.database.change(&park).await;
    wait_for_empty_outbox(&app).await;

    let measured = poll_until("the dead letter", async || {
        let measured = metrics(&app).await;
        (measured.get("taskflow_dead_letters{consumer=\"audit\"}") == Some(&1.0)).then_some(measured)
    })
    .await;

    for (one, value) in [
        ("taskflow_postgres_up", 1.0),
        ("taskflow_statements_installed", 1.0),
        ("taskflow_sidecar_up", 1.0),
        ("taskflow_publishing_enabled", 1.0),
        ("taskflow_outbox_events", 0.0),
        ("taskflow_outbox_oldest_age_seconds", 0.0),
        // Three changes and the dead letter.
        ("taskflow_events_published_total", 4.0),
        ("taskflow_publish_failures_total", 0.0),
        ("taskflow_events_parked", 1.0),
        (&consumed_series("done"), 3.0),
        (&consumed_series("late"), 1.0),
        (&consumed_series("duplicate"), 2.0),
        (&consumed_series("dead"), 1.0),
        (&consumed_series("failed"), 1.0),
        ("taskflow_delivery_delay_seconds_count{consumer=\"audit\"}", 4.0),
    ] {
        assert_eq!(measured.get(one), Some(&value), "{one}: {measured:#?}");
    }
    let shards: f64 =
        measured.iter().filter(|(one, _)| one.starts_with("taskflow_outbox_shards{")).map(|(_, n)| n).sum();
    assert_eq!(shards, 8.0);
    let delay = |quantile: &str| {
        measured[&format!("taskflow_delivery_delay_seconds{{consumer=\"audit\",quantile=\"{quantile}\"}}")]
    };
    assert!(
        0.0 < delay("0.5") && delay("0.5") <= delay("0.95") && delay("0.95") <= delay("0.99"),
        "{measured:#?}"
    );
    assert!(
        delay("0.99") <= measured["taskflow_delivery_delay_seconds_sum{consumer=\"audit\"}"],
        "{measured:#?}"
    );
    let all = [
        "taskflow_build_info",
        "taskflow_dead_letters",
        "taskflow_delivery_delay_seconds",
        "taskflow_delivery_delay_seconds_count",
        "taskflow_delivery_delay_seconds_sum",
        "taskflow_events_consumed_total",
        "taskflow_events_parked",
        "taskflow_events_published_total",
        "taskflow_outbox_events",
        "taskflow_outbox_oldest_age_seconds",
        "taskflow_outbox_shards",
        "taskflow_postgres_connections",
        "taskflow_postgres_up",
        "taskflow_publish_failures_total",
        "taskflow_publishing_enabled",
        "taskflow_request_database_seconds_total",
        "taskflow_request_duration_seconds_bucket",
        "taskflow_request_duration_seconds_count",
        "taskflow_request_duration_seconds_sum",
        "taskflow_requests_total",
        "taskflow_scrape_seconds",
        "taskflow_sidecar_up",
        "taskflow_statements_installed",
        "taskflow_streams",
        "taskflow_streams_total",
    ];
    assert_eq!(names(&measured), all);
}

#[tokio::test]
async fn requests_that_come_one_by_one_are_counted_by_route_and_status() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("one").await;
    for _ in 0..3 {
        ada.get(&task).await.expect(200);
    }
    ada.get("/api/tasks/00000000-0000-7000-8000-000000000000").await.problem(404);
    ada.post("/api/tasks", json!({})).await.problem(422);
    app.get("/api/tasks").await.problem(401);

    let count = |method: &str, route: &str, status: u16| {
        format!("taskflow_requests_total{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}}")
    };
    let expected = [
        (count("POST", "/api/auth/guest", 201), 1.0),
        (count("POST", "/api/tasks", 201), 1.0),
        (count("POST", "/api/tasks", 422), 1.0),
        (count("GET", "/api/tasks/{id}", 200), 3.0),
        (count("GET", "/api/tasks/{id}", 404), 1.0),
        (count("GET", "/api/tasks", 401), 1.0),
    ];
    // They are recorded after their responses.
    let measured = poll_until("all requests", async || {
        let measured = metrics(&app).await;
        expected.iter().all(|(one, value)| measured.get(one) == Some(value)).then_some(measured)
    })
    .await;

    let of_get = "method=\"GET\",route=\"/api/tasks/{id}\"";
    let duration = |part: &str| measured[&format!("taskflow_request_duration_seconds_{part}{{{of_get}}}")];
    let bucket =
        |le: &str| measured[&format!("taskflow_request_duration_seconds_bucket{{le=\"{le}\",{of_get}}}")];
    assert_eq!((duration("count"), bucket("+Inf")), (4.0, 4.0));
    let bounds = ["0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "5", "+Inf"];
    assert!(bounds.map(bucket).is_sorted(), "{measured:#?}");
    let database = measured[&format!("taskflow_request_database_seconds_total{{{of_get}}}")];
    assert!(0.0 < database && database <= duration("sum"), "{measured:#?}");
    let in_use = measured["taskflow_postgres_connections{role=\"taskflow_user\",state=\"in_use\"}"];
    assert!(in_use >= 1.0, "the scrape itself has one: {measured:#?}");
}

#[tokio::test]
async fn requests_under_load_are_estimated() {
    let app = App::start().await;
    let ada = app.guest().await;
    // As if very many requests had been recorded just now.
    let others = app.database.owner().await;
    let later = "select setval('app.recording_time', (extract(epoch from now()) * 1000 + 600000)::bigint)";
    others.batch_execute(later).await.unwrap();

    for _ in 0..640 {
        ada.get("/api/auth/me").await.expect(200);
    }

    let count = "taskflow_requests_total{method=\"GET\",route=\"/api/auth/me\",status=\"200\"}";
    let counted = metrics(&app).await.get(count).copied().unwrap_or_default();
    // 20 of them are recorded on average; less than 2 or more than 50 are so once in ten million tests.
    assert!((64.0..=1600.0).contains(&counted) && counted % 32.0 == 0.0, "{counted}");
}

#[tokio::test]
async fn metrics_are_made_once_for_all_who_ask_within_two_seconds() {
    let app = App::start().await;
    let ada = app.guest().await;
    let scrape = async || app.get("/metrics").await.expect(200).text;
    let created = "\ntaskflow_requests_total{method=\"POST\",route=\"/api/tasks\",status=\"201\"} 1\n";
    scrape().await;
    // So that a slow machine is not too slow.
    app.database.change("update app.kept_metrics set next_at = now() + interval '1 minute'").await;
    let first = scrape().await;

    ada.task("one").await;

    for again in join_all((0..20).map(|_| scrape())).await {
        assert_eq!(again, first);
    }
    app.database.change("update app.kept_metrics set next_at = now()").await;
    poll_until("the new task", async || scrape().await.contains(created).then_some(())).await;
}

#[tokio::test]
async fn long_tables_are_not_counted_to_their_end() {
    let app = App::start().await;
    app.database
        .change(
            "insert into app.parked (event_id, topic, type, user_id, seq, actor, occurred_at, shard, position,
                                     attempts)
             select gen_random_uuid(), 'task-events', 'broken', gen_random_uuid(), 1, 'user', now(), 0, n, 8
               from generate_series(1, 1500) as n",
        )
        .await;

    assert_eq!(metrics(&app).await["taskflow_events_parked"], 1000.0);
}

#[tokio::test]
async fn with_a_token_metrics_are_for_those_who_have_it() {
    let app = App::with(&[("metrics_token", "for operators")]).await;
    let scrape = async |authorization: &str| {
        app.call("GET", "/metrics").header("authorization", authorization).send().await
    };

    let refused = app.get("/metrics").await;
    assert!(refused.problem(401)["type"].as_str().unwrap().ends_with("operators-only"), "{refused:?}");
    assert_eq!(refused.header("www-authenticate"), "Bearer");
    scrape("Bearer for others").await.problem(401);
    scrape("Basic for operators").await.problem(401);
    let ada = app.guest().await;
    ada.get("/metrics").await.problem(401);

    scrape("Bearer for operators").await.expect(200);
    app.get("/live").await.expect(200);
    app.get("/health").await.expect(200);
}

#[tokio::test]
async fn pending_events_are_measured() {
    let mut app = App::with_events().await;
    let ada = app.guest().await;
    app.kill_sidecar();
    ada.task("one").await;
    ada.task("two").await;

    let measured = poll_until("a failure", async || {
        let measured = metrics(&app).await;
        (measured["taskflow_publish_failures_total"] > 0.0).then_some(measured)
    })
    .await;

    assert_eq!(measured["taskflow_sidecar_up"], 0.0);
    assert_eq!(measured["taskflow_outbox_events"], 2.0);
    assert!(measured["taskflow_outbox_oldest_age_seconds"] > 0.0, "{measured:#?}");
    assert_eq!(measured["taskflow_events_published_total"], 0.0);
    app.database.change("select app.set_publishing(false)").await;
    let measured = poll_until("the change", async || {
        let measured = metrics(&app).await;
        (measured["taskflow_publishing_enabled"] == 0.0).then_some(measured)
    })
    .await;
    assert_eq!(measured["taskflow_outbox_shards{state=\"off\"}"], 8.0);
}

#[tokio::test]
async fn without_the_database_the_available_metrics_are_served() {
    let app = App::with(&[("db_port", "1")]).await;

    let measured = metrics(&app).await;

    let known =
        ["taskflow_build_info", "taskflow_postgres_up", "taskflow_scrape_seconds", "taskflow_sidecar_up"];
    assert_eq!(names(&measured), known);
    assert_eq!(measured["taskflow_postgres_up"], 0.0);
}

#[tokio::test]
async fn missing_statements_are_measured() {
    let app = App::start().await;

    app.database.change("delete from app.releases").await;
    let measured = metrics(&app).await;
    assert_eq!((measured["taskflow_postgres_up"], measured["taskflow_statements_installed"]), (1.0, 0.0));

    app.database.change("drop schema statements cascade").await;
    let measured = metrics(&app).await;
    assert_eq!((measured["taskflow_postgres_up"], measured["taskflow_statements_installed"]), (1.0, 0.0));
}
