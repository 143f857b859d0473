//! Places: which path of the API a request goes to, with its query in the right spelling.

use super::wire::Kind;
use crate::names::{Namespace, encoded};
use std::marker::PhantomData;

/// Objects per page of a list, as kubectl has it.
pub const PAGE: usize = 500;

/// A set of objects of one kind: a namespace or all, narrowed by a selector or a name.
#[derive(Debug)]
pub struct Place<T> {
    /// `None`: all namespaces.
    pub namespace: Option<Namespace>,
    /// Label selector in text form.
    pub selector: Option<String>,
    /// Only the object of this name.
    pub name: Option<String>,
    kind: PhantomData<fn() -> T>,
}

impl<T> Clone for Place<T> {
    fn clone(&self) -> Self {
        Self {
            namespace: self.namespace.clone(),
            selector: self.selector.clone(),
            name: self.name.clone(),
            kind: PhantomData,
        }
    }
}

impl<T: Kind> Place<T> {
    /// All objects of a namespace, or of the cluster.
    pub fn new(namespace: Option<Namespace>, selector: Option<String>) -> Self {
        Self { namespace, selector, name: None, kind: PhantomData }
    }

    /// One object, as a set: the form that can be watched.
    pub fn single(namespace: Namespace, name: &str) -> Self {
        Self { namespace: Some(namespace), selector: None, name: Some(name.to_owned()), kind: PhantomData }
    }

    /// What is read, in words: `rollouts in namespace shop`.
    pub fn words(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{} in namespace {namespace}", T::PLURAL),
            None => format!("{} in all namespaces", T::PLURAL),
        }
    }

    /// One page of a list.
    pub fn page(&self, after: Option<&str>) -> String {
        let mut query = Query::new(self.path());
        query.add("limit", &PAGE.to_string());
        if let Some(after) = after {
            query.add("continue", after);
        }
        self.narrow(query)
    }

    /// A watch that goes on after a version.
    pub fn watch(&self, version: &str, seconds: u64) -> String {
        let mut query = self.watching(seconds);
        query.add("resourceVersion", version);
        self.narrow(query)
    }

    /// A watch that sends the whole list first (Kubernetes, streaming lists). Without `resourceVersionMatch` the
    /// server answers 422.
    pub fn stream(&self, seconds: u64) -> String {
        let mut query = self.watching(seconds);
        query.add("sendInitialEvents", "true");
        query.add("resourceVersionMatch", "NotOlderThan");
        self.narrow(query)
    }

    fn watching(&self, seconds: u64) -> Query {
        let mut query = Query::new(self.path());
        query.add("watch", "true");
        query.add("allowWatchBookmarks", "true");
        query.add("timeoutSeconds", &seconds.to_string());
        query
    }

    fn narrow(&self, mut query: Query) -> String {
        if let Some(selector) = self.selector.as_deref().filter(|text| !text.is_empty()) {
            query.add("labelSelector", selector);
        }
        if let Some(name) = &self.name {
            query.add("fieldSelector", &format!("metadata.name={name}"));
        }
        query.text
    }

    fn path(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{}/namespaces/{}/{}", T::GROUP, encoded(namespace.as_str()), T::PLURAL),
            None => format!("{}/{}", T::GROUP, T::PLURAL),
        }
    }
}

/// The path of one object, or of its subresource.
pub fn object<T: Kind>(namespace: &Namespace, name: &str, subresource: Option<&str>) -> String {
    let tail = subresource.map(|word| format!("/{word}")).unwrap_or_default();
    format!("{}{tail}", named(T::GROUP, T::PLURAL, namespace, name))
}

/// The path of one object of a kind that is told by its group and plural.
pub fn named(group: &str, plural: &str, namespace: &Namespace, name: &str) -> String {
    format!("{group}/namespaces/{}/{plural}/{}", encoded(namespace.as_str()), encoded(name))
}

/// The path of the events of a namespace.
pub fn events(namespace: &Namespace) -> String {
    format!("/api/v1/namespaces/{}/events", encoded(namespace.as_str()))
}

/// A path with its query.
pub struct Query {
    text: String,
    next: char,
}

impl Query {
    /// Begins with a path.
    pub fn new(path: String) -> Self {
        Self { text: path, next: '?' }
    }

    /// Adds a parameter; the value is escaped here.
    pub fn add(&mut self, key: &str, value: &str) {
        self.text.push(self.next);
        self.next = '&';
        self.text.push_str(key);
        self.text.push('=');
        self.text.extend(encoded(value));
    }

    /// The whole.
    pub fn into_text(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argo::pod::Pod;
    use crate::argo::rollout::Rollout;

    #[test]
    fn paths_name_the_group_and_escape_what_people_wrote() {
        let all = Place::<Rollout>::new(None, Some("app in (a,b)".into()));
        assert_eq!(
            all.page(Some("a+b=")),
            "/apis/argoproj.io/v1alpha1/rollouts?limit=500&continue=a%2Bb%3D&labelSelector=app%20in%20%28a%2Cb%29"
        );
        let pods = Place::<Pod>::new(Some("shop".into()), None);
        assert_eq!(
            pods.watch("7", 60),
            "/api/v1/namespaces/shop/pods?watch=true&allowWatchBookmarks=true&timeoutSeconds=60&resourceVersion=7"
        );
        assert_eq!(
            object::<Rollout>(&"a/b".into(), "x?y", Some("status")),
            "/apis/argoproj.io/v1alpha1/namespaces/a%2Fb/rollouts/x%3Fy/status"
        );
    }

    #[test]
    fn an_empty_selector_is_no_selector() {
        let place = Place::<Rollout>::new(None, Some(String::new()));
        assert!(!place.page(None).contains("labelSelector"));
    }
}
