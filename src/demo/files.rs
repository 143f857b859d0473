//! The two files that lead a client into the simulation: a kubeconfig and the matching channel configuration.

use super::http::auth::{ADMIN, VIEWER, token};
use super::world::World;
use std::fmt::Write;

/// The namespace of the contexts.
const NAMESPACE: &str = "demo";

/// A kubeconfig: per cluster one context with full rights, named like it, and one ending in `-viewer` that only reads.
/// The first cluster's context is the current one.
pub(crate) fn kubeconfig(url: &str, world: &World) -> String {
    let mut clusters = String::new();
    let mut users = String::new();
    let mut contexts = String::new();
    // Writing into a string cannot fail.
    for cluster in &world.clusters {
        let name = &cluster.name;
        for (user, suffix) in [(ADMIN, ""), (VIEWER, "-viewer")] {
            let token = token(name, user.name);
            // A path of its own for each user: see `Door`.
            let _ = write!(clusters, "- name: {name}{suffix}\n  cluster:\n    server: {url}/clusters/{name}{suffix}\n");
            let _ = write!(users, "- name: {name}-{}\n  user:\n    token: {token}\n", user.name);
            let _ = write!(
                contexts,
                "- name: {name}{suffix}\n  context:\n    cluster: {name}{suffix}\n    user: {name}-{}\n    namespace: {NAMESPACE}\n",
                user.name
            );
        }
    }
    let current = world.clusters.first().map_or("", |cluster| cluster.name.as_str());
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: {current}\nclusters:\n{clusters}users:\n{users}contexts:\n{contexts}"
    )
}

/// The channel configuration: one release channel per cluster, in the order of the world.
pub(crate) fn config(world: &World) -> String {
    let mut text = String::from(
        "# Release channels of the simulated cluster.\n\n[container_registries]\ndockerhub-prodvana = { prefix = \"docker.io\" }\n",
    );
    for (at, cluster) in world.clusters.iter().enumerate() {
        let name = &cluster.name;
        let _ = write!(text, "\n[[release_channels]]\nname = \"{name}\"\norder = {}\n", (at + 1) * 10);
        if name == "production" {
            text.push_str("confirm = \"type-name\"\n");
        }
        let _ = writeln!(
            text,
            "runtime = {{ context = \"{name}\", namespace = \"{NAMESPACE}\", labels = {{ env = \"{name}\" }} }}"
        );
    }
    text
}
