//! Errors, word for word as on real Spin.

use serde_json::json;

use super::error;
use crate::database::Database;

#[tokio::test]
async fn what_a_running_query_fails_with_is_text_alone() {
    let database = Database::create().await;
    let app = database.app().await;
    let raise = "do $$ begin raise exception 'no way' using errcode = 'P0009', detail = 'personal', hint = 'ask'; end $$";
    database
        .client
        .batch_execute("create table t (id int constraint t_is_unique unique); insert into t values (1)")
        .await
        .unwrap();
    for (statement, text) in [
        (
            "select 1 / (select 0)",
            "db error: ERROR: division by zero\\n\\nCaused by:\\n    ERROR: division by zero",
        ),
        (
            raise,
            "db error: ERROR: no way\\nDETAIL: personal\\nHINT: ask\\n\\nCaused by:\\n    ERROR: no way\\n    DETAIL: personal\\n    HINT: ask",
        ),
        (
            "insert into t values (1) returning id",
            "db error: ERROR: duplicate key value violates unique constraint \\\"t_is_unique\\\"\\nDETAIL: Key (id)=(1) already exists.\
             \\n\\nCaused by:\\n    ERROR: duplicate key value violates unique constraint \\\"t_is_unique\\\"\\n    DETAIL: Key (id)=(1) already exists.",
        ),
    ] {
        let answer = database.query(&app, statement).await;
        assert_eq!(
            error(&answer),
            format!("Error::QueryFailed(QueryError::Text(\"{text}\"))"),
            "{statement}"
        );
    }
    app.stop().await;
    database.drop().await;
}

#[tokio::test]
async fn preparing_and_executing_fail_with_the_parts() {
    let database = Database::create().await;
    let app = database.app().await;
    database
        .client
        .batch_execute("create table t (id int constraint t_is_unique unique); insert into t values (1)")
        .await
        .unwrap();
    let nested = ["[", "]"].map(|part| part.repeat(128)).concat();
    let answer = database
        .calls(
            &app,
            json!([
                { "statement": "select nothing from t" },
                { "execute": true, "statement": "insert into t values (1)" },
                { "execute": true, "statement": "insert into t values (2), (3)" },
                { "statement": "select $1::int", "parameters": [{ "text": "one" }] },
                { "statement": "select $1::int", "parameters": [] },
                { "statement": "select $1::jsonb", "parameters": [{ "jsonb": "{" }] },
                { "statement": "select $1::uuid", "parameters": [{ "uuid": "x" }] },
                { "execute": true, "statement": "select $1::numeric", "parameters": [{ "decimal": "x" }] },
                { "statement": "select $1::jsonb", "parameters": [{ "jsonb": "[1e400]" }] },
                { "statement": "select $1::jsonb", "parameters": [{ "jsonb": nested }] },
            ]),
        )
        .await;
    let parts = |number: usize, told: &[&str]| {
        for part in told {
            assert!(error(&answer[number]).contains(part), "{part}: {}", answer[number]);
        }
    };
    parts(
        0,
        &[
            "QueryError::DbError(DbError { as-text: \"Error { kind: Db, cause: Some(DbError { severity: \\\"ERROR\\\"",
            "code: \"42703\"",
            "detail: None",
        ],
    );
    parts(
        1,
        &[
            "code: \"23505\"",
            "detail: Some(\"Key (id)=(1) already exists.\")",
            "(\"constraint\", \"t_is_unique\")",
            "(\"table\", \"t\")",
        ],
    );
    assert_eq!(answer[2], json!({ "affected": 2 }));
    parts(
        3,
        &[
            "QueryError::Text(\"Error { kind: ToSql(0), cause: Some(WrongType { postgres: Int4, rust: \\\"alloc::string::String\\\" }) }\")",
        ],
    );
    parts(4, &["QueryError::Text(\"Error { kind: Parameters(0, 1), cause: None }\")"]);
    parts(
        5,
        &[
            "BadParameter(\"invalid JSON {\\n\\nCaused by:\\n    EOF while parsing an object at line 1 column 1\")",
        ],
    );
    parts(6, &["BadParameter(\"invalid UUID x\\n\\nCaused by:\\n    invalid character"]);
    parts(7, &["ValueConversionFailed(\"invalid decimal x\\n\\nCaused by:\\n    "]);
    parts(
        8,
        &[
            "BadParameter(\"invalid JSON [1e400]\\n\\nCaused by:\\n    number out of range at line 1 column 6\")",
        ],
    );
    parts(9, &["recursion limit exceeded at line 1 column 128\")"]);
    app.stop().await;
    database.drop().await;
}
