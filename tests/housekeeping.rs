//! Housekeeping gets done, whatever else goes on.

use serde_json::{Value, json};
use tests::{App, DAPR_TOKEN, Person};

/// Starts an app in which housekeeping runs only when a test calls it.
async fn app_without_sidecar() -> App {
    App::with(&[("app_api_token", DAPR_TOKEN)]).await
}

async fn housekeeping(app: &App) -> Value {
    app.as_dapr("/internal/housekeeping").send().await.expect(200).json()
}

async fn count(app: &App, rows: &str) -> usize {
    app.database.rows(&format!("select 1 from {rows}")).await.len()
}

/// Creates a task that has been in the trash for too long.
async fn create_old_trash(app: &App, person: &Person) {
    let task = person.task("old").await;
    person.delete(&task).await.expect(204);
    let later = "update app.tasks set deleted_at = now() - interval '31 days' where deleted_at is not null";
    app.database.change(later).await;
}

/// Adds expired rows: more than a step deletes.
const EXPIRED: &str = "
    insert into app.users (id, guest) values ('00000000-0000-7000-8000-000000000001', true);
    insert into app.sessions (token_hash, user_id, expires_at)
    select 'expired ' || n, '00000000-0000-7000-8000-000000000001', now() - n * interval '1 second'
      from generate_series(1, 2500) as n;
    insert into app.answers (user_id, id, fingerprint, rows, created_at)
    select '00000000-0000-7000-8000-000000000001', gen_random_uuid(), 'x', '{}', now() - interval '25 hours'
      from generate_series(1, 2500);
    insert into app.consumed_events (consumer, event_id, type, outcome, delay_ms, took_ms, at)
    select 'audit', gen_random_uuid(), 'task.created', 'done', 1, 1, now() - interval '9 days'
      from generate_series(1, 6000);
    insert into app.totals (user_id, total_key, seq, total, counted_at)
    select '00000000-0000-7000-8000-000000000001', n::text, 1, 1, now() - interval '2 days'
      from generate_series(1, 1500) as n;
    insert into app.held (user_id, shard, until)
    select gen_random_uuid(), 0, now() - interval '2 hours' from generate_series(1, 1500);
    insert into app.buckets (key, slot, taken, since, seconds_per_token, seconds_to_fill)
    select 'address 10.0.' || n / 250 || '.' || n % 250, slot, 5,
           extract(epoch from now()) - case when n % 2 = 0 then 7200 else 60 end, 1, 10
      from generate_series(1, 11000) as n, generate_series(0, 1) as slot";

#[tokio::test]
async fn a_run_deletes_all_that_has_expired_step_by_step() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    app.database.change(EXPIRED).await;

    housekeeping(&app).await;

    for (table, left) in [("sessions", 1), ("answers", 0), ("consumed_events", 0), ("totals", 0), ("held", 0)]
    {
        assert_eq!(count(&app, &format!("app.{table}")).await, left, "{table}");
    }
    assert_eq!(count(&app, "app.buckets where key like 'address 10.%'").await, 11000);
    ada.get("/api/tasks").await.expect(200);
}

#[tokio::test]
async fn rows_that_others_hold_are_left_to_the_next_run() {
    let app = app_without_sidecar().await;
    app.database.change(EXPIRED).await;
    let mut owner = app.database.owner().await;
    let other = owner.transaction().await.unwrap();
    for hold in [
        "select from app.sessions where token_hash = 'expired 7' for update",
        "select from app.buckets where key = 'address 10.0.0.2' and slot = 1 for update",
    ] {
        other.batch_execute(hold).await.unwrap();
    }

    housekeeping(&app).await;

    let held = ["app.sessions", "app.buckets where since < extract(epoch from now()) - 3700"];
    for rows in held {
        assert_eq!(count(&app, rows).await, 1, "{rows}");
    }
    other.rollback().await.unwrap();
    housekeeping(&app).await;
    for rows in held {
        assert_eq!(count(&app, rows).await, 0, "{rows}");
    }
}

