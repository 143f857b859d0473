//! Deploy: what a deploy would change, and in which order it is sent.
//!
//! Rules on plain data: rendered objects, what the cluster has, and what the API server answered to a dry run give a plan
//! with a difference for each object, what the change will cause, and the requests that remain to be sent.
//!
//! Must not know: clusters, the network, the clock, state, views. `cluster::deploy` asks and sends.
