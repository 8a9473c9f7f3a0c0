//! What holds for every kind of object, present and future: no test here names one.

mod changes;
mod expected;

use std::collections::BTreeSet;

use driftgate::attribute::Shape;
use driftgate::catalog::capture::{self, FirstBatch, Scope};
use driftgate::catalog::client::Description;
use driftgate::catalog::{Limits, connect::connect, conninfo::Conninfo};
use driftgate::compare::{plan, resolve::resolve};
use driftgate::expectation::parse::parse;
use driftgate::expectation::{
    ExpectationFile, ExpectedAttribute, ExpectedObject, Extent, Level, ObjectKey, Presence, Subject, Terms,
};
use driftgate::finding::{Check, Code, Status, codes};
use driftgate::kinds::{KeyForm, Kind};
use driftgate::object_id::ObjectId;
use driftgate::observed::Answers;
use driftgate::pull::{PullOptions, pull};
use driftgate::snapshot::{Object, Snapshot};
use driftgate::source_map::{Place, SourceMap};
use driftgate::sql::{Sql, Statement};
use driftgate::value::Value;

use crate::server::server;
use expected::exact_file;

/// A schema with objects of every kind.
const SCHEMA: &str = include_str!("../registry/schema.sql");

/// The schemas that it fills.
const SCHEMAS: [&str; 1] = ["billing"];
fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(future)
}

fn whole() -> Scope {
    let mut scope = Scope::whole(&SCHEMAS.map(str::to_owned), false).with_roles(true);
    scope.on_request = true;
    scope
}

/// What the catalog says of the schema, without what every database has.
fn snapshot() -> Snapshot {
    snapshots(&[1]).remove(0)
}

/// What it says when this many connections read it, one snapshot for each of the numbers.
fn snapshots(jobs: &[usize]) -> Vec<Snapshot> {
    let db = server().database(SCHEMA);
    let info = Conninfo::resolve(&db.url(), &|_| None).expect("a URL");
    block_on(async {
        let mut found = Vec::new();
        for jobs in jobs {
            let mut connection = connect(&info).await.expect("a connection");
            let mut helpers = Vec::new();
            for _ in 1..*jobs {
                helpers.push(connect(&info).await.expect("another connection"));
            }
            let scope = whole();
            let first = FirstBatch::new(&scope, Limits::default());
            let reading = capture::capture(&mut connection, &mut helpers, &scope, Limits::default(), first);
            found.push(reading.await.expect("a snapshot"));
        }
        found
    })
}

#[test]
fn several_connections_read_what_one_does() {
    let found = snapshots(&[1, 2, 5]);
    for kind in Kind::ALL {
        let objects = |snapshot: &Snapshot| snapshot.of_kind(*kind).map(|(id, _)| kind.show(id)).collect::<Vec<_>>();
        assert_eq!(objects(&found[0]), objects(&found[1]), "{} by two", kind.words());
        assert_eq!(objects(&found[0]), objects(&found[2]), "{} by five", kind.words());
    }
    assert_eq!(found[0], found[1], "by two");
    assert_eq!(found[0], found[2], "by five");
}

#[test]
fn an_object_is_in_one_part_of_what_is_divided() {
    // The identities of one catalog decide who reads an object: two would leave those out whose parts differ.
    for kind in Kind::ALL {
        let catalogs = ["scope_relations", "scope_types", "scope_routines"];
        let read = catalogs
            .iter()
            .filter(|name| kind.spec().query.contains(**name))
            .count();
        assert!(
            read <= 1,
            "the query of {} reads from several of {catalogs:?}",
            kind.words()
        );
    }
}

/// The expectation that everything in a snapshot is as it is, and that there is nothing else.
fn expect_all(snapshot: &Snapshot) -> ExpectationFile {
    let file = SourceMap::default().add("all.yaml".into(), String::new());
    let place = Place {
        file,
        line: 1,
        column: 1,
    };
    let terms = Terms {
        level: Level::Error,
        reason: None,
        exact: true,
        window: Vec::new(),
    };
    let mut objects: Vec<ExpectedObject> = Vec::new();
    for kind in Kind::ALL {
        for (id, object) in snapshot.of_kind(*kind) {
            let parent = objects
                .iter()
                .position(|parent: &ExpectedObject| match &parent.subject {
                    Subject::Named(parent_id) => {
                        kind.spec().parents.contains(&parent.kind) && (id == parent_id || id.is_in(parent_id))
                    }
                    Subject::ByMeaning(_) => false,
                });
            objects.push(ExpectedObject {
                kind: *kind,
                subject: Subject::Named(id.clone()),
                place,
                parent,
                presence: Presence::Required,
                terms: terms.clone().into(),
                attributes: kind
                    .spec()
                    .attrs
                    .iter()
                    .map(|attr| ExpectedAttribute {
                        attr,
                        value: object.get(attr.name).clone(),
                        place,
                        extent: Extent::Whole,
                    })
                    .collect(),
                is_partition: false,
                any_partitions: false,
            });
        }
    }
    exact_file(file, place, objects)
}

