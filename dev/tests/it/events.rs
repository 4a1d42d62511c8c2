use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::command::{Up, folder, run, said};

#[test]
fn what_was_answered_arrives_though_it_was_killed_at_once() {
    let data = folder("events");
    let folder_text = data.display().to_string();
    let up = Up::start(&data);
    let answer = up.ask("POST /api/auth/guest", "", "{}");
    let token =
        answer.split_once(r#""token":""#).and_then(|(_, rest)| rest.split_once('"')).map(|(token, _)| token).unwrap();
    let authorization = format!("authorization: Bearer {token}\r\n");
    assert!(up.ask("POST /api/tasks", &authorization, r#"{"title": "buy milk"}"#).starts_with("HTTP/1.1 201"));
    up.end(Signal::KILL);

    let up = Up::start(&data);

    let began = Instant::now();
    while !said(&run(&["events", "--data", &folder_text])).contains("task.created") {
        assert!(began.elapsed() < Duration::from_secs(20), "the event does not arrive");
    }
    assert_eq!(said(&run(&["events", "--dead", "--data", &folder_text])), "");
    assert_eq!(
        said(&run(&["events", "replay", "--data", &folder_text])),
        "0 dead letters and 0 parked events go out again"
    );
    assert_eq!(up.end(Signal::TERM), Some(0));
}
