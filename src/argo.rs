//! Argo: the slim objects of Argo Rollouts and its rules, as plain functions on plain data.
//!
//! Must not know: the network, the clock (time comes in as an argument), the terminal, kube, any room but `names`.
//!
//! Objects: [`meta`] ([`pairs`]), [`rollout`] ([`strategy`], [`status`]), [`replicaset`], [`pod`], [`analysis`], [`experiment`], [`event`], [`workload`]; [`texts`] visits
//! their texts, [`share`] keeps equal ones once.
//! What is derived from them: [`picture`], put together from [`phase`], [`weights`], [`traffic`], [`blue_green`], [`pauses`],
//! [`waits`], [`deadline`], [`invalid`], [`beside`], [`tree`] ([`pod_status`], [`runs`]), [`images`], [`warnings`]; then [`why`]
//! (why it waits), [`forecast`] with [`next`] (what happens next) and [`promote`] (which patch, or why not), [`deed`] (all
//! that can be done). In words:
//! [`steps`], [`settings`], durations by [`age`]. What the edge of the cluster reports: [`feed`], kept in a [`set`]; which
//! objects belong to one rollout: [`kin`]; what events tell of them: [`story`]. Whole objects, looked at closely: [`mask`]
//! (without what is secret in them), [`describe`] (in words).

pub mod age;
pub mod analysis;
pub mod beside;
pub mod blue_green;
pub mod budget;
pub mod deadline;
pub mod deed;
pub mod describe;
pub mod event;
pub mod experiment;
pub mod feed;
pub mod forecast;
pub mod images;
pub mod invalid;
pub mod kin;
pub mod lenient;
pub mod mask;
pub mod meta;
pub mod next;
pub mod pairs;
pub mod pauses;
pub mod phase;
pub mod picture;
pub mod pod;
pub mod pod_status;
pub mod promote;
pub mod replicaset;
pub mod role;
pub mod rollout;
pub mod runs;
pub mod set;
pub mod settings;
pub mod share;
pub mod status;
pub mod steps;
pub mod story;
pub mod strategy;
pub mod texts;
pub mod traffic;
pub mod tree;
pub mod waits;
pub mod warnings;
pub mod weights;
pub mod why;
pub mod workload;
