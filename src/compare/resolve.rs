//! From a plan and the server's answers to checks.

use std::collections::BTreeSet;

use super::parallel::in_parts;
use super::{Candidate, Choice, Closed, Decision, Pending, Plan, Step, describe};
use crate::expectation::{ExpectationFile, IgnoreRule, Level, Presence};
use crate::kinds::{FindingDetail, HintContext, Kind};
use crate::object_id::ObjectId;
use crate::observed::{Answer, Answers};
use crate::report::mark::Mark;
use crate::report::{Check, Checks, Status, code};
use crate::snapshot::{Object, Snapshot};
use crate::source_map::Place;

/// The objects that expectations have found.
pub type Claims = BTreeSet<(Kind, ObjectId)>;

/// Turns a plan and the server's answers into checks, and says which objects they are about.
#[must_use]
pub fn resolve(plan: Plan<'_>, answers: &Answers, snapshot: &Snapshot) -> (Checks, Claims) {
    let mut claimed = plan.claimed;
    let mut out = Checks {
        passed: plan.passed,
        ..Checks::keeping(plan.keep)
    };
    for step in plan.steps {
        match step {
            Step::Check(pending) => out.push(check(pending, answers)),
            Step::Choice(choice) => choose(&choice, answers, &mut claimed, &mut out),
        }
    }
    // Only now is it known which objects the expectations by meaning have found.
    let mut used: BTreeSet<Place> = BTreeSet::new();
    let parts = in_parts(
        &plan.closed,
        |_| true,
        |_, worlds| {
            let mut used = BTreeSet::new();
            let mut out = Checks::keeping(plan.keep);
            for world in worlds {
                for kind in &world.kinds {
                    unlisted(world, *kind, snapshot, &claimed, &mut used, &mut out);
                }
            }
            (used, out)
        },
    );
    for (part_used, part) in parts {
        used.extend(part_used);
        out.absorb(part);
    }
    out.extend(
        plan.ignore
            .into_iter()
            .filter(|rule| !used.contains(&rule.place))
            .map(idle),
    );
    (out, claimed)
}

/// What to do where the server cannot read what was expected, and nothing better is known.
const UNREADABLE: &str = "mend what is written here, or apply the migration that makes what it names";

/// What the answers make of a decision.
fn settle(decision: &Decision, answers: &Answers) -> Decision {
    let Decision::Ask(asks) = decision else {
        return decision.clone();
    };
    let mut outcome = Decision::Equal;
    for ask in asks {
        match answers.get(ask) {
            Some(Answer::Equal) => {}
            Some(Answer::Different | Answer::Invalid(_)) => return Decision::Different,
            Some(Answer::Refused(why)) => outcome = Decision::Refused(why.clone()),
            Some(Answer::Undecided(why)) => outcome = Decision::Unknown(why.clone()),
            None => {
                outcome = Decision::Unknown(
                    "the texts differ, and there is no server to say whether they mean the same".into(),
                );
            }
        }
    }
    outcome
}

fn check(pending: Pending, answers: &Answers) -> Check {
    let Pending {
        mut check,
        verdict,
        unreadable,
    } = pending;
    match settle(&verdict, answers) {
        Decision::Equal => {
            check.status = Status::Passed;
            check.hint = None;
        }
        Decision::Different => {
            check.status = Status::Drift;
            if let Decision::Ask(asks) = &verdict
                && let Some(why) = asks.iter().find_map(|ask| match answers.get(ask) {
                    Some(Answer::Invalid(why)) => Some(why),
                    Some(Answer::Equal | Answer::Different | Answer::Refused(_) | Answer::Undecided(_)) | None => None,
                })
            {
                check.detail = Some(why.clone());
                check.hint = Some(unreadable.unwrap_or_else(|| UNREADABLE.to_owned()));
            }
        }
        Decision::Unknown(why) => unknown(&mut check, Status::Unknown, why),
        Decision::Refused(why) => unknown(&mut check, Status::Unverified, why),
        Decision::Ask(_) => check.status = Status::Unknown,
    }
    check
}

fn unknown(check: &mut Check, status: Status, why: String) {
    check.status = status;
    check.detail = Some(why);
    check.hint = None;
}

fn choose(choice: &Choice, answers: &Answers, claimed: &mut Claims, out: &mut Checks) {
    let mut unsure = None;
    let mut best: Option<(usize, &Candidate, Vec<Check>)> = None;
    for candidate in &choice.candidates {
        let mut holds = true;
        for condition in &candidate.conditions {
            match settle(condition, answers) {
                Decision::Equal => {}
                Decision::Different => {
                    holds = false;
                    break;
                }
                Decision::Unknown(why) => {
                    holds = false;
                    unsure = Some((Status::Unknown, why));
                }
                Decision::Refused(why) => {
                    holds = false;
                    unsure = Some((Status::Unverified, why));
                }
                Decision::Ask(_) => holds = false,
            }
        }
        if !holds {
            continue;
        }
        let checks: Vec<Check> = candidate
            .checks
            .iter()
            .map(|pending| {
                check(
                    Pending {
                        check: pending.check.clone(),
                        verdict: pending.verdict.clone(),
                        unreadable: pending.unreadable.clone(),
                    },
                    answers,
                )
            })
            .collect();
        let findings = checks.iter().filter(|c| c.is_finding()).count();
        if best.as_ref().is_none_or(|(fewest, _, _)| findings < *fewest) {
            best = Some((findings, candidate, checks));
        }
    }
    let mut none = choice.none.clone();
    match (best, choice.presence) {
        (Some((_, candidate, _)), Presence::Absent) => {
            claimed.insert((candidate.kind, candidate.id.clone()));
            out.push(candidate.existence.clone());
        }
        (Some((_, candidate, checks)), Presence::Required | Presence::Optional) => {
            claimed.insert((candidate.kind, candidate.id.clone()));
            let mut existence = candidate.existence.clone();
            existence.status = Status::Passed;
            out.push(existence);
            out.passed += candidate.passed;
            out.extend(checks);
        }
        (None, Presence::Absent | Presence::Optional) if unsure.is_none() => {
            none.status = Status::Passed;
            out.push(none);
        }
        (None, Presence::Required | Presence::Absent | Presence::Optional) => {
            if let Some((status, why)) = unsure {
                unknown(&mut none, status, why);
                none.message = format!(
                    "it cannot be told whether {} {} exists",
                    none.kind.replace('_', " "),
                    none.object
                );
            } else if let Some(why) = invalid(choice, answers) {
                none.detail = Some(why.to_owned());
                none.hint = Some(UNREADABLE.to_owned());
            }
            out.push(none);
        }
    }
}

