//! Behaviour of the room as a whole: events in, models and effects out.

mod analysis;
mod availability;
mod closer;
mod details;
mod document;
mod finder;
mod lists;
mod logs;
mod promote;
mod properties;
mod screens;
mod sources;
mod timeline;
mod verdict;
mod watching;
mod when;
