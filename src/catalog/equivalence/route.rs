//! Decides where each pair of texts is compared: by the planner of the database, by its parse trees, or on another server.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::{from_error, unbalanced};
use super::equivalents;
use super::pair::Pair;
use super::parse_tree::{self, PairTrees};
use super::reachable::{self, LookupNames, Risk};
use super::{Decider, OpenQuestions, Trust};
use crate::catalog::server_error::ServerError;
use crate::observed::{Answer, ScopedQuestion};
use crate::sql_text::Words;

/// Where a pair of texts is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    /// By the planner of the database.
    Planner,
    /// By the planner, with a search path that contains only PostgreSQL's own objects.
    PlannerOnSystemPath,
    /// By the parse trees of the database. If they differ for a superuser, another server compares the pair.
    ParseTrees,
    /// On a server with stubs instead of the objects of the database.
    OtherServer,
}

impl Decider<'_> {
    /// Returns the pairs that are safe to plan. It answers or defers the others.
    pub(super) async fn keep_safe(&mut self, open: OpenQuestions) -> Result<OpenQuestions, ServerError> {
        if open.is_empty() {
            return Ok(open);
        }
        let mut names = LookupNames::default();
        let words: Vec<Words> = open.iter().map(|(pair, _)| pair.words()).collect();
        for ((pair, _), words) in open.iter().zip(&words) {
            names.add(words, pair.may_name_relations(words));
        }
        self.paths = paths(&open);
        let reachable = reachable::find_reachable(self.client, &names, &self.paths).await?;
        // An object of such a name may be what a print means.
        let has_equivalents = !reachable.has_any_named(equivalents::names());
        let mut safe = Vec::new();
        let mut uncertain: Vec<(Pair, ScopedQuestion, Risk)> = Vec::new();
        for ((mut pair, scoped), words) in open.into_iter().zip(&words) {
            pair.has_equivalents = has_equivalents && words.words.iter().any(|word| equivalents::is_name(word));
            let mut risk = reachable.risk_of(words);
            if self.options.trust == Trust::Everything {
                (risk.is_untrusted, risk.is_by_constant) = (false, false);
            }
            match self.route(risk) {
                Route::Planner => safe.push((pair, scoped)),
                Route::PlannerOnSystemPath => {
                    pair.use_system_path();
                    safe.push((pair, scoped));
                }
                Route::ParseTrees => uncertain.push((pair, scoped, risk)),
                Route::OtherServer => match unbalanced(&scoped) {
                    Some(invalid) => self.answer(scoped, invalid),
                    None => self.defer(&pair, scoped),
                },
            }
        }
        // Analysing the name of a relation can wait for a lock, so these pairs come last.
        uncertain.sort_by_cached_key(|(pair, _, _)| pair.may_name_relations(&pair.words()));
        safe.extend(self.compare_trees(uncertain).await?);
        Ok(safe)
    }

    /// Whether texts that refer to objects of the database are not planned, because code would run as a superuser.
    fn protects_superuser(&self) -> bool {
        self.snapshot.server.is_superuser && self.options.trust == Trust::Compiled && self.options.has_other_server
    }

    /// Defers a pair to another server. It needs every object that the texts can reach.
    pub(super) fn defer(&mut self, pair: &Pair, scoped: ScopedQuestion) {
        let words = pair.words();
        self.deferred_names.add(&words, pair.may_name_relations(&words));
        self.decided.deferred.insert(scoped);
    }

    /// Chooses where a pair is compared.
    fn route(&self, risk: Risk) -> Route {
        let is_superuser = self.protects_superuser();
        if risk.is_by_constant {
            Route::OtherServer
        } else if !risk.is_named && !risk.is_untrusted {
            Route::PlannerOnSystemPath
        } else if is_superuser || risk.is_shadowed && !risk.is_untrusted {
            Route::ParseTrees
        } else if risk.is_untrusted {
            Route::OtherServer
        } else {
            Route::Planner
        }
    }

    /// Returns the pairs that are safe to plan with the search path of the file, without which they are undefined.
    pub(super) async fn retry_on_file_path(&mut self, unread: OpenQuestions) -> Result<OpenQuestions, ServerError> {
        let unread: OpenQuestions = unread
            .into_iter()
            .map(|(mut pair, scoped)| {
                pair.use_file_path();
                (pair, scoped)
            })
            .collect();
        if !self.protects_superuser() {
            return Ok(unread);
        }
        let risk = Risk {
            is_named: true,
            ..Risk::default()
        };
        let uncertain = unread.into_iter().map(|(pair, scoped)| (pair, scoped, risk)).collect();
        for (pair, scoped) in self.compare_trees(uncertain).await? {
            self.defer(&pair, scoped);
        }
        Ok(Vec::new())
    }

    /// Compares the parse trees of queries that the role may not plan.
    pub(super) async fn compare_denied(
        &mut self,
        denied: Vec<(Pair, ScopedQuestion, Answer)>,
    ) -> Result<(), ServerError> {
        let risk = Risk {
            is_named: true,
            ..Risk::default()
        };
        let mut why = BTreeMap::new();
        let mut uncertain = Vec::new();
        for (pair, scoped, answer) in denied {
            why.insert(scoped.clone(), answer);
            uncertain.push((pair, scoped, risk));
        }
        for (pair, scoped) in self.compare_trees(uncertain).await? {
            if let Some(answer) = why.remove(&scoped) {
                self.answer_or_defer(&pair, scoped, answer);
            }
        }
        Ok(())
    }

    /// Finds the objects that the deferred texts can reach. Another server needs all of them, not only untrusted ones.
    pub(super) async fn find_deferred_objects(&mut self) -> Result<(), ServerError> {
        if self.decided.deferred.is_empty() {
            return Ok(());
        }
        self.deferred_names.with_objects = true;
        let reachable = reachable::find_reachable(self.client, &self.deferred_names, &self.paths).await?;
        self.decided.reachable = reachable.objects;
        Ok(())
    }

    /// Compares the parse trees of pairs whose names alone are not conclusive.
    async fn compare_trees(
        &mut self,
        uncertain: Vec<(Pair, ScopedQuestion, Risk)>,
    ) -> Result<OpenQuestions, ServerError> {
        if uncertain.is_empty() {
            return Ok(Vec::new());
        }
        let pairs: Vec<&Pair> = uncertain.iter().map(|(pair, _, _)| pair).collect();
        let trees = parse_tree::read_trees(self.client, &pairs, self.snapshot.server.is_superuser).await?;
        let reachable = reachable::find_reachable(self.client, &names_in(&trees), &self.paths).await?;
        let mut safe = Vec::new();
        let protects_superuser = self.protects_superuser();
        for ((mut pair, scoped, risk), trees) in uncertain.into_iter().zip(trees) {
            let (expected, actual) = match (trees.expected, trees.actual) {
                (Ok(expected), Ok(actual)) => (expected, actual),
                // A proxy between may swallow such messages; that says nothing about the texts.
                (Err(error), _) | (_, Err(error)) if error.code.is_empty() => {
                    self.defer(&pair, scoped);
                    continue;
                }
                (Err(error), _) | (_, Err(error)) => {
                    let answer = from_error(&self.snapshot.server, &scoped, &error);
                    self.answer_or_defer(&pair, scoped, answer);
                    continue;
                }
            };
            if let Some(invalid) = unbalanced(&scoped) {
                self.answer(scoped, invalid);
                continue;
            }
            if expected == actual {
                self.answer(scoped, Answer::Equal);
                continue;
            }
            let mut oids = expected.oids();
            oids.extend(actual.oids());
            if protects_superuser && !reachable.names_objects(&oids) {
                pair.use_system_path();
                safe.push((pair, scoped));
            } else if protects_superuser || risk.is_untrusted && reachable.reaches_untrusted_code(&oids) {
                self.deferred_names.oids.extend(oids);
                self.defer(&pair, scoped);
            } else if risk.is_shadowed && trees.actual_on_file_path.ok().as_ref() != Some(&actual) {
                // With the path of the file, the planner would interpret the actual text differently.
                self.answer_or_defer(&pair, scoped, Answer::Different);
            } else {
                safe.push((pair, scoped));
            }
        }
        Ok(safe)
    }
}

/// The object identifiers in the parse trees of pairs.
fn names_in(trees: &[PairTrees]) -> LookupNames {
    let trees = trees.iter().flat_map(|trees| [&trees.expected, &trees.actual]);
    LookupNames {
        oids: trees.flatten().flat_map(parse_tree::ParseTree::oids).collect(),
        ..LookupNames::default()
    }
}

/// Every schema on the search paths of the files.
fn paths(open: &OpenQuestions) -> String {
    let paths: BTreeSet<&str> = open.iter().map(|(pair, _)| pair.file_path()).collect();
    paths.into_iter().collect::<Vec<_>>().join(", ")
}
