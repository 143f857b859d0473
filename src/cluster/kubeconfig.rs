//! Kubeconfig files: found, read one by one and merged as kubectl does; one that is missing is a warning, one that is
//! broken is an error with file, line and column.

use kube::config::{AuthInfo, ExecInteractiveMode, Kubeconfig};
use std::path::{Path, PathBuf};

/// What was loaded.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// All files merged, the first one winning.
    pub kubeconfig: Kubeconfig,
    /// The files that were read.
    pub files: Vec<PathBuf>,
    /// Files that are missing, and the like.
    pub warnings: Vec<String>,
}

/// Why there is no kubeconfig.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// None was found; looked in these places.
    #[error("no kubeconfig found (looked at {looked_at})")]
    None {
        /// Paths, for people.
        looked_at: String,
    },
    /// A file that cannot be read or parsed. `place` is `file:line:column` as far as known.
    #[error("{place}: {why}")]
    Broken {
        /// `file:line:column`.
        place: String,
        /// Why.
        why: String,
        /// What to try.
        hint: Option<String>,
    },
}

/// Loads: `explicit` (from `--kubeconfig`), else the list in `environment` (the value of `KUBECONFIG`), else
/// `home/.kube/config`.
///
/// # Errors
/// See [`Problem`].
pub fn load(explicit: Option<&Path>, environment: Option<&str>, home: Option<&Path>) -> Result<Loaded, Problem> {
    if let Some(path) = explicit {
        let text = read(path)?.ok_or_else(|| Problem::Broken {
            place: path.display().to_string(),
            why: "there is no such file".to_owned(),
            hint: Some("check the path after --kubeconfig".to_owned()),
        })?;
        let kubeconfig = finish(parse(&text, path)?);
        return Ok(Loaded { kubeconfig, files: vec![path.to_owned()], warnings: Vec::new() });
    }
    let listed: Vec<PathBuf> = environment
        .map(|list| std::env::split_paths(list).filter(|path| !path.as_os_str().is_empty()).collect())
        .unwrap_or_default();
    let from_list = !listed.is_empty();
    let paths = if from_list { listed } else { home.map(|home| home.join(".kube/config")).into_iter().collect() };
    let mut loaded = Loaded { kubeconfig: Kubeconfig::default(), files: Vec::new(), warnings: Vec::new() };
    for path in &paths {
        match read(path)? {
            Some(text) => {
                let next = parse(&text, path)?;
                loaded.kubeconfig = merge(loaded.kubeconfig, next, path)?;
                loaded.files.push(path.clone());
            }
            None => loaded.warnings.push(format!("KUBECONFIG names {}, which does not exist", path.display())),
        }
    }
    if loaded.files.is_empty() {
        let names: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
        let places =
            if names.is_empty() { "KUBECONFIG; there is no home directory".to_owned() } else { names.join(", ") };
        return Err(Problem::None { looked_at: places });
    }
    loaded.kubeconfig = finish(loaded.kubeconfig);
    Ok(loaded)
}

/// From text, for the embedded cluster.
///
/// # Errors
/// [`Problem::Broken`].
pub fn from_text(text: &str) -> Result<Loaded, Problem> {
    let kubeconfig = finish(parse(text, Path::new("kubeconfig"))?);
    Ok(Loaded { kubeconfig, files: Vec::new(), warnings: Vec::new() })
}

/// The text of a file; `None` when it does not exist.
fn read(path: &Path) -> Result<Option<String>, Problem> {
    let broken = |why: String, hint: Option<&str>| Problem::Broken {
        place: path.display().to_string(),
        why,
        hint: hint.map(str::to_owned),
    };
    match std::fs::read(path) {
        Ok(bytes) => {
            let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
            let text = String::from_utf8(bytes.to_vec());
            text.map(Some).map_err(|_| broken("is not UTF-8 text".to_owned(), Some("is this a kubeconfig?")))
        }
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(_) if path.is_dir() => Err(broken("is a folder, not a file".to_owned(), None)),
        Err(why) => Err(broken(format!("cannot be read: {why}"), None)),
    }
}

fn parse(text: &str, path: &Path) -> Result<Kubeconfig, Problem> {
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Kubeconfig::default());
    }
    let documents: Vec<Kubeconfig> = serde_saphyr::from_multiple(text).map_err(|error| {
        let place = match error.location() {
            Some(at) if at.line() > 0 => format!("{}:{}:{}", path.display(), at.line(), at.column()),
            _ => path.display().to_string(),
        };
        let line = error.location().and_then(|at| text.lines().nth((at.line() as usize).saturating_sub(1)));
        let hint = match line {
            Some(line) if line.contains('\t') => "YAML does not allow tabs for indentation",
            _ => "is this a kubeconfig? `kubectl config view` shows what kubectl makes of it",
        };
        // The excerpt that the parser would add may hold a token.
        Problem::Broken {
            place,
            why: without_values(&error.without_snippet().to_string()),
            hint: Some(hint.to_owned()),
        }
    })?;
    let folder = std::path::absolute(path).ok().and_then(|path| path.parent().map(Path::to_owned)).unwrap_or_default();
    let mut merged = Kubeconfig::default();
    for mut document in documents {
        if let Some(kind) = document.kind.as_deref().filter(|kind| *kind != "Config") {
            let line = text.lines().position(|line| line.starts_with("kind:")).map_or(1, |at| at + 1);
            return Err(Problem::Broken {
                place: format!("{}:{line}:1", path.display()),
                why: format!("kind is `{}`, a kubeconfig has `Config`", kind.escape_debug()),
                hint: Some("give the kubeconfig, not a manifest".to_owned()),
            });
        }
        unambiguous(&document, path)?;
        resolve(&mut document, &folder);
        merged = merge(merged, document, path)?;
    }
    Ok(merged)
}

