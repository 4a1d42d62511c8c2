//! Errors of a database that cannot be reached: a line that says what to do, without the password.

use crate::database::{Database, error, folder, stdout, taskflow};

#[test]
fn without_a_url_it_says_where_to_put_one() {
    let output = taskflow(&folder("no-url")).args(["migrate", "up"]).output().unwrap();

    assert!(error(&output).starts_with("error: DATABASE_URL is not set"), "{output:?}");
}

#[test]
fn an_invalid_url_and_an_unreachable_server_are_named() {
    for (url, expected) in [
        ("nonsense", "error: DATABASE_URL is invalid"),
        ("postgres://owner@127.0.0.1:1/taskflow", "error: cannot reach the database taskflow at 127.0.0.1:1"),
    ] {
        let output = taskflow(&folder("unreachable"))
            .args(["migrate", "up"])
            .env("DATABASE_URL", url)
            .output()
            .unwrap();
        assert!(error(&output).starts_with(expected), "{output:?}");
    }
}

#[tokio::test]
async fn a_wrong_password_and_a_missing_database_are_named() {
    let database = Database::create("wrong").await;

    let output =
        database.taskflow(&["migrate", "status"]).env("DATABASE_PASSWORD", "mistaken").output().unwrap();
    let line = error(&output);
    assert!(line.starts_with("error: the server 127.0.0.1:"), "{line}");
    assert!(line.contains("rejects the password of postgres: check DATABASE_URL"), "{line}");
    assert!(!line.contains("mistaken"), "{line}");

    let url = format!("postgres://postgres@127.0.0.1:{}/no_such_database?sslmode=disable", database.port());
    let output = database.taskflow(&["migrate", "status"]).env("DATABASE_URL", url).output().unwrap();
    assert!(error(&output).contains("has no database no_such_database: create it first"), "{output:?}");
}

#[tokio::test]
async fn the_password_comes_from_a_file_and_shows_neither_in_the_arguments_nor_in_the_output() {
    let database = Database::create("file").await;
    let file = folder("password-file").join("password");
    std::fs::write(&file, database.password() + "\n").unwrap();
    let with_file = |arguments: &[&str]| {
        let mut command = database.taskflow(arguments);
        command.env_remove("DATABASE_PASSWORD").env("DATABASE_PASSWORD_FILE", &file);
        command
    };

    let output = with_file(&["migrate", "up"]).output().unwrap();
    stdout(&output);
    let all = [output.stdout, output.stderr].concat();
    assert!(!String::from_utf8_lossy(&all).contains(&database.password()));

    let mut child = with_file(&["events", "--follow"]).spawn().unwrap();
    let arguments = std::fs::read(format!("/proc/{}/cmdline", child.id())).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!String::from_utf8_lossy(&arguments).contains(&database.password()));

    std::fs::remove_file(&file).unwrap();
    let line = error(&with_file(&["migrate", "status"]).output().unwrap());
    assert!(line.contains("the file that DATABASE_PASSWORD_FILE names"), "{line}");
}

#[test]
fn the_sample_password_is_not_given_to_a_database_that_others_can_reach() {
    let url = "postgres://owner:secret@db.example.com/taskflow?sslmode=require";
    let output =
        taskflow(&folder("sample")).args(["migrate", "up"]).env("DATABASE_URL", url).output().unwrap();

    assert!(error(&output).ends_with("set SPIN_VARIABLE_DB_USER_PASSWORD"), "{output:?}");
}
