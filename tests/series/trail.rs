use serde_json::{Value, json};
use tests::App;

use super::{Series, due_date_of};
use crate::events::{poll_until, wait_for_trail};

#[tokio::test]
async fn the_trail_records_the_creation_of_each_occurrence() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    let rule = json!({ "frequency": "monthly", "start_date": "2031-01-31T09:00:00Z" });
    let series = Series::start(&app, &ada, rule).await;
    let first = series.open_occurrence().await;

    series.complete().await;

    let logged = poll_until("the event of the next occurrence", async || {
        let items = wait_for_trail(&ada, "/api/audit?event_type=recurring.generated", 1).await;
        items.into_iter().find(|item| item["data"]["source_task_id"] == first["id"])
    })
    .await;
    let (data, next) = (&logged["data"], series.open_occurrence().await);
    assert_eq!(due_date_of(&next), "2031-02-28T09:00:00Z");
    assert_eq!((&data["task_id"], &data["recurring_task_id"]), (&next["id"], &json!(series.id)));
    assert_eq!((&data["rule"]["frequency"], &data["rule"]["interval"]), (&json!("monthly"), &json!(1)));
    assert_eq!((&data["adjustment"]["shorter_month"], &data["catch_up"]), (&json!(31), &json!(false)));
    assert_eq!((&data["actor"], &data["user_id"]), (&json!("system"), &json!(ada.id())));
}

#[tokio::test]
async fn the_trail_records_the_changes_of_a_series() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    series.patch(json!({ "title": "water the plants" })).await.expect(200);
    ada.delete(&series.path).await.expect(204);
    let rule = json!({ "frequency": "daily", "start_date": "2031-01-01", "end_date": "2031-01-01" });
    let short = Series::start(&app, &ada, rule).await;
    short.complete().await;

    for (kind, many, id, actor) in [
        ("recurring.created", 2, &series.id, "user"),
        ("recurring.updated", 1, &series.id, "user"),
        ("recurring.stopped", 1, &series.id, "user"),
        ("recurring.ended", 1, &short.id, "system"),
    ] {
        let items = wait_for_trail(&ada, &format!("/api/audit?event_type={kind}"), many).await;
        let data = &items[0]["data"];
        assert_eq!((&data["recurring_task_id"], &data["actor"]), (&json!(id), &json!(actor)), "{kind}");
        let (before, after) = (&data["before"], &data["after"]);
        match kind {
            "recurring.created" => {
                assert_eq!((before, &after["title"]), (&Value::Null, &json!("water plants")))
            }
            "recurring.updated" => assert_eq!(
                data["changes"]["title"],
                json!({ "from": "water plants", "to": "water the plants" }),
                "{before} {after}"
            ),
            _ => assert_eq!(
                (&before["status"], &after["status"]),
                (&json!("active"), &json!("ended")),
                "{kind}"
            ),
        }
    }
    let made = series.tasks("status=active").await.remove(0);
    let of_task = format!("/api/audit/tasks/{}", made["id"].as_str().unwrap());
    assert_eq!(wait_for_trail(&ada, &of_task, 1).await[0]["event_type"], "task.created");
}
