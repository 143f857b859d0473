//! Deploys by keys: the real program in a pseudo-terminal of 80x24, against the simulated cluster, with the two example
//! services as files.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use rolltop::demo::http::record::Logged;
use serde_json::Value;
use support::api::{Api, is_healthy, pauses_at};
use support::pty::{Begin, Session};
use support::simulated::Simulated;
use support::steps::{GREEN, NAME, opens_dialog, presses_promote};

const YELLOW: &str = "docker.io/argoproj/rollouts-demo:yellow";

/// The simulated cluster, its configuration naming the example services.
fn with_services() -> Simulated {
    let simulated = Simulated::new("gradual");
    let services = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/services/*/*.pvn.yaml");
    let config = format!("services = ['{services}']\napplication = \"external-configs\"\n{}", simulated.running.config);
    simulated.home.file("channels.toml", &config);
    simulated
}

/// The form on the gradual rollout of the channel with this number.
#[track_caller]
fn at_form(simulated: &Simulated, channel: &str) -> Session {
    let mut session = simulated.ui(&[]).size(80, 24).start();
    session.shows(NAME);
    session.until("a connection", |text| text.contains("✓ live"));
    session.send(channel);
    session.until("the board with its services", |text| text.starts_with(" rolltop › ") && text.contains("D deploy"));
    session.send("D");
    session.until("the form", |text| text.contains("deploy gradual-rollout") && text.contains("image "));
    session
}

/// Types a tag in place of what stands there, and asks for the plan.
#[track_caller]
fn plans(session: &mut Session, tag: &str) -> String {
    session.send("\x15");
    session.send(tag);
    session.until("the tag in its field", |text| text.contains(&format!("[ {tag}")));
    session.send("\t\t\t");
    session.until("the focus on the button", |text| text.contains("[ Dry run ]"));
    session.send("\r");
    session.shows("new revision")
}

/// Where fields of others are in the way: takes them over.
#[track_caller]
fn takes_over(session: &mut Session) {
    if session.screen().contains("fields of others") {
        session.send("/Rollout/gradual");
        session.send("\r");
        session.send("n");
        session.send(" ");
        session.shows("will be taken over");
    }
}

#[track_caller]
fn opens_question(session: &mut Session, verb: &str) -> String {
    session.send("D");
    let text = session.until("the question", |text| text.contains("[ Cancel ]") && text.contains(verb));
    session.reads();
    text
}

/// What was stored: no dry runs.
fn stored(simulated: &Simulated, cluster: &str) -> Vec<Logged> {
    simulated.writes(cluster).into_iter().filter(|write| !write.path.contains("dryRun=All")).collect()
}

fn audit(simulated: &Simulated) -> Vec<Value> {
    let ended = simulated.run(&["audit", "-o", "json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    ended.out.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

fn image(rollout: &Value) -> &str {
    rollout["spec"]["template"]["spec"]["containers"][0]["image"].as_str().unwrap_or_default()
}

#[test]
fn a_tag_is_deployed_to_staging_followed_promoted_and_healthy() {
    let simulated = with_services();
    let api: Api = simulated.api("staging");
    let before = api.rollout(NAME);
    let mut session = at_form(&simulated, "2");
    let text = session.screen();
    for part in ["channel  [ staging", "image    [ blue", "runs now", "replicas [ "] {
        assert!(text.contains(part), "{part} in:\n{text}");
    }
    let plan = plans(&mut session, "yellow");
    for part in ["canary, 6 steps", "waits for you at 10 %", "context staging"] {
        assert!(plan.contains(part), "{part} in:\n{plan}");
    }
    assert_eq!(stored(&simulated, "staging").len(), 0, "nothing is stored before the question");
    takes_over(&mut session);
    let question = opens_question(&mut session, "Deploy to staging");
    for part in ["Deploy gradual-rollout", "staging · namespace demo", "new revision"] {
        assert!(question.contains(part), "{part} in:\n{question}");
    }
    session.send("\t");
    session.until("the focus on the button", |text| text.contains("[ Deploy to staging ]"));
    session.send("\r");
    session.until("the page of the rollout", |text| text.starts_with(" rolltop › staging › gradual-rollout"));
    let writes = stored(&simulated, "staging");
    let kinds: Vec<&str> = writes.iter().map(|write| write.path.split('/').rev().nth(1).unwrap_or_default()).collect();
    assert_eq!(kinds.last(), Some(&"rollouts"), "the Rollout goes last: {kinds:?}");
    assert!(
        writes.iter().all(|write| write.method == "PATCH" && write.path.contains("fieldManager=rolltop")),
        "{writes:?}"
    );

    let waiting = simulated.moves_until(&api, NAME, "the pause at step 1", |rollout| pauses_at(rollout, 1));
    assert_eq!(image(&waiting), YELLOW);
    let annotations = &waiting["metadata"]["annotations"];
    assert!(annotations["rolltop/params"].as_str().is_some_and(|params| params.contains("yellow")), "{annotations}");
    let template = &waiting["spec"]["template"]["metadata"];
    assert!(!template.to_string().contains("rolltop/"), "a record there would start a rollout: {template}");
    assert_ne!(before["metadata"]["generation"], waiting["metadata"]["generation"]);
    session.shows("waits for you");
    session.shows("the controller has it");
    let lines = audit(&simulated);
    let of_deploy: Vec<&Value> = lines.iter().filter(|line| line["before"]["service"] == NAME).collect();
    assert_eq!(of_deploy.len(), writes.len(), "a line before each write");
    assert!(of_deploy.iter().all(|line| line["after"]["outcome"] == "applied"), "and one after it: {of_deploy:#?}");

    opens_dialog(&mut session);
    presses_promote(&mut session);
    simulated.moves_until(&api, NAME, "the end", |rollout| is_healthy(rollout, YELLOW));
    session.shows("Healthy");
    session.send("qqq");
    assert_eq!(session.ends(), 0);
    session.is_restored();
}

#[test]
fn production_wants_the_name_and_esc_keeps_what_was_typed() {
    let simulated = with_services();
    let mut session = at_form(&simulated, "3");
    plans(&mut session, "yellow");
    takes_over(&mut session);
    let question = opens_question(&mut session, "Deploy to production");
    assert!(question.contains("Type gradual-rollout"), "{question}");
    session.send("\t");
    session.until("the focus on the button", |text| text.contains("[ Deploy to production ]"));
    session.send("\r");
    session.shows("type gradual-rollout first");
    assert_eq!(stored(&simulated, "production").len(), 0);
    session.send("\x1b");
    session.until("the plan", |text| !text.contains("( Show call )"));
    session.pauses_for(std::time::Duration::from_millis(400));
    session.send("\x1b");
    session.until("nothing is searched any more", |text| !text.contains("/Rollout/gradual"));
    session.pauses_for(std::time::Duration::from_millis(400));
    session.send("\x1b");
    session.until("the form", |text| text.contains("[ yellow"));
    session.pauses_for(std::time::Duration::from_millis(400));
    session.send("\x1b");
    session.shows("is kept: D brings it back");
    session.send("D");
    session.shows("[ yellow");
}

#[test]
fn somebody_else_meanwhile_is_shown_and_nothing_is_sent() {
    let simulated = with_services();
    let api = simulated.api("staging");
    let mut session = at_form(&simulated, "2");
    plans(&mut session, "yellow");
    api.set_image(NAME, GREEN);
    session.shows("the plan was made again");
    assert_eq!(stored(&simulated, "staging").len(), 0);
    assert_eq!(image(&api.rollout(NAME)), GREEN);
}

#[test]
fn the_demo_brings_its_services() {
    let mut session = Begin::new(&["demo"]).size(80, 24).start();
    session.shows(NAME);
    session.send("/gradual\r");
    session.until("the service under the cursor, and the key", |text| text.contains("D deploy"));
    session.send("D");
    session.until("the form", |text| text.contains("from gradual-rollout.pvn.yaml, 2 parameters"));
    session.send("\x1b");
    session.until("the list", |text| !text.contains("2 parameters"));
}

#[test]
fn readonly_and_no_services_are_told_in_words() {
    let simulated = with_services();
    let mut session = simulated.ui(&["--readonly"]).size(80, 24).start();
    session.until("a connection", |text| text.contains(NAME) && text.contains("✓ live"));
    session.send("D");
    session.shows("--readonly");
    let simulated = Simulated::new("gradual");
    let mut session = simulated.ui(&[]).size(80, 24).start();
    session.until("a connection", |text| text.contains(NAME) && text.contains("✓ live"));
    session.send("D");
    session.shows("no services are configured");
}
