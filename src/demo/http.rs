//! The API server of the simulated clusters: what a Kubernetes API server answers, over a [`Store`](super::store::Store).
//!
//! A request comes in at `listener`, is logged and may meet a fault ([`faults`]), is signed in (`auth`), finds its
//! resource (`target`) and is answered by the file named after what it asks for. A refusal is a `failure::Failure`,
//! the `Status` object that a real server would send. `tests/transcript.rs` holds all this against recorded answers.

pub mod faults;
pub mod record;

pub(crate) mod admit;
pub(crate) mod answer;
pub(crate) mod apply;
pub(crate) mod auth;
pub(crate) mod call;
pub(crate) mod control;
pub(crate) mod decode;
pub(crate) mod defaults;
pub(crate) mod discovery;
pub(crate) mod encode;
pub(crate) mod failure;
pub(crate) mod fields;
pub(crate) mod immutable;
pub(crate) mod list;
pub(crate) mod listener;
pub(crate) mod logs;
pub(crate) mod managers;
pub(crate) mod openapi;
pub(crate) mod patch;
pub(crate) mod pod_words;
pub(crate) mod prometheus;
pub(crate) mod protobuf;
pub(crate) mod reviews;
pub(crate) mod router;
mod rules;
pub(crate) mod scale;
pub(crate) mod schema;
pub(crate) mod select;
pub(crate) mod sound;
pub(crate) mod table;
pub(crate) mod target;
pub(crate) mod validate;
pub(crate) mod watch;
pub(crate) mod write;
