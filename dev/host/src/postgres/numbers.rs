//! Conversion of decimals and ranges from and to Postgres.

use anyhow::{Context, Result};
use bytes::BytesMut;
use postgres_range::{BoundSided, BoundType, Normalizable, Range, RangeBound};
use rust_decimal::Decimal;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::bindings::spin::postgres::postgres::RangeBoundKind as Kind;

type BoxError = Box<dyn std::error::Error + Sync + Send>;
pub type Bounds<T> = (Option<(T, Kind)>, Option<(T, Kind)>);

pub fn parse_decimal(text: &str) -> Result<Decimal> {
    Decimal::from_str_exact(text).with_context(|| format!("invalid decimal {text}"))
}

pub fn range<T: Normalizable + PartialOrd>((lower, upper): Bounds<T>) -> Range<T> {
    Range::new(lower.map(bound), upper.map(bound))
}

pub fn decimal_range((lower, upper): &Bounds<String>) -> Result<Range<RangeDecimal>> {
    let parse = |bound: &Option<(String, Kind)>| {
        bound
            .as_ref()
            .map(|(text, kind)| Ok::<_, anyhow::Error>((RangeDecimal(parse_decimal(text)?), *kind)))
            .transpose()
    };
    Ok(range((parse(lower)?, parse(upper)?)))
}

pub fn bounds<T: Normalizable + PartialOrd + Copy, U>(range: &Range<T>, value: impl Fn(T) -> U) -> Bounds<U> {
    (
        range.lower().map(|bound| (value(bound.value), kind(bound.type_))),
        range.upper().map(|bound| (value(bound.value), kind(bound.type_))),
    )
}

fn bound<S: BoundSided, T: PartialOrd>((value, kind): (T, Kind)) -> RangeBound<S, T> {
    let kind = match kind {
        Kind::Inclusive => BoundType::Inclusive,
        Kind::Exclusive => BoundType::Exclusive,
    };
    RangeBound::new(value, kind)
}

fn kind(kind: BoundType) -> Kind {
    match kind {
        BoundType::Inclusive => Kind::Inclusive,
        BoundType::Exclusive => Kind::Exclusive,
    }
}

/// Bound of a range of decimals. Decimals are not discrete, so there is no canonical form to normalize to.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct RangeDecimal(pub Decimal);

impl Normalizable for RangeDecimal {
    fn normalize<S: BoundSided>(bound: RangeBound<S, Self>) -> RangeBound<S, Self> {
        bound
    }
}

impl ToSql for RangeDecimal {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        self.0.to_sql(ty, out)
    }

    fn accepts(ty: &Type) -> bool {
        <Decimal as ToSql>::accepts(ty)
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for RangeDecimal {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, BoxError> {
        Decimal::from_sql(ty, raw).map(Self)
    }

    fn accepts(ty: &Type) -> bool {
        <Decimal as FromSql>::accepts(ty)
    }
}
