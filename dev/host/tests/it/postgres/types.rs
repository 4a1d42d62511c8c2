//! Values of parameters and results.

use serde_json::json;

use crate::database::Database;
use crate::postgres::error;

#[tokio::test]
async fn json_and_text_pass_in_both_directions() {
    let database = Database::create().await;
    let app = database.app().await;
    let call = json!([{
        "statement": "select ($1::jsonb ->> 'a') || $2, $1::jsonb -> 'list', $3::text[]",
        "parameters": [{ "jsonb": r#"{"a":"one","list":[1,2.5,null]}"# }, { "text": " two" }, { "texts": ["x", null] }],
    }]);
    let response = database.calls(&app, call).await;
    assert_eq!(response[0]["rows"][0][0], r#"DbValue::Str("one two")"#);
    assert_eq!(response[0]["rows"][0][1], format!("DbValue::Jsonb({:?})", b"[1,2.5,null]"));
    assert_eq!(response[0]["rows"][0][2], r#"DbValue::ArrayStr([Some("x"), None])"#);
    app.stop().await;
    database.drop().await;
}

#[tokio::test]
async fn every_type_of_a_result_is_converted() {
    let database = Database::create().await;
    let app = database.app().await;
    for (value, expected) in [
        ("true", "DbValue::Boolean(true)"),
        ("1::int2", "DbValue::Int16(1)"),
        ("1::int4", "DbValue::Int32(1)"),
        ("1::int8", "DbValue::Int64(1)"),
        ("1.5::float4", "DbValue::Floating32(1.5)"),
        ("1.5::float8", "DbValue::Floating64(1.5)"),
        ("'t'::text", "DbValue::Str(\"t\")"),
        ("'t'::varchar", "DbValue::Str(\"t\")"),
        ("'t'::char(2)", "DbValue::Str(\"t \")"),
        ("'\\x01ff'::bytea", "DbValue::Binary([1, 255])"),
        ("date '2024-02-29'", "DbValue::Date((2024, 2, 29))"),
        ("time '01:02:03.5'", "DbValue::Time((1, 2, 3, 500000000))"),
        ("timestamp '2024-02-29 01:02:03'", "DbValue::Datetime((2024, 2, 29, 1, 2, 3, 0))"),
        (
            "'00000000-0000-0000-0000-000000000001'::uuid",
            "DbValue::Uuid(\"00000000-0000-0000-0000-000000000001\")",
        ),
        ("1.50::numeric", "DbValue::Decimal(\"1.50\")"),
        ("array[1, null]::int4[]", "DbValue::ArrayInt32([Some(1), None])"),
        ("array[1]::int8[]", "DbValue::ArrayInt64([Some(1)])"),
        ("array[1.5]::numeric[]", "DbValue::ArrayDecimal([Some(\"1.5\")])"),
        (
            "int4range(1, 3)",
            "DbValue::RangeInt32((Some((1, RangeBoundKind::Inclusive)), Some((3, RangeBoundKind::Exclusive))))",
        ),
        ("int4range(null, 3)", "DbValue::RangeInt32((None, Some((3, RangeBoundKind::Exclusive))))"),
        ("int4range(3, 3)", "DbValue::RangeInt32((None, None))"),
        (
            "numrange(1.5, 2)",
            "DbValue::RangeDecimal((Some((\"1.5\", RangeBoundKind::Inclusive)), Some((\"2\", RangeBoundKind::Exclusive))))",
        ),
        (
            "interval '1 month 2 days 3 microseconds'",
            "DbValue::Interval(Interval { micros: 3, days: 2, months: 1 })",
        ),
        ("null::text", "DbValue::DbNull"),
        ("null::uuid", "DbValue::DbNull"),
        ("'{}'::json", "DbValue::Unsupported([123, 125])"),
        ("'1.2.3.4'::inet", "DbValue::Unsupported([2, 32, 0, 4, 1, 2, 3, 4])"),
    ] {
        let response = database.query(&app, &format!("select {value} as v")).await;
        assert_eq!(response["rows"][0][0], expected, "{value}: {response}");
    }
    let none = database.query(&app, "select 1 as v where false").await;
    assert_eq!(none, json!({ "columns": [], "rows": [] }));
    app.stop().await;
    database.drop().await;
}

#[tokio::test]
async fn every_type_of_a_parameter_is_converted() {
    let database = Database::create().await;
    let app = database.app().await;
    for (ty, parameter, expected) in [
        ("bool", json!({ "bool": true }), "true"),
        ("int4", json!({ "int": 7 }), "7"),
        ("int8", json!({ "long": 7 }), "7"),
        ("float8", json!({ "double": 1.5 }), "1.5"),
        ("bytea", json!({ "bytes": [1, 255] }), "\\x01ff"),
        (
            "uuid",
            json!({ "uuid": "00000000-0000-0000-0000-000000000001" }),
            "00000000-0000-0000-0000-000000000001",
        ),
        ("numeric", json!({ "decimal": "1.50" }), "1.50"),
        ("date", json!({ "date": [2024, 2, 29] }), "2024-02-29"),
        ("time", json!({ "time": [1, 2, 3, 0] }), "01:02:03"),
        ("timestamp", json!({ "datetime": [2024, 2, 29, 1, 2, 3, 0] }), "2024-02-29 01:02:03"),
        ("timestamptz", json!({ "timestamp": 0 }), "1970-01-01 00:00:00+00"),
        ("int4[]", json!({ "ints": [1, null] }), "{1,NULL}"),
        ("numeric[]", json!({ "decimals": ["1.5", null] }), "{1.5,NULL}"),
        ("jsonb", json!({ "jsonb": "{\"b\":1,\"a\":[true]}" }), "{\"a\": [true], \"b\": 1}"),
    ] {
        let statement = format!(
            "select case when $1::{ty} is null then 'null' else ($1::{ty} at time zone 'utc')::text end"
        );
        let statement = if ty == "timestamptz" {
            statement.replace(" end", " || '+00' end")
        } else {
            statement.replace(" at time zone 'utc'", "")
        };
        let response =
            database.calls(&app, json!([{ "statement": statement, "parameters": [parameter] }])).await;
        assert_eq!(response[0]["rows"][0][0], format!("DbValue::Str({expected:?})"), "{ty}: {response}");
        let null = database.calls(&app, json!([{ "statement": statement, "parameters": ["null"] }])).await;
        assert_eq!(null[0]["rows"][0][0], "DbValue::Str(\"null\")", "{ty}: {null}");
    }
    app.stop().await;
    database.drop().await;
}

#[tokio::test]
async fn a_timestamptz_cannot_be_read_even_if_it_is_null() {
    let database = Database::create().await;
    let app = database.app().await;
    for value in ["now()", "null::timestamptz"] {
        let response = database.query(&app, &format!("select {value} as at")).await;
        assert_eq!(
            error(&response),
            "Error::QueryFailed(QueryError::Text(\"error deserializing column 0: cannot convert between the Rust type \
             `core::option::Option<chrono::naive::datetime::NaiveDateTime>` and the Postgres type `timestamptz`\\n\\nCaused by:\\n    \
             cannot convert between the Rust type `core::option::Option<chrono::naive::datetime::NaiveDateTime>` and the Postgres type \
             `timestamptz`\"))"
        );
    }
    app.stop().await;
    database.drop().await;
}

#[tokio::test]
async fn a_result_over_the_size_limit_is_rejected() {
    let database = Database::create().await;
    let app = database.app().await;
    let response = database
        .query(&app, "select length(repeat('x', 1000)), repeat('x', 1000000) from generate_series(1, 140)")
        .await;
    assert_eq!(
        error(&response),
        "Error::QueryFailed(QueryError::Text(\"query result exceeds limit of 134217728 bytes\"))"
    );
    app.stop().await;
    database.drop().await;
}
