//! Roles. They belong to the server, not to a database, so they are read only where a file or an option asks for them.

use super::{
    Advice, CreationRank, FindingDetail, HintContext, KindSpec, Masked, Reading, Shorthand, Syntax, common, probe,
    setting,
};
use crate::attribute::{Attr, Compare, Comparison, Form, Literal, RoleNames, Shape, Verdict, Weight};
use crate::fix::Loss;
use crate::hint::Hint;
use crate::snapshot::OWNER;
use crate::sql_text::quote_literal;
use crate::value::Value;

/// The words of CREATE ROLE for attributes that are true or false.
const FLAGS: [(&str, &str); 7] = [
    ("login", "LOGIN"),
    ("superuser", "SUPERUSER"),
    ("createdb", "CREATEDB"),
    ("createrole", "CREATEROLE"),
    ("inherit", "INHERIT"),
    ("replication", "REPLICATION"),
    ("bypassrls", "BYPASSRLS"),
];

/// The word of a membership without options.
const MEMBER: &str = "member";

/// The words of memberships.
static MEMBERSHIP: Shape = Shape::List(&Shape::OneOf(&[MEMBER, "admin", "no inherit", "no set"]));

const fn flag(name: &'static str, doc: &'static str) -> Attr {
    Attr::new(name, Shape::Bool, doc).default(Literal::Bool(false))
}

