//! Turns a plan and the server's answers into checks.

use std::collections::BTreeSet;

use super::advice::Condition;
use super::ignoring::Ignoring;
use super::parallel::in_parts;
use super::unlisted::{UnlistedFindings, UnlistedSearch};
use super::{Candidate, Decision, MeaningMatch, Pending, Plan, Step, follow, rename};
use crate::expectation::Presence;
use crate::finding::{Check, Checks, Status};
use crate::hint::Hint;
use crate::kinds::{Kind, near_type_in};
use crate::object_id::ObjectId;
use crate::observed::{Answer, Answers, ScopedQuestion};
use crate::snapshot::Snapshot;
use crate::source_map::Place;

/// The objects that expectations have found.
pub type Claims = BTreeSet<(Kind, ObjectId)>;

/// Turns a plan and the server's answers into checks. Also returns the objects that the expectations have found.
#[must_use]
pub fn resolve(mut plan: Plan<'_>, answers: &Answers, snapshot: &Snapshot) -> (Checks, Claims) {
    let renames = rename::choose(&mut plan, snapshot, |decision| {
        matches!(settle(decision, answers), Outcome::Equal)
    });
    let mut claimed = plan.claimed;
    let mut out = Checks {
        passed: plan.passed,
        ..Checks::keeping(plan.keep)
    };
    for step in plan.steps {
        match step {
            Step::Check(pending) => out.push(check(pending, answers)),
            Step::Meaning(meaning) => choose(meaning, answers, &mut claimed, &mut out),
        }
    }
    // The expectations by meaning must be resolved before it is known which objects are unlisted.
    let mut used: BTreeSet<Place> = BTreeSet::new();
    let ignoring = Ignoring::of(&plan.files);
    let search = UnlistedSearch::new(snapshot, &claimed, &out, &ignoring);
    let parts = in_parts(
        &plan.closed,
        |_| true,
        |_, scopes| {
            let mut found = UnlistedFindings::new(plan.keep);
            for scope in scopes {
                search.scope(scope, &mut found);
            }
            (found.used, found.out)
        },
    );
    for (part_used, part) in parts {
        used.extend(part_used);
        out.absorb(part);
    }
    out.extend(ignoring.unused(&used, snapshot));
    follow::mark(&plan.files, snapshot, &renames, &mut out.findings);
    (out, claimed)
}

/// The advice if the server cannot parse an expected text and the kind has no better advice.
const UNREADABLE: &str = "fix this expression, or apply the migration that creates the object it refers to";

/// A decision, resolved with the answers.
enum Outcome {
    Equal,
    Different,
    /// It could not be determined, for this reason.
    Undetermined(Status, String),
}

fn settle(decision: &Decision, answers: &Answers) -> Outcome {
    let questions = match decision {
        Decision::Equal => return Outcome::Equal,
        Decision::Different => return Outcome::Different,
        Decision::Unknown(why) => return Outcome::Undetermined(Status::Unknown, why.clone()),
        Decision::Unread(why) => return Outcome::Undetermined(Status::Unverified, why.clone()),
        Decision::Ask(questions) => questions,
    };
    let mut outcome = Outcome::Equal;
    for question in questions {
        match answers.get(question) {
            Some(Answer::Equal) => {}
            Some(Answer::Different | Answer::Invalid(_)) => return Outcome::Different,
            Some(Answer::Refused(why) | Answer::Denied(why)) => {
                outcome = Outcome::Undetermined(Status::Unverified, why.clone());
            }
            Some(Answer::Undecided(why)) => outcome = Outcome::Undetermined(Status::Unknown, why.clone()),
            None => {
                let why = "the texts differ, and no server is available to decide whether they mean the same";
                outcome = Outcome::Undetermined(Status::Unknown, why.to_owned());
            }
        }
    }
    outcome
}

/// Why the server could not parse an expected text, if so.
fn invalid<'a>(decision: &Decision, answers: &'a Answers) -> Option<&'a str> {
    match decision {
        Decision::Ask(questions) => questions.iter().find_map(|question| match answers.get(question) {
            Some(Answer::Invalid(why)) => Some(why.as_str()),
            Some(Answer::Equal | Answer::Different | Answer::Refused(_) | Answer::Denied(_) | Answer::Undecided(_))
            | None => None,
        }),
        Decision::Equal | Decision::Different | Decision::Unknown(_) | Decision::Unread(_) => None,
    }
}

/// The advice on an expected text that the server cannot parse for this reason.
fn fix_expression(why: &str) -> Hint {
    Hint::Advice(match near_type_in(why) {
        Some(near) => format!("{UNREADABLE}; did you mean the type `{near}`?"),
        None => UNREADABLE.to_owned(),
    })
}

/// The finding with the advice that the answers allow. Where they say nothing, the statements are conditional in words.
fn with_condition(check: Check, condition: Condition, answers: &Answers) -> Check {
    let mut refusals = condition
        .questions
        .iter()
        .filter_map(|question| match answers.get(question) {
            Some(Answer::Different) => Some(None),
            Some(Answer::Invalid(why)) => Some(Some(why.clone())),
            Some(Answer::Equal | Answer::Refused(_) | Answer::Denied(_) | Answer::Undecided(_)) | None => None,
        });
    match refusals.next() {
        Some(Some(why)) if check.detail.is_none() => check.detail(why).advised(condition.otherwise),
        Some(_) => check.advised(condition.otherwise),
        None => check,
    }
}