fn findings(expected: &ExpectationFile, snapshot: &Snapshot) -> Vec<Check> {
    let plan = plan(&[expected], snapshot, false);
    resolve(plan, &Answers::new(), snapshot).0.findings
}

#[test]
fn every_kind_has_an_object_and_every_attribute_a_value_in_the_schema() {
    let snapshot = snapshot();
    let mut lacking = Vec::new();
    for kind in Kind::ALL {
        assert!(
            snapshot.of_kind(*kind).next().is_some(),
            "tests/registry/schema.sql does not create {}: add one, with values other than the defaults",
            kind.one()
        );
        for attr in kind.spec().attrs {
            let default: Option<Value> = attr.default.map(Value::from);
            let exercised = snapshot.of_kind(*kind).any(|(_, object)| {
                let value = object.get(attr.name);
                Some(value) != default.as_ref() && (default.is_some() || !value.is_null())
            });
            // Only the server can make an index invalid, which is what something can be attached to, only its machine has folders for a tablespace, and only a newer
            // one has the newer attributes.
            let cannot = ["valid", "attached_to", "tablespace", "collation_current"].contains(&attr.name)
                || attr.since > server().major();
            // These came with 15; the schema is for every version.
            let newer = ["nulls_not_distinct", "on_delete_columns"];
            if !exercised && !cannot && !newer.contains(&attr.name) {
                lacking.push(format!("{} of {}", attr.name, kind.one()));
            }
        }
    }
    assert!(
        lacking.is_empty(),
        "these attributes have their defaults in every object of tests/registry/schema.sql: {lacking:#?}\n\
         give one object another value, so that the tests see that the attribute is read and compared"
    );
}

#[test]
fn the_columns_of_a_query_are_the_attributes() {
    let db = server().database("");
    let info = Conninfo::resolve(&db.url(), &|_| None).expect("a URL");
    block_on(async {
        let mut client = connect(&info).await.expect("a connection");
        for kind in Kind::ALL {
            let described = client
                .describe(&[Description {
                    before: Sql::new(),
                    statement: Statement::new(capture::query(*kind, &whole())),
                    after: Sql::new(),
                }])
                .await
                .unwrap_or_else(|e| panic!("the query of {}: {e:?}", kind.words()));
            let described = described[0]
                .as_ref()
                .unwrap_or_else(|e| panic!("the query of {}: {e:?}", kind.words()));
            let found: BTreeSet<&str> = described.columns.iter().map(|column| column.name.as_str()).collect();
            let expected: BTreeSet<&str> = kind.spec().identity.iter().copied().chain(kind.columns()).collect();
            let file = format!("src/kinds/{}.sql", kind.spec().name);
            let missing: Vec<_> = expected.difference(&found).collect();
            assert!(
                missing.is_empty(),
                "{file} lacks the columns {missing:?}: an attribute is a line in the .rs file and a column of the query"
            );
            let unknown: Vec<_> = found.difference(&expected).collect();
            assert!(
                unknown.is_empty(),
                "{file} has the columns {unknown:?}, which are no attributes of the kind: add them to `attrs`, or to \
                 `reading.extra_columns` if only functions of the kind use them"
            );
        }
    });
}

#[test]
fn a_snapshot_matches_itself() {
    let snapshot = snapshot();
    let expected = expect_all(&snapshot);
    assert!(findings(&expected, &snapshot).is_empty());
}

#[test]
fn a_missing_or_new_object_is_one_finding() {
    let snapshot = snapshot();
    let expected = expect_all(&snapshot);
    let mut seen = BTreeSet::new();
    for kind in Kind::ALL {
        let objects: Vec<_> = snapshot
            .of_kind(*kind)
            .map(|(id, object)| (id.clone(), object.clone()))
            .collect();
        for (id, object) in objects {
            let mut changed = snapshot.clone();
            changed.remove(*kind, &id);
            let found = findings(&expected, &changed);
            let what: Vec<String> = found.iter().map(Check::id).collect();
            assert_eq!(found.len(), 1, "without {} {id}: {what:?}", kind.words());
            assert!(matches!(found[0].code, Code::Missing(_)), "{what:?}");
            assert!(seen.insert(what[0].clone()), "{what:?}: another finding has this id");
            // A key of which a parent has one only cannot come twice.
            if object.is_implicit()
                || kind.spec().identity.len() == id.prefix(2).parts().len() && !kind.spec().parents.is_empty()
            {
                continue;
            }
            // The columns of a view follow from its definition, so an exact file need not list them.
            let is_of_view = |view: &Kind| snapshot.get(*view, &id.relation()).is_some();
            if kind.is_column() && [Kind::View, Kind::MaterializedView].iter().any(is_of_view) {
                continue;
            }
            let mut changed = snapshot.clone();
            let mut new = id.parts().to_vec();
            let name = new.len() - usize::from(kind.spec().syntax.key == KeyForm::Signature) - 1;
            new[name] = format!("{}_new", new[name]).into();
            let new = ObjectId::new(new);
            changed.insert(*kind, new.clone(), object);
            let found = findings(&expected, &changed);
            let what: Vec<String> = found.iter().map(Check::id).collect();
            assert_eq!(found.len(), 1, "with {} {new}: {what:?}", kind.words());
            assert!(matches!(found[0].code, Code::Unexpected(_)), "{what:?}");
            assert!(seen.insert(what[0].clone()), "{what:?}: another finding has this id");
        }
    }
}

