//! Events, from the outbox to those who take them. The only way there is Dapr's HTTP API; which broker it uses is none of
//! our business.
//!
//! A change writes its event into the outbox by itself (`migrations/`). [`publish()`] sends what waits there after a request
//! was answered, [`consume`] takes what Dapr delivers, and [`schema`] says what an event looks like.

mod consume;
mod event;
mod publish;
mod schema;

pub use consume::{Wanted, consume};
pub use event::{Data, Event, KINDS, Kind, Subject};
pub use publish::publish;
pub use schema::schema;
