use crate::database::{Database, error, stdout};

/// Everything in a database that migrations could have made, as text.
async fn schema(database: &Database) -> Vec<String> {
    let rows = database
        .client
        .query(
            "with mine as (select oid, nspname from pg_namespace where nspname in ('app', 'statements', 'public'))
             select format('schema %s %s', nspname, nspacl) from pg_namespace where nspname !~ '^pg_(toast|temp)'
             union all
             select format('%s %s.%s %s', relkind, nspname, relname, relacl) from pg_class join mine on mine.oid = relnamespace
             union all
             select format('column %s.%s %s %s %s', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull,
                           pg_get_expr(adbin, adrelid))
               from pg_attribute join pg_class on pg_class.oid = attrelid join mine on mine.oid = relnamespace
               left join pg_attrdef on adrelid = attrelid and adnum = attnum
              where attnum > 0 and not attisdropped
             union all
             select format('constraint %s %s', conname, pg_get_constraintdef(pg_constraint.oid))
               from pg_constraint join mine on mine.oid = connamespace
             union all
             select format('index %s', pg_get_indexdef(indexrelid)) from pg_index join pg_class on pg_class.oid = indexrelid
               join mine on mine.oid = relnamespace
             union all
             select format('trigger %s', pg_get_triggerdef(pg_trigger.oid)) from pg_trigger
               join pg_class on pg_class.oid = tgrelid join mine on mine.oid = relnamespace where not tgisinternal
             union all
             select format('function %s %s', pg_get_functiondef(pg_proc.oid), proacl) from pg_proc join mine on mine.oid = pronamespace
             order by 1",
            &[],
        )
        .await
        .unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// Asserts that all migrations are applied and the release is installed.
fn assert_up_to_date(database: &Database) {
    let status = stdout(&database.run(&["migrate", "status"]));
    let (migrations, release) = status.rsplit_once('\n').expect("a line for the release");
    assert!(migrations.lines().all(|line| line.starts_with("applied   0")), "{status}");
    assert!(release.starts_with("installed release "), "{status}");
}

#[tokio::test]
async fn up_down_and_up_again_leaves_the_same_schema() {
    let database = Database::create("round").await;
    database.run(&["migrate", "down", "--count", "99"]);
    let empty = schema(&database).await;

    stdout(&database.run(&["migrate", "up"]));
    let first = schema(&database).await;
    assert!(first.iter().any(|line| line.contains("app.tasks")), "{first:?}");
    stdout(&database.run(&["migrate", "down", "--count", "99"]));
    assert_eq!(schema(&database).await, empty, "the way down takes back all of the way up");
    stdout(&database.run(&["migrate", "up"]));

    assert_eq!(schema(&database).await, first);
    assert_eq!(stdout(&database.run(&["migrate", "up"])), "nothing to do");
    assert_up_to_date(&database);
}

#[tokio::test]
async fn two_at_once_do_it_once() {
    let database = Database::create("twice").await;
    let (one, two) = std::thread::scope(|scope| {
        let one = scope.spawn(|| database.run(&["migrate", "up"]));
        let two = scope.spawn(|| database.run(&["migrate", "up"]));
        (one.join().unwrap(), two.join().unwrap())
    });

    let both = [stdout(&one), stdout(&two)];
    let mut applied: Vec<_> =
        both.iter().flat_map(|output| output.lines()).filter(|line| *line != "nothing to do").collect();
    let times = applied.len();
    applied.sort();
    applied.dedup();
    assert!(times > 0 && times == applied.len(), "{both:?}");
    assert_up_to_date(&database);
}

#[tokio::test]
async fn a_migration_that_was_changed_after_it_was_applied_is_named() {
    let database = Database::create("changed").await;
    stdout(&database.run(&["migrate", "up"]));
    database
        .client
        .batch_execute("update public.taskflow_migrations set checksum = 'another' where number = 1")
        .await
        .unwrap();

    let line = error(&database.run(&["migrate", "up"]));

    let expected = "error: migrations/0001_accounts.up.sql was changed after it was applied";
    assert!(line.starts_with(expected), "{line}");
    assert!(stdout(&database.run(&["migrate", "status"])).starts_with("changed   0001_accounts"));
}

#[tokio::test]
async fn a_migration_that_fails_leaves_the_schema_as_it_was_and_names_file_and_cause() {
    let database = Database::create("failing").await;
    // The migration creates this schema halfway.
    database.client.batch_execute("create schema statements; create table public.mine ()").await.unwrap();
    let before = schema(&database).await;

    let line = error(&database.run(&["migrate", "up"]));

    assert_eq!(line, "error: migrations/0001_accounts.up.sql: schema \"statements\" already exists");
    assert_eq!(schema(&database).await, before);
}

#[tokio::test]
async fn statements_and_functions_of_the_release_before_stay_and_older_ones_go() {
    let database = Database::create("releases").await;
    stdout(&database.run(&["migrate", "up"]));
    let install = |name: &str, hours: i32| {
        format!(
            "create function statements.{name}() returns int language sql return 1;
             create function app.{name}() returns int language sql return 1;
             insert into public.taskflow_functions values ('{name}', '');
             insert into app.releases values ('{name}', '{{{name}}}', now() - {hours} * interval '1 hour', '{{{name}}}')"
        )
    };
    database.client.batch_execute(&install("of_the_one_before", 1)).await.unwrap();
    database.client.batch_execute(&install("of_an_older_one", 2)).await.unwrap();

    stdout(&database.run(&["migrate", "up"]));

    let schema = schema(&database).await.join("\n");
    for schema_name in ["app", "statements"] {
        assert!(schema.contains(&format!("{schema_name}.of_the_one_before")));
        assert!(!schema.contains(&format!("{schema_name}.of_an_older_one")));
    }
}

#[tokio::test]
async fn a_function_that_was_changed_in_the_database_is_installed_as_its_file_has_it() {
    let database = Database::create("functions").await;
    stdout(&database.run(&["migrate", "up"]));
    let released = schema(&database).await;
    // As an earlier release might have it: another body, an overload and a trigger that this one does not
    // have.
    let change =
        "create or replace function app.shard(person uuid) returns smallint language sql as 'select 1::smallint';
                  create function app.shard(person text) returns smallint language sql as 'select 1::smallint';
                  create trigger former before insert on app.series for each row execute function app.stamp();
                  update public.taskflow_functions set checksum = '' where name in ('shard', 'stamp')";
    database.client.batch_execute(change).await.unwrap();
    assert!(stdout(&database.run(&["migrate", "status"])).contains("pending   release "));

    let installed = stdout(&database.run(&["migrate", "up"]));
    assert!(installed.starts_with("installed release ") && installed.lines().count() == 1, "{installed}");

    assert_eq!(schema(&database).await, released);
}

#[tokio::test]
async fn the_way_back_by_some_migrations_leaves_the_tables_of_the_others() {
    let database = Database::create("back").await;
    stdout(&database.run(&["migrate", "up"]));
    let released = schema(&database).await;

    assert_eq!(stdout(&database.run(&["migrate", "down"])), "took back 0010_kept_metrics");
    assert_eq!(stdout(&database.run(&["migrate", "down"])), "took back 0009_limits");
    assert_eq!(stdout(&database.run(&["migrate", "down"])), "took back 0008_recorded_requests");
    let before = schema(&database).await.join("\n");
    assert!(before.contains("app.stream_register") && !before.contains("app.recording_time"), "{before}");
    // The way down has dropped all functions.
    let applied = stdout(&database.run(&["migrate", "up"]));
    assert!(
        applied.starts_with(
            "applied 0008_recorded_requests\napplied 0009_limits\napplied 0010_kept_metrics\ninstalled release "
        ),
        "{applied}"
    );

    assert_eq!(schema(&database).await, released);
}
