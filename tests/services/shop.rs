//! A shop: a configuration and services in a folder of their own, read and rendered by the library.

use rolltop::config::file;
use rolltop::config::resolve::{Flags, offline};
use rolltop::config::settings::Settings;
use rolltop::service::catalog::{self, Catalog};
use rolltop::service::finding::Finding;
use rolltop::service::render::{Render, render};
use rolltop::service::settle::{Cell, Given, runtimes};
use serde_json::Value;

pub struct Shop {
    pub folder: tempfile::TempDir,
}

/// The begin of a service whose manifests lie beside it.
pub const WEB: &str = "service:\n  name: web\n  kubernetesConfig: {type: KUBERNETES, local: {path: .}}\n";

pub const CONFIG: &str = r#"
application = "shop"
services = ["**/*.pvn.yaml"]
container_registries = { company = { prefix = "registry.example.com/team" } }

[[release_channels]]
name = "test"
group = "before"
runtime = { context = "test", namespace = "demo", labels = { env = "test" } }

[[release_channels]]
name = "production"
runtime = { context = "production", namespace = "demo", labels = { env = "production" } }
"#;

impl Shop {
    pub fn new() -> Self {
        let shop = Self { folder: tempfile::tempdir().unwrap() };
        shop.write("rolltop.toml", CONFIG);
        shop
    }

    /// A shop with this service and this manifest.
    pub fn of(service: &str, manifest: &str) -> Self {
        let shop = Self::new();
        shop.write("web.pvn.yaml", service);
        shop.write("web.yaml", manifest);
        shop
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn settings(&self) -> Settings {
        let path = self.folder.path().join("rolltop.toml");
        let file = file::parse(&path, &std::fs::read_to_string(&path).unwrap()).unwrap();
        offline(Some(&file), &Flags::default()).unwrap()
    }

    pub fn catalog(&self) -> Catalog {
        catalog::load(&self.settings().services, None)
    }

    pub fn render(&self, channel: &str, given: &Given) -> Result<Render, Vec<Finding>> {
        let (settings, catalog) = (self.settings(), self.catalog());
        let service = catalog.find("web")?;
        let channel = settings.channels.iter().find(|known| known.name.as_str() == channel).unwrap();
        let runtime = runtimes(service, &settings.services, channel)[0];
        render(service, &settings, Cell { channel, runtime }, given)
    }

    /// The `data` of the one ConfigMap that comes out.
    #[track_caller]
    pub fn data(&self, channel: &str, given: &Given) -> Value {
        let render = self.render(channel, given).unwrap_or_else(|found| panic!("{}", said(&found)));
        render.rendered.objects[0].value["data"].clone()
    }

    /// What is wrong, one line each, without the folder.
    #[track_caller]
    pub fn wrong(&self, channel: &str, given: &Given) -> String {
        let found = self.render(channel, given).expect_err("it is refused");
        said(&found).replace(&format!("{}/", self.folder.path().display()), "")
    }
}

pub fn said(found: &[Finding]) -> String {
    found.iter().fold(String::new(), |text, found| text + found.code + " " + &found.problem.to_string() + "\n")
}

/// A ConfigMap with this text as data.
pub fn map(data: &str) -> String {
    let lines = data.lines().fold(String::new(), |text, line| text + "  " + line + "\n");
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n{lines}")
}

pub fn params(pairs: &[(&str, &str)]) -> Given {
    let explicit = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Given { explicit, explicit_origin: "--param".to_owned(), ..Given::default() }
}
