//! Compares values of a setting by its type. PostgreSQL stores a value as it was written: `65536kB` and `64MB` are one
//! value of `work_mem`.
//!
//! The server says the type and the unit of each setting (`pg_settings`). Nothing is set: a value that is set takes effect.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::super::client::Client;
use super::super::in_savepoint;
use super::super::server_error::ServerError;
use crate::sql;
use crate::sql::{Sql, literal};
use crate::sql_text::option_text::{boolean, same_value};

/// What the server says of a setting.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct SettingType {
    vartype: String,
    unit: Option<String>,
    words: Option<Vec<String>>,
}

/// Reads the types of settings, by name in lower case. A setting that the server does not know is left out.
///
/// # Errors
/// The server does not answer.
pub(super) async fn read_types(
    client: &mut Client,
    names: &BTreeSet<String>,
) -> Result<BTreeMap<String, SettingType>, ServerError> {
    let query = sql![
        "SELECT coalesce(json_object_agg(lower(name), json_build_object('vartype', vartype, 'unit', unit, 'words', enumvals)), '{}')::text \
         FROM pg_settings WHERE lower(name) IN (",
        Sql::join(names.iter().map(|name| literal(name)), ", "),
        ")"
    ];
    let rows = in_savepoint(client, vec![sql![super::super::PIN_SEARCH_PATH], query]).await?;
    let json = rows.first().and_then(|row| row.text(0).ok().flatten());
    serde_json::from_str(json.unwrap_or("{}")).map_err(ServerError::broken)
}

/// How the items of a setting that is a list are read. PostgreSQL does not say which settings are lists. Source: the
/// settings with `GUC_LIST_INPUT` in `src/backend/utils/misc/guc_tables.c`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ListItems {
    /// Names, in order.
    Names,
    /// Names of files, in order. Their case matters.
    Files,
    /// Words, in any order and case.
    Words,
}

fn list_items(name: &str) -> Option<ListItems> {
    match name {
        "search_path" | "temp_tablespaces" | "synchronized_standby_slots" => Some(ListItems::Names),
        "local_preload_libraries"
        | "session_preload_libraries"
        | "shared_preload_libraries"
        | "oauth_validator_libraries"
        | "unix_socket_directories" => Some(ListItems::Files),
        "datestyle"
        | "createrole_self_grant"
        | "restrict_nonsystem_relation_kind"
        | "wal_consistency_checking"
        | "log_destination"
        | "debug_io_direct" => Some(ListItems::Words),
        _ => None,
    }
}

/// Whether two values of a setting, whose name is in lower case, are the same.
pub(super) fn same(name: &str, known: Option<&SettingType>, expected: &str, actual: &str) -> bool {
    if expected == actual {
        return true;
    }
    if let Some(items) = list_items(name) {
        let both = list(expected, items).zip(list(actual, items));
        return both.is_some_and(|(expected, actual)| expected == actual);
    }
    // PostgreSQL's documentation, 8.5.3 Time Zones: "In all cases, timezone names and abbreviations are recognized
    // case-insensitively."
    if ["timezone", "log_timezone"].contains(&name) {
        return expected.eq_ignore_ascii_case(actual);
    }
    let Some(known) = known else {
        return false;
    };
    let unit = known.unit.as_deref();
    match known.vartype.as_str() {
        "bool" => same_value(expected, actual, boolean),
        "integer" => same_value(expected, actual, |text| number(text, unit).map(f64::round_ties_even)),
        "real" => same_value(expected, actual, |text| number(text, unit)),
        "enum" => same_word(known, expected, actual),
        _ => false,
    }
}

/// Compares words. PostgreSQL does not list all of them: where `on` and `off` are, there are the other words for them, and
/// `debug` is `debug2` (`src/backend/utils/misc/guc_tables.c`).
fn same_word(known: &SettingType, expected: &str, actual: &str) -> bool {
    let words = known.words.as_deref().unwrap_or_default();
    let has = |word: &str| words.iter().any(|known| known == word);
    let canonical = |text: &str| {
        let text = text.to_ascii_lowercase();
        match text.as_str() {
            "true" | "yes" | "1" if has("on") => "on".to_owned(),
            "false" | "no" | "0" if has("off") => "off".to_owned(),
            "debug" if has("debug2") => "debug2".to_owned(),
            _ => text,
        }
    };
    canonical(expected) == canonical(actual)
}

