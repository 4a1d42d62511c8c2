use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::database::{Database, error, folder, stdout, until};

/// A trail with some events of March 2026, and a folder for archives.
struct Trail {
    database: Database,
    archives: PathBuf,
}

impl Trail {
    async fn create(name: &str) -> Self {
        let trail = Self {
            database: Database::create(&format!("audit_{name}")).await,
            archives: folder(&format!("archives-{name}")),
        };
        stdout(&trail.database.taskflow(&["migrate", "up"]).output().unwrap());
        trail.database.client.batch_execute("select app.make_audit_month('2026-03-15')").await.unwrap();
        // More than are in memory at once.
        trail
            .add(
                "2026-03-31 23:59:59.999999+00",
                "generate_series(1, 1200)",
                r#"{"before":null, "after":{"title":"☕"}}"#,
            )
            .await;
        trail
    }

    async fn add(&self, moment: &str, of: &str, data: &str) {
        let insert = format!(
            "insert into app.audit select gen_random_uuid(), '{moment}', 'task.created', gen_random_uuid(), null, 1, $1::text::json
               from {of}"
        );
        self.database.client.execute(&insert, &[&data]).await.unwrap();
    }

    async fn rows(&self) -> Vec<String> {
        let rows =
            self.database.client.query("select event::text from app.audit as event order by 1", &[]).await;
        rows.unwrap().iter().map(|row| row.get(0)).collect()
    }

    fn archive(&self) -> Command {
        let mut command = self.database.taskflow(&["audit", "archive", "--before", "2026-04", "--to"]);
        command.arg(&self.archives);
        command
    }

    fn restore(&self) -> Command {
        let mut command = self.database.taskflow(&["audit", "restore"]);
        command.arg(&self.archives);
        command
    }

