//! Lists read only rows of their own user, whatever the filters.

use serde_json::json;
use tests::App;
use tokio_postgres::Transaction;

const BODY: &str = include_str!("../../crates/actions/src/tasks/list.sql");

/// 2,000 tasks of Ada among 20,000 of other users, with realistic values.
const FILL: &str = "
    insert into app.users (id, guest) select gen_random_uuid(), true from generate_series(1, 40);
    insert into app.tasks (id, user_id, title, description, status, priority, tags, due_date, completed_at,
                       missed, created_at, updated_at)
    select gen_random_uuid(), person.id,
           (array['Buy', 'Call', 'Prepare', 'Write', 'Run'])[1 + n % 5] || ' ' ||
           (array['milk', 'Will', 'report', 'garden'])[1 + n / 5 % 4] || ' ' || n,
           case when n % 3 = 0 then 'more about number ' || n end,
           case when n % 4 = 0 then 'completed' else 'active' end,
           (array['low', 'medium', 'high'])[1 + n % 3],
           array[(array['work', 'home', 'errand'])[1 + n % 3], 'tag' || n % 50],
           case when n % 7 <> 0 then now() + (n * 7919 % 200000 - 100000) * interval '1 minute' end,
           case when n % 4 = 0 then now() - n * interval '1 minute' end, n % 40 = 0,
           now() - n * interval '1 minute', now() - n * interval '1 second'
      from (select id, row_number() over () as nth from app.users) as person,
           lateral generate_series(1, case when person.id = 'ADA' then 2000 else 500 end) as n;
    update app.tasks set deleted_at = now() where user_id = 'ADA' and title like '%7'";

#[tokio::test]
async fn no_list_reads_rows_of_other_users() {
    let app = App::start().await;
    let ada = app.guest().await;
    let mut owner = app.database.owner().await;
    owner.batch_execute(&FILL.replace("ADA", &ada.id())).await.unwrap();
    // Updated rows leave old versions behind, which would be counted too.
    owner.batch_execute("vacuum analyze app.tasks").await.unwrap();
    let name = frames::installed_name("list", frames::hash(BODY));
    let principal = json!({ "session": web::fingerprint(&ada.token), "actor": "user" });
    let of_ada =
        app.database.rows(&format!("select count(*) from app.tasks where user_id = '{}'", ada.id())).await;
    let most = of_ada[0]["count"].as_i64().unwrap();

    let on = |day: &str| json!({ "on": day });
    let filters = [
        json!({}),
        json!({ "status": "active" }),
        json!({ "status": "completed", "sort_by": "completed_at" }),
        json!({ "priorities": "{high}" }),
        json!({ "priorities": "{low,high}", "status": "active" }),
        json!({ "tags": "{work}" }),
        json!({ "tags": "{work,tag7}", "tags_mode": "any" }),
        json!({ "due_after": on("2026-01-01"), "due_before": on("2031-01-01") }),
        json!({ "completed_after": on("2026-01-01") }),
        json!({ "completed_before": on("2031-01-01") }),
        json!({ "overdue": true }),
        json!({ "overdue": false }),
        json!({ "missed": true }),
        json!({ "missed": false }),
        json!({ "deleted": true }),
        json!({ "search": "mil", "sort_by": "relevance" }),
        json!({ "search": "run will", "status": "active", "priorities": "{high}", "tags": "{work}" }),
        json!({ "search": "!" }),
        json!({ "offset": 500 }),
        json!({ "after": { "key": "2026-01-01T00:00:00+00:00", "id": ada.id() } }),
    ];
    let sorts = ["due_date", "priority", "created_at", "completed_at", "updated_at", "title"];
    let sorted = sorts
        .iter()
        .flat_map(|by| [true, false].map(|descending| json!({ "sort_by": by, "descending": descending })));
    for filters in filters.into_iter().chain(sorted) {
        let mut input = json!({ "sort_by": "created_at", "descending": true, "limit": 50, "offset": 0 });
        input.as_object_mut().unwrap().extend(filters.as_object().unwrap().clone());

        let transaction = owner.transaction().await.unwrap();
        // The first call may include reads of earlier transactions, so the second one counts.
        let before = read(&transaction).await;
        transaction.query(&format!("select statements.{name}($1, $2)"), &[&principal, &input]).await.unwrap();
        let after = read(&transaction).await;
        transaction.rollback().await.unwrap();

        assert_eq!(after.whole, before.whole, "{filters} reads the whole table");
        // One read for the page, one for the count, and the page itself.
        let found = after.found - before.found;
        assert!(found <= 2 * most + 102, "{filters} reads {found} rows, and Ada has {most}");
    }
}

/// Number of task rows read so far, by sequential scans and by index scans.
struct Read {
    whole: i64,
    found: i64,
}

async fn read(transaction: &Transaction<'_>) -> Read {
    let counters = "select coalesce(max(seq_tup_read), 0)::bigint, coalesce(max(idx_tup_fetch), 0)::bigint
                      from pg_stat_xact_user_tables where relid = 'app.tasks'::regclass";
    let row = transaction.query_one(counters, &[]).await.unwrap();
    Read { whole: row.get(0), found: row.get(1) }
}