/// A name that stands for two clusters, users or contexts of one file is refused, as kubectl does (client-go,
/// `clientcmd/api/v1/conversion.go`): which one is meant cannot be known, and a write may go there.
fn unambiguous(config: &Kubeconfig, path: &Path) -> Result<(), Problem> {
    let clusters: Vec<&str> = config.clusters.iter().map(|named| named.name.as_str()).collect();
    let users: Vec<&str> = config.auth_infos.iter().map(|named| named.name.as_str()).collect();
    let contexts: Vec<&str> = config.contexts.iter().map(|named| named.name.as_str()).collect();
    for (what, names) in [("clusters", clusters), ("users", users), ("contexts", contexts)] {
        if let Some((_, twice)) = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
            return Err(Problem::Broken {
                place: path.display().to_string(),
                why: format!("two {what} are named `{}`", twice.escape_debug()),
                hint: Some("kubectl refuses this file too: rename or remove one of them".to_owned()),
            });
        }
    }
    Ok(())
}

/// A parser's sentence without the values that it quotes: a value of this file may be a token.
fn without_values(sentence: &str) -> String {
    let first = sentence.lines().next().unwrap_or_default();
    let Some((before, rest)) = first.split_once("string \"") else { return first.to_owned() };
    match rest.rfind('"') {
        Some(end) => format!("{before}a text{}", &rest[end + 1..]),
        None => format!("{before}a text"),
    }
}

fn merge(first: Kubeconfig, mut next: Kubeconfig, path: &Path) -> Result<Kubeconfig, Problem> {
    // kubectl takes an empty name for none; kube would let it win.
    next.current_context = next.current_context.filter(|name| !name.is_empty());
    first.merge(next).map_err(|why| Problem::Broken {
        place: path.display().to_string(),
        why: format!("{why}"),
        hint: Some("all files of KUBECONFIG need the same apiVersion".to_owned()),
    })
}

/// Makes paths absolute that a file gives relative to its own folder (client-go, `ResolveLocalPaths`). A command is a
/// path only with a separator in it; else it is looked for on the PATH.
fn resolve(config: &mut Kubeconfig, folder: &Path) {
    let absolute = |path: &mut Option<String>| {
        if let Some(text) = path
            && !text.is_empty()
            && Path::new(text.as_str()).is_relative()
        {
            *text = folder.join(text.as_str()).display().to_string();
        }
    };
    for cluster in config.clusters.iter_mut().filter_map(|named| named.cluster.as_mut()) {
        absolute(&mut cluster.certificate_authority);
    }
    for user in config.auth_infos.iter_mut().filter_map(|named| named.auth_info.as_mut()) {
        let AuthInfo { client_certificate, client_key, token_file, exec, .. } = user;
        absolute(client_certificate);
        absolute(client_key);
        absolute(token_file);
        if let Some(exec) = exec
            && exec.command.as_deref().is_some_and(|command| command.contains(std::path::MAIN_SEPARATOR))
        {
            absolute(&mut exec.command);
        }
    }
}

