//! Opening: what `D` is about, and why it is off where it is. The services are read anew each time; what was typed before
//! is there again.

use super::cells::{self, Cell};
use super::{Draft, Form};
use crate::app::availability::place_allows_channel;
use crate::app::effect::Effect;
use crate::app::fleet::Row;
use crate::app::list::Item;
use crate::app::model::Mark;
use crate::app::screen::Screen;
use crate::app::source::channel_name;
use crate::app::state::State;
use crate::app::{deeds, navigate};
use crate::deploy::feed::{Order, Stock};
use crate::names::RolloutKey;

/// Whether services are configured at all: only then is there anything to read.
#[must_use]
pub fn is_configured(state: &State) -> bool {
    !state.setup.settings.services.globs.is_empty()
}

/// Reads the services, where there are any.
pub fn load(state: &mut State) -> Vec<Effect> {
    if !is_configured(state) || state.setup.replay || state.deploying.loading {
        return Vec::new();
    }
    state.deploying.loading = true;
    vec![Effect::Deploy(Order::Load)]
}

/// What `D` is about.
enum About<'a> {
    /// This rollout.
    Row(&'a Row),
    /// A cell without a rollout, of a line with this name.
    Empty(&'a str),
    /// Nothing under the cursor.
    Nothing,
}

fn about(state: &State) -> About<'_> {
    if let Some(row) = state.selected_row() {
        return About::Row(row);
    }
    match state.list().cursor() {
        Some(Item::Line(line)) if matches!(state.screen(), Screen::Matrix) => About::Empty(&line.service),
        _ => About::Nothing,
    }
}

/// The service that makes a rollout.
///
/// # Errors
/// None, or more than one, in words.
fn maker<'a>(state: &'a State, stock: &'a Stock, row: &Row) -> Result<&'a str, String> {
    let channel = channel_name(&state.setup, row.channel);
    let name = &row.key.name;
    let makers: Vec<&str> = stock.makers_of(channel, name).collect();
    match makers.as_slice() {
        [one] => Ok(one),
        [] => {
            let elsewhere = stock.catalog.services.iter().find(|service| service.name() == &*row.service);
            Err(match elsewhere {
                Some(service) if service.broken => {
                    format!("{} has errors: rolltop validate lists them", service.home.file)
                }
                Some(service) => format!("service {} makes no Rollout {name} in {channel}", service.name()),
                None => format!(
                    "no service config makes Rollout {name}: one that does has to fit services = [\"…/*.pvn.yaml\"] in {}",
                    config(state)
                ),
            })
        }
        several => Err(format!("ambiguous: {} both make Rollout {name} in {channel}", several.join(" and "))),
    }
}

fn config(state: &State) -> String {
    let path = state.setup.settings.path.as_ref();
    path.map_or_else(|| "the configuration".to_owned(), |path| path.display().to_string())
}

/// Why `D` is off; `None`: it opens the form.
#[must_use]
pub fn off(state: &State) -> Option<String> {
    if state.setup.replay {
        return Some("refused: a recording takes no deploys".to_owned());
    }
    if state.setup.read_only {
        return Some("refused: --readonly is set".to_owned());
    }
    if !is_configured(state) {
        return Some(format!(
            "no services are configured: services = [\"services/**/*.pvn.yaml\"] in {} says where they lie (rolltop config example)",
            config(state)
        ));
    }
    if let Err(why) = place_allows_channel(state, state.selected_channel()) {
        return Some(why);
    }
    // Until they are read it is not known which one it is; the form tells then.
    let stock = state.deploying.stock.as_ref()?;
    match about(state) {
        About::Row(row) => maker(state, stock, row).err(),
        About::Empty(_) | About::Nothing => None,
    }
}

/// Whether the key is worth a place in the footer: there are services.
#[must_use]
pub fn is_offered(state: &State) -> bool {
    state.deploying.stock.as_ref().is_some_and(|stock| !stock.catalog.services.is_empty())
}

/// `D`: opens the form on what is under the cursor.
pub fn open(state: &mut State) -> Vec<Effect> {
    let from = state.selected_row().map(|row| row.key.clone());
    let channel = state.selected_channel();
    let service = chosen(state);
    state.deploying.form = Some(Form::new(service.clone(), from));
    if let Some(service) = &service {
        mark_channel(state, service, channel);
    }
    state.notes.hush();
    let mut effects = load(state);
    effects.extend(read_history(state));
    effects.extend(rights(state));
    effects.extend(navigate::push(state, Screen::Deploy { channel }));
    effects
}

/// The service that what is under the cursor belongs to, as far as the services are read.
fn chosen(state: &State) -> Option<String> {
    let stock = state.deploying.stock.as_ref()?;
    match about(state) {
        About::Row(row) => maker(state, stock, row).ok().map(str::to_owned),
        About::Empty(line) => {
            let made = |row: &Row| maker(state, stock, row).ok().map(str::to_owned);
            state.fleet.of_service(line).find_map(made)
        }
        About::Nothing => None,
    }
}