/// Why the server could not read what identifies the object, if it could not.
fn invalid<'a>(choice: &Choice, answers: &'a Answers) -> Option<&'a str> {
    choice
        .candidates
        .iter()
        .flat_map(|c| &c.conditions)
        .chain(&choice.probes)
        .find_map(|condition| match condition {
            Decision::Ask(asks) => asks.iter().find_map(|ask| match answers.get(ask) {
                Some(Answer::Invalid(why)) => Some(why.as_str()),
                Some(Answer::Equal | Answer::Different | Answer::Refused(_) | Answer::Undecided(_)) | None => None,
            }),
            Decision::Equal | Decision::Different | Decision::Unknown(_) | Decision::Refused(_) => None,
        })
}

/// A pattern that matches nothing is a mistake, or a sign that what it was for has gone.
fn idle(rule: &IgnoreRule) -> Check {
    let bang = if rule.negated { "!" } else { "" };
    let pattern = format!("{bang}{}", rule.pattern.as_str());
    Check {
        status: Status::Drift,
        level: Level::Warn,
        code: "ignore-idle".to_owned(),
        kind: "ignore",
        detail: None,
        message: format!("the pattern `{pattern}` leaves out no {}", rule.kind.words()),
        // The same pattern may stand under several kinds.
        object: format!("{}: {pattern}", rule.kind.spec().section),
        attribute: None,
        expected: serde_json::Value::Null,
        actual: serde_json::Value::Null,
        place: rule.place,
        hint: Some("remove it, or mend it".into()),
        reason: None,
        mark: Mark::default(),
    }
}

fn unlisted(
    world: &Closed<'_>,
    kind: Kind,
    snapshot: &Snapshot,
    claimed: &Claims,
    used: &mut BTreeSet<Place>,
    out: &mut Checks,
) {
    let objects: Box<dyn Iterator<Item = (&ObjectId, &Object)>> = match &world.parent {
        Some(parent) => Box::new(snapshot.children(kind, parent)),
        None => Box::new(
            snapshot
                .of_kind(kind)
                .filter(|(id, _)| !id.is_in_schema() || world.schemas.contains(id.schema())),
        ),
    };
    let before = out.findings.len();
    for (id, object) in objects {
        if object.is_implicit() || claimed.contains(&(kind, id.clone())) {
            continue;
        }
        if ignored(world.file, kind, id, used) {
            continue;
        }
        let mut check = world_check(world, kind);
        describe::unexpected(&mut check, kind, id, true);
        let parent = world.parent.as_ref().and_then(|_| kind.spec().parents.first().copied());
        let remove = kind.hint(&HintContext {
            id,
            parent,
            detail: FindingDetail::Unexpected,
        });
        check.hint = Some(match remove {
            Some(sql) => format!("list it, add it to `ignore`, or remove it: {sql}"),
            None => "list it, add it to `ignore`, or remove it".into(),
        });
        out.push(check);
    }
    // That there is nothing else is a check, too: a file may expect that and no more.
    if out.findings.len() == before && out.passes.are_kept() {
        let mut none = world_check(world, kind);
        none.status = Status::Passed;
        out.push(none);
    } else if out.findings.len() == before {
        out.passed += 1;
    }
}

/// The check that nothing of a kind is in a world but what is listed.
fn world_check(world: &Closed<'_>, kind: Kind) -> Check {
    let kind = kind.spec().name;
    Check {
        status: Status::Drift,
        level: world.terms.level,
        code: code(kind, "unexpected"),
        kind,
        object: world.parent.as_ref().map_or_else(String::new, ToString::to_string),
        attribute: None,
        expected: serde_json::Value::Null,
        actual: serde_json::Value::Null,
        place: world.place,
        message: String::new(),
        detail: None,
        hint: None,
        reason: world.terms.reason.clone(),
        mark: Mark::default(),
    }
}

/// Whether the patterns of a file leave an object out; the last one that matches decides. Those that match are `used`.
pub(super) fn ignored(file: &ExpectationFile, kind: Kind, id: &ObjectId, used: &mut BTreeSet<Place>) -> bool {
    if !file.ignore.iter().any(|rule| rule.kind == kind) {
        return false;
    }
    let full = kind.show(id);
    let in_schema = full.strip_prefix(&format!("{}.", file.schema)).map(str::to_owned);
    let mut ignored = false;
    for rule in file.ignore.iter().filter(|rule| rule.kind == kind) {
        let names = [Some(full.as_str()), in_schema.as_deref(), Some(id.last())];
        if names.into_iter().flatten().any(|name| rule.pattern.matches(name)) {
            used.insert(rule.place);
            ignored = !rule.negated;
        }
    }
    ignored
}