/// Login commands never get the terminal: they would read our keys and write over the screen.
fn finish(mut config: Kubeconfig) -> Kubeconfig {
    for user in config.auth_infos.iter_mut().filter_map(|named| named.auth_info.as_mut()) {
        if let Some(exec) = &mut user.exec {
            exec.interactive_mode = Some(ExecInteractiveMode::Never);
        }
    }
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_means_two_things_is_refused() {
        for (key, entry) in [
            ("clusters", "cluster: {server: 'http://a'}"),
            ("users", "user: {token: t}"),
            ("contexts", "context: {cluster: c, user: u}"),
        ] {
            let text =
                format!("{key}:\n- {{name: prod, {entry}}}\n- {{name: other, {entry}}}\n- {{name: prod, {entry}}}\n");
            let problem = from_text(&text).unwrap_err().to_string();
            assert!(problem.contains(&format!("two {key} are named `prod`")), "{problem}");
        }
    }

    fn file(folder: &Path, name: &str, text: &str) -> PathBuf {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    const ONE: &str = "apiVersion: v1\nkind: Config\ncurrent-context: a\nclusters:\n- name: c\n  cluster: {server: 'https://one', certificate-authority: ca.pem}\n\
        contexts:\n- name: a\n  context: {cluster: c, user: u, namespace: shop}\nusers:\n- name: u\n  user:\n    exec: {apiVersion: client.authentication.k8s.io/v1, command: ./login, interactiveMode: Always}\n";
    const TWO: &str = "apiVersion: v1\nkind: Config\ncurrent-context: b\nclusters:\n- name: c\n  cluster: {server: 'https://two'}\n\
        contexts:\n- name: b\n  context: {cluster: c}\nusers:\n- name: v\n  user: {tokenFile: t/token, exec: {command: aws}}\n";

    #[test]
    fn a_list_is_merged_the_first_file_winning_and_a_missing_one_is_a_warning() {
        let folder = tempfile::tempdir().unwrap();
        let one = file(folder.path(), "x/one", ONE);
        let two = file(folder.path(), "y/two", TWO);
        let missing = folder.path().join("nowhere");
        let list = std::env::join_paths([&missing, &one, &two]).unwrap();
        let loaded = load(None, list.to_str(), None).unwrap();
        assert_eq!(loaded.files, [one, two]);
        assert!(loaded.warnings.len() == 1 && loaded.warnings[0].contains("nowhere"), "{:?}", loaded.warnings);
        let config = loaded.kubeconfig;
        assert_eq!(config.current_context.as_deref(), Some("a"));
        assert_eq!(config.contexts.len(), 2);
        let cluster = config.clusters[0].cluster.as_ref().unwrap();
        assert_eq!(cluster.server.as_deref(), Some("https://one"));
        let ca = folder.path().join("x/ca.pem");
        assert_eq!(cluster.certificate_authority.as_deref(), ca.to_str());
        let users: Vec<_> = config.auth_infos.iter().map(|named| named.auth_info.clone().unwrap()).collect();
        let execs: Vec<_> = users.iter().map(|user| user.exec.clone().unwrap()).collect();
        assert!(execs.iter().all(|exec| exec.interactive_mode == Some(ExecInteractiveMode::Never)));
        assert!(Path::new(execs[0].command.as_deref().unwrap()).is_absolute());
        assert_eq!(execs[1].command.as_deref(), Some("aws"), "looked for on the PATH");
        assert_eq!(users[1].token_file.as_deref(), folder.path().join("y/t/token").to_str());
    }

    #[test]
    fn the_home_file_is_read_when_the_environment_names_none() {
        let folder = tempfile::tempdir().unwrap();
        file(folder.path(), ".kube/config", TWO);
        for environment in [None, Some(""), Some(":")] {
            let loaded = load(None, environment, Some(folder.path())).unwrap();
            assert_eq!(loaded.kubeconfig.current_context.as_deref(), Some("b"), "{environment:?}");
        }
    }

    #[test]
    fn nothing_found_says_where_it_was_looked_for() {
        let folder = tempfile::tempdir().unwrap();
        let problem = load(None, None, Some(folder.path())).unwrap_err();
        assert!(problem.to_string().contains(".kube/config"), "{problem}");
        assert!(matches!(load(None, None, None), Err(Problem::None { .. })));
        let gone = folder.path().join("gone");
        assert!(matches!(load(None, gone.to_str(), Some(folder.path())), Err(Problem::None { .. })));
        let problem = load(Some(&gone), None, Some(folder.path())).unwrap_err();
        assert!(matches!(&problem, Problem::Broken { hint: Some(_), .. }), "{problem}");
    }

    #[test]
    fn a_file_that_is_no_yaml_is_named_with_line_and_column() {
        let folder = tempfile::tempdir().unwrap();
        for (text, place, words) in [
            ("apiVersion: v1\nclusters:\n\t- name: x\n", ":3:", "tabs"),
            ("apiVersion: v1\nclusters: [\n", ":", "kubeconfig"),
            ("apiVersion: v1\nclusters: 5\n", ":2:", "kubeconfig"),
            ("kind: Deployment\nspec: {}\n", ":1:1", "manifest"),
        ] {
            let path = file(folder.path(), "config", text);
            let Problem::Broken { place: found, hint, why } = load(Some(&path), None, None).unwrap_err() else {
                panic!()
            };
            assert!(found.contains(&format!("config{place}")), "{text}: {found} {why}");
            assert!(hint.as_deref().is_some_and(|hint| hint.contains(words)), "{text}: {hint:?}");
        }
    }

    #[test]
    fn a_token_is_never_quoted() {
        let text = "users:\n- name: u\n  user: 'SECRET \"TOKEN\" x'\n";
        let problem = from_text(text).unwrap_err();
        assert!(!problem.to_string().contains("SECRET") && !problem.to_string().contains("TOKEN"), "{problem}");
        let problem = from_text("SECRETTOKEN").unwrap_err();
        assert!(!problem.to_string().contains("SECRET"), "{problem}");
    }

    #[test]
    fn an_empty_file_is_an_empty_kubeconfig() {
        assert!(from_text("").unwrap().kubeconfig.contexts.is_empty());
        assert!(from_text("# nothing\n\n").unwrap().kubeconfig.contexts.is_empty());
    }
}
