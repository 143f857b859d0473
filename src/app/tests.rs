//! Behaviour of the room as a whole: events in, models and effects out.

mod analysis;
mod around;
mod availability;
mod bulk;
mod closer;
mod deeds;
mod deploying;
mod details;
mod document;
mod finder;
mod forms;
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