#[tokio::test]
async fn a_user_whose_row_is_locked_does_not_keep_others_from_their_turn() {
    let app = app_without_sidecar().await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    create_old_trash(&app, &ada).await;
    create_old_trash(&app, &ben).await;
    let mut owner = app.database.owner().await;
    let change = owner.transaction().await.unwrap();
    let lock = format!("select from app.users where id = '{}' for no key update", ada.id());
    change.batch_execute(&lock).await.unwrap();

    assert_eq!(housekeeping(&app).await, json!({ "purged": 1 }));
    assert_eq!(ben.titles("/api/tasks?deleted=true").await, [] as [&str; 0]);

    change.rollback().await.unwrap();
    assert_eq!(housekeeping(&app).await, json!({ "purged": 1 }));
    assert_eq!(ada.titles("/api/tasks?deleted=true").await, [] as [&str; 0]);
}

#[tokio::test]
async fn a_user_whose_data_cannot_be_deleted_does_not_keep_others_from_their_turn() {
    let app = app_without_sidecar().await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    create_old_trash(&app, &ada).await;
    create_old_trash(&app, &ben).await;
    let broken = format!(
        "create function app.fail() returns trigger language plpgsql as $$
         begin
             raise exception 'not this one';
         end $$;
         create trigger fail before delete on app.tasks for each row when (old.user_id = '{}')
            execute function app.fail()",
        ada.id()
    );
    app.database.change(&broken).await;

    assert_eq!(housekeeping(&app).await, json!({ "purged": 1 }));

    assert_eq!(ben.titles("/api/tasks?deleted=true").await, [] as [&str; 0]);
    assert_eq!(ada.titles("/api/tasks?deleted=true").await, ["old"]);
}

#[tokio::test]
async fn a_trash_with_very_many_reminders_is_purged_in_steps() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let fill = format!(
        "insert into app.tasks (id, user_id, title, deleted_at)
         select gen_random_uuid(), '{0}', 'old', now() - interval '31 days' from generate_series(1, 30);
         insert into app.reminders (user_id, task_id, at)
         select '{0}', tasks.id, now() + interval '1 day' from app.tasks, generate_series(1, 90)",
        ada.id()
    );
    app.database.change(&fill).await;

    assert_eq!(housekeeping(&app).await, json!({ "purged": 30 }));

    assert_eq!(count(&app, "app.reminders").await, 0);
    assert_eq!(count(&app, "app.tombstones").await, 30 * 91);
    // Those of one transaction have one time.
    let steps = "select count(*) as n from app.tombstones group by created_at order by 1 desc";
    let largest = app.database.rows(steps).await[0]["n"].as_u64();
    assert!(largest <= Some(500), "{largest:?} at once");
}

#[tokio::test]
async fn a_long_read_of_the_audit_trail_does_not_stop_housekeeping_or_other_reads() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    create_old_trash(&app, &ada).await;
    // The last of the partitions is missing, and a new one cannot be added while anybody reads.
    let missing = "do $$ begin
        execute format('drop table app.%I', 'audit_'
            || to_char(date_trunc('month', now() at time zone 'UTC') + interval '3 months', 'YYYY_MM'));
    end $$";
    app.database.change(missing).await;
    let months = "pg_inherits where inhparent = 'app.audit'::regclass";
    let before = count(&app, months).await;
    let mut owner = app.database.owner().await;
    let read = owner.transaction().await.unwrap();
    read.batch_execute("lock table app.audit in access share mode").await.unwrap();

    let (done, list) = tokio::join!(housekeeping(&app), ada.get("/api/audit"));

    assert_eq!(done, json!({ "purged": 1 }));
    list.expect(200);
    assert_eq!(count(&app, months).await, before);
    read.rollback().await.unwrap();
    housekeeping(&app).await;
    assert_eq!(count(&app, months).await, before + 1);
}

#[tokio::test]
async fn everything_that_expires_is_found_by_an_index_on_its_age() {
    let app = app_without_sidecar().await;
    for (table, column) in [
        ("sessions", "expires_at"),
        ("links", "expires_at"),
        ("answers", "created_at"),
        ("totals", "counted_at"),
        ("full_syncs", "started_at"),
        ("consumed_events", "at"),
        ("held", "until"),
        ("tasks", "deleted_at"),
        ("notifications", "created_at"),
        ("tombstones", "created_at"),
        ("dead_letters", "failed_at"),
        ("dead_letters", "requeued_at"),
    ] {
        let indexes = format!(
            "pg_indexes where schemaname = 'app' and tablename = '{table}'
                and indexdef like '%USING btree ({column})%'"
        );
        assert_eq!(count(&app, &indexes).await, 1, "{table}.{column}");
    }
}
