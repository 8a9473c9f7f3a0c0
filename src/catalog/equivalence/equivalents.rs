//! Functions that PostgreSQL's manual states to be other spellings of each other. PostgreSQL's own comparison of trees does
//! not know that, because they are different functions.
//!
//! They are replaced in texts that the server printed, never in the texts of a file: a print writes a keyword in upper case
//! without quotes, and a function that is not PostgreSQL's own with its schema.

use crate::sql_text::{WordPlace, replace_words, same_tokens};

/// Another spelling of a function.
struct Equivalent {
    /// The word in the print.
    word: &'static str,
    /// Where the word is the function.
    place: WordPlace,
    /// The spelling that replaces it.
    by: &'static str,
}

/// A keyword, which is a function without parentheses.
const fn keyword(word: &'static str, by: &'static str) -> Equivalent {
    Equivalent {
        word,
        place: WordPlace::Alone,
        by,
    }
}

/// A function.
const fn function(word: &'static str, by: &'static str) -> Equivalent {
    Equivalent {
        word,
        place: WordPlace::BeforeParenthesis,
        by,
    }
}

/// What the manual states, by section.
const EQUIVALENTS: [Equivalent; 13] = [
    // 9.9.5 Current Date/Time: "transaction_timestamp() is equivalent to CURRENT_TIMESTAMP", "now() is a traditional
    // PostgreSQL equivalent to transaction_timestamp()".
    // https://www.postgresql.org/docs/current/functions-datetime.html#FUNCTIONS-DATETIME-CURRENT
    keyword("CURRENT_TIMESTAMP", "now()"),
    function("transaction_timestamp", "now"),
    // 9.27.1 Session Information Functions: "user: This is equivalent to current_user", "current_role: This is equivalent to
    // current_user"; current_catalog and current_database(), and current_schema and current_schema(), are one entry each.
    // https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SESSION
    keyword("USER", "CURRENT_USER"),
    keyword("CURRENT_ROLE", "CURRENT_USER"),
    keyword("CURRENT_CATALOG", "current_database()"),
    keyword("CURRENT_SCHEMA", "\"current_schema\"()"),
    // 9.3 Mathematical Functions: "ceiling: … (same as ceil)", "log10: Base 10 logarithm (same as log)".
    // https://www.postgresql.org/docs/current/functions-math.html
    function("ceiling", "ceil"),
    function("log10", "log"),
    // 9.4 String Functions: char_length and character_length are one entry.
    // https://www.postgresql.org/docs/current/functions-string.html
    function("character_length", "char_length"),
    // 9.14 UUID Functions: gen_random_uuid and uuidv4 are one entry (18 and later).
    // https://www.postgresql.org/docs/current/functions-uuid.html
    function("uuidv4", "gen_random_uuid"),
    // 9.21 Aggregate Functions: "every: This is the SQL standard's equivalent to bool_and", "stddev: This is a historical
    // alias for stddev_samp", "variance: This is a historical alias for var_samp".
    // https://www.postgresql.org/docs/current/functions-aggregate.html
    function("every", "bool_and"),
    function("stddev", "stddev_samp"),
    function("variance", "var_samp"),
];

/// Every name of a function that is replaced, or that replaces one, in lower case.
pub(super) fn names() -> impl Iterator<Item = String> {
    EQUIVALENTS.iter().flat_map(|equivalent| {
        [equivalent.word, equivalent.by].map(|name| name.trim_matches(['"', '(', ')']).to_lowercase())
    })
}

/// Whether a word is one of [`names`].
pub(super) fn is_name(word: &str) -> bool {
    EQUIVALENTS.iter().any(|equivalent| {
        [equivalent.word, equivalent.by]
            .iter()
            .any(|name| name.trim_matches(['"', '(', ')']).eq_ignore_ascii_case(word))
    })
}

/// Whether two prints are equal, but for spellings that the manual states to be equivalent.
pub(super) fn same_print(one: &str, another: &str) -> bool {
    same_tokens(one.trim(), another.trim()) || same_tokens(&canonical(one), &canonical(another))
}

/// A print with one spelling for each function.
fn canonical(print: &str) -> String {
    replace_words(print.trim(), |word, place| {
        EQUIVALENTS
            .iter()
            .find(|equivalent| equivalent.word == word && equivalent.place == place)
            .map(|equivalent| equivalent.by)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_manual_states_is_equal() {
        for (one, another, expected) in [
            ("(at > CURRENT_TIMESTAMP)", "(at > now())", true),
            ("(at > transaction_timestamp())", "(at > CURRENT_TIMESTAMP)", true),
            ("CURRENT_TIMESTAMP(3)", "now()", false),
            ("statement_timestamp()", "now()", false),
            ("LOCALTIMESTAMP", "now()", false),
            ("(CURRENT_ROLE = USER)", "(CURRENT_USER = CURRENT_USER)", true),
            ("SESSION_USER", "CURRENT_USER", false),
            ("(\"USER\" = 'x'::text)", "(CURRENT_USER = 'x'::text)", false),
            ("(user = 'x'::text)", "(CURRENT_USER = 'x'::text)", false),
            ("ceiling(n)", "ceil(n)", true),
            ("public.ceiling(n)", "public.ceil(n)", false),
            ("t.\"ceiling\"(n)", "t.ceil(n)", false),
            ("stddev(n) AS stddev", "stddev_samp(n) AS stddev", true),
            ("stddev(n) AS stddev", "stddev_samp(n) AS stddev_samp", false),
            ("'CURRENT_TIMESTAMP'", "'now()'", false),
            ("CURRENT_SCHEMA", "\"current_schema\"()", true),
        ] {
            assert_eq!(same_print(one, another), expected, "{one} and {another}");
        }
    }
}
