//! Like findings as one entry, in the order in which people should read them. The formats for people share it; the formats
//! for programs list every finding.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::facts::headline;
use super::values::one_line;
use super::words::ReportedStatus;
use crate::finding::mark::Change;
use crate::finding::severity::Severity;
use crate::finding::{About, Category, Check, Code, Target};
use crate::plural::thousands;
use crate::source_map::Place;

/// How many objects of an entry are listed. The others are counted.
pub(super) const LISTED: usize = 7;

/// Fewer like findings stay entries of their own, which say more.
const FEWEST: usize = 3;

/// If findings with the same code have more than this many different pairs of values, they are one entry.
const MOST_VALUES: usize = 10;

/// One finding, or several like ones.
#[derive(Debug, Clone)]
pub(super) struct FindingGroup<'a> {
    /// The findings, in the order of the files. Never empty.
    pub(super) checks: Vec<&'a Check>,
    /// Their status.
    pub(super) status: ReportedStatus,
    /// Whether all of them have the same values.
    pub(super) same_values: bool,
}

/// What like findings have in common.
#[derive(PartialEq, Eq, PartialOrd, Ord, Clone)]
struct Likeness {
    status: ReportedStatus,
    change: Option<&'static str>,
    code: String,
    attribute: Option<&'static str>,
    cause: Option<String>,
}

/// The values of a finding as text.
type Values = (String, String, Option<String>);

impl<'a> FindingGroup<'a> {
    fn new(checks: Vec<&'a Check>, same_values: bool) -> Option<Self> {
        let status = ReportedStatus::of(checks.first()?);
        Some(Self {
            checks,
            status,
            same_values,
        })
    }

    /// The only finding, if it is one.
    pub(super) fn single(&self) -> Option<&'a Check> {
        match self.checks.as_slice() {
            [check] => Some(check),
            _ => None,
        }
    }

    /// The first finding in the order of the files.
    pub(super) fn first(&self) -> &'a Check {
        self.checks[0]
    }

    /// Whether the earlier report does not contain the findings.
    pub(super) fn is_new(&self) -> bool {
        matches!(self.first().mark.change, Some(Change::New))
    }

    /// `12 columns`, or the subject of a single finding.
    pub(super) fn subject(&self) -> String {
        match self.single() {
            Some(check) => check.subject(),
            None => format!("{} {}", thousands(self.checks.len()), self.many()),
        }
    }

    /// The word for the objects of several findings.
    fn many(&self) -> String {
        match self.first().about.category() {
            Category::Object(kind) => kind.many(),
            category @ (Category::Migration | Category::Assertion) => format!("{}s", category.word()),
            Category::Pattern => "patterns of ignore".to_owned(),
            Category::Baseline => "baseline entries".to_owned(),
        }
    }

    /// What is wrong with the objects of several findings: `do not exist`.
    pub(super) fn predicate(&self) -> String {
        let check = self.first();
        match check.code {
            Code::Missing(_) => "do not exist".to_owned(),
            Code::Unexpected(_) => "exist but are not expected".to_owned(),
            Code::Differs(_, attr) => format!("{} differs", attr.name),
            Code::AssertionFailed(key) => format!("{key} differs"),
            Code::Other(code) => code.doc().to_owned(),
        }
    }

    /// The finding, or the like findings, as one line: `12 columns do not exist: public.a.x, public.b.x and 10 more`.
    pub(super) fn headline(&self) -> String {
        if let Some(check) = self.single() {
            return headline(check);
        }
        format!("{} {}: {}", self.subject(), self.predicate(), self.names())
    }

    /// `public.a.x, public.b.x and 10 more`.
    pub(super) fn names(&self) -> String {
        let names: Vec<String> = self.listed().map(|check| one_line(&check.about.name())).collect();
        let more = match self.more() {
            0 => String::new(),
            more => format!(" and {} more", thousands(more)),
        };
        format!("{}{more}", names.join(", "))
    }

    /// The listed findings.
    pub(super) fn listed(&self) -> impl Iterator<Item = &'a Check> {
        self.checks.iter().copied().take(LISTED)
    }

    /// How many objects are not listed.
    pub(super) fn more(&self) -> usize {
        self.checks.len().saturating_sub(LISTED)
    }

    /// Where it comes in a report: what is new before what a baseline accepts, the worst first.
    pub(super) fn rank(&self) -> (bool, bool, ReportedStatus, Severity, Place) {
        let first = self.first();
        let known = self.status == ReportedStatus::Known;
        (known, !self.is_new(), self.status, Severity::of(first), first.place)
    }
}