/// The questions on whose answers the advice on the findings depends.
#[must_use]
pub fn conditions(plan: &Plan<'_>, answers: &Answers) -> BTreeSet<ScopedQuestion> {
    let conditions = plan.steps.iter().filter_map(|step| match step {
        Step::Check(Pending {
            decision,
            condition: Some(condition),
            ..
        }) if matches!(settle(decision, answers), Outcome::Different) => Some(condition),
        Step::Check(_) | Step::Meaning(_) => None,
    });
    conditions
        .flat_map(|condition| condition.questions.iter().cloned())
        .collect()
}

fn check(pending: Pending, answers: &Answers) -> Check {
    let Pending {
        check,
        decision,
        unreadable,
        condition,
    } = pending;
    match settle(&decision, answers) {
        Outcome::Equal => check.status(Status::Passed).hint(None),
        Outcome::Different => match invalid(&decision, answers) {
            Some(why) => check
                .detail(why.to_owned())
                .hint(unreadable.unwrap_or_else(|| fix_expression(why))),
            None => match condition {
                Some(condition) => with_condition(check, condition, answers),
                None => check,
            },
        },
        Outcome::Undetermined(status, why) => {
            let is_unread = matches!(decision, Decision::Unread(_));
            let hint = is_unread.then(|| Hint::advice(LOCKED));
            check.undetermined(status, why).hint(hint)
        }
    }
}

/// What to do about an object that is locked.
pub(super) const LOCKED: &str = "raise --lock-timeout, or try again when the lock is released";

/// Whether a candidate is the expected object. If that cannot be determined, the reason goes into `unsure`.
fn is_meant(candidate: &Candidate, answers: &Answers, unsure: &mut Option<(Status, String)>) -> bool {
    let mut holds = true;
    for condition in &candidate.conditions {
        match settle(condition, answers) {
            Outcome::Equal => {}
            Outcome::Different => return false,
            Outcome::Undetermined(status, why) => {
                holds = false;
                *unsure = Some((status, why));
            }
        }
    }
    holds
}

fn choose(meaning: MeaningMatch, answers: &Answers, claimed: &mut Claims, out: &mut Checks) {
    let mut unsure = None;
    let unreadable = unreadable(&meaning, answers);
    let MeaningMatch {
        candidates,
        none,
        presence,
        is_all,
        only_claims,
        ..
    } = meaning;
    let mut best: Option<(usize, MatchedObject)> = None;
    let mut matched = Vec::new();
    for candidate in candidates {
        if !is_meant(&candidate, answers, &mut unsure) {
            continue;
        }
        let found = MatchedObject {
            claim: (candidate.kind, candidate.id),
            existence: candidate.existence,
            checks: candidate
                .checks
                .into_iter()
                .map(|pending| check(pending, answers))
                .collect(),
            passed: candidate.passed,
        };
        if is_all {
            matched.push(found);
            continue;
        }
        let findings = found.checks.iter().filter(|c| c.is_finding()).count();
        if best.as_ref().is_none_or(|(fewest, _)| findings < *fewest) {
            best = Some((findings, found));
        }
    }
    matched.extend(best.map(|(_, found)| found));
    if only_claims {
        claimed.extend(matched.into_iter().map(|found| found.claim));
        return;
    }
    if matched.is_empty() {
        out.push(missing(none, presence, unsure, unreadable));
    }
    for found in matched {
        claimed.insert(found.claim);
        out.push(found.existence);
        if presence != Presence::Absent {
            out.passed += found.passed;
            out.extend(found.checks);
        }
    }
}

/// The check of an expectation that no object matches. `unsure` says why that could not be determined of one, `unreadable`
/// why the server could not parse an expected text.
fn missing(none: Check, presence: Presence, unsure: Option<(Status, String)>, unreadable: Option<String>) -> Check {
    match presence {
        Presence::Absent | Presence::Optional if unsure.is_none() => none.status(Status::Passed),
        Presence::Required | Presence::Absent | Presence::Optional => match (unsure, unreadable) {
            (Some((status, why)), _) => {
                let message = format!("{} exists", none.subject());
                Check { message, ..none }.undetermined(status, why)
            }
            (None, Some(why)) => none.detail(why).hint(Hint::advice(UNREADABLE)),
            (None, None) => none,
        },
    }
}

/// A candidate that is the expected object.
struct MatchedObject {
    claim: (Kind, ObjectId),
    existence: Check,
    checks: Vec<Check>,
    passed: usize,
}

/// Why the server could not parse the texts that identify the object, if so.
fn unreadable(meaning: &MeaningMatch, answers: &Answers) -> Option<String> {
    let conditions = meaning.candidates.iter().flat_map(|c| &c.conditions);
    let mut all = conditions.chain(&meaning.probes);
    all.find_map(|condition| invalid(condition, answers)).map(str::to_owned)
}
