//! Errors, with the same texts as on real Spin.

use serde_json::json;

use crate::database::Database;
use crate::postgres::error;

#[tokio::test]
async fn an_error_of_a_running_query_is_text_only() {
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
        let response = database.query(&app, statement).await;
        assert_eq!(
            error(&response),
            format!("Error::QueryFailed(QueryError::Text(\"{text}\"))"),
            "{statement}"
        );
    }
    app.stop().await;
    database.drop().await;
}

#[tokio::test]
async fn errors_of_preparing_and_executing_have_their_fields() {
    let database = Database::create().await;
    let app = database.app().await;
    database
        .client
        .batch_execute("create table t (id int constraint t_is_unique unique); insert into t values (1)")
        .await
        .unwrap();
    let nested = ["[", "]"].map(|part| part.repeat(128)).concat();
    let response = database
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
    let assert_contains = |index: usize, expected: &[&str]| {
        for part in expected {
            assert!(error(&response[index]).contains(part), "{part}: {}", response[index]);
        }
    };
    assert_contains(
        0,
        &[
            "QueryError::DbError(DbError { as-text: \"Error { kind: Db, cause: Some(DbError { severity: \\\"ERROR\\\"",
            "code: \"42703\"",
            "detail: None",
        ],
    );
    assert_contains(
        1,
        &[
            "code: \"23505\"",
            "detail: Some(\"Key (id)=(1) already exists.\")",
            "(\"constraint\", \"t_is_unique\")",
            "(\"table\", \"t\")",
        ],
    );
    assert_eq!(response[2], json!({ "affected": 2 }));
    assert_contains(
        3,
        &[
            "QueryError::Text(\"Error { kind: ToSql(0), cause: Some(WrongType { postgres: Int4, rust: \\\"alloc::string::String\\\" }) }\")",
        ],
    );
    assert_contains(4, &["QueryError::Text(\"Error { kind: Parameters(0, 1), cause: None }\")"]);
    assert_contains(
        5,
        &[
            "BadParameter(\"invalid JSON {\\n\\nCaused by:\\n    EOF while parsing an object at line 1 column 1\")",
        ],
    );
    assert_contains(6, &["BadParameter(\"invalid UUID x\\n\\nCaused by:\\n    invalid character"]);
    assert_contains(7, &["ValueConversionFailed(\"invalid decimal x\\n\\nCaused by:\\n    "]);
    assert_contains(
        8,
        &[
            "BadParameter(\"invalid JSON [1e400]\\n\\nCaused by:\\n    number out of range at line 1 column 6\")",
        ],
    );
    assert_contains(9, &["recursion limit exceeded at line 1 column 128\")"]);
    app.stop().await;
    database.drop().await;
}
