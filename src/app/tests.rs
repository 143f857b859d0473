//! Behaviour of the room as a whole: events in, models and effects out.

mod analysis;
mod availability;
mod finder;
mod lists;
mod promote;
mod properties;
mod screens;
mod sources;
mod verdict;
