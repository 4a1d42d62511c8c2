//! Housekeeping uses no `seq` of later changes.

use serde_json::{Value, json};
use tests::{App, Person};

use super::{
    LATER, app_without_sidecar, change_silently, claim_and_deliver, create_due, create_task, current_seq,
    notifications, text,
};

async fn housekeeping(app: &App) -> Value {
    app.as_dapr("/internal/housekeeping").send().await.expect(200).json()
}

/// Returns the changes since a `seq`, in order, and asserts that each has a distinct one up to that of its
/// user.
async fn changes_since(app: &App, person: &Person, since: &Value) -> Vec<Value> {
    let page = person.get(&format!("/api/sync?since={since}&limit=200")).await.expect(200).json();
    let changes = page["changes"].as_array().expect("a page has changes").clone();
    let places: Vec<_> = changes.iter().map(|change| change["seq"].as_i64().expect("a place")).collect();
    assert!(places.is_sorted_by(|one, next| one < next), "{places:?}");
    let left_behind = "select users.seq, tombstones.seq as newest from app.users
                         join app.tombstones on tombstones.user_id = users.id and tombstones.seq > users.seq";
    assert_eq!(app.database.rows(left_behind).await, [] as [Value; 0]);
    changes
}

/// Returns the kinds of the tombstones, in alphabetical order.
fn kinds_of_tombstones(changes: &[Value]) -> Vec<&str> {
    let mut kinds: Vec<_> = changes
        .iter()
        .filter(|change| change["deleted"] == true)
        .map(|change| text(change, "kind"))
        .collect();
    kinds.sort();
    kinds
}

#[tokio::test]
async fn purging_a_task_with_many_reminders_uses_no_seq_of_later_changes() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let given: Vec<Value> = (1..=20).map(|hours| json!({ "before": format!("{hours}h") })).collect();
    let old = create_task(&ada, json!({ "title": "old", "due_date": LATER, "reminders": given })).await;
    let other = ada.task("other").await;
    ada.delete(&old).await.expect(204);
    change_silently(
        &app,
        "update app.tasks set deleted_at = now() - interval '31 days' where deleted_at is not null",
    )
    .await;
    let before = current_seq(&ada).await;

    assert_eq!(housekeeping(&app).await, json!({ "purged": 1 }));

    let mut expected = vec!["reminder"; 20];
    expected.push("task");
    assert_eq!(kinds_of_tombstones(&changes_since(&app, &ada, &before).await), expected);
    let made = ada.create(json!({ "title": "new" })).await.json();
    let changes = changes_since(&app, &ada, &before).await;
    assert_eq!((changes.len(), &changes[21]["data"]), (22, &made), "it follows all tombstones");
    ada.delete(&format!("{other}?permanent=true")).await.expect(204);
    expected.push("task");
    assert_eq!(kinds_of_tombstones(&changes_since(&app, &ada, &before).await), expected);
}

#[tokio::test]
async fn notifications_are_purged_after_90_days_and_synced_as_tombstones() {
    let app = app_without_sidecar().await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    for (person, title, ago) in [
        (&ada, "old", "7 minutes"),
        (&ada, "young", "5 minutes"),
        (&ada, "new", "3 minutes"),
        (&ben, "old", "1 minute"),
    ] {
        create_due(&app, person, title, ago).await;
    }
    claim_and_deliver(&app).await;
    let thrown_away =
        create_task(&ada, json!({ "title": "thrown away", "reminders": [{ "at": LATER }, { "at": LATER }] }))
            .await;
    ada.delete(&thrown_away).await.expect(204);
    let later = "update app.notifications
                    set created_at = now()
                        - case title when 'young' then interval '89 days' else interval '91 days' end
                  where title <> 'new';
                 update app.tasks set deleted_at = now() - interval '31 days' where deleted_at is not null";
    change_silently(&app, later).await;
    let (before, of_ben) = (current_seq(&ada).await, current_seq(&ben).await);
    let [new, young, old] = notifications(&ada).await.try_into().unwrap();

    assert_eq!(housekeeping(&app).await, json!({ "purged": 1 }));

    assert_eq!(notifications(&ada).await, [new, young]);
    assert_eq!(notifications(&ben).await, [] as [Value; 0]);
    let changes = changes_since(&app, &ada, &before).await;
    assert_eq!(
        (changes.len(), kinds_of_tombstones(&changes)),
        (4, vec!["notification", "reminder", "reminder", "task"])
    );
    let tombstone = changes.iter().find(|change| change["kind"] == "notification").unwrap();
    let expected = json!({ "seq": tombstone["seq"], "kind": "notification", "id": old["id"],
                           "deleted": true, "data": null });
    assert_eq!(*tombstone, expected);
    assert_eq!(
        kinds_of_tombstones(&changes_since(&app, &ben, &of_ben).await),
        ["notification"],
        "a user without trash"
    );
    let made = ada.create(json!({ "title": "made afterwards" })).await.json();
    assert_eq!(changes_since(&app, &ada, &before).await[4]["data"], made);
}
