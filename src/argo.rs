//! Argo: the slim objects of Argo Rollouts and its rules, as plain functions on plain data.
//!
//! Must not know: the network, the clock (time comes in as an argument), the terminal, kube, any room but `names`.
//!
//! Objects: [`meta`] ([`pairs`]), [`rollout`] ([`strategy`], [`status`]), [`replicaset`], [`pod`], [`analysis`], [`experiment`], [`event`], [`workload`]; [`texts`] visits
//! their texts, [`share`] keeps equal ones once.
//! What is derived from them: [`picture`], put together from [`phase`], [`weights`], [`pauses`], [`waits`], [`tree`]
//! ([`pod_status`]), [`runs`], [`images`], [`warnings`]; then [`forecast`] (what happens next) and [`promote`] (which patch, or
//! why not), [`deed`] (all that can be done). Durations in words: [`age`]. What the edge of the cluster reports: [`feed`].

pub mod age;
pub mod analysis;
pub mod deed;
pub mod event;
pub mod experiment;
pub mod feed;
pub mod forecast;
pub mod images;
pub mod lenient;
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
pub mod rollout;
pub mod runs;
pub mod share;
pub mod status;
pub mod strategy;
pub mod texts;
pub mod tree;
pub mod waits;
pub mod warnings;
pub mod weights;
pub mod workload;