/// Marks a channel, unless the draft has marks already and this is one of them.
fn mark_channel(state: &mut State, service: &str, channel: usize) {
    let deployed = cells::named(state, service).is_some_and(|found| cells::channels(state, found).contains(&channel));
    let draft: &mut Draft = state.deploying.drafts.entry(service.to_owned()).or_default();
    if deployed && !draft.channels.contains(&channel) {
        draft.channels = [channel].into();
    }
}

/// Another service is chosen in the form.
pub fn choose(state: &mut State, service: &str) -> Vec<Effect> {
    let Some(form) = &mut state.deploying.form else { return Vec::new() };
    if form.service.as_deref() != Some(service) {
        form.service = Some(service.to_owned());
        form.plans.clear();
        form.folds.clear();
    }
    let channel = match state.screen() {
        Screen::Deploy { channel } => *channel,
        _ => 0,
    };
    mark_channel(state, service, channel);
    super::keys::next(state, true);
    let mut effects = read_history(state);
    effects.extend(rights(state));
    effects
}

/// The services were read.
pub fn stocked(state: &mut State, stock: std::sync::Arc<Stock>) -> Vec<Effect> {
    state.deploying.loading = false;
    let first = state.deploying.stock.is_none();
    state.deploying.stock = Some(stock);
    state.touch();
    name_rows(state);
    let Some(form) = &state.deploying.form else { return Vec::new() };
    match (&form.service, form.from.clone()) {
        (None, Some(key)) if first => settle_on(state, &key),
        (Some(service), _) if cells::named(state, service).is_none() => {
            let gone = format!("service {service} is not among the services any more");
            state.answer(Mark::Bad, gone);
            Vec::new()
        }
        _ => read_history(state),
    }
}

/// The form was open before the services were known: now it is told which one it is about.
fn settle_on(state: &mut State, key: &RolloutKey) -> Vec<Effect> {
    let (Some(stock), Some(row)) = (state.deploying.stock.clone(), state.fleet.get(key)) else { return Vec::new() };
    match maker(state, &stock, row) {
        Ok(service) => {
            let service = service.to_owned();
            choose(state, &service)
        }
        Err(why) => {
            state.answer(Mark::Attention, why);
            Vec::new()
        }
    }
}

/// A Rollout belongs to the service that makes it, where it is one: its row says so.
fn name_rows(state: &mut State) {
    let Some(stock) = &state.deploying.stock else { return };
    let mut named = std::collections::BTreeMap::<&str, Option<&str>>::new();
    for ((_, rollout), makers) in &stock.makers {
        let one = if makers.len() == 1 { makers.first().map(String::as_str) } else { None };
        let known = named.entry(rollout).or_insert(one);
        // Another service makes it in another channel: its own name is the better one.
        if *known != one {
            *known = None;
        }
    }
    let fresh: Vec<(String, String)> = named
        .into_iter()
        .filter_map(|(rollout, service)| Some((rollout.to_owned(), service?.to_owned())))
        .filter(|(rollout, service)| rollout != service)
        .filter(|(rollout, _)| !state.setup.settings.service_of.contains_key(rollout))
        .collect();
    if fresh.is_empty() {
        return;
    }
    state.setup.settings.service_of.extend(fresh);
    state.fleet.name_services(&state.setup.settings.service_of);
    state.rebuild_lists();
}

/// Asks for the ReplicaSets of the service's rollouts, for the history of its images.
fn read_history(state: &State) -> Vec<Effect> {
    let Some(service) = state.deploying.form.as_ref().and_then(|form| form.service.clone()) else { return Vec::new() };
    let mut effects = Vec::new();
    for at in 0..state.setup.settings.channels.len() {
        for source in state.sources.of_channel(at).filter(|source| source.is_live()) {
            for row in cells::rows(state, &service, Cell { channel: at, source: source.info.id }) {
                if let Some(selector) = crate::argo::kin::selector(&row.rollout) {
                    effects.push(Effect::Deploy(Order::Sets(row.key.clone(), selector)));
                }
            }
        }
    }
    effects
}

/// Asks what may be done where the form would deploy to.
pub fn rights(state: &mut State) -> Vec<Effect> {
    let Some(form) = &state.deploying.form else { return Vec::new() };
    let Some(service) = form.service.clone() else { return Vec::new() };
    let wanted: Vec<_> = cells::marked(state, form)
        .into_iter()
        .flat_map(|cell| cells::namespaces(state, &service, cell).into_iter().map(move |name| (cell.source, name)))
        .filter(|(source, _)| state.sources.get(*source).is_some_and(crate::app::source::Source::is_live))
        .collect();
    let now = state.now;
    wanted.into_iter().filter_map(|(source, name)| state.access.want(source, &name, now).map(Effect::Order)).collect()
}

/// The form is left: what was typed stays, and that is said.
pub fn leave(state: &mut State) -> Vec<Effect> {
    state.deploying.sets.clear();
    if let Some(form) = state.deploying.form.take()
        && let Some(service) = form.service
        && let Some(draft) = state.deploying.drafts.get_mut(&service)
    {
        if draft.lines.is_empty() {
            state.deploying.drafts.remove(&service);
        } else {
            state.answer(Mark::Ok, format!("what was typed for {service} is kept: D brings it back"));
        }
    }
    deeds::ask_rights(state)
}