pub(super) static SPEC: KindSpec = KindSpec {
    name: "role",
    section: "roles",
    identity: &["name"],
    doc: "A role of the server. Roles are checked where they are written. Exact files, `pull` and `diff` leave them out, unless \
          `--roles` asks for them. Passwords are never read. Settings for one database are in `database_settings`.",
    query: include_str!("role.sql"),
    weight: Weight::Security,
    attrs: &[
        flag("login", "Whether it may log in."),
        flag("superuser", "Whether it is a superuser."),
        flag("createdb", "Whether it may create databases."),
        flag("createrole", "Whether it may create roles."),
        Attr::new("inherit", Shape::Bool, "Whether it has the privileges of the roles that it is a member of.")
            .default(Literal::Bool(true)),
        flag("replication", "Whether it may replicate."),
        flag("bypassrls", "Whether row security does not apply to it."),
        Attr::new(
            "connection_limit",
            Shape::Integer,
            "How many sessions it may have at the same time; `null` for any number.",
        )
        .default(Literal::Null),
        Attr::new("valid_until", Shape::Text, "When its password expires; `null` for never.")
            .compare(Compare::Custom(same_time))
            .default(Literal::Null),
        Attr::new(
            "member_of",
            Shape::Map(&MEMBERSHIP),
            "The roles that it is a member of, and the options of each membership: `{readers: [member], writers: [admin]}`. From \
             PostgreSQL 16 a membership can be `no inherit` or `no set` by itself; before, it is `no inherit` if the role is.",
        )
        .compare(Compare::Custom(same_memberships))
        .role_names(RoleNames::Keys)
        .default(Literal::EmptyMap),
        Attr::new(
            "granted_by",
            Shape::Map(&common::NAMES),
            "The roles that granted the memberships, where that is not the first superuser of the server.",
        )
        .default(Literal::EmptyMap)
        .role_names(RoleNames::KeysAndValues)
        .since(16),
        Attr::new(
            "settings",
            Shape::Map(&Shape::Text),
            "The settings of ALTER ROLE … SET, for every database. The value of a setting that may hold a secret is never printed.",
        )
        .compare(Compare::Custom(setting::same_settings))
        .default(Literal::EmptyMap),
        common::COMMENT,
    ],
    reading: Reading {
        on_request: true,
        extra_columns: &[OWNER],
        masked: Masked::SETTINGS,
        ..Reading::DEFAULT
    },
    syntax: Syntax {
        shorthand: Shorthand::OtherName,
        ..Syntax::DEFAULT
    },
    rename_role: Some(|name, other| Some(other(name))),
    advice: Advice {
        hint: Some(hint),
        drop_loses: Some(|_| Loss::Other("the password and the memberships of the role")),
        rank: CreationRank::Server,
        probe: Some(&probe::ROLE),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

fn same_time(comparison: &Comparison<'_>) -> Verdict {
    match (comparison.expected.as_text(), comparison.actual.as_text()) {
        (Some(expected), Some(actual)) => {
            let form = Form::Value("timestamp with time zone".to_owned());
            Verdict::ask(form, &quote_literal(expected), &quote_literal(actual))
        }
        (Some("infinity"), None) => Verdict::Equal,
        (expected, actual) => Verdict::when(expected == actual),
    }
}

fn same_memberships(comparison: &Comparison<'_>) -> Verdict {
    Verdict::when(memberships(comparison.expected) == memberships(comparison.actual))
}

/// The options of each membership, sorted.
fn memberships(value: &Value) -> Option<Vec<(&String, Vec<&str>)>> {
    let Value::Map(roles) = value else { return None };
    Some(
        roles
            .iter()
            .map(|(role, words)| {
                let mut words = words.texts();
                words.retain(|word| *word != MEMBER);
                words.sort_unstable();
                (role, words)
            })
            .collect(),
    )
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = common::name(finding.id.last());
    let alter = |what: String| Some(Hint::sql(format!("ALTER ROLE {name} {what};")));
    match &finding.detail {
        FindingDetail::Missing(attributes) => Some(create(&name, attributes)),
        FindingDetail::Unexpected => Some(Hint::advice(
            "remove it with DROP ROLE, which concerns every database of the server, once it owns nothing",
        )),
        FindingDetail::Unreadable { .. } => None,
        FindingDetail::Differs {
            attribute,
            expected,
            actual,
        } => match (*attribute, expected) {
            ("connection_limit", Value::Integer(limit)) => alter(format!("CONNECTION LIMIT {limit}")),
            ("connection_limit", Value::Null) => alter("CONNECTION LIMIT -1".to_owned()),
            ("valid_until", Value::Text(time)) => alter(format!("VALID UNTIL {}", quote_literal(time))),
            ("valid_until", Value::Null) => alter("VALID UNTIL 'infinity'".to_owned()),
            ("member_of", _) => membership_changes(&name, expected, actual),
            ("settings", _) => setting_changes(&format!("ALTER ROLE {name}"), expected, actual),
            ("comment", Value::Text(comment)) => Some(Hint::sql(format!(
                "COMMENT ON ROLE {name} IS {};",
                quote_literal(comment)
            ))),
            ("comment", Value::Null) => Some(Hint::sql(format!("COMMENT ON ROLE {name} IS NULL;"))),
            (flag, Value::Bool(wanted)) => alter(flag_word(flag, *wanted)?),
            _ => None,
        },
    }
}

/// `LOGIN` or `NOLOGIN`.
fn flag_word(flag: &str, wanted: bool) -> Option<String> {
    let (_, word) = FLAGS.iter().find(|(name, _)| *name == flag)?;
    Some(if wanted {
        (*word).to_owned()
    } else {
        format!("NO{word}")
    })
}

/// The statement that creates the role, if it is all that is needed.
fn create(name: &str, attributes: &[(&'static str, Value)]) -> Hint {
    let words = attributes.iter().map(|(attribute, value)| match (*attribute, value) {
        (flag, Value::Bool(wanted)) => flag_word(flag, *wanted),
        ("connection_limit", Value::Integer(limit)) => Some(format!("CONNECTION LIMIT {limit}")),
        (_, Value::Null) => Some(String::new()),
        _ => None,
    });
    let Some(mut words) = words.collect::<Option<Vec<String>>>() else {
        return Hint::advice("create the role as expected; it belongs to the server, not to this database");
    };
    words.retain(|word| !word.is_empty());
    words.insert(0, format!("CREATE ROLE {name}"));
    Hint::sql(format!("{};", words.join(" ")))
}

/// The statements that add and remove memberships. Options alone are changed in ways that depend on the version.
fn membership_changes(name: &str, expected: &Value, actual: &Value) -> Option<Hint> {
    let (Value::Map(wanted), Value::Map(there)) = (expected, actual) else {
        return None;
    };
    let mut statements = Vec::new();
    for (role, words) in wanted {
        let words = words.texts();
        let is_plain = words.iter().all(|word| *word == MEMBER || *word == "admin");
        if there.get(role).is_some_and(|there| same_words(&there.texts(), &words)) {
            continue;
        }
        if !is_plain || there.contains_key(role) {
            return Some(Hint::advice(
                "revoke the memberships that differ and grant them with the options as expected",
            ));
        }
        let option = if words.contains(&"admin") {
            " WITH ADMIN OPTION"
        } else {
            ""
        };
        statements.push(format!("GRANT {} TO {name}{option};", common::name(role)));
    }
    for role in there.keys().filter(|role| !wanted.contains_key(*role)) {
        statements.push(format!("REVOKE {} FROM {name};", common::name(role)));
    }
    common::join_statements(&statements)
}

fn same_words(one: &[&str], other: &[&str]) -> bool {
    let sorted = |words: &[&str]| {
        let mut words: Vec<String> = words
            .iter()
            .filter(|w| **w != MEMBER)
            .map(|w| (*w).to_owned())
            .collect();
        words.sort();
        words
    };
    sorted(one) == sorted(other)
}

/// The statements that set and reset settings; none if a value is hidden or a list of names.
fn setting_changes(alter: &str, expected: &Value, actual: &Value) -> Option<Hint> {
    let (Value::Map(wanted), Value::Map(there)) = (expected, actual) else {
        return None;
    };
    let mut statements = Vec::new();
    for (setting, value) in wanted
        .iter()
        .filter(|(setting, value)| there.get(*setting) != Some(value))
    {
        let value = value.as_text().filter(|value| !value.contains([',', '"', '*']))?;
        statements.push(format!("{alter} SET {setting} = {};", quote_literal(value)));
    }
    for setting in there.keys().filter(|setting| !wanted.contains_key(*setting)) {
        statements.push(format!("{alter} RESET {setting};"));
    }
    common::join_statements(&statements)
}
