//! Ui: draws a [`crate::app::model::Model`]. Reads, never changes.
//!
//! Must not know: clusters, the clock, the terminal device, `app::state`. Start reading at [`screen::draw`]: header and
//! footer are in [`chrome`], each body in a file of its own ([`matrix`], [`board`], [`page`], [`pages`], [`floor`]),
//! and all of them write through [`pen::Pen`], which knows the theme and the edges of the frame.

pub mod analysis;
pub mod blocks;
pub mod board;
pub mod cell;
pub mod charts;
pub mod chrome;
pub mod deploy;
pub mod dialog;
pub mod document;
pub mod events;
pub mod experiment;
pub mod facts;
pub mod finder;
pub mod floor;
mod form;
pub mod gauge;
pub mod glyph;
pub mod ladder;
pub mod lines;
pub mod logs;
pub mod matrix;
pub mod page;
pub mod pages;
pub mod palette;
pub mod panes;
pub mod pen;
pub mod run;
pub mod screen;
pub mod selected;
pub mod sparkline;
pub mod svg;
pub mod table;
pub mod text;
pub mod theme;
pub mod timeline;
pub mod tree;
