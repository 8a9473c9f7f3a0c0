//! Texts about a tenant, written so that they are the same for every tenant.

use serde_json::Value as Json;

use crate::sql_text::continues_word;

/// How reports write the schema of a tenant.
pub const SCHEMA: &str = "{schema}";

/// A text in which the name of a schema before a dot is written `{schema}`.
#[must_use]
pub fn without_schema(text: &str, schema: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(schema).filter(|_| !schema.is_empty()) {
        let (before, from) = rest.split_at(at);
        let after = &from[schema.len()..];
        out.push_str(before);
        // Behind a dot it is the name of something else.
        let begins = !out.chars().next_back().is_some_and(|c| continues_word(c) || c == '.');
        let is_quoted = out.ends_with('"') && after.starts_with("\".");
        if is_quoted {
            out.pop();
            out.push_str(SCHEMA);
            rest = &after[1..];
        } else if begins && after.starts_with('.') {
            out.push_str(SCHEMA);
            rest = after;
        } else {
            out.push_str(schema);
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// SQL in which the schema is general wherever it is a word, also in a search path.
#[must_use]
pub fn general_sql(sql: &str, schema: &str) -> String {
    let sql = without_schema(sql, schema);
    let words = sql.split_inclusive([' ', ',', ';', '\n']);
    words
        .map(|word| {
            let name = word.trim_end_matches([' ', ',', ';', '\n']);
            if name == schema || name.trim_matches('"') == schema {
                format!("{SCHEMA}{}", &word[name.len()..])
            } else {
                word.to_owned()
            }
        })
        .collect()
}

/// A value in which all texts are general.
pub(crate) fn general_value(value: Json, schema: &str) -> Json {
    match value {
        Json::String(text) => Json::String(without_schema(&text, schema)),
        Json::Array(items) => items.into_iter().map(|item| general_value(item, schema)).collect(),
        Json::Object(map) => {
            let entries = map.into_iter();
            let entries = entries.map(|(key, value)| (without_schema(&key, schema), general_value(value, schema)));
            Json::Object(entries.collect())
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => value,
    }
}

#[cfg(test)]
mod tests {
    use super::{general_sql, without_schema};

    #[test]
    fn only_the_schema_itself_is_general() {
        let general = |text| without_schema(text, "t_1");
        assert_eq!(general("table t_1.orders"), "table {schema}.orders");
        assert_eq!(general("ON \"t_1\".orders (t_1)"), "ON {schema}.orders (t_1)");
        assert_eq!(
            general("table t_11.orders, at_1.b, t_1"),
            "table t_11.orders, at_1.b, t_1"
        );
        assert_eq!(general("nextval('t_1.s')"), "nextval('{schema}.s')");
        assert_eq!(general("public.t_1.a"), "public.t_1.a");
        assert_eq!(
            general_sql("SET search_path = t_1, public; DROP TABLE t_1.t_1;", "t_1"),
            "SET search_path = {schema}, public; DROP TABLE {schema}.t_1;"
        );
    }
}