/// The units, in the smallest of their kind. Source: `memory_unit_conversion_table` and `time_unit_conversion_table` in
/// `src/backend/utils/misc/guc.c`.
const UNITS: [(&str, f64); 11] = [
    ("B", 1.0),
    ("kB", 1024.0),
    ("MB", 1_048_576.0),
    ("GB", 1_073_741_824.0),
    ("TB", 1_099_511_627_776.0),
    ("us", 1.0),
    ("ms", 1_000.0),
    ("s", 1_000_000.0),
    ("min", 60_000_000.0),
    ("h", 3_600_000_000.0),
    ("d", 86_400_000_000.0),
];

/// The size of a unit, which may be a multiple: `8kB`. Also says whether it is a time.
fn unit_size(text: &str) -> Option<(f64, bool)> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (factor, unit) = text.split_at(digits);
    let place = UNITS.iter().position(|(name, _)| *name == unit)?;
    let factor: f64 = if factor.is_empty() { 1.0 } else { factor.parse().ok()? };
    Some((factor * UNITS[place].1, place >= 5))
}

/// A number in the unit of its setting.
fn number(text: &str, unit: Option<&str>) -> Option<f64> {
    let text = text.trim();
    let is_hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    let end = if is_hexadecimal {
        2 + text[2..]
            .find(|c: char| !c.is_ascii_hexdigit())
            .unwrap_or(text.len() - 2)
    } else {
        numeral_length(text)
    };
    let (numeral, written) = text.split_at(end);
    let written = written.trim();
    let value = parse_numeral(numeral)?;
    if written.is_empty() {
        return Some(value);
    }
    let (base, base_is_time) = unit_size(unit?)?;
    let (size, is_time) = unit_size(written)?;
    (base_is_time == is_time && !written.starts_with(|c: char| c.is_ascii_digit())).then_some(value * size / base)
}

/// The length of the decimal number at the beginning.
fn numeral_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = usize::from(text.starts_with(['+', '-']));
    let digits = |at: &mut usize| {
        while bytes.get(*at).is_some_and(u8::is_ascii_digit) {
            *at += 1;
        }
    };
    digits(&mut at);
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        digits(&mut at);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let mut exponent = at + 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let before = exponent;
        digits(&mut exponent);
        if exponent > before {
            at = exponent;
        }
    }
    at
}

