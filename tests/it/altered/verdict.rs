//! What was found, and whether it fits what `pg_dump` says.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::run::Run;

/// What a report says of one thing.
#[derive(Debug)]
pub struct Finding {
    pub status: String,
    code: String,
    pub object: String,
    /// The parts of the object's name.
    parts: Vec<String>,
    message: String,
}

impl Finding {
    pub fn code(&self) -> &str {
        &self.code
    }
}

/// What a run in the format for programs found.
pub fn report(run: &Run) -> Result<Vec<Finding>, String> {
    let report: Value =
        serde_json::from_str(&run.stdout).map_err(|error| format!("{error}: {}{}", run.stdout, run.stderr))?;
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let targets = report["targets"].as_array().into_iter().flatten();
    let findings = targets.flat_map(|target| target["findings"].as_array().into_iter().flatten());
    let finding = |finding: &Value| Finding {
        status: text(finding, "status"),
        code: text(finding, "code"),
        parts: text(finding, "object")
            .split('.')
            .map(|part| part.trim_matches('"').replace("\"\"", "\""))
            .collect(),
        object: text(finding, "object"),
        message: text(finding, "message"),
    };
    Ok(findings.map(finding).collect())
}

/// The findings, one per line.
pub fn lines(findings: &[Finding]) -> String {
    let line = |finding: &Finding| {
        format!(
            "  {} {} {}: {}\n",
            finding.status, finding.code, finding.object, finding.message
        )
    };
    findings.iter().map(line).collect()
}

/// Whether a finding is about what one of the entries is about.
pub fn is_of(finding: &Finding, entries: &[&str]) -> bool {
    if finding.object.contains('"') {
        return true;
    }
    let is_named = |entry: &&str| {
        let name = entry.split(';').next().and_then(|name| name.split(' ').next_back());
        name.is_some_and(|name| name.len() > 2 && finding.object.contains(name))
    };
    if entries.iter().any(is_named) {
        return true;
    }
    let parts = finding.parts.iter().skip(usize::from(finding.parts.len() > 1));
    parts
        .into_iter()
        .any(|part| entries.iter().any(|entry| entry.contains(part.as_str())))
}

/// The entries that only one of two dumps has.
pub fn difference(before: &BTreeSet<String>, after: &BTreeSet<String>) -> String {
    let side = |sign: &str, one: &BTreeSet<String>, other: &BTreeSet<String>| -> String {
        let lines = one.difference(other).map(|entry| entry.replace('\n', "\n      "));
        lines.fold(String::new(), |out, line| out + "  " + sign + " " + &line + "\n")
    };
    side("-", before, after) + &side("+", after, before)
}
