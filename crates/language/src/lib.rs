//! English sentences about tasks: what they ask for, and which dates they mean.
//!
//! A sentence passes these stages:
//!
//! 1. `text`: normalized tokens with their places in the original; quoted and pinned passages are opaque.
//! 2. Recognizers: `number`, `clock`, `day` and `when` for points in time, `period` for filters,
//!    `recurrence`, `reminder` and `label` for the rest. They read tokens and know neither now nor a time
//!    zone.
//! 3. Intents: `reply`, `chatter`, `wrap`, `order` and `question` decide what is asked for, and which words
//!    are a title or name a task.
//! 4. `resolve`: what was said, against the present of the user.
//! 5. `add`, `target`, `title` and `answer`: arguments of a tool, with spans, notes and questions.
//!
//! Nothing here does I/O or reads a clock.

// Ranges of tokens are elements here.
#![allow(clippy::single_range_in_vec_init)]

mod add;
mod answer;
mod chatter;
mod clock;
mod day;
mod filter;
mod label;
mod list;
mod number;
mod order;
mod pattern;
mod period;
mod phrases;
mod question;
mod recurrence;
mod reminder;
mod reply;
mod resolve;
mod slots;
mod target;
mod text;
mod title;
mod understand;
mod when;
mod wishes;
mod words;
mod wrap;

pub use answer::{Choice, Operation, Reply, Span, SpanKind, Understanding};
pub use resolve::{Now, Order};
pub use understand::understand;