/// A number as C reads it: `0x10` and `010` are not decimal.
fn parse_numeral(text: &str) -> Option<f64> {
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return u32::from_str_radix(digits, 16).ok().map(f64::from);
    }
    let is_octal = text.len() > 1 && text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_octal {
        return u32::from_str_radix(text, 8).ok().map(f64::from);
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// The items of a list, as `SplitIdentifierString` and `SplitDirectoriesString` read it
/// (`src/backend/utils/adt/varlena.c`); `None` if it is not a list. Items without a name mean nothing.
fn list(text: &str, items: ListItems) -> Option<Vec<String>> {
    let mut list = Vec::new();
    let mut rest = text.trim_matches(|c: char| c.is_ascii_whitespace());
    if rest.is_empty() {
        return Some(list);
    }
    loop {
        let (item, after) = if let Some(inner) = rest.strip_prefix('"') {
            quoted_item(inner)?
        } else {
            let end = rest.find([',']).unwrap_or(rest.len());
            let item = rest[..end].trim_end_matches(|c: char| c.is_ascii_whitespace());
            let may_have_blanks = items == ListItems::Files;
            if item.is_empty() || !may_have_blanks && item.contains(|c: char| c.is_ascii_whitespace()) {
                return None;
            }
            let item = match items {
                ListItems::Names | ListItems::Words => item.to_lowercase(),
                ListItems::Files => item.to_owned(),
            };
            (item, &rest[end..])
        };
        list.push(match items {
            ListItems::Words => item.to_lowercase(),
            ListItems::Names | ListItems::Files => item,
        });
        rest = after.trim_start_matches(|c: char| c.is_ascii_whitespace());
        match rest.strip_prefix(',') {
            Some(next) => rest = next.trim_start_matches(|c: char| c.is_ascii_whitespace()),
            None if rest.is_empty() => break,
            None => return None,
        }
    }
    list.retain(|item| !item.is_empty());
    if items == ListItems::Words {
        list.sort();
    }
    Some(list)
}

/// The item up to its closing quote, and what follows.
fn quoted_item(text: &str) -> Option<(String, &str)> {
    let mut item = String::new();
    let mut rest = text;
    loop {
        let (before, after) = rest.split_once('"')?;
        item.push_str(before);
        match after.strip_prefix('"') {
            Some(next) => {
                item.push('"');
                rest = next;
            }
            None => return Some((item, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, known: (&str, &str, &[&str]), expected: &str, actual: &str, same_value: bool) {
        let (vartype, unit, words) = known;
        let known = SettingType {
            vartype: vartype.to_owned(),
            unit: (!unit.is_empty()).then(|| unit.to_owned()),
            words: Some(words.iter().map(|word| (*word).to_owned()).collect()),
        };
        assert_eq!(
            same(name, Some(&known), expected, actual),
            same_value,
            "{name}: {expected}, {actual}"
        );
    }

    #[test]
    fn values_are_compared_by_type_and_unit() {
        let memory = ("integer", "kB", &[][..]);
        check("work_mem", memory, "64MB", "65536kB", true);
        check("work_mem", memory, "64MB", "65536", true);
        check("work_mem", memory, "0.5GB", "512 MB", true);
        check("work_mem", memory, "64MB", "64mb", false);
        check("work_mem", memory, "64MB", "64", false);
        check("work_mem", memory, "64s", "64kB", false);
        check("x", ("integer", "8kB", &[]), "1MB", "128", true);
        check("statement_timeout", ("integer", "ms", &[]), "1min", "60000", true);
        check("statement_timeout", ("integer", "ms", &[]), "1min", "60s", true);
        check("statement_timeout", ("integer", "ms", &[]), "1min", "61s", false);
        check("x", ("integer", "", &[]), "0x10", "16", true);
        check("random_page_cost", ("real", "", &[]), "1.10", "1.1", true);
        check("random_page_cost", ("real", "", &[]), "1.1", "1.2", false);
        check("row_security", ("bool", "", &[]), "false", "off", true);
        check("row_security", ("bool", "", &[]), "f", "on", false);
        check(
            "synchronous_commit",
            ("enum", "", &["local", "on", "off"]),
            "true",
            "ON",
            true,
        );
        check(
            "synchronous_commit",
            ("enum", "", &["local", "on", "off"]),
            "local",
            "on",
            false,
        );
        check(
            "client_min_messages",
            ("enum", "", &["debug2", "log"]),
            "debug",
            "debug2",
            true,
        );
        check("application_name", ("string", "", &[]), "a  b", "a b", false);
        check("timezone", ("string", "", &[]), "utc", "UTC", true);
    }

    #[test]
    fn lists_are_compared_by_item() {
        for (name, expected, actual, same_value) in [
            ("search_path", "", "\"\"", true),
            ("search_path", "pg_catalog,pg_temp", "pg_catalog, pg_temp", true),
            ("search_path", "$user, public", "\"$user\", public", true),
            ("search_path", "App, public", "app, public", true),
            ("search_path", "App, public", "\"App\", public", false),
            ("search_path", "public, pg_temp", "\"public, pg_temp\"", false),
            ("search_path", "public, pg_temp", "pg_temp, public", false),
            ("search_path", "a\"\"b", "\"a\"\"b\"", false),
            ("search_path", "a,", "a", false),
            ("session_preload_libraries", "Auto,b", "auto,b", false),
            ("session_preload_libraries", "auto,b", "auto, \"b\"", true),
            ("datestyle", "iso, dmy", "DMY, ISO", true),
            ("datestyle", "iso, dmy", "iso, mdy", false),
        ] {
            assert_eq!(
                same(name, None, expected, actual),
                same_value,
                "{name}: {expected}, {actual}"
            );
        }
    }
}