/// The findings of a database, each in exactly one entry.
pub(super) fn entries(target: &Target) -> Vec<FindingGroup<'_>> {
    let mut groups: Vec<(Likeness, Vec<&Check>)> = Vec::new();
    let mut at: BTreeMap<(Likeness, Values), usize> = BTreeMap::new();
    for check in target.findings_in_order() {
        let likeness = likeness(check);
        let next = groups.len();
        let group = *at.entry((likeness.clone(), values(check))).or_insert(next);
        if group == next {
            groups.push((likeness, Vec::new()));
        }
        groups[group].1.push(check);
    }
    let mut pairs: BTreeMap<&Likeness, usize> = BTreeMap::new();
    for (likeness, _) in &groups {
        *pairs.entry(likeness).or_default() += 1;
    }
    let varied: BTreeSet<Likeness> = pairs
        .into_iter()
        .filter(|(_, count)| *count > MOST_VALUES)
        .map(|(likeness, _)| likeness.clone())
        .collect();
    let mut entries = Vec::new();
    let mut merged: BTreeMap<Likeness, Vec<&Check>> = BTreeMap::new();
    for (likeness, checks) in groups {
        if varied.contains(&likeness) {
            merged.entry(likeness).or_default().extend(checks);
        } else if checks.len() < FEWEST {
            entries.extend(
                checks
                    .into_iter()
                    .filter_map(|check| FindingGroup::new(vec![check], true)),
            );
        } else {
            entries.extend(FindingGroup::new(checks, true));
        }
    }
    for mut checks in merged.into_values() {
        checks.sort_by_key(|check| check.place);
        entries.extend(FindingGroup::new(checks, false));
    }
    entries.sort_by_key(FindingGroup::rank);
    entries
}

