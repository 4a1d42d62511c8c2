//! Runs the statements in the request body on one connection and responds with their results.

use anyhow::Result;
use serde::Deserialize;
use serde_json::{Value, json};
use spin_sdk::http::{IncomingRequest, ResponseOutparam};
use spin_sdk::pg4::{Connection, DbValue, ParameterValue, PgError};

#[derive(Deserialize)]
struct Input {
    address: String,
    calls: Vec<Call>,
    /// Traps at the end, while the connection is open.
    #[serde(default)]
    trap: bool,
}

#[derive(Deserialize)]
struct Call {
    #[serde(default)]
    execute: bool,
    statement: String,
    #[serde(default)]
    parameters: Vec<Parameter>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Parameter {
    Null,
    Bool(bool),
    Int(i32),
    Long(i64),
    Double(f64),
    Text(String),
    Bytes(Vec<u8>),
    Jsonb(String),
    Uuid(String),
    Decimal(String),
    Date(i32, u8, u8),
    Time(u8, u8, u8, u32),
    Datetime(i32, u8, u8, u8, u8, u8, u32),
    Timestamp(i64),
    Ints(Vec<Option<i32>>),
    Texts(Vec<Option<String>>),
    Decimals(Vec<Option<String>>),
}

pub async fn run(request: IncomingRequest, out: ResponseOutparam) -> Result<()> {
    let input: Input = serde_json::from_slice(&request.into_body().await?)?;
    let connection = match Connection::open(&input.address) {
        Ok(connection) => connection,
        Err(error) => return crate::json(out, &json!({ "open": error_json(&error) })).await,
    };
    let results: Vec<Value> = input.calls.into_iter().map(|call| run_call(&connection, call)).collect();
    assert!(!input.trap, "this guest traps while it holds a connection");
    crate::json(out, &json!(results)).await
}

fn run_call(connection: &Connection, call: Call) -> Value {
    let parameters: Vec<_> = call.parameters.into_iter().map(Into::into).collect();
    if call.execute {
        return connection
            .execute(&call.statement, &parameters)
            .map_or_else(|error| error_json(&error), |rows| json!({ "affected": rows }));
    }
    match connection.query(&call.statement, &parameters) {
        Err(error) => error_json(&error),
        Ok(set) => json!({
            "columns": set.columns.iter().map(|c| format!("{} {:?}", c.name, c.data_type)).collect::<Vec<_>>(),
            "rows": set.rows.iter().map(|row| row_json(row)).collect::<Vec<_>>(),
        }),
    }
}

fn row_json(row: &[DbValue]) -> Vec<String> {
    row.iter().map(|value| format!("{value:?}")).collect()
}

fn error_json(error: &PgError) -> Value {
    json!({ "error": format!("{error:?}") })
}

impl From<Parameter> for ParameterValue {
    fn from(parameter: Parameter) -> Self {
        match parameter {
            Parameter::Null => Self::DbNull,
            Parameter::Bool(value) => Self::Boolean(value),
            Parameter::Int(value) => Self::Int32(value),
            Parameter::Long(value) => Self::Int64(value),
            Parameter::Double(value) => Self::Floating64(value),
            Parameter::Text(value) => Self::Str(value),
            Parameter::Bytes(value) => Self::Binary(value),
            Parameter::Jsonb(value) => Self::Jsonb(value.into_bytes()),
            Parameter::Uuid(value) => Self::Uuid(value),
            Parameter::Decimal(value) => Self::Decimal(value),
            Parameter::Date(year, month, day) => Self::Date((year, month, day)),
            Parameter::Time(hour, minute, second, nano) => Self::Time((hour, minute, second, nano)),
            Parameter::Datetime(y, m, d, h, min, s, n) => Self::Datetime((y, m, d, h, min, s, n)),
            Parameter::Timestamp(seconds) => Self::Timestamp(seconds),
            Parameter::Ints(values) => Self::ArrayInt32(values),
            Parameter::Texts(values) => Self::ArrayStr(values),
            Parameter::Decimals(values) => Self::ArrayDecimal(values),
        }
    }
}