#[test]
fn a_pulled_file_passes() {
    let snapshot = snapshot();
    for whole in [true, false] {
        let choice = PullOptions {
            schemas: &[],
            database: None,
            history: None,
            any_partitions: false,
            requirements: false,
            ignored: &[],
            schema: SCHEMAS[0],
            whole,
            wanted: &|_, _| true,
        };
        let text = pull(&snapshot, &choice).expect("there is something");
        let file = SourceMap::default().add("pulled.yaml".into(), text.clone());
        let expected = parse(&text, file).unwrap_or_else(|problems| panic!("{problems:#?}\n{text}"));
        crate::documents::satisfies_the_schema(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let found = findings(&expected, &snapshot);
        // What is hidden is written as a mark, of which nobody can tell whether it is what is there.
        let (hidden, what): (Vec<&Check>, Vec<&Check>) = found.iter().partition(|check| is_hidden(check));
        let what: Vec<String> = what.into_iter().map(Check::sentence).collect();
        assert!(what.is_empty(), "{what:#?}\n{text}");
        let masked = Kind::ALL.iter().flat_map(|kind| {
            let masked = kind.spec().reading.masked.into_iter();
            masked.flat_map(|masked| {
                snapshot
                    .of_kind(*kind)
                    .map(move |(_, object)| object.get(masked.attribute))
            })
        });
        let secrets = masked.filter(|value| value.to_string().contains("***")).count();
        assert!(secrets > 0 && hidden.len() == secrets, "{} of {secrets}", hidden.len());
    }
}

fn is_hidden(check: &Check) -> bool {
    let masked = check.about.kind().and_then(|kind| kind.spec().reading.masked);
    check.status == Status::Unknown
        && check.expected.to_string().contains("***")
        && masked.is_some_and(|masked| check.attribute() == Some(masked.attribute))
}

#[test]
fn the_keys_of_an_object_do_not_collide() {
    for kind in Kind::ALL {
        let spec = kind.spec();
        let mut keys: Vec<&str> = ObjectKey::NAMES.to_vec();
        for attr in spec.attrs {
            keys.push(attr.name);
            keys.extend(attr.subset_key);
        }
        keys.extend(kind.children().map(|child| child.spec().section));
        let distinct: BTreeSet<&str> = keys.iter().copied().collect();
        assert_eq!(keys.len(), distinct.len(), "keys of {}: {keys:?}", kind.words());
        let columns: Vec<&str> = spec.identity.iter().copied().chain(kind.columns()).collect();
        let distinct: BTreeSet<&str> = columns.iter().copied().collect();
        assert!(columns.len() == distinct.len() || spec.attrs.iter().any(|a| spec.identity.contains(&a.name)));
    }
    let sections: Vec<&str> = Kind::roots().map(|kind| kind.spec().section).collect();
    let distinct: BTreeSet<&str> = sections.iter().copied().collect();
    assert_eq!(sections.len(), distinct.len(), "{sections:?}");
}

#[test]
fn everything_is_described() {
    for kind in Kind::ALL {
        assert!(
            kind.spec().doc.ends_with('.'),
            "`doc` of {} is not a sentence with a full stop",
            kind.words()
        );
        for attr in kind.spec().attrs {
            let (name, words) = (attr.name, kind.words());
            assert!(attr.doc.ends_with('.'), "{name} of {words}: no full stop");
            if let Shape::OneOf(words) = attr.shape {
                assert!(words.len() > 1, "{} of {}", attr.name, kind.words());
            }
        }
    }
    let codes = codes();
    let distinct: BTreeSet<&String> = codes.iter().map(|(code, _)| code).collect();
    assert_eq!(codes.len(), distinct.len(), "two codes are the same");
    for (code, _) in &codes {
        assert!(code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{code}");
    }
}

#[test]
fn an_object_holds_what_its_kind_has() {
    for kind in Kind::ALL {
        let mut object = Object::new(*kind, std::collections::BTreeMap::new());
        for column in kind.columns() {
            object.set(column, Value::from(column));
            assert_eq!(*object.get(column), Value::from(column));
        }
        assert!(object.get("no such thing").is_null());
    }
}
