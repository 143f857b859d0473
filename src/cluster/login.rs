//! Login commands: the credential plugins of a kubeconfig (`users[].user.exec`, client.authentication.k8s.io).
//!
//! Run here and not by kube, which runs the command three times per client, cannot stop one that hangs, and would
//! quote its whole output. The command gets no terminal: no input, its own process group (reading the terminal stops
//! it), its words on stderr kept for the one line that is shown.

use super::failure::{Failure, cleaned};
use jiff::Timestamp;
use kube::config::{AuthInfo, ExecConfig};
use rustix::process::Pid;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer};
use serde_json::json;
use std::process::{Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::process::{Child, Command};

/// What a command printed.
#[derive(Deserialize)]
struct Credential {
    status: Option<Status>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    #[serde(default, deserialize_with = "secret")]
    token: Option<SecretString>,
    client_certificate_data: Option<String>,
    #[serde(default, deserialize_with = "secret")]
    client_key_data: Option<SecretString>,
    expiration_timestamp: Option<Timestamp>,
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(SecretString::from))
}

/// Whether a user signs in by its command: everything that is written down wins over it (client-go, and kube alike).
pub fn by_command(user: &AuthInfo) -> Option<&ExecConfig> {
    let written = user.auth_provider.is_some() || user.token.is_some() || user.token_file.is_some();
    let basic = user.username.is_some() && user.password.is_some();
    user.exec.as_ref().filter(|_| !written && !basic)
}

/// Runs the command and puts what it gives in place of it. Tells when the credential ends, if it says so.
///
/// # Errors
/// [`Failure::Login`].
pub async fn sign_in(user: &mut AuthInfo, patience: Duration) -> Result<Option<Timestamp>, Failure> {
    let Some(exec) = by_command(user) else { return Ok(None) };
    let name = exec.command.clone().unwrap_or_default();
    let failed = |why: &str, hint: Option<String>, missing| Failure::Login {
        sentence: cleaned(&format!("the login command `{name}` {why}")),
        hint: hint.map(|hint| cleaned(&hint)),
        missing,
    };
    let output = match tokio::time::timeout(patience, run(command(exec)?)).await {
        Ok(Ok(output)) => output,
        Ok(Err(why)) if why.kind() == std::io::ErrorKind::NotFound => {
            let hint = exec.install_hint.clone().unwrap_or_else(|| "install it, or add its folder to PATH".to_owned());
            return Err(failed("is not on this machine's PATH", Some(hint), true));
        }
        Ok(Err(why)) => return Err(failed(&format!("cannot be started: {why}"), None, true)),
        Err(_) => {
            let why = format!("did not end within {} s", patience.as_secs_f32().ceil());
            return Err(failed(&why, Some("run it by hand, it may wait for an answer".to_owned()), false));
        }
    };
    if !output.status.success() {
        let why = format!("failed: {}", last_words(&output));
        return Err(failed(&why, Some("sign in again".to_owned()), false));
    }
    // The error of the parser is left out on purpose: it would quote the credential.
    let status = serde_saphyr::from_slice::<Credential>(&output.stdout).ok().and_then(|credential| credential.status);
    let Some(status) = status else { return Err(failed("printed no credential that can be read", None, false)) };
    match (status.client_certificate_data, status.client_key_data, status.token) {
        (Some(certificate), Some(key), _) => {
            user.client_certificate_data = Some(base64(certificate.as_bytes()));
            user.client_key_data = Some(base64(key.expose_secret().as_bytes()).into());
        }
        (_, _, Some(token)) => user.token = Some(token),
        _ => return Err(failed("printed neither a token nor a certificate", None, false)),
    }
    user.exec = None;
    Ok(status.expiration_timestamp)
}

/// The login commands that run now.
struct Running {
    groups: Vec<Pid>,
    /// The program is at its end: nothing is started any more.
    ended: bool,
}

