//! The statements that create functions and procedures.

use super::address::signature;
use super::argument::ARGUMENTS;
use super::{FindingDetail, HintContext, common, hint};
use crate::fix::{Fix, FixStep, RunMode};
use crate::sql_text::{dollar_quote, split_commas};
use crate::value::Value;
use std::collections::BTreeMap;

/// What a script runs to make a routine what is expected. `word` is FUNCTION or PROCEDURE. `None` is for the statements
/// of the hint.
pub(super) fn fix(finding: &HintContext<'_>, word: &str) -> Option<Fix> {
    match &finding.detail {
        FindingDetail::Missing(_) => create(finding, word, "").map(Fix::of),
        FindingDetail::Differs { attribute, .. } => match *attribute {
            "returns" | "returns_set" | "returns_columns" => create_again(finding, word),
            ARGUMENTS if !keeps_names(finding) => create_again(finding, word),
            ARGUMENTS | "body" | "language" | "rows" | "support" | "window" => {
                create(finding, word, "OR REPLACE ").map(Fix::of)
            }
            _ => None,
        },
        FindingDetail::Unexpected | FindingDetail::Unreadable { .. } => None,
    }
}

/// Whether CREATE OR REPLACE can make the arguments what they must be: it keeps names, and takes no default away.
fn keeps_names(finding: &HintContext<'_>) -> bool {
    let split = |text: &str| -> Vec<(String, bool)> {
        let arguments = split_commas(text).into_iter().map(|argument| {
            let mut words = argument.split(" DEFAULT ");
            (
                words.next().unwrap_or_default().trim().to_owned(),
                words.next().is_some(),
            )
        });
        arguments.collect()
    };
    let there = finding
        .object
        .and_then(|object| object.get(ARGUMENTS).as_text())
        .map(split);
    let wanted = finding.wanted_text(ARGUMENTS).map(split);
    let (Some(there), Some(wanted)) = (there, wanted) else {
        return false;
    };
    there.len() == wanted.len()
        && there
            .iter()
            .zip(&wanted)
            .all(|((one, had), (other, has))| one == other && (*has || !*had))
}

/// Drops the routine and creates it, with its owner, its privileges and its comment.
fn create_again(finding: &HintContext<'_>, word: &str) -> Option<Fix> {
    let target = format!("{word} {}", signature(finding.id));
    let mut statements = vec![format!("DROP {target};"), create(finding, word, "")?];
    let owner = finding.wanted_text(common::OWNER.name);
    statements.extend(owner.map(|owner| format!("ALTER {target} OWNER TO {};", common::name(owner))));
    // The default privileges decide what a new routine has: PUBLIC may have to lose what it gets.
    statements.push(format!("REVOKE ALL ON {target} FROM PUBLIC;"));
    let grants = common::grant(&target, finding.wanted("grants"), &Value::Map(BTreeMap::new()));
    statements.extend(grants.as_ref().and_then(|hint| hint.statements()).map(str::to_owned));
    let comment = finding.wanted(common::COMMENT.name);
    if !comment.is_null() {
        statements.push(hint::comment(&target, comment).text().into_owned());
    }
    Some(Fix::of_steps(vec![FixStep::new(
        statements.join(" "),
        RunMode::Together,
    )]))
}

/// The statement that creates the expected routine. `None` if the file does not say all of it.
fn create(finding: &HintContext<'_>, word: &str, or_replace: &str) -> Option<String> {
    let text = |attribute: &str| finding.wanted_text(attribute);
    let (language, body) = (text("language")?, text("body")?);
    let arguments = text(ARGUMENTS).unwrap_or_else(|| finding.id.last());
    let mut clauses = vec![format!(
        "CREATE {or_replace}{word} {}({arguments})",
        common::sql_name(&finding.id.relation())
    )];
    clauses.extend(returns(finding, word));
    clauses.push(format!("LANGUAGE {}", common::name(language)));
    clauses.extend(properties(finding));
    if let Value::Map(settings) = finding.wanted("settings") {
        for (setting, value) in settings {
            let value = common::setting_value(setting, value.as_text()?)?;
            clauses.push(format!("SET {setting} TO {value}"));
        }
    }
    clauses.push(written_body(language, body));
    Some(format!("{};", clauses.join(" ")))
}

fn returns(finding: &HintContext<'_>, word: &str) -> Option<String> {
    let returns = finding.wanted_text("returns").filter(|_| word == "FUNCTION")?;
    let columns = finding.wanted_list("returns_columns");
    Some(match (columns.is_empty(), finding.wants("returns_set")) {
        (false, _) => format!("RETURNS TABLE ({})", columns.join(", ")),
        (true, true) => format!("RETURNS SETOF {returns}"),
        (true, false) => format!("RETURNS {returns}"),
    })
}

/// The properties that are not those of a routine of which nothing is said.
fn properties(finding: &HintContext<'_>) -> Vec<String> {
    let upper = |attribute: &str, usual: &str| {
        let word = finding.wanted_text(attribute).filter(|word| *word != usual);
        word.map(str::to_uppercase)
    };
    let flag = |attribute: &str, word: &str| finding.wants(attribute).then(|| word.to_owned());
    let number = |attribute: &str, usual: &str| {
        let text = finding.wanted_text(attribute).filter(|text| *text != usual);
        text.map(|text| format!("{} {text}", attribute.to_uppercase()))
    };
    let all = [
        flag("window", "WINDOW"),
        upper("volatility", "volatile"),
        flag("strict", "STRICT"),
        upper("security", "invoker").map(|word| format!("SECURITY {word}")),
        flag("leakproof", "LEAKPROOF"),
        upper("parallel", "unsafe").map(|word| format!("PARALLEL {word}")),
        number("cost", "100"),
        number("rows", "0"),
        finding
            .wanted_text("support")
            .map(|name| format!("SUPPORT {}", common::sql_names(name))),
    ];
    all.into_iter().flatten().collect()
}

/// The body as the statement has it: a body of the SQL standard as it is, and others in dollar quotes.
fn written_body(language: &str, body: &str) -> String {
    if language == "sql" && super::function::is_standard_body(body) {
        return body.trim().trim_end_matches(';').to_owned();
    }
    format!("AS {}", dollar_quote("body", body))
}
