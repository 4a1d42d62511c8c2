//! Test harness: an app with a database of its own, and people who use it.
//!
//! ```ignore
//! let app = App::start().await;
//! let ada = app.guest().await;
//! let task = ada.create(json!({ "title": "buy milk" })).await;
//! assert_eq!(ada.post(&format!("/api/tasks/{}/complete", task.id()), json!({})).await.status, 200);
//! ```

mod app;
mod broker;
mod bulk;
mod client;
mod database;
mod events;
mod message_relay;
mod person;
mod proxies;
mod relay;
mod response;
mod stream;

pub use app::App;
pub use bulk::{bulk_of, deliver_bulk};
pub use client::{Call, Client};
pub use database::Database;
pub use events::{DAPR_TOKEN, is_full, keeps_order};
pub use message_relay::{Fault, MessageRelay};
pub use person::Person;
pub use proxies::GRIP_KEY;
pub use relay::Relay;
pub use response::Response;
pub use stream::{Stream, StreamEvent};
