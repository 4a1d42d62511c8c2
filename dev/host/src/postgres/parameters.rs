//! Parameters of statements, from the guest's values to the driver's.

use anyhow::Context;
use bytes::{BufMut, BytesMut};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use crate::bindings::spin::postgres::postgres::{Interval, ParameterValue as Value};
use crate::postgres::error::with_causes;
use crate::postgres::json::Json;
use crate::postgres::numbers::{decimal_range, parse_decimal, range};

pub type Parameter = Box<dyn ToSql + Send + Sync>;
type BoxError = Box<dyn std::error::Error + Sync + Send>;

/// Converts the parameters of a call. The error is the text that a guest gets from Spin.
pub fn convert(values: &[Value]) -> Result<Vec<Parameter>, String> {
    let parameters = values.iter().map(convert_value).collect::<anyhow::Result<_>>();
    parameters.map_err(|error| with_causes(error.to_string(), error.source()))
}

fn convert_value(value: &Value) -> anyhow::Result<Parameter> {
    Ok(match value {
        Value::Boolean(value) => Box::new(*value),
        Value::Int8(value) => Box::new(*value),
        Value::Int16(value) => Box::new(*value),
        Value::Int32(value) => Box::new(*value),
        Value::Int64(value) => Box::new(*value),
        Value::Floating32(value) => Box::new(*value),
        Value::Floating64(value) => Box::new(*value),
        Value::Str(value) => Box::new(value.clone()),
        Value::Binary(value) => Box::new(value.clone()),
        Value::Date((year, month, day)) => Box::new(date(*year, *month, *day)?),
        Value::Time((hour, minute, second, nano)) => Box::new(time(*hour, *minute, *second, *nano)?),
        Value::Datetime((year, month, day, hour, minute, second, nano)) => {
            Box::new(NaiveDateTime::new(date(*year, *month, *day)?, time(*hour, *minute, *second, *nano)?))
        }
        Value::Timestamp(seconds) => Box::new(
            DateTime::<Utc>::from_timestamp(*seconds, 0)
                .with_context(|| format!("invalid epoch timestamp {seconds}"))?,
        ),
        Value::Uuid(text) => Box::new(Uuid::parse_str(text).with_context(|| format!("invalid UUID {text}"))?),
        Value::Jsonb(bytes) => Box::new(
            Json::new(bytes).with_context(|| format!("invalid JSON {}", String::from_utf8_lossy(bytes)))?,
        ),
        Value::Decimal(text) => Box::new(parse_decimal(text)?),
        Value::RangeInt32(bounds) => Box::new(range(*bounds)),
        Value::RangeInt64(bounds) => Box::new(range(*bounds)),
        Value::RangeDecimal(bounds) => Box::new(decimal_range(bounds)?),
        Value::ArrayInt32(values) => Box::new(values.clone()),
        Value::ArrayInt64(values) => Box::new(values.clone()),
        Value::ArrayStr(values) => Box::new(values.clone()),
        Value::ArrayDecimal(values) => Box::new(
            values
                .iter()
                .map(|value| value.as_deref().map(parse_decimal).transpose())
                .collect::<anyhow::Result<Vec<Option<Decimal>>>>()?,
        ),
        Value::Interval(interval) => Box::new(IntervalParameter(*interval)),
        Value::DbNull => Box::new(Null),
    })
}

fn date(year: i32, month: u8, day: u8) -> anyhow::Result<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month.into(), day.into())
        .with_context(|| format!("invalid date y={year}, m={month}, d={day}"))
}

fn time(hour: u8, minute: u8, second: u8, nano: u32) -> anyhow::Result<NaiveTime> {
    NaiveTime::from_hms_nano_opt(hour.into(), minute.into(), second.into(), nano)
        .with_context(|| format!("invalid time {hour}:{minute}:{second}:{nano}"))
}

/// NULL of the type that the statement expects.
#[derive(Debug)]
struct Null;

impl ToSql for Null {
    fn to_sql(&self, _: &Type, _: &mut BytesMut) -> Result<IsNull, BoxError> {
        Ok(IsNull::Yes)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

#[derive(Debug)]
struct IntervalParameter(Interval);

impl ToSql for IntervalParameter {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        out.put_i64(self.0.micros);
        out.put_i32(self.0.days);
        out.put_i32(self.0.months);
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::INTERVAL
    }

    to_sql_checked!();
}
