//! Identifiers: UUIDs of version 7, which sort by creation time.

use std::fmt::{Display, Formatter};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::{Builder, Uuid, Variant};

use crate::errors::{Errors, wrong};
use crate::field::{Field, text};

macro_rules! id {
    ($(#[$about:meta])+ $Id:ident) => {
        $(#[$about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $Id(Uuid);

        impl $Id {
            /// Makes an id from a Unix time in milliseconds and random bytes.
            pub fn new(now_ms: u64, random: [u8; 10]) -> Self {
                Self(Builder::from_unix_timestamp_millis(now_ms, &random).into_uuid())
            }
        }

        impl FromStr for $Id {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                // Only the form with four hyphens, so that an id has exactly one spelling.
                Uuid::try_parse(if text.len() == 36 { text } else { "" }).map(Self)
            }
        }

        impl Field for $Id {
            fn parse(value: &Value) -> Result<Self, Errors> {
                text(value)?.parse().map_err(|_| wrong("must be a UUID"))
            }

            fn schema() -> Value {
                json!({ "type": "string", "format": "uuid" })
            }
        }

        impl Display for $Id {
            fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// Id of a task, a series or a reminder.
    ItemId
}

id! {
    /// Id of a user.
    UserId
}

id! {
    /// Id of anything else, such as a session, a token or an event.
    Id
}

/// Id that a client chooses for what it makes: a UUID of version 7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ClientId(ItemId);

impl From<ClientId> for ItemId {
    fn from(id: ClientId) -> Self {
        id.0
    }
}

impl Field for ClientId {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let is_v7 =
            |id: &ItemId| id.0.get_version_num() == 7 && matches!(id.0.get_variant(), Variant::RFC4122);
        let id = text(value)?.parse::<ItemId>().ok().filter(is_v7);
        id.map(Self).ok_or_else(|| wrong("must be a UUID of version 7"))
    }

    fn schema() -> Value {
        let hex = |digits: usize| format!("[0-9A-Fa-f]{{{digits}}}");
        let pattern = format!("^{}-{}-7{}-[89ABab]{}-{}$", hex(8), hex(4), hex(3), hex(3), hex(12));
        json!({ "type": "string", "pattern": pattern })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_chooses_ids_of_version_7_only() {
        let parse = |id: &str| ClientId::parse(&json!(id));
        let id = parse("0198C0DE-0000-7000-bfff-000000000001").expect("valid");
        assert_eq!(json!(id), json!("0198c0de-0000-7000-bfff-000000000001"));
        for other in [
            "",
            "1",
            "0198c0de-0000-4000-8000-000000000001",
            "0198c0de-0000-7000-c000-000000000001",
            "0198c0de000070008000000000000001",
            "{0198c0de-0000-7000-8000-000000000001}",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
        ] {
            assert!(parse(other).is_err(), "{other}");
        }
    }

    #[test]
    fn a_later_id_sorts_after_an_earlier_one() {
        let (early, late) = (ItemId::new(1, [255; 10]), ItemId::new(2, [0; 10]));
        assert!(early.to_string() < late.to_string());
        assert_eq!(early.to_string().parse(), Ok(early));
    }
}
