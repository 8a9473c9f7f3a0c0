//! Where each pair of texts is judged: by the planner of the database, by the trees that it makes of them, or elsewhere.

use std::collections::BTreeSet;

use super::answer::{of_error, unbalanced};
use super::pair::Pair;
use super::reach::{self, Danger, Names};
use super::tree::{self, Trees};
use super::{Open, Session, Trust};
use crate::catalog::server_error::ServerError;
use crate::observed::{Answer, ScopedQuestion};
use crate::sql_text::Words;

/// Where a pair of texts is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    /// By the planner of the database.
    Planner,
    /// By the planner, under a search path on which there is nothing of anybody's.
    OwnObjects,
    /// By the trees that the database makes of the texts. If these differ, a superuser's pair is judged elsewhere.
    Trees,
    /// On a server that has nothing of the database but names.
    Elsewhere,
}

impl Session<'_> {
    /// The pairs that may be put to the planner. Those that may not are answered, or left.
    pub(super) async fn without_danger(&mut self, open: Open) -> Result<Open, ServerError> {
        if open.is_empty() {
            return Ok(open);
        }
        let mut names = Names::default();
        let words: Vec<Words> = open.iter().map(|(pair, _)| pair.words()).collect();
        for ((pair, _), words) in open.iter().zip(&words) {
            names.add(words, pair.may_name_relations(words));
        }
        let paths = paths(&open);
        let reach = reach::reach(self.client, &names, &paths).await?;
        let mut clean = Vec::new();
        let mut doubtful: Vec<(Pair, ScopedQuestion, Danger)> = Vec::new();
        for ((mut pair, ask), words) in open.into_iter().zip(&words) {
            let mut danger = reach.of(words);
            if self.manner.trust == Trust::Everything {
                (danger.is_untrusted, danger.is_by_constant) = (false, false);
            }
            match self.route(danger) {
                Route::Planner => clean.push((pair, ask)),
                Route::OwnObjects => {
                    pair.only_own_objects();
                    clean.push((pair, ask));
                }
                Route::Trees => doubtful.push((pair, ask, danger)),
                Route::Elsewhere => {
                    self.leave(ask);
                }
            }
        }
        // Analysing what names a relation can wait for a lock on it: everything else comes before.
        doubtful.sort_by_key(|(pair, _, _)| pair.may_name_relations(&pair.words()));
        clean.extend(self.by_trees(doubtful, &paths).await?);
        self.reached_from_left(&paths).await?;
        Ok(clean)
    }

    /// Whether nothing is planned that names objects of the database: a superuser's privileges are at stake.
    fn is_wary(&self) -> bool {
        self.snapshot.server.is_superuser && self.manner.trust == Trust::Compiled && self.manner.has_other_server
    }

    /// Leaves a pair for another server, unless it is plain what is wrong with it.
    fn leave(&mut self, ask: ScopedQuestion) {
        match unbalanced(&ask) {
            Some(invalid) => self.answer(ask, invalid),
            None => {
                self.decided.left.insert(ask);
            }
        }
    }

    /// Where a pair is judged.
    fn route(&self, danger: Danger) -> Route {
        let is_superuser = self.is_wary();
        if danger.is_by_constant {
            Route::Elsewhere
        } else if !danger.is_named && !danger.is_untrusted {
            Route::OwnObjects
        } else if is_superuser || danger.is_shadowed && !danger.is_untrusted {
            Route::Trees
        } else if danger.is_untrusted {
            Route::Elsewhere
        } else {
            Route::Planner
        }
    }

    /// The pairs that may be put to the planner under the search path of the file: they could not be read without it.
    pub(super) async fn on_file_path(&mut self, unread: Open) -> Result<Open, ServerError> {
        let paths = paths(&unread);
        let unread: Open = unread
            .into_iter()
            .map(|(mut pair, ask)| {
                pair.on_file_path();
                (pair, ask)
            })
            .collect();
        if !self.is_wary() {
            return Ok(unread);
        }
        let danger = Danger {
            is_named: true,
            is_untrusted: false,
            is_by_constant: false,
            is_shadowed: false,
        };
        let doubtful = unread.into_iter().map(|(pair, ask)| (pair, ask, danger)).collect();
        for (_, ask) in self.by_trees(doubtful, &paths).await? {
            self.leave(ask);
        }
        self.reached_from_left(&paths).await?;
        Ok(Vec::new())
    }

    /// What the texts that are left can reach: another server needs all of it, and not only what is dangerous.
    async fn reached_from_left(&mut self, paths: &str) -> Result<(), ServerError> {
        let mut names = Names {
            with_objects: true,
            ..Names::default()
        };
        for ask in &self.decided.left {
            let pair = Pair::new(ask, self.snapshot);
            let words = pair.words();
            names.add(&words, pair.may_name_relations(&words));
        }
        if !names.words.is_empty() {
            let reach = reach::reach(self.client, &names, paths).await?;
            self.decided.reached.extend(reach.objects);
        }
        Ok(())
    }

    /// Compares the parse trees of pairs whose names alone are not conclusive.
    async fn by_trees(
        &mut self,
        doubtful: Vec<(Pair, ScopedQuestion, Danger)>,
        paths: &str,
    ) -> Result<Open, ServerError> {
        if doubtful.is_empty() {
            return Ok(Vec::new());
        }
        let pairs: Vec<&Pair> = doubtful.iter().map(|(pair, _, _)| pair).collect();
        let trees = tree::trees(self.client, &pairs, self.snapshot.server.is_superuser).await?;
        let mut names = Names::default();
        for trees in &trees {
            for tree in [&trees.expected, &trees.actual].into_iter().flatten() {
                names.oids.extend(tree.oids());
            }
        }
        let reach = reach::reach(self.client, &names, paths).await?;
        let mut clean = Vec::new();
        let mut left = Names {
            with_objects: true,
            ..Names::default()
        };
        let is_wary = self.is_wary();
        for ((mut pair, ask, danger), trees) in doubtful.into_iter().zip(trees) {
            let Trees {
                expected,
                actual,
                actual_elsewhere,
            } = trees;
            let (expected, actual) = match (expected, actual) {
                (Ok(expected), Ok(actual)) => (expected, actual),
                // A proxy between may swallow such messages; that says nothing about the texts.
                (Err(error), _) | (_, Err(error)) if error.code.is_empty() => {
                    self.decided.left.insert(ask);
                    continue;
                }
                (Err(error), _) | (_, Err(error)) => {
                    let answer = of_error(&self.snapshot.server, &ask, &error);
                    self.answer(ask, answer);
                    continue;
                }
            };
            let reaches = |tree: &tree::Tree| reach.of_oids(&tree.oids());
            let names_objects = |tree: &tree::Tree| reach.names_objects(&tree.oids());
            if let Some(invalid) = unbalanced(&ask) {
                self.answer(ask, invalid);
            } else if expected == actual {
                self.answer(ask, Answer::Equal);
            } else if is_wary && !names_objects(&expected) && !names_objects(&actual) {
                pair.only_own_objects();
                clean.push((pair, ask));
            } else if is_wary || danger.is_untrusted && (reaches(&expected) || reaches(&actual)) {
                left.oids.extend(expected.oids());
                left.oids.extend(actual.oids());
                self.leave(ask);
            } else if danger.is_shadowed && actual_elsewhere.ok().as_ref() != Some(&actual) {
                // The planner would read the catalog's text otherwise; and the trees do differ.
                self.answer(ask, Answer::Different);
            } else {
                clean.push((pair, ask));
            }
        }
        if !left.oids.is_empty() {
            let reach = reach::reach(self.client, &left, paths).await?;
            self.decided.reached.extend(reach.objects);
        }
        Ok(clean)
    }
}

/// Every schema on the search paths of the files.
fn paths(open: &Open) -> String {
    let paths: BTreeSet<&str> = open.iter().map(|(pair, _)| pair.file_path()).collect();
    paths.into_iter().collect::<Vec<_>>().join(", ")
}
