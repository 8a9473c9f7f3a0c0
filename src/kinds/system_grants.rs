//! Privileges on objects of PostgreSQL and of extensions that were changed after the installation.

use super::common::GrantChanges;
use super::{Advice, FindingDetail, HintContext, KeyForm, KindSpec, Reading, Role, Syntax, common};
use crate::attribute::{Attr, Compare, Shape};
use crate::hint::Hint;
use crate::object_id::{ObjectId, split_name};
use crate::privileges;
use crate::privileges::{Class, Privileges};
use crate::value::Value;

/// The privileges on objects of the class that the name says. What is left out is as it was installed.
const PRIVILEGES: Privileges = Privileges::ByName(class);

/// The column with the name of a type as GRANT reads it.
const TYPE_NAME: &str = "type_name";

pub(super) static SPEC: KindSpec = KindSpec {
    name: "system_grants",
    one: Some("an entry of system grants"),
    section: "system_grants",
    identity: &["name"],
    doc: "The privileges on an object of PostgreSQL or of an extension, or on the type of the rows of a relation or a multirange type, \
          where they are not those that it was created with. The name is that of `pg_identify_object`, with its type: `function pg_catalog.pg_sleep(double precision)`.",
    query: include_str!("system_grants.sql"),
    attrs: &[Attr::new(
        "grants",
        Shape::Map(&Shape::List(&Shape::Privilege(PRIVILEGES))),
        "The privileges that roles have now, in any order, if they differ from those after the installation: `{public: [none]}` says that \
         PUBLIC has none any more.",
    )
    .compare(Compare::Grants(PRIVILEGES))
    .keyed_by_role()],
    role: Role::Change,
    syntax: Syntax {
        key: KeyForm::Text,
        rewrite: Some(|id, entries| {
            common::check_grants(class(id.last()), &entries)?;
            Ok(entries)
        }),
        ..Syntax::DEFAULT
    },
    reading: Reading {
        extra_columns: &[TYPE_NAME],
        if_any: Some(include_str!("common/may_have_changed_grants.sql")),
        ..Reading::DEFAULT
    },
    advice: Advice {
        hint: Some(hint),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

/// The types of `pg_identify_object`, with the words after ON in GRANT.
const TYPES: [(&str, &str, Class); 13] = [
    ("table column ", "TABLE", privileges::COLUMN),
    ("view column ", "TABLE", privileges::COLUMN),
    ("materialized view ", "TABLE", privileges::TABLE),
    ("foreign table ", "TABLE", privileges::TABLE),
    ("table ", "TABLE", privileges::TABLE),
    ("view ", "TABLE", privileges::TABLE),
    ("sequence ", "SEQUENCE", privileges::SEQUENCE),
    ("function ", "FUNCTION", privileges::FUNCTION),
    ("procedure ", "PROCEDURE", privileges::FUNCTION),
    ("aggregate ", "FUNCTION", privileges::FUNCTION),
    ("type ", "TYPE", privileges::TYPE),
    ("language ", "LANGUAGE", privileges::LANGUAGE),
    ("schema ", "SCHEMA", privileges::SCHEMA),
];

/// Tables whose contents no role but superusers may see.
const SECRET: [&str; 8] = [
    "pg_catalog.pg_authid",
    "pg_catalog.pg_user_mapping",
    "pg_catalog.pg_subscription",
    "pg_catalog.pg_largeobject",
    "pg_catalog.pg_statistic",
    "pg_catalog.pg_statistic_ext_data",
    "pg_catalog.pg_shadow",
    "pg_catalog.pg_hba_file_rules",
];

fn class(name: &str) -> Option<Class> {
    let (_, _, class) = TYPES.iter().find(|(object_type, _, _)| name.starts_with(object_type))?;
    Some(class.additional())
}

/// What GRANT says of an object: the text after ON, and the column, if it is one.
struct GrantTarget {
    on: String,
    column: Option<String>,
}

impl GrantTarget {
    /// `None` if the name does not say it: GRANT does not know SQL's words for types.
    fn of(finding: &HintContext<'_>) -> Option<Self> {
        let name = finding.id.last();
        let (object_type, word, class) = TYPES.iter().find(|(object_type, _, _)| name.starts_with(object_type))?;
        let name = &name[object_type.len()..];
        if class.many == privileges::COLUMN.many {
            let mut parts = split_name(name)?;
            let column = parts.pop()?;
            let relation = ObjectId::new(parts);
            return Some(Self {
                on: format!("{word} {}", common::sql_name(&relation)),
                column: Some(common::name(&column)),
            });
        }
        let type_name = finding.object.and_then(|object| object.get(TYPE_NAME).as_text());
        let is_type = class.many == privileges::TYPE.many;
        let name = type_name.or_else(|| Some(name).filter(|name| !is_type || name.contains('.')))?;
        Some(Self {
            on: format!("{word} {name}"),
            column: None,
        })
    }

    /// Privileges with the object that they are on.
    fn privileges(&self, words: &[String]) -> String {
        let words: Vec<String> = match &self.column {
            Some(column) => words.iter().map(|word| format!("{word} ({column})")).collect(),
            None => words.to_vec(),
        };
        format!("{} ON {}", words.join(", "), self.on)
    }
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = finding.id.last();
    match &finding.detail {
        FindingDetail::Missing(attributes) => {
            let expected = common::expected(attributes, "grants")?;
            change(finding, expected, &installed(name, expected))
        }
        FindingDetail::Unexpected => {
            let actual = finding.object?.get("grants");
            let change = change(finding, &installed(name, actual), actual)?;
            let is_secret = SECRET
                .iter()
                .any(|table| name.split_once(' ').is_some_and(|(_, of)| of == *table));
            Some(match change {
                Hint::Sql(sql) if is_secret => Hint::advice_with_sql(
                    "give back what this table was installed with, because its contents are secret",
                    sql,
                ),
                Hint::Sql(sql) => Hint::advice_with_sql("give back the privileges that it was installed with", sql),
                other => other,
            })
        }
        FindingDetail::Unreadable { .. } => None,
        FindingDetail::Differs { expected, actual, .. } => change(finding, expected, actual),
    }
}

/// What the roles of a value had after the installation, as far as that follows from the class: where PUBLIC has no
/// privilege now, it had those that it has by default.
fn installed(name: &str, value: &Value) -> Value {
    let Value::Map(roles) = value else {
        return Value::Null;
    };
    let none = |privileges: &Value| privileges.texts() == ["none"];
    let default = match TYPES.iter().find(|(object_type, _, _)| name.starts_with(object_type)) {
        Some((_, "FUNCTION" | "PROCEDURE", _)) => "execute",
        Some((_, "TYPE" | "LANGUAGE" | "SCHEMA", _)) => "usage",
        Some(_) | None => "select",
    };
    let had = roles.iter().map(|(role, privileges)| {
        let word = if none(privileges) { default } else { "none" };
        (role.clone(), Value::List(vec![Value::from(word)]))
    });
    Value::Map(had.collect())
}

fn change(finding: &HintContext<'_>, expected: &Value, actual: &Value) -> Option<Hint> {
    let Some(target) = GrantTarget::of(finding) else {
        return Some(Hint::advice("change the privileges with GRANT or REVOKE"));
    };
    let changes = GrantChanges::between(expected, actual)?;
    let statements = changes
        .iter()
        .map(|change| change.statement("", |_| target.privileges(change.privileges())));
    common::join_statements(&statements.collect::<Vec<_>>())
}