/// Held while a command is started, too: an end by a signal sees either no command or one that it can name.
static RUNNING: Mutex<Running> = Mutex::new(Running { groups: Vec::new(), ended: false });

fn running() -> MutexGuard<'static, Running> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends all login commands that run, with what they started, and lets none start: before the program itself ends by a
/// signal.
pub fn end_all() {
    let mut running = running();
    running.ended = true;
    running.groups.drain(..).for_each(kill);
}

fn kill(group: Pid) {
    // It may have ended in this moment.
    let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
}

/// A login command with all that it starts; it ends when this is dropped.
struct Group(Option<Pid>);

impl Group {
    fn start(command: &mut Command) -> std::io::Result<(Child, Self)> {
        let mut running = running();
        if running.ended {
            return Err(std::io::Error::other("rolltop is ending"));
        }
        let child = command.spawn()?;
        let group = child.id().and_then(|id| Pid::from_raw(id.try_into().ok()?));
        running.groups.extend(group);
        Ok((child, Self(group)))
    }

    /// Takes it off the list: once it has ended by itself, its number may soon be another's.
    fn leave(&mut self) -> Option<Pid> {
        let group = self.0.take()?;
        let mut running = running();
        let place = running.groups.iter().position(|known| *known == group)?;
        Some(running.groups.swap_remove(place))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.leave() {
            kill(group);
        }
    }
}

/// Runs a command to its end. Given up, all that it started goes with it: a wrapper's child that waits for ever too.
async fn run(mut command: Command) -> std::io::Result<Output> {
    let (child, mut group) = Group::start(&mut command)?;
    let output = child.wait_with_output().await;
    group.leave();
    output
}

fn command(exec: &ExecConfig) -> Result<Command, Failure> {
    let Some(name) = &exec.command else {
        return Err(Failure::Config("its user has a login command without a name".to_owned()));
    };
    let mut command = Command::new(name);
    command.args(exec.args.iter().flatten());
    for variable in exec.env.iter().flatten() {
        if let (Some(name), Some(value)) = (variable.get("name"), variable.get("value")) {
            command.env(name, value);
        }
    }
    let mut spec = json!({"interactive": false});
    if let Some(cluster) = &exec.cluster {
        spec["cluster"] = serde_json::to_value(cluster).unwrap_or_default();
    }
    let info = json!({"apiVersion": exec.api_version, "kind": "ExecCredential", "spec": spec});
    command.env("KUBERNETES_EXEC_INFO", info.to_string());
    for name in exec.drop_env.iter().flatten() {
        command.env_remove(name);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    Ok(command)
}

/// The last line that a command said. All of it may be long, and may hold what is nobody's business.
fn last_words(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    let last = stderr.lines().rev().map(str::trim).find(|line| !line.is_empty());
    last.map_or_else(|| format!("it said nothing ({})", output.status), |line| line.chars().take(300).collect())
}

/// Kubernetes' way to write bytes in JSON; kube wants certificates of a kubeconfig in it.
fn base64(bytes: &[u8]) -> String {
    let encoded = serde_json::to_value(k8s_openapi::ByteString(bytes.to_vec())).unwrap_or_default();
    encoded.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_down_wins_over_a_command() {
        let user = |text: &str| serde_saphyr::from_str::<AuthInfo>(text).unwrap();
        assert!(by_command(&user("exec: {command: x}")).is_some());
        assert!(by_command(&user("{exec: {command: x}, token: t}")).is_none());
        assert!(by_command(&user("{exec: {command: x}, tokenFile: t}")).is_none());
        assert!(by_command(&user("{exec: {command: x}, username: u}")).is_some());
        assert!(by_command(&user("{exec: {command: x}, username: u, password: p}")).is_none());
    }

    #[test]
    fn certificates_are_encoded_as_a_kubeconfig_has_them() {
        assert_eq!(base64(b"a PEM text"), "YSBQRU0gdGV4dA==");
    }
}
