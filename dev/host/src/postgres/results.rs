//! Rows of a query, from the driver's values to the guest's. A value that cannot be converted fails the whole
//! query, as in Spin.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use postgres_range::Range;
use rust_decimal::Decimal;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};
use uuid::Uuid;

use crate::bindings::spin::postgres::postgres::{
    Column, DbDataType as Kind, DbValue as Value, Interval, RowSet,
};
use crate::postgres::error::error_chain;
use crate::postgres::numbers::{RangeDecimal, bounds};

/// Limit of the rows of one query in bytes, as in Spin.
const MAX_BYTES: usize = 128 << 20;

#[derive(Default)]
pub struct ResultBuilder {
    columns: Vec<Column>,
    rows: Vec<Vec<Value>>,
    bytes: usize,
}

impl ResultBuilder {
    pub fn push(&mut self, row: &Row) -> Result<(), String> {
        if self.rows.is_empty() {
            let column =
                |c: &tokio_postgres::Column| Column { name: c.name().to_owned(), data_type: kind(c.type_()) };
            self.columns = row.columns().iter().map(column).collect();
        }
        let values = (0..row.len()).map(|index| value(row, index)).collect::<Result<Vec<_>, _>>();
        let values = values.map_err(|error| error_chain(&error))?;
        self.bytes += row.raw_size_bytes() + values.len() * size_of::<Value>();
        if self.bytes > MAX_BYTES {
            return Err(format!("query result exceeds limit of {MAX_BYTES} bytes"));
        }
        self.rows.push(values);
        Ok(())
    }

    /// Returns the rows and their columns. A result without rows has no columns, as in Spin.
    pub fn finish(self) -> RowSet {
        RowSet { columns: self.columns, rows: self.rows }
    }
}

fn kind(ty: &Type) -> Kind {
    match *ty {
        Type::BOOL => Kind::Boolean,
        Type::BYTEA => Kind::Binary,
        Type::FLOAT4 => Kind::Floating32,
        Type::FLOAT8 => Kind::Floating64,
        Type::INT2 => Kind::Int16,
        Type::INT4 => Kind::Int32,
        Type::INT8 => Kind::Int64,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR => Kind::Str,
        Type::TIMESTAMP | Type::TIMESTAMPTZ => Kind::Datetime,
        Type::DATE => Kind::Date,
        Type::TIME => Kind::Time,
        Type::UUID => Kind::Uuid,
        Type::JSONB => Kind::Jsonb,
        Type::NUMERIC => Kind::Decimal,
        Type::INT4_RANGE => Kind::RangeInt32,
        Type::INT8_RANGE => Kind::RangeInt64,
        Type::NUM_RANGE => Kind::RangeDecimal,
        Type::INT4_ARRAY => Kind::ArrayInt32,
        Type::INT8_ARRAY => Kind::ArrayInt64,
        Type::NUMERIC_ARRAY => Kind::ArrayDecimal,
        Type::TEXT_ARRAY | Type::VARCHAR_ARRAY | Type::BPCHAR_ARRAY => Kind::ArrayStr,
        Type::INTERVAL => Kind::Interval,
        _ => Kind::Other(ty.name().to_owned()),
    }
}

fn value(row: &Row, index: usize) -> Result<Value, tokio_postgres::Error> {
    match *row.columns()[index].type_() {
        Type::BOOL => get(row, index, Value::Boolean),
        Type::BYTEA => get(row, index, Value::Binary),
        Type::FLOAT4 => get(row, index, Value::Floating32),
        Type::FLOAT8 => get(row, index, Value::Floating64),
        Type::INT2 => get(row, index, Value::Int16),
        Type::INT4 => get(row, index, Value::Int32),
        Type::INT8 => get(row, index, Value::Int64),
        Type::TEXT | Type::VARCHAR | Type::BPCHAR => get(row, index, Value::Str),
        // `NaiveDateTime` does not accept `timestamptz`, so such a column fails, NULL included, as in Spin.
        Type::TIMESTAMP | Type::TIMESTAMPTZ => get(row, index, |at: NaiveDateTime| {
            let ((y, m, d), (h, min, s, n)) = (date(at.date()), time(at.time()));
            Value::Datetime((y, m, d, h, min, s, n))
        }),
        Type::DATE => get(row, index, |at: NaiveDate| Value::Date(date(at))),
        Type::TIME => get(row, index, |at: NaiveTime| Value::Time(time(at))),
        Type::UUID => get(row, index, |id: Uuid| Value::Uuid(id.to_string())),
        Type::JSONB => get(row, index, |json: serde_json::Value| Value::Jsonb(json.to_string().into_bytes())),
        Type::NUMERIC => get(row, index, |number: Decimal| Value::Decimal(number.to_string())),
        Type::INT4_RANGE => {
            get(row, index, |range: Range<i32>| Value::RangeInt32(bounds(&range, |bound| bound)))
        }
        Type::INT8_RANGE => {
            get(row, index, |range: Range<i64>| Value::RangeInt64(bounds(&range, |bound| bound)))
        }
        Type::NUM_RANGE => get(row, index, |range: Range<RangeDecimal>| {
            Value::RangeDecimal(bounds(&range, |bound| bound.0.to_string()))
        }),
        Type::INT4_ARRAY => get(row, index, Value::ArrayInt32),
        Type::INT8_ARRAY => get(row, index, Value::ArrayInt64),
        Type::NUMERIC_ARRAY => get(row, index, |numbers: Vec<Option<Decimal>>| {
            Value::ArrayDecimal(numbers.iter().map(|number| number.map(|n| n.to_string())).collect())
        }),
        Type::TEXT_ARRAY | Type::VARCHAR_ARRAY | Type::BPCHAR_ARRAY => get(row, index, Value::ArrayStr),
        Type::INTERVAL => get(row, index, |span: IntervalValue| Value::Interval(span.0)),
        _ => get(row, index, |raw: RawValue| Value::Unsupported(raw.0)),
    }
}

fn get<'a, T: FromSql<'a>>(
    row: &'a Row,
    index: usize,
    value: impl Fn(T) -> Value,
) -> Result<Value, tokio_postgres::Error> {
    Ok(row.try_get::<_, Option<T>>(index)?.map_or(Value::DbNull, value))
}

fn date(at: NaiveDate) -> (i32, u8, u8) {
    (at.year(), small(at.month()), small(at.day()))
}

fn time(at: NaiveTime) -> (u8, u8, u8, u32) {
    (small(at.hour()), small(at.minute()), small(at.second()), at.nanosecond())
}

/// Narrows a part of a date or time, which is at most 60.
fn small(part: u32) -> u8 {
    part as u8
}

struct IntervalValue(Interval);

impl<'a> FromSql<'a> for IntervalValue {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        let (micros, rest) = raw.split_first_chunk().ok_or("an interval is too short")?;
        let (days, rest) = rest.split_first_chunk().ok_or("an interval is too short")?;
        Ok(Self(Interval {
            micros: i64::from_be_bytes(*micros),
            days: i32::from_be_bytes(*days),
            months: i32::from_be_bytes(rest.try_into()?),
        }))
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::INTERVAL
    }
}

/// Bytes of a value whose type has no variant of its own.
struct RawValue(Vec<u8>);

impl<'a> FromSql<'a> for RawValue {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(raw.to_owned()))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
