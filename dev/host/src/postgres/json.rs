//! JSON on its way to Postgres.

use std::fmt;

use bytes::{BufMut, BytesMut};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

/// A text that is JSON for Spin too: Postgres takes larger numbers, and deeper ones.
#[derive(Debug)]
pub struct Json(Vec<u8>);

impl Json {
    pub fn new(text: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice::<Looked>(text)?;
        Ok(Self(text.to_owned()))
    }
}

impl ToSql for Json {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        if *ty == Type::JSONB {
            out.put_u8(1);
        }
        out.put_slice(&self.0);
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        [Type::JSON, Type::JSONB].contains(ty)
    }

    to_sql_checked!();
}

/// A value that was looked at as if it were kept, but is not.
struct Looked;

impl<'de> Deserialize<'de> for Looked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Look)
    }
}

struct Look;

impl<'de> Visitor<'de> for Look {
    type Value = Looked;

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Looked, E> {
        Ok(Looked)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Looked, E> {
        Ok(Looked)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Looked, E> {
        Ok(Looked)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Looked, E> {
        Ok(Looked)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Looked, E> {
        Ok(Looked)
    }

    fn visit_str<E>(self, _: &str) -> Result<Looked, E> {
        Ok(Looked)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Looked, A::Error> {
        while let Some(Looked) = list.next_element()? {}
        Ok(Looked)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Looked, A::Error> {
        while let Some((Looked, Looked)) = members.next_entry()? {}
        Ok(Looked)
    }
}
