//! Events: their envelope and schemas, and publishing from the outbox by way of Dapr.
//!
//! Triggers write the event of a change into the outbox, in the transaction of the change. [`publish()`]
//! sends what waits there, [`Event`] is the envelope that consumers parse, and [`schema()`] describes it.

mod event;
mod publish;
mod schema;

pub use event::{Data, Event, InvalidEvent, KINDS, Kind, Subject, has_nul};
pub use publish::publish;
pub use schema::schema;
