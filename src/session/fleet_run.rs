//! Checks the targets of a fleet: how many at the same time, and what a dead server costs.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::error::Failure;
use crate::finding::Target as Checked;
use crate::finding::fleet::is_unreached;
use crate::fleet::{Connections, FleetTarget};
use crate::random;
use crate::session::tenants::TakeResult;

/// After so many targets in a row that could not be reached, a server is not asked again until the end.
const REFUSALS: usize = 3;

/// How long a run waits before it asks again for what was not reached: at least this, and at most twice this.
const PAUSE: Duration = Duration::from_millis(500);

/// What a run knows so far.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Progress {
    /// How many targets have a result.
    pub(crate) done: usize,
    /// How many of these were not reached.
    pub(crate) unreached: usize,
    /// How many of these differ.
    pub(crate) drift: usize,
}

/// Checks targets: one, or several that are checked together. It is given their numbers with the results, and returns the
/// numbers of those that it could not check together with others.
pub(crate) type CheckTargets<'a> = &'a (dyn Fn(&[&FleetTarget], TakeResult<'_>) -> Vec<usize> + Sync);

/// Checks all targets, and returns the results in their order. `check` is called from several threads, with targets of
/// which `place` says the same; `progress` is called after each result.
pub(crate) fn run(
    targets: &[FleetTarget],
    connections: Connections,
    place: &dyn Fn(&FleetTarget) -> Option<String>,
    check: CheckTargets<'_>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Vec<Checked> {
    let run = FleetRun {
        targets,
        per_server: connections.per_server,
        state: Mutex::new(RunState {
            pending: units(targets, place),
            results: targets.iter().map(|_| None).collect(),
            ..RunState::default()
        }),
        changed: Condvar::new(),
    };
    thread::scope(|scope| {
        for _ in 0..connections.total.min(targets.len()) {
            scope.spawn(|| run.work(check, progress));
        }
    });
    let state = run.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    let results = state.results.into_iter().zip(targets);
    results
        .map(|(result, target)| result.unwrap_or_else(|| not_asked(target, None)))
        .collect()
}

/// Targets that are checked together, by their numbers.
type TargetUnit = Vec<usize>;

/// The targets, those in the same place together. A target that has none is alone.
fn units(targets: &[FleetTarget], place: &dyn Fn(&FleetTarget) -> Option<String>) -> VecDeque<TargetUnit> {
    let mut by_place: BTreeMap<String, usize> = BTreeMap::new();
    let mut units: VecDeque<TargetUnit> = VecDeque::new();
    for (number, target) in targets.iter().enumerate() {
        let Some(place) = place(target) else {
            units.push_back(vec![number]);
            continue;
        };
        let unit = *by_place.entry(place).or_insert(units.len());
        match units.get_mut(unit) {
            Some(unit) => unit.push(number),
            None => units.push_back(vec![number]),
        }
    }
    units
}

struct FleetRun<'a> {
    targets: &'a [FleetTarget],
    per_server: usize,
    state: Mutex<RunState>,
    changed: Condvar,
}

#[derive(Default)]
struct RunState {
    /// The targets that have not been asked in this round.
    pending: VecDeque<TargetUnit>,
    /// Those that are asked again at the end.
    later: Vec<TargetUnit>,
    results: Vec<Option<Checked>>,
    servers: BTreeMap<String, KnownServer>,
    running: usize,
    is_last_round: bool,
    progress: Progress,
}

/// What is known of a server.
#[derive(Default)]
struct KnownServer {
    running: usize,
    /// How many of its targets in a row could not be reached.
    refusals: usize,
    /// Why the last one could not be reached.
    failure: Option<Failure>,
}

impl FleetRun<'_> {
    fn lock(&self) -> MutexGuard<'_, RunState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self, check: CheckTargets<'_>, progress: &dyn Fn(Progress)) {
        let mut state = self.lock();
        loop {
            state = self.put_off(state, progress);
            let Some(unit) = self.next(&mut state) else {
                if state.running > 0 {
                    state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                    continue;
                }
                if state.pending.is_empty() && (state.is_last_round || state.later.is_empty()) {
                    self.changed.notify_all();
                    return;
                }
                state = self.begin_last_round(state);
                continue;
            };
            drop(state);
            let alone = self.check_unit(&unit, check, progress);
            state = self.lock();
            state.pending.extend(alone.into_iter().map(|number| vec![number]));
            state.running -= 1;
            let server = state.servers.entry(self.server(&unit).to_owned()).or_default();
            server.running -= 1;
            self.changed.notify_all();
        }
    }

    /// Checks targets, and returns those of them that must be checked alone.
    fn check_unit(&self, unit: &TargetUnit, check: CheckTargets<'_>, progress: &dyn Fn(Progress)) -> TargetUnit {
        let targets: Vec<&FleetTarget> = unit.iter().map(|number| &self.targets[*number]).collect();
        let mut later = Vec::new();
        let mut is_reached = true;
        let alone = check(&targets, &mut |position, result| {
            let number = unit[position];
            let mut state = self.lock();
            if !is_unreached(&result) {
                state.servers.entry(self.server(unit).to_owned()).or_default().refusals = 0;
            } else if is_reached {
                // That a database cannot be reached is one refusal, however many of its schemas are targets.
                is_reached = false;
                let server = state.servers.entry(self.server(unit).to_owned()).or_default();
                server.refusals += 1;
                server.failure.clone_from(&result.failure);
            }
            let is_lasting = result.failure.as_ref().is_some_and(|failure| failure.lasting);
            if is_unreached(&result) && !is_lasting && !state.is_last_round {
                later.push(number);
                state.results[number] = Some(result);
            } else {
                state.end(number, result, progress);
            }
        });
        if !later.is_empty() {
            self.lock().later.push(later);
        }
        alone.into_iter().map(|position| unit[position]).collect()
    }

    fn server(&self, unit: &TargetUnit) -> &str {
        unit.first().map_or("", |number| &self.targets[*number].server)
    }

    /// The next targets whose server has a connection left.
    fn next(&self, state: &mut RunState) -> Option<TargetUnit> {
        let RunState {
            pending,
            servers,
            is_last_round,
            ..
        } = state;
        let position = pending.iter().position(|unit| {
            let server = servers.get(self.server(unit));
            let running = server.map_or(0, |server| server.running);
            // A server that has not answered is asked by one target at a time.
            let is_doubtful =
                *is_last_round && server.is_some_and(|server| server.failure.is_some() && server.refusals > 0);
            running < if is_doubtful { 1 } else { self.per_server }
        })?;
        let unit = pending.remove(position)?;
        let server = servers.entry(self.server(&unit).to_owned()).or_default();
        server.running += 1;
        state.running += 1;
        Some(unit)
    }

    /// Puts off the targets of servers that do not answer: to the end of the run, and there as not reached.
    fn put_off<'s>(
        &'s self,
        mut state: MutexGuard<'s, RunState>,
        progress: &dyn Fn(Progress),
    ) -> MutexGuard<'s, RunState> {
        let RunState {
            pending,
            later,
            servers,
            is_last_round,
            ..
        } = &mut *state;
        let limit = if *is_last_round { REFUSALS + 1 } else { REFUSALS };
        let is_dead = |unit: &TargetUnit| {
            let server = servers.get(self.server(unit));
            server.filter(|server| server.refusals >= limit)
        };
        if !pending.iter().any(|unit| is_dead(unit).is_some()) {
            return state;
        }
        let (dead, alive): (Vec<TargetUnit>, Vec<TargetUnit>) =
            pending.drain(..).partition(|unit| is_dead(unit).is_some());
        let reasons: Vec<Option<Failure>> = dead
            .iter()
            .map(|unit| is_dead(unit).and_then(|server| server.failure.clone()))
            .collect();
        pending.extend(alive);
        if *is_last_round {
            for (unit, why) in dead.into_iter().zip(reasons) {
                for number in unit {
                    state.end(number, not_asked(&self.targets[number], why.clone()), progress);
                }
            }
        } else {
            later.extend(dead);
        }
        state
    }

    /// Asks again for what was not reached, after a pause that differs from run to run.
    fn begin_last_round<'s>(&'s self, mut state: MutexGuard<'s, RunState>) -> MutexGuard<'s, RunState> {
        state.is_last_round = true;
        let mut later = std::mem::take(&mut state.later);
        later.sort_unstable();
        state.pending = later.into();
        // One more refusal shows that the server is still dead.
        for server in state.servers.values_mut().filter(|server| server.refusals > 0) {
            server.refusals = REFUSALS;
        }
        // The others wait for this thread.
        state.running += 1;
        drop(state);
        thread::sleep(PAUSE + Duration::from_millis(random::number() % 500));
        let mut state = self.lock();
        state.running -= 1;
        self.changed.notify_all();
        state
    }
}

impl RunState {
    fn end(&mut self, index: usize, result: Checked, progress: &dyn Fn(Progress)) {
        self.progress.done += 1;
        self.progress.unreached += usize::from(is_unreached(&result));
        self.progress.drift += usize::from(result.summary().drift > 0);
        self.results[index] = Some(result);
        progress(self.progress);
    }
}

/// The result of a target whose server did not answer others.
fn not_asked(target: &FleetTarget, why: Option<Failure>) -> Checked {
    let mut result = Checked::named(target.name.clone());
    result.failure = Some(why.unwrap_or_else(|| {
        Failure::new(
            format!("connecting to {}", target.shown),
            "the run ended before it was asked",
        )
    }));
    result
}
