//! Behaviour of the room as a whole: events in, models and effects out.

mod availability;
mod details;
mod lists;
mod promote;
mod properties;
mod screens;
mod sources;
mod verdict;
