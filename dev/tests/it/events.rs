use rustix::process::Signal;

use crate::command::{Up, dev, folder, owner, run, stdout, until};

#[tokio::test(flavor = "multi_thread")]
async fn an_event_whose_process_was_killed_before_publishing_it_still_arrives() {
    let data = folder("events");
    let folder_text = data.display().to_string();
    let up = Up::start(&data);
    let authorization = format!("authorization: Bearer {}\r\n", up.guest());
    // Delays the publisher of a shard before it reads the outbox, so that it can be killed by then.
    let database = owner(&data).await;
    let hold_up = "create table app.held_up_until as select clock_timestamp() + interval '3 seconds' as time;
                   create function app.hold_up() returns trigger language plpgsql as $$
                   begin
                       perform pg_sleep(extract(epoch from time - clock_timestamp())) from app.held_up_until;
                       return new;
                   end $$;
                   create trigger hold_up before update on app.publishers for each row
                      when (new.holder = old.holder) execute function app.hold_up()";
    database.batch_execute(hold_up).await.unwrap();

    assert!(
        up.send("POST /api/tasks", &authorization, r#"{"title": "buy milk"}"#).starts_with("HTTP/1.1 201")
    );
    let left = database
        .query_one("select count(*), bool_or(publishers.until > clock_timestamp()) from app.outbox join app.publishers using (shard)", &[])
        .await
        .unwrap();
    up.end(Signal::KILL);
    assert_eq!((left.get(0), left.get(1)), (1_i64, Some(true)), "it waits, and a publisher holds the lease");

    let up = Up::start(&data);

    until("the event", || stdout(&run(&["events", "--data", &folder_text])).contains("task.created"));
    assert_eq!(stdout(&run(&["events", "--dead", "--data", &folder_text])), "");
    assert_eq!(
        stdout(&run(&["events", "requeue", "--data", &folder_text])),
        "requeued: dead letters 0, parked events 0"
    );
    assert_eq!(up.end(Signal::TERM), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_is_sent_again_after_a_repair() {
    let data = folder("repaired");
    let folder_text = data.display().to_string();
    let mut command = dev(&["up", "--engine", "embedded", "--port", "0", "--data", &folder_text]);
    command.env("SPIN_VARIABLE_APP_API_TOKEN", "sample-token");
    let up = Up::from(command);
    let (user, task) = ("0198c0de-0000-7000-8000-000000000001", "0198c0de-0000-7000-8000-000000000002");
    let event = format!(
        r#"{{"specversion":"1.0","id":"{task}","source":"taskflow","type":"task.created","topic":"task-events","data":{{
           "schema_version":1,"event_id":"{task}","correlation_id":null,"user_id":"{user}","seq":1,"actor":"user",
           "occurred_at":"2026-11-21T10:00:00+00:00","task_id":"{task}","before":null,"after":null,"changes":{{}}}}}}"#
    );
    let response = up.send("POST /internal/audit/events", "dapr-api-token: sample-token\r\n", &event);
    assert!(response.starts_with("HTTP/1.1 200"), "{response}");
    until("the dead letter", || {
        stdout(&run(&["events", "--dead", "--data", &folder_text])).contains("user_deleted")
    });
    assert_eq!(stdout(&run(&["events", "--data", &folder_text])), "");

    // The repair: its user exists.
    let client = owner(&data).await;
    client
        .batch_execute(&format!("insert into app.users (id, guest) values ('{user}', true)"))
        .await
        .unwrap();
    let again = stdout(&run(&["events", "requeue", "--data", &folder_text]));

    assert_eq!(again, "requeued: dead letters 1, parked events 0");
    until("the event", || stdout(&run(&["events", "--data", &folder_text])).contains(user));
    assert!(stdout(&run(&["events", "--dead", "--data", &folder_text])).ends_with("requeued"));
    assert_eq!(up.end(Signal::TERM), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_were_published_but_not_taken_are_delivered_in_order_after_a_kill() {
    let data = folder("queue");
    let folder_text = data.display().to_string();
    let up = Up::start(&data);
    let authorization = format!("authorization: Bearer {}\r\n", up.guest());
    let database = owner(&data).await;
    let refuse = "create function app.refuse_all() returns trigger language plpgsql as $$
                  begin
                      raise exception 'not now';
                  end $$;
                  create trigger refuse_all before insert on app.consumed_events for each row execute function app.refuse_all()";
    database.batch_execute(refuse).await.unwrap();
    for number in 0..20 {
        let task = format!(r#"{{"title": "number {number}"}}"#);
        assert!(up.send("POST /api/tasks", &authorization, &task).starts_with("HTTP/1.1 201"));
    }
    until("an empty outbox", || up.send("GET /metrics", "", "").contains("\ntaskflow_outbox_events 0\n"));
    up.end(Signal::KILL);

    let up = Up::start(&data);
    owner(&data).await.batch_execute("drop trigger refuse_all on app.consumed_events").await.unwrap();

    until("all events", || stdout(&run(&["events", "--data", &folder_text])).lines().count() == 20);
    let late = "select count(*) from app.consumed_events where outcome <> 'done'";
    assert_eq!(
        owner(&data).await.query_one(late, &[]).await.unwrap().get::<_, i64>(0),
        0,
        "none overtook another"
    );
    assert_eq!(up.end(Signal::TERM), Some(0));
}
