//! Events: their types, envelope and schemas.
//!
//! Triggers write the event of a change into the outbox, in the transaction of the change. [`Event`] is the
//! envelope that consumers parse, and [`schema()`] describes it.

mod event;
mod schema;

pub use event::{Data, Event, InvalidEvent, KINDS, Kind, Subject, has_nul};
pub use schema::schema;
