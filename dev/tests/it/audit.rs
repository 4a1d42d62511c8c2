use rustix::process::Signal;
use serde_json::{Value, json};

use crate::command::{Up, dev, folder, run, stdout};

#[test]
fn beside_a_running_taskflow_a_month_goes_and_comes_and_late_events_are_taken() {
    let data = folder("audit-beside");
    let data_text = data.display().to_string();
    let mut command = dev(&["up", "--engine", "embedded", "--port", "0", "--data", &data_text]);
    command.env("SPIN_VARIABLE_APP_API_TOKEN", "sample-token");
    let up = Up::from(command);
    let authorization = format!("authorization: Bearer {}\r\n", up.guest());
    let json = |response: String| -> Value {
        serde_json::from_str(response.split_once("\r\n\r\n").unwrap().1).unwrap()
    };
    let user = json(up.send("GET /api/auth/me", &authorization, ""))["id"].as_str().unwrap().to_owned();
    let happens = |id: &str| {
        let event = json!({
            "specversion": "1.0", "id": id, "source": "taskflow", "type": "task.created", "topic": "task-events", "data": {
            "schema_version": 1, "event_id": id, "correlation_id": null, "user_id": user, "seq": 1, "actor": "user",
            "occurred_at": "2026-03-21T10:00:00+00:00", "task_id": id, "before": null, "after": null, "changes": {} }
        });
        let response =
            up.send("POST /internal/audit/events", "dapr-api-token: sample-token\r\n", &event.to_string());
        assert!(response.starts_with("HTTP/1.1 200") && !response.contains("RETRY"), "{response}");
    };
    let trail = || json(up.send("GET /api/audit?event_type=task.created", &authorization, ""));
    let archive = || stdout(&run(&["audit", "archive", "--before", "2026-04", "--data", &data_text]));

    happens("0198c0de-0000-7000-8000-000000000001");
    let one = trail();
    assert_eq!(one["items"].as_array().unwrap().len(), 1, "{one}");
    assert_eq!(archive(), "2026-03  1 events  audit-2026-03.jsonl.gz");
    assert_eq!(trail()["items"], json!([]));

    happens("0198c0de-0000-7000-8000-000000000002");
    let late = trail();
    assert_eq!(archive(), "2026-03  1 events  audit-2026-03.jsonl.gz audit-2026-03.2.jsonl.gz");

    let archives = data.join("audit-archive");
    stdout(&run(&["audit", "restore", &archives.display().to_string(), "--data", &data_text]));
    let both = trail();
    assert_eq!(both["items"], json!([one["items"][0], late["items"][0]]));
    assert_eq!(up.end(Signal::TERM), Some(0));
}
