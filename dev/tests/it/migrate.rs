use std::process::{Command, Output};

use tokio_postgres::{Client, Config, NoTls};

use crate::command::{dev, error, said};

/// An empty database of the test's own.
pub struct Database {
    name: String,
    server: Config,
    /// Its owner's connection.
    pub client: Client,
}

impl Database {
    pub async fn create(name: &str) -> Self {
        let server = std::env::var("TASKFLOW_TEST_DATABASE").expect("run the tests by `cargo dev test`");
        let name = format!("test_migrate_{name}");
        let server: Config = server.parse().unwrap();
        let owner = connect(&server).await;
        owner.batch_execute(&format!("drop database if exists {name} with (force)")).await.unwrap();
        owner.batch_execute(&format!("create database {name}")).await.unwrap();
        let client = connect(server.clone().dbname(&name)).await;
        Self { name, server, client }
    }

    /// Where its server is.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.server.get_ports()[0])
    }

    /// Its URL when it is reached by way of that address.
    pub fn url_at(&self, address: &str, tls: &str) -> String {
        let password = String::from_utf8_lossy(self.server.get_password().unwrap()).into_owned();
        format!("postgres://postgres:{password}@{address}/{}?sslmode={tls}", self.name)
    }

    /// `cargo dev` on this database.
    pub fn dev(&self, arguments: &[&str]) -> Command {
        let mut command = dev(arguments);
        command.env("DATABASE_URL", self.url_at(&self.address(), "disable"));
        command
    }

    fn migrate(&self, arguments: &[&str]) -> Output {
        self.dev(&["migrate"]).args(arguments).output().unwrap()
    }

    /// Everything that somebody made in this database, as text.
    async fn schema(&self) -> Vec<String> {
        let rows = self
            .client
            .query(
                "with mine as (select oid, nspname from pg_namespace where nspname in ('app', 'bodies', 'public'))
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
}

async fn connect(config: &Config) -> Client {
    let (client, connection) = config.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

#[tokio::test]
async fn up_down_and_up_again_leaves_the_same_schema() {
    let database = Database::create("round").await;
    database.migrate(&["down", "--count", "99"]);
    let empty = database.schema().await;

    said(&database.migrate(&["up"]));
    let first = database.schema().await;
    assert!(first.iter().any(|line| line.contains("app.tasks")), "{first:?}");
    said(&database.migrate(&["down", "--count", "99"]));
    assert_eq!(database.schema().await, empty, "the way down takes back all of the way up");
    said(&database.migrate(&["up"]));

    assert_eq!(database.schema().await, first);
    assert_eq!(said(&database.migrate(&["up"])), "nothing to do");
}

#[tokio::test]
async fn two_at_once_do_it_once() {
    let database = Database::create("twice").await;
    let (one, two) = std::thread::scope(|scope| {
        let one = scope.spawn(|| database.migrate(&["up"]));
        let two = scope.spawn(|| database.migrate(&["up"]));
        (one.join().unwrap(), two.join().unwrap())
    });

    let both = [said(&one), said(&two)];
    let mut applied: Vec<_> =
        both.iter().flat_map(|said| said.lines()).filter(|line| *line != "nothing to do").collect();
    let times = applied.len();
    applied.sort();
    applied.dedup();
    assert!(times > 0 && times == applied.len(), "{both:?}");
    assert!(said(&database.migrate(&["status"])).lines().all(|line| line.starts_with("applied")));
}

#[tokio::test]
async fn a_migration_that_was_changed_after_it_was_applied_is_named() {
    let database = Database::create("changed").await;
    said(&database.migrate(&["up"]));
    database
        .client
        .batch_execute("update public.taskflow_migrations set checksum = 'another' where number = 1")
        .await
        .unwrap();

    let line = error(&database.migrate(&["up"]));

    assert!(line.starts_with("error: migrations/0001_foundation.up.sql was changed after it was applied"), "{line}");
    assert!(said(&database.migrate(&["status"])).starts_with("changed  0001_foundation"));
}

#[tokio::test]
async fn a_migration_that_fails_leaves_the_schema_as_it_was_and_names_file_and_cause() {
    let database = Database::create("failing").await;
    // The migration makes this schema in the middle of its way.
    database.client.batch_execute("create schema bodies; create table public.mine ()").await.unwrap();
    let before = database.schema().await;

    let line = error(&database.migrate(&["up"]));

    assert_eq!(line, "error: migrations/0001_foundation.up.sql: schema \"bodies\" already exists");
    assert_eq!(database.schema().await, before);
}

#[tokio::test]
async fn statements_of_the_release_before_stay_and_older_ones_go() {
    let database = Database::create("releases").await;
    said(&database.migrate(&["up"]));
    let install = |name: &str, hours: i32| {
        format!(
            "create function bodies.{name}() returns int language sql return 1;
             insert into app.releases values ('{name}', '{{{name}}}', now() - {hours} * interval '1 hour')"
        )
    };
    database.client.batch_execute(&install("of_the_one_before", 1)).await.unwrap();
    database.client.batch_execute(&install("of_an_older_one", 2)).await.unwrap();

    said(&database.migrate(&["up"]));

    let schema = database.schema().await.join("\n");
    assert!(schema.contains("of_the_one_before"));
    assert!(!schema.contains("of_an_older_one"));
}

#[test]
fn the_sample_password_is_not_given_to_a_database_that_others_can_reach() {
    let url = "postgres://owner:secret@db.example.com/taskflow?sslmode=require";
    let output = dev(&["migrate", "up"]).env("DATABASE_URL", url).output().unwrap();

    assert!(error(&output).ends_with("set SPIN_VARIABLE_DB_USER_PASSWORD"), "{output:?}");
}
