//! Runs the statements that the body describes on one connection, and tells everything that came back.

use anyhow::Result;
use serde::Deserialize;
use serde_json::{Value, json};
use spin_sdk::{
    http::{IncomingRequest, ResponseOutparam},
    pg4::{Connection, ParameterValue, PgError},
};

#[derive(Deserialize)]
struct Work {
    address: String,
    calls: Vec<Call>,
    /// What to do with the connection at the end: a trap must give it back too.
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
    let work: Work = serde_json::from_slice(&request.into_body().await?)?;
    let connection = match Connection::open(&work.address) {
        Ok(connection) => connection,
        Err(error) => return crate::json(out, &json!({ "open": problem(&error) })).await,
    };
    let told: Vec<Value> = work.calls.into_iter().map(|call| run_call(&connection, call)).collect();
    assert!(!work.trap, "this guest traps with a connection in its hands");
    crate::json(out, &json!(told)).await
}

fn run_call(connection: &Connection, call: Call) -> Value {
    let parameters: Vec<_> = call.parameters.into_iter().map(Into::into).collect();
    if call.execute {
        return connection
            .execute(&call.statement, &parameters)
            .map_or_else(|e| problem(&e), |rows| json!({ "affected": rows }));
    }
    match connection.query(&call.statement, &parameters) {
        Err(error) => problem(&error),
        Ok(set) => json!({
            "columns": set.columns.iter().map(|c| format!("{} {:?}", c.name, c.data_type)).collect::<Vec<_>>(),
            "rows": set.rows.iter().map(|row| row.iter().map(|v| format!("{v:?}")).collect()).collect::<Vec<Vec<String>>>(),
        }),
    }
}

fn problem(error: &PgError) -> Value {
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
