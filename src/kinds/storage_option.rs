//! Storage options, which PostgreSQL stores as they were written: `security_invoker = on` and `= true` are one option.
//!
//! Options of foreign objects are texts, which only their wrapper understands, and are not compared here.

use super::setting::same_by_name;
use crate::attribute::{Comparison, Verdict};
use crate::secret;
use crate::sql_text::option_text::{boolean, same_value};
use crate::value::Value;

/// The type of an option. Sources: "Storage Parameters" and "Index Storage Parameters" of PostgreSQL's documentation (CREATE
/// TABLE, CREATE INDEX, CREATE VIEW, ALTER TABLE), `src/backend/access/common/reloptions.c`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OptionType {
    Boolean,
    Number,
    /// One of several words, in any case.
    Word,
    /// One of several words, of which those that are booleans have synonyms.
    WordOrBoolean,
}

const BOOLEANS: &[&str] = &[
    "autosummarize",
    "autovacuum_enabled",
    "deduplicate_items",
    "fastupdate",
    "security_barrier",
    "security_invoker",
    "user_catalog_table",
    "vacuum_truncate",
];

const NUMBERS: &[&str] = &[
    "autovacuum_analyze_scale_factor",
    "autovacuum_analyze_threshold",
    "autovacuum_freeze_max_age",
    "autovacuum_freeze_min_age",
    "autovacuum_freeze_table_age",
    "autovacuum_multixact_freeze_max_age",
    "autovacuum_multixact_freeze_min_age",
    "autovacuum_multixact_freeze_table_age",
    "autovacuum_parallel_workers",
    "autovacuum_vacuum_cost_delay",
    "autovacuum_vacuum_cost_limit",
    "autovacuum_vacuum_insert_scale_factor",
    "autovacuum_vacuum_insert_threshold",
    "autovacuum_vacuum_max_threshold",
    "autovacuum_vacuum_scale_factor",
    "autovacuum_vacuum_threshold",
    "effective_io_concurrency",
    "fillfactor",
    "gin_pending_list_limit",
    "log_autoanalyze_min_duration",
    "log_autovacuum_min_duration",
    "maintenance_io_concurrency",
    "n_distinct",
    "n_distinct_inherited",
    "pages_per_range",
    "parallel_workers",
    "random_page_cost",
    "seq_page_cost",
    "toast_tuple_target",
    "vacuum_max_eager_freeze_failure_rate",
];

/// The type of an option; `None` for those of extensions, which are compared as texts.
fn option_type(name: &str) -> Option<OptionType> {
    let name = name.strip_prefix("toast.").unwrap_or(name);
    match name {
        _ if BOOLEANS.contains(&name) => Some(OptionType::Boolean),
        _ if NUMBERS.contains(&name) => Some(OptionType::Number),
        "buffering" | "check_option" => Some(OptionType::Word),
        "vacuum_index_cleanup" => Some(OptionType::WordOrBoolean),
        _ => None,
    }
}

/// Compares two sets of options.
pub(super) fn same_options(comparison: &Comparison<'_>) -> Verdict {
    same_by_name(comparison, folded, |name, expected, actual| {
        if same_option(name, expected, actual) {
            Verdict::Equal
        } else {
            secret::compare(expected, actual)
        }
    })
}

/// The name of an option, as SQL folds it.
fn folded(name: &str) -> String {
    let folded = name.to_ascii_lowercase();
    if option_type(&folded).is_some() {
        folded
    } else {
        name.to_owned()
    }
}

/// Whether two values of an option are the same.
pub(super) fn same_option(name: &str, expected: &Value, actual: &Value) -> bool {
    let (Value::Text(expected), Value::Text(actual)) = (expected, actual) else {
        return expected == actual;
    };
    let (expected, actual) = (expected.trim(), actual.trim());
    let same = match option_type(name) {
        Some(OptionType::Boolean) => same_value(expected, actual, boolean),
        Some(OptionType::Number) => same_value(expected, actual, number),
        Some(OptionType::Word) => expected.eq_ignore_ascii_case(actual),
        Some(OptionType::WordOrBoolean) => {
            expected.eq_ignore_ascii_case(actual) || same_value(expected, actual, switch)
        }
        None => false,
    };
    same || expected == actual
}

/// The words that an option of several words also takes for `on` and `off`.
fn switch(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" | "1" => Some(true),
        "off" | "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// A number, as PostgreSQL reads integers and reals.
fn number(text: &str) -> Option<f64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u32::from_str_radix(digits, 16).ok().map(f64::from),
        None => text.parse().ok().filter(|number: &f64| number.is_finite()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_compared_by_type() {
        for (name, expected, actual, same) in [
            ("security_invoker", "on", "true", true),
            ("security_invoker", "YES", "1", true),
            ("security_invoker", "t", "true", true),
            ("security_invoker", "o", "on", false),
            ("security_invoker", "off", "true", false),
            ("toast.autovacuum_enabled", "off", "false", true),
            ("autovacuum_vacuum_scale_factor", "0.10", "0.1", true),
            ("autovacuum_vacuum_scale_factor", "1e-1", ".1", true),
            ("fillfactor", "70", "70.0", true),
            ("fillfactor", "70", "71", false),
            ("fillfactor", "on", "1", false),
            ("n_distinct", "-0.50", "-0.5", true),
            ("check_option", "LOCAL", "local", true),
            ("check_option", "local", "cascaded", false),
            ("vacuum_index_cleanup", "on", "true", true),
            ("vacuum_index_cleanup", "auto", "on", false),
            ("buffering", "on", "1", false),
            ("lists", "100", "100.0", false),
            ("lists", "on", "true", false),
        ] {
            let (one, another) = (Value::from(expected), Value::from(actual));
            assert_eq!(same_option(name, &one, &another), same, "{name}: {expected}, {actual}");
        }
    }
}
