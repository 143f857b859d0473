//! Cluster: the edge. Everything that speaks to an API server.
//!
//! Must not know: state, views, the terminal. It takes [`crate::argo::feed::Order`] and gives
//! [`crate::argo::feed::News`]. Start reading at [`hub`].

pub mod hub;
pub mod kubeconfig;
pub mod oneshot;