/// The entries of each object together. An object comes where its worst finding does; like findings are not about one
/// object and stay alone.
pub(super) fn by_object(entries: Vec<FindingGroup<'_>>) -> Vec<(String, Vec<FindingGroup<'_>>)> {
    let mut objects: Vec<(String, Vec<FindingGroup<'_>>)> = Vec::new();
    let mut at: BTreeMap<String, usize> = BTreeMap::new();
    for entry in entries {
        let Some(check) = entry.single() else {
            objects.push((entry.subject(), vec![entry]));
            continue;
        };
        let (object, next) = (object(&check.about), objects.len());
        let place = *at.entry(object.clone()).or_insert(next);
        if place == next {
            objects.push((object, Vec::new()));
        }
        objects[place].1.push(entry);
    }
    objects
}

/// The object that a finding belongs to: the table of a column.
pub(super) fn object(about: &About) -> String {
    match about {
        About::Object { kind, id } => match kind.spec().parents.first() {
            Some(parent) => id.prefix(parent.spec().identity.len()).to_string(),
            None if id.parts().len() > 1 => kind.show(id),
            None => about.subject(),
        },
        About::ByMeaning { parent, .. }
        | About::Unlisted {
            parent: Some(parent), ..
        } => parent.to_string(),
        About::Migration(_) | About::MigrationHistory(_) => "migrations".to_owned(),
        About::Unlisted { parent: None, .. }
        | About::Assertion(_)
        | About::Pattern { .. }
        | About::BaselineEntry(_) => about.subject(),
    }
}

fn likeness(check: &Check) -> Likeness {
    Likeness {
        status: ReportedStatus::of(check),
        change: check.mark.change.as_ref().map(Change::words),
        code: check.code.to_string(),
        attribute: check.attribute(),
        cause: check.caused_by.as_ref().map(|cause| cause.code.to_string()),
    }
}

fn values(check: &Check) -> Values {
    let text = |value| Json::from(value).to_string();
    (text(&check.expected), text(&check.actual), check.detail.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribute::Attr;
    use crate::expectation::{Level, Terms};
    use crate::finding::mark::{Change, Mark};
    use crate::kinds::Kind;
    use crate::object_id::ObjectId;
    use crate::source_map::{Place, SourceMap};

    const TERMS: Terms = Terms {
        level: Level::Error,
        reason: None,
        exact: false,
        window: Vec::new(),
    };

    fn kind(name: &str) -> Kind {
        let mut kinds = Kind::ALL.iter().copied();
        kinds.find(|kind| kind.spec().name == name).expect("a kind")
    }

    fn place(line: u32) -> Place {
        Place {
            file: SourceMap::default().add("e.yaml".into(), String::new()),
            line,
            column: 1,
        }
    }

    fn about(kind: Kind, name: &str) -> About {
        About::Object {
            kind,
            id: ObjectId::new(name.split('.').map(str::to_owned).collect()),
        }
    }

    fn missing(kind_name: &str, name: &str, line: u32) -> Check {
        let kind = kind(kind_name);
        let check = Check::drift(
            about(kind, name),
            Code::Missing(kind),
            place(line),
            &TERMS,
            "does not exist",
        );
        check.values("present", "absent")
    }

    fn differs(kind_name: &str, name: &str, attribute: &str, values: (&str, &str), line: u32) -> Check {
        let kind = kind(kind_name);
        let attr: &'static Attr = kind.attr(attribute).expect("an attribute");
        let check = Check::drift(
            about(kind, name),
            Code::Differs(kind, attr),
            place(line),
            &TERMS,
            "differs",
        );
        check.values(values.0, values.1)
    }

    fn target(findings: Vec<Check>) -> Target {
        let mut target = Target::named("env:X".into());
        target.checks.findings = findings;
        target
    }

    fn subjects(target: &Target) -> Vec<String> {
        entries(target).iter().map(FindingGroup::subject).collect()
    }

    #[test]
    fn like_findings_are_one_entry_from_three_on() {
        let of = |count: u32| {
            let findings = (0..count).map(|i| missing("column", &format!("public.t.c{i}"), i));
            subjects(&target(findings.collect()))
        };
        assert_eq!(of(2), ["column public.t.c0", "column public.t.c1"]);
        assert_eq!(of(3), ["3 columns"]);
        assert_eq!(of(2000), ["2,000 columns"]);
    }

    #[test]
    fn an_entry_lists_seven_objects_and_counts_the_others() {
        let findings = (0..2000).map(|i| missing("table", &format!("public.t{i}"), i));
        let target = target(findings.collect());
        let entries = entries(&target);
        let [entry] = entries.as_slice() else {
            panic!("{entries:?}");
        };
        assert_eq!(
            entry.headline(),
            "2,000 tables do not exist: public.t0, public.t1, public.t2, public.t3, public.t4, public.t5, public.t6 and 1,993 more"
        );
        assert_eq!(entry.listed().count() + entry.more(), 2000);
    }

    #[test]
    fn findings_with_other_values_are_other_entries_unless_there_are_many() {
        let of = |values: u32| {
            let findings = (0..60).map(|i| {
                let found = format!("varchar({})", i % values);
                differs("column", &format!("public.t.c{i}"), "type", ("text", &found), i)
            });
            let target = target(findings.collect());
            let entries = entries(&target);
            let counts: usize = entries.iter().map(|entry| entry.checks.len()).sum();
            assert_eq!(counts, 60);
            (entries.len(), entries[0].same_values)
        };
        assert_eq!(of(1), (1, true));
        assert_eq!(of(10), (10, true));
        assert_eq!(of(11), (1, false));
        assert_eq!(of(60), (1, false));
    }

    #[test]
    fn what_guards_access_comes_first_and_comments_last() {
        let findings = vec![
            differs("table", "public.a", "comment", ("x", "y"), 1),
            differs("column", "public.a.c", "type", ("text", "int"), 2),
            missing("index", "public.i", 3),
            differs("index", "public.j", "valid", ("true", "false"), 4),
            differs("table", "public.b", "row_security", ("enabled", "disabled"), 5),
            missing("policy", "public.b.p", 6),
        ];
        assert_eq!(
            subjects(&target(findings)),
            [
                "table public.b",
                "policy public.b.p",
                "index public.j",
                "index public.i",
                "column public.a.c",
                "table public.a"
            ]
        );
    }

    #[test]
    fn new_findings_come_first_and_are_not_rolled_up_with_old_ones() {
        let mut findings: Vec<Check> = (0..6).map(|i| missing("table", &format!("public.t{i}"), i)).collect();
        for (i, check) in findings.iter_mut().enumerate() {
            let change = if i < 3 { Change::StillThere(None) } else { Change::New };
            check.mark = Mark {
                change: Some(change),
                ..Mark::default()
            };
        }
        let target = target(findings);
        let new: Vec<bool> = entries(&target).iter().map(FindingGroup::is_new).collect();
        assert_eq!(new, [true, false]);
    }

    #[test]
    fn an_object_has_the_findings_about_its_parts() {
        let target = target(vec![
            missing("column", "public.a.c", 1),
            differs("table", "public.b", "comment", ("x", "y"), 2),
            differs("table", "public.a", "comment", ("y", "z"), 3),
            missing("extension", "citext", 4),
        ]);
        let objects = by_object(entries(&target));
        let objects: Vec<(&str, usize)> = objects.iter().map(|(name, all)| (name.as_str(), all.len())).collect();
        assert_eq!(objects, [("public.a", 2), ("extension citext", 1), ("public.b", 1)]);
    }
}
