//! Procedures.

use super::argument;
use super::function::{ARGUMENTS, BODY, LANGUAGE, SECURITY, SETTINGS};
use super::{
    Advice, CreationRank, HintContext, KeyForm, KindSpec, Masked, Matching, Reading, SqlAddress, Syntax, common, probe,
    routine, signature,
};
use crate::hint::Hint;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "procedure",
    section: "procedures",
    identity: &["schema", "name", "argument_types"],
    doc: "A procedure, named with the types of its arguments; the name alone is every procedure of this name.",
    query: include_str!("procedure.sql"),
    attrs: &[
        ARGUMENTS,
        LANGUAGE,
        SECURITY,
        SETTINGS,
        BODY,
        common::OWNER,
        common::grants(&common::OF_FUNCTION),
        common::EXTENSIONS,
        common::COMMENT,
    ],
    syntax: Syntax {
        key: KeyForm::Signature,
        ..Syntax::DEFAULT
    },
    reading: Reading {
        if_any: Some("'p' IN (SELECT prokind FROM routine_kinds)"),
        extra_columns: &[argument::NAMES],
        masked: Masked::SETTINGS,
        ..Reading::DEFAULT
    },
    matching: Matching {
        same_identity: Some(signature::same),
        ..Matching::DEFAULT
    },
    advice: Advice {
        default_grants: Some("functions"),
        address: SqlAddress::Signature("PROCEDURE"),
        hint: Some(hint),
        fix: Some(|finding| routine::fix(finding, "PROCEDURE")),
        rank: CreationRank::Routine,
        probe: Some(&probe::ROUTINE),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let alter = |what: &str| {
        let name = common::sql_name(&finding.id.relation());
        Some(Hint::sql(format!(
            "ALTER PROCEDURE {name}({}) {what};",
            finding.id.last()
        )))
    };
    finding.if_differs(|attribute, expected, actual| match (attribute, expected.as_text()) {
        ("security", Some(security)) => alter(&format!("SECURITY {}", security.to_uppercase())),
        ("owner", Some(owner)) => alter(&format!("OWNER TO {}", common::name(owner))),
        ("grants", _) => {
            let name = common::sql_name(&finding.id.relation());
            common::grant(&format!("PROCEDURE {name}({})", finding.id.last()), expected, actual)
        }
        ("depends_on_extensions", _) => {
            let name = common::sql_name(&finding.id.relation());
            let alter = format!("ALTER PROCEDURE {name}({})", finding.id.last());
            common::depend_on_extensions(&alter, expected, actual)
        }
        ("settings", _) => {
            let name = common::sql_name(&finding.id.relation());
            common::set_settings(
                &format!("ALTER PROCEDURE {name}({})", finding.id.last()),
                expected,
                actual,
            )
        }
        _ => Some(Hint::advice(
            "run CREATE OR REPLACE PROCEDURE with the expected definition",
        )),
    })
}
