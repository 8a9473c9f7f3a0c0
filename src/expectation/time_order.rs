//! The problems of the times in which objects are expected: migrations that are not known, and ends whose order is not
//! known or leaves no time.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::{ExpectationFile, ExpectedHistory, WindowEnd, WindowSide};
use crate::error::Problem;
use crate::migrations::folder::interpret;
use crate::migrations::version::SortKey;
use crate::migrations::{FolderMigration, Keeps, Tool};
use crate::source_map::Place;
use crate::suggest;

/// The problems of the times of a file whose folders of migrations have been read.
pub(super) fn problems(file: &ExpectationFile) -> Vec<Problem> {
    let windows = &file.windows;
    let Some(first) = windows.ends.first() else {
        return Vec::new();
    };
    if file.histories.is_empty() {
        let (side, migration) = (first.side.key(), &first.migration);
        let message = format!("`{side}: {migration}` has no effect without `migrations`");
        return vec![
            Problem::at(first.place, message).hint(
                "add `migrations` with the `tool` in whose history the migration is applied, and its `directory`",
            ),
        ];
    }
    let histories: Vec<OfflineHistory<'_>> = file.histories.iter().map(OfflineHistory::new).collect();
    let mut homes: BTreeMap<&str, Option<MigrationHome<'_>>> = BTreeMap::new();
    let mut problems = Vec::new();
    for end in &windows.ends {
        if !homes.contains_key(end.migration.as_str()) {
            match home(&histories, end) {
                Ok(home) => {
                    homes.insert(&end.migration, Some(home));
                }
                Err(problem) => {
                    problems.push(problem);
                    homes.insert(&end.migration, None);
                }
            }
        }
    }
    let order = TimeOrder {
        homes,
        known: RefCell::default(),
    };
    // Each pair of ends is reported once, however many objects are inside.
    let mut seen = BTreeSet::new();
    for time in &windows.times {
        for (since, until) in pairs(time) {
            if seen.insert((since.place, until.place)) {
                problems.extend(order.empty(since, until));
            }
        }
    }
    for alternatives in &windows.alternatives {
        for (at, one) in alternatives.iter().enumerate() {
            let mut later = alternatives[at + 1..].iter();
            problems.extend(later.find_map(|other| order.overlap(one, other)));
        }
    }
    problems.sort_by_key(|problem| problem.place);
    problems
}

/// Each beginning of a time with each end of it.
fn pairs(time: &[WindowEnd]) -> impl Iterator<Item = (&WindowEnd, &WindowEnd)> {
    let of = move |side: WindowSide| time.iter().filter(move |end| end.side == side);
    of(WindowSide::Since).flat_map(move |since| of(WindowSide::Until).map(move |until| (since, until)))
}

/// What a file and its folders say about a history.
struct OfflineHistory<'a> {
    expected: &'a ExpectedHistory,
    tool: Option<&'static Tool>,
    /// The migrations of the folder, if there is one and its tool is known.
    folder: Option<Vec<FolderMigration>>,
}

impl<'a> OfflineHistory<'a> {
    fn new(expected: &'a ExpectedHistory) -> Self {
        let folder = expected
            .files
            .as_ref()
            .and_then(|files| interpret(files, expected.tool).ok());
        Self {
            expected,
            tool: expected.tool.or(folder.as_ref().map(|folder| folder.tool)),
            folder: folder.map(|mut folder| {
                folder.migrations.append(&mut folder.replaced);
                folder.migrations
            }),
        }
    }

    /// The positions of the migrations in the folder that a name means: one, unless it is ambiguous.
    fn find(&self, name: &str) -> Vec<usize> {
        let (Some(tool), Some(folder)) = (self.tool, &self.folder) else {
            return Vec::new();
        };
        let named = folder
            .iter()
            .enumerate()
            .filter(|(_, m)| tool.means(name, &m.name, &m.version));
        let named: Vec<usize> = named.map(|(at, _)| at).collect();
        let exact = named
            .iter()
            .copied()
            .find(|at| folder[*at].name == name || folder[*at].version == name);
        if let Some(exact) = exact {
            return vec![exact];
        }
        if named.is_empty() {
            // It may have been replaced, and its file removed.
            return folder
                .iter()
                .position(|m| m.replaces.iter().any(|v| tool.means(name, v, v)))
                .into_iter()
                .collect();
        }
        named
    }

    fn directories(&self) -> String {
        let names = self.expected.directories.iter().map(|(name, _)| name.as_str());
        names.collect::<Vec<_>>().join(", ")
    }

    /// The history, for a message.
    fn words(&self) -> String {
        let tool = self.tool.map_or("a detected tool", |tool| tool.title);
        match self.folder {
            Some(_) => format!("{tool} in {}", self.directories()),
            None => tool.to_owned(),
        }
    }
}

