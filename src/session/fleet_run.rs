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

/// Checks all targets, and returns the results in their order. `check` is called from several threads; `progress` after
/// each result.
pub(crate) fn run(
    targets: &[FleetTarget],
    connections: Connections,
    check: &(dyn Fn(&FleetTarget) -> Checked + Sync),
    progress: &(dyn Fn(Progress) + Sync),
) -> Vec<Checked> {
    let run = FleetRun {
        targets,
        per_server: connections.per_server,
        state: Mutex::new(RunState {
            pending: (0..targets.len()).collect(),
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

struct FleetRun<'a> {
    targets: &'a [FleetTarget],
    per_server: usize,
    state: Mutex<RunState>,
    changed: Condvar,
}

#[derive(Default)]
struct RunState {
    /// The targets that have not been asked in this round.
    pending: VecDeque<usize>,
    /// Those that are asked again at the end.
    later: Vec<usize>,
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

    fn work(&self, check: &dyn Fn(&FleetTarget) -> Checked, progress: &dyn Fn(Progress)) {
        let mut state = self.lock();
        loop {
            state = self.put_off(state, progress);
            let Some(index) = self.next(&mut state) else {
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
            let target = &self.targets[index];
            drop(state);
            let result = check(target);
            state = self.lock();
            state.running -= 1;
            let server = state.servers.entry(target.server.clone()).or_default();
            server.running -= 1;
            if is_unreached(&result) {
                server.refusals += 1;
                server.failure.clone_from(&result.failure);
            } else {
                server.refusals = 0;
            }
            let is_lasting = result.failure.as_ref().is_some_and(|failure| failure.lasting);
            if is_unreached(&result) && !is_lasting && !state.is_last_round {
                state.later.push(index);
                state.results[index] = Some(result);
            } else {
                state.end(index, result, progress);
            }
            self.changed.notify_all();
        }
    }

    /// The next target whose server has a connection left.
    fn next(&self, state: &mut RunState) -> Option<usize> {
        let RunState {
            pending,
            servers,
            is_last_round,
            ..
        } = state;
        let position = pending.iter().position(|index| {
            let server = servers.get(&self.targets[*index].server);
            let running = server.map_or(0, |server| server.running);
            // A server that has not answered is asked by one target at a time.
            let is_doubtful =
                *is_last_round && server.is_some_and(|server| server.failure.is_some() && server.refusals > 0);
            running < if is_doubtful { 1 } else { self.per_server }
        })?;
        let index = pending.remove(position)?;
        let server = servers.entry(self.targets[index].server.clone()).or_default();
        server.running += 1;
        state.running += 1;
        Some(index)
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
        let is_dead = |index: &usize| {
            let server = servers.get(&self.targets[*index].server);
            server.filter(|server| server.refusals >= limit)
        };
        let dead: Vec<usize> = pending
            .iter()
            .copied()
            .filter(|index| is_dead(index).is_some())
            .collect();
        if dead.is_empty() {
            return state;
        }
        let reasons: Vec<Option<Failure>> = dead
            .iter()
            .map(|index| is_dead(index).and_then(|server| server.failure.clone()))
            .collect();
        pending.retain(|index| !dead.contains(index));
        if *is_last_round {
            for (index, why) in dead.into_iter().zip(reasons) {
                state.end(index, not_asked(&self.targets[index], why), progress);
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