    fn wait_for(&self, file: &str) {
        until(file, || self.archives.join(file).exists());
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

const FILES: [&str; 2] = ["audit-2026-03.jsonl.gz", "audit-2026-03.manifest.json"];

#[tokio::test]
async fn a_month_goes_into_a_file_and_comes_back_to_the_byte() {
    let trail = Trail::create("back").await;
    for data in [
        " {\"b\" : 1.50, \"b\":\"\\u0041\\u0000 \\\"\\\\\" ,\n\r\n\t\"a\":[ ]}\n",
        r#"{"data":{"data_text":"}\n"},"data_text":"x"}"#,
        r#""\u00e9""#,
        "null",
        "12345678901234567890.10 ",
    ] {
        trail.add("2026-03-01 00:00:00+00", "(values (1)) as one", data).await;
    }
    let before = trail.rows().await;

    assert_eq!(stdout(&trail.archive().output().unwrap()), "2026-03  1205 events  audit-2026-03.jsonl.gz");

    assert_eq!(trail.rows().await, [] as [&str; 0]);
    assert_eq!(names(&trail.archives), FILES);
    let file = std::fs::read(trail.archives.join(FILES[0])).unwrap();
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(trail.archives.join(FILES[1])).unwrap()).unwrap();
    assert_eq!(
        manifest,
        json!({ "format": 1, "month": "2026-03", "rows": 1205, "first": "2026-03-01T00:00:00.000000Z",
                "last": "2026-03-31T23:59:59.999999Z", "bytes": file.len(), "sha256": format!("{:x}", Sha256::digest(&file)) })
    );
    let mut list = trail.database.taskflow(&["audit", "list"]);
    assert!(
        stdout(&list.arg(&trail.archives).output().unwrap())
            .starts_with("2026-03  1205 events  audit-2026-03.jsonl.gz\n")
    );

    assert_eq!(
        stdout(&trail.restore().output().unwrap()),
        "2026-03  1205 of 1205 events  audit-2026-03.jsonl.gz"
    );
    assert_eq!(trail.rows().await, before);
    assert_eq!(
        stdout(&trail.restore().output().unwrap()),
        "2026-03  0 of 1205 events  audit-2026-03.jsonl.gz"
    );
    assert_eq!(trail.rows().await, before);
    let change = "delete from app.audit_2026_03";
    assert!(trail.database.client.batch_execute(change).await.is_err(), "it is a part of the trail again");

    stdout(&trail.archive().output().unwrap());
    assert_eq!(names(&trail.archives), FILES, "what is in a file is not written again");
    assert_eq!(stdout(&trail.archive().output().unwrap()), "nothing to do");
}

#[tokio::test]
async fn a_month_that_has_not_ended_stays() {
    let trail = Trail::create("current").await;
    let months = "select to_char(now() at time zone 'UTC', 'YYYY-MM'),
                         to_char(now() at time zone 'UTC' + interval '1 month', 'YYYY-MM')";
    let months = trail.database.client.query_one(months, &[]).await.unwrap();
    let (current, next): (String, String) = (months.get(0), months.get(1));
    let archive = |before: &str| {
        let mut command = trail.database.taskflow(&["audit", "archive", "--before", before, "--to"]);
        command.arg(&trail.archives).output().unwrap()
    };

    let line = error(&archive(&next));
    assert_eq!(
        line,
        format!(
            "error: only months that have ended can be archived: --before {current} takes all that can be"
        )
    );
    assert_eq!(trail.rows().await.len(), 1200);

    trail.add("now", "(values (1)) as one", "{}").await;
    stdout(&archive(&current));
    assert_eq!(trail.rows().await.len(), 1);
}

#[tokio::test]
async fn a_damaged_archive_is_reported_and_changes_nothing() {
    let trail = Trail::create("damage").await;
    stdout(&trail.archive().output().unwrap());
    // Another month, which is fine and comes first.
    trail.database.client.batch_execute("select app.make_audit_month('2026-02-15')").await.unwrap();
    trail.add("2026-02-15 00:00:00+00", "(values (1)) as one", "{}").await;
    stdout(&trail.archive().output().unwrap());
    let lines = trail.archives.join(FILES[0]);
    let whole = std::fs::read(&lines).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    let longer = [whole.as_slice(), b"more"].concat();

    for damaged in [&flipped, &whole[..whole.len() / 2], &longer, b""] {
        std::fs::write(&lines, damaged).unwrap();
        let line = error(&trail.restore().output().unwrap());
        let expected = format!("error: {} is damaged: replace it by another copy", lines.display());
        assert!(line.starts_with(&expected), "{line}");
        assert_eq!(trail.rows().await, [] as [&str; 0]);
    }
    // Nor is it taken for a copy of what is still there.
    trail.database.client.batch_execute("select app.make_audit_month('2026-03-15')").await.unwrap();
    trail.add("2026-03-02 00:00:00+00", "(values (1)) as one", "{}").await;
    assert!(error(&trail.archive().output().unwrap()).contains("is damaged"));
    assert_eq!(trail.rows().await.len(), 1);

    std::fs::remove_file(trail.archives.join(FILES[1])).unwrap();
    assert!(error(&trail.restore().output().unwrap()).starts_with("error: cannot read "));
}

#[tokio::test]
async fn killed_before_the_month_is_dropped_the_next_run_finishes() {
    let trail = Trail::create("killed").await;
    let before = trail.rows().await;
    for file in FILES {
        // Keeps it from being dropped.
        trail
            .database
            .client
            .batch_execute("begin; lock table app.audit_2026_03 in row exclusive mode")
            .await
            .unwrap();
        let mut child = trail.archive().spawn().unwrap();
        trail.wait_for(file);
        child.kill().unwrap();
        child.wait().unwrap();
        trail.database.client.batch_execute("rollback").await.unwrap();
        assert_eq!(trail.rows().await, before);
    }
    // As if it had been killed between the two files.
    std::fs::remove_file(trail.archives.join(FILES[1])).unwrap();

    assert_eq!(stdout(&trail.archive().output().unwrap()), "2026-03  1200 events  audit-2026-03.jsonl.gz");

    assert_eq!(trail.rows().await, [] as [&str; 0]);
    assert_eq!(names(&trail.archives), FILES);
    stdout(&trail.restore().output().unwrap());
    assert_eq!(trail.rows().await, before);
}

#[tokio::test]
async fn events_that_arrive_while_the_file_is_written_go_into_another() {
    let trail = Trail::create("between").await;
    trail.database.client.batch_execute("begin").await.unwrap();
    trail.add("2026-03-02 00:00:00+00", "(values (1)) as one", "{}").await;
    let before = trail.rows().await;
    let child = trail.archive().stdout(std::process::Stdio::piped()).spawn().unwrap();
    trail.wait_for(FILES[1]);
    trail.database.client.batch_execute("commit").await.unwrap();

    let output = child.wait_with_output().unwrap();

    assert_eq!(stdout(&output), "2026-03  1201 events  audit-2026-03.jsonl.gz audit-2026-03.2.jsonl.gz");
    assert_eq!(trail.rows().await, [] as [&str; 0]);
    stdout(&trail.restore().output().unwrap());
    assert_eq!(trail.rows().await, before);
}

#[tokio::test]
async fn the_contents_of_users_who_were_deleted_since_are_not_restored() {
    let trail = Trail::create("removed").await;
    let user = "0198c0de-0000-7000-8000-000000000001";
    let insert = format!(
        "insert into app.audit values (gen_random_uuid(), '2026-03-02 00:00:00+00', 'task.created', '{user}', null, 1,
                                       '{{\"seq\": 1, \"before\": null, \"after\": {{\"title\": \"secret\"}}}}')"
    );
    trail.database.client.batch_execute(&insert).await.unwrap();
    stdout(&trail.archive().output().unwrap());
    let remove = format!("insert into app.removals (user_id) values ('{user}')");
    trail.database.client.batch_execute(&remove).await.unwrap();

    stdout(&trail.restore().output().unwrap());

    assert_eq!(trail.rows().await.len(), 1201);
    let select = format!("select data::text from app.audit where user_id = '{user}'");
    let row = trail.database.client.query_one(&select, &[]).await.unwrap();
    assert_eq!(row.get::<_, &str>(0), r#"{ "seq" : 1, "before" : null, "after" : null }"#);
}