/// The history that a migration belongs to.
#[derive(Clone, Copy)]
struct MigrationHome<'a> {
    history: &'a OfflineHistory<'a>,
    number: usize,
    /// Its position in the folder.
    at: Option<usize>,
}

/// The history that the migration of an end belongs to.
fn home<'a>(histories: &'a [OfflineHistory<'a>], end: &WindowEnd) -> Result<MigrationHome<'a>, Problem> {
    let name = end.migration.as_str();
    let mut found = Vec::new();
    for (number, history) in histories.iter().enumerate() {
        let positions = history.find(name);
        if let (Some(folder), true) = (&history.folder, positions.len() > 1) {
            let names: Vec<&str> = positions.iter().map(|at| folder[*at].name.as_str()).collect();
            let message = format!("{} migrations have the name {name}: {}", names.len(), names.join(", "));
            return Err(Problem::at(end.place, message).hint("write the full name"));
        }
        let at = positions.first().copied();
        found.extend(at.map(|at| MigrationHome {
            history,
            number,
            at: Some(at),
        }));
    }
    if found.is_empty() {
        let without_folder = histories
            .iter()
            .enumerate()
            .filter(|(_, history)| history.folder.is_none());
        found.extend(without_folder.map(|(number, history)| MigrationHome {
            history,
            number,
            at: None,
        }));
    }
    match found.as_slice() {
        [] => Err(not_in_folder(histories, end)),
        [home] => known(*home, end),
        several => {
            let names: Vec<String> = several.iter().map(|home| home.history.words()).collect();
            let (side, names) = (end.side.key(), names.join(", "));
            Err(Problem::at(
                end.place,
                format!("`{side}: {name}` can be a migration of several histories: {names}"),
            )
            .hint("write the full name, give each history its `directory`, or write a file for each history"))
        }
    }
}

/// The problem that no folder has the migration.
fn not_in_folder(histories: &[OfflineHistory<'_>], end: &WindowEnd) -> Problem {
    const SHOWN: usize = 5;
    let all = histories.iter().flat_map(|history| history.folder.iter().flatten());
    let names: Vec<&str> = all.map(|m| m.name.as_str()).collect();
    let tools = histories.iter().filter_map(|history| history.tool);
    let short = tools.flat_map(|tool| names.iter().filter_map(|name| (tool.short_name)(name)));
    let known: Vec<&str> = names.iter().copied().chain(short).collect();
    let directories: Vec<String> = histories.iter().map(OfflineHistory::directories).collect();
    let (name, directories) = (&end.migration, directories.join(", "));
    let message = format!("migration {name} is not in {directories}");
    let hint = if let Some(near) = suggest::nearest(name, known) {
        format!("did you mean `{near}`?")
    } else {
        let last = names.len().saturating_sub(SHOWN);
        format!("the last migrations there are {}", names[last..].join(", "))
    };
    Problem::at(end.place, message).hint(hint)
}

/// The history, if it can say whether the migration is applied.
fn known<'a>(home: MigrationHome<'a>, end: &WindowEnd) -> Result<MigrationHome<'a>, Problem> {
    let (Some(tool), None) = (home.history.tool, home.at) else {
        return Ok(home);
    };
    let name = &end.migration;
    if tool.keeps == Keeps::Last && !tool.is_ordered() {
        return Err(order_unknown(tool, end.place));
    }
    if tool.keeps == Keeps::Last && tool.sort_written(name).is_none() {
        return Err(
            Problem::at(end.place, format!("`{name}` has no version of {} in it", tool.title))
                .hint(format!("{} reads {}", tool.title, tool.layout)),
        );
    }
    Ok(home)
}

fn order_unknown(tool: &Tool, place: Place) -> Problem {
    Problem::at(
        place,
        format!("the order of {} migrations is known only from their folder", tool.title),
    )
    .hint("add `directory` to `migrations`")
}

/// The order of the migrations that a file names.
struct TimeOrder<'a> {
    homes: BTreeMap<&'a str, Option<MigrationHome<'a>>>,
    /// What is known already: many objects have the same times.
    known: RefCell<BTreeMap<(String, String), Precedence>>,
}

/// Whether one migration is applied whenever another one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Precedence {
    /// It is.
    NotAfter,
    /// It need not be.
    Other,
    /// Only the folder knows.
    Unknown,
}

impl TimeOrder<'_> {
    /// Whether `one` is applied whenever `other` is: it is the same migration, or comes before it.
    fn precedence(&self, one: &str, other: &str) -> Precedence {
        let key = (one.to_owned(), other.to_owned());
        if let Some(known) = self.known.borrow().get(&key) {
            return *known;
        }
        let found = self.compare(one, other);
        self.known.borrow_mut().insert(key, found);
        found
    }

    fn compare(&self, one: &str, other: &str) -> Precedence {
        let (Some(Some(first)), Some(Some(second))) = (self.homes.get(one), self.homes.get(other)) else {
            // That is a problem of its own.
            return Precedence::Unknown;
        };
        if first.number != second.number {
            return Precedence::Other;
        }
        if one == other {
            return Precedence::NotAfter;
        }
        let holds = match (&first.history.folder, first.at, second.at, first.history.tool) {
            (Some(folder), Some(first), Some(second), Some(tool)) => Some(precedes(tool, folder, first, second)),
            (_, _, _, Some(tool)) => {
                let keys = written_key(tool, one).zip(written_key(tool, other));
                keys.map(|(one, other)| one <= other)
            }
            (_, _, _, None) => None,
        };
        match holds {
            Some(true) => Precedence::NotAfter,
            Some(false) => Precedence::Other,
            None => Precedence::Unknown,
        }
    }

    fn is_known(&self, end: &WindowEnd) -> bool {
        self.homes.get(end.migration.as_str()).is_some_and(Option::is_some)
    }

    /// The problem that the order of two migrations is not known.
    fn unordered(&self, one: &WindowEnd, other: &WindowEnd) -> Option<Problem> {
        if !self.is_known(one) || !self.is_known(other) {
            return None;
        }
        let place = one.place.max(other.place);
        let message = format!(
            "it is not known whether {} comes before {}",
            one.migration, other.migration
        );
        Some(
            Problem::at(place, message).hint("add the `tool` and the `directory` to `migrations`, or write full names"),
        )
    }

    /// The problem that there is no time between two ends.
    fn empty(&self, since: &WindowEnd, until: &WindowEnd) -> Option<Problem> {
        let (from, to) = (&since.migration, &until.migration);
        match self.precedence(to, from) {
            Precedence::Other => None,
            Precedence::Unknown => self.unordered(since, until),
            Precedence::NotAfter => {
                let is_same = matches!(self.precedence(from, to), Precedence::NotAfter);
                let how = if is_same {
                    "is the same migration as"
                } else {
                    "comes before"
                };
                let place = since.place.max(until.place);
                let message = format!("this is never expected: `until: {to}` {how} `since: {from}`");
                Some(
                    Problem::at(place, message)
                        .hint("`until` names a later migration than `since`, the one that removes it"),
                )
            }
        }
    }

    /// The problem that two alternatives are expected at the same time.
    fn overlap(&self, one: &(Place, Vec<WindowEnd>), other: &(Place, Vec<WindowEnd>)) -> Option<Problem> {
        let all = || one.1.iter().chain(&other.1);
        if !all().all(|end| self.is_known(end)) {
            return None;
        }
        let ends = |side: WindowSide| all().filter(move |end| end.side == side);
        let mut unknown = None;
        for until in ends(WindowSide::Until) {
            for since in ends(WindowSide::Since) {
                match self.precedence(&until.migration, &since.migration) {
                    Precedence::NotAfter => return None,
                    Precedence::Other => {}
                    Precedence::Unknown => unknown = Some((until, since)),
                }
            }
        }
        if let Some((until, since)) = unknown {
            return self.unordered(until, since);
        }
        let message = format!("this is expected at the same time as what line {} says", one.0.line);
        Some(
            Problem::at(other.0, message)
                .hint("write `until: MIGRATION` where one ends, and `since: MIGRATION` where the next begins"),
        )
    }
}

/// The sort key of a name, if it surely has the version in it.
fn written_key(tool: &Tool, name: &str) -> Option<SortKey> {
    let is_version = name.starts_with(|c: char| c.is_ascii_digit()) || (tool.version_in)(name).is_some();
    tool.sort_written(name).filter(|_| is_version)
}

/// Whether a migration of a folder is applied whenever another one is: it is the same, or the other one comes after it.
fn precedes(tool: &Tool, folder: &[FolderMigration], one: usize, other: usize) -> bool {
    if one == other {
        return true;
    }
    if folder.iter().all(|m| m.after.is_empty()) {
        let version = |at: usize| folder[at].version.as_str();
        let keys = (tool.sort)(version(one)).zip((tool.sort)(version(other)));
        let is_before = keys.map_or(one < other, |(one, other)| one < other);
        return is_before && (tool.family)(version(one)) == (tool.family)(version(other));
    }
    let positions: BTreeMap<&str, usize> = folder.iter().zip(0..).map(|(m, at)| (m.version.as_str(), at)).collect();
    let mut seen = BTreeSet::new();
    let mut todo = vec![other];
    while let Some(at) = todo.pop() {
        let previous = folder[at].after.iter().chain(&folder[at].replaces);
        for previous in previous.filter_map(|version| positions.get(version.as_str())) {
            if *previous == one {
                return true;
            }
            if seen.insert(*previous) {
                todo.push(*previous);
            }
        }
    }
    false
}
