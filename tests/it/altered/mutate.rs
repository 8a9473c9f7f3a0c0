//! Changes a text of SQL in one place.

use super::grammar::Random;

/// Words and signs, and what one may become. Many are no valid SQL in some places: the server refuses them there.
const OTHERS: &[(&str, &[&str])] = &[
    ("=", &["<>", "<", ">="]),
    ("<>", &["="]),
    ("<", &["<=", ">"]),
    (">", &[">=", "<"]),
    (">=", &[">"]),
    ("<=", &["<"]),
    ("+", &["-"]),
    ("*", &["+"]),
    ("%", &["/"]),
    ("~", &["~*"]),
    ("~~", &["~~*", "!~~"]),
    ("&&", &["@>", "-|-"]),
    ("@>", &["<@"]),
    ("->>", &["->"]),
    ("and", &["or"]),
    ("or", &["and"]),
    ("not", &[""]),
    ("is", &["is not"]),
    ("true", &["false"]),
    ("false", &["true"]),
    ("lower", &["upper", "btrim"]),
    ("upper", &["lower"]),
    ("length", &["octet_length", "ascii"]),
    ("max", &["min"]),
    ("min", &["max"]),
    ("sum", &["avg", "max"]),
    ("count", &["max"]),
    ("bool_and", &["bool_or"]),
    ("rank", &["dense_rank", "row_number"]),
    ("lag", &["lead"]),
    ("row_number", &["rank"]),
    ("first_value", &["last_value"]),
    ("desc", &["asc", ""]),
    ("distinct", &[""]),
    ("all", &[""]),
    ("union", &["except", "intersect", "union all"]),
    ("except", &["union"]),
    ("intersect", &["except"]),
    ("left", &["right", "full", ""]),
    ("right", &["left"]),
    ("full", &["left"]),
    ("first", &["last"]),
    ("last", &["first"]),
    ("lateral", &[""]),
    ("rollup", &["cube"]),
    ("cube", &["rollup"]),
    ("preceding", &["following"]),
    ("rows", &["range", "groups"]),
    ("groups", &["rows"]),
    ("ties", &["group"]),
    ("exists", &["not exists"]),
    ("materialized", &[""]),
    ("only", &[""]),
    ("bernoulli", &["system"]),
    ("id", &["n", "id + 0", "ascii(k)"]),
    ("k", &["v", "lower(k)", "\"Q\""]),
    ("v", &["k"]),
    ("n", &["id", "n + 1"]),
    ("f", &["not f"]),
    ("text", &["name", "varchar(3)[]"]),
    ("integer", &["bigint", "smallint", "text", "numeric"]),
    ("numeric", &["double precision", "numeric(9,1)"]),
    ("timestamp", &["date"]),
    ("before", &["after"]),
    ("after", &["before"]),
    ("row", &["statement"]),
    ("insert", &["update", "insert or delete"]),
    ("update", &["insert", "delete"]),
    ("delete", &["insert"]),
    ("immutable", &["stable", ""]),
    ("stable", &["volatile"]),
    ("strict", &[""]),
    ("leakproof", &[""]),
    ("safe", &["restricted"]),
    ("definer", &["invoker"]),
    ("variadic", &[""]),
    ("setof", &[""]),
    ("unique", &[""]),
    ("index", &["unique index"]),
    ("btree", &["hash"]),
    ("gist", &["spgist"]),
    ("include", &[","]),
    ("cascade", &["restrict", "set null"]),
    ("restrict", &["cascade"]),
    ("null", &["default", "0"]),
    ("deferrable", &["", "deferrable initially deferred"]),
    ("deferred", &["immediate"]),
    ("valid", &["valid no inherit"]),
    ("current_user", &["session_user"]),
    ("now", &["clock_timestamp"]),
    ("instead", &["also"]),
    ("coalesce", &["concat"]),
    ("month", &["year"]),
    ("year", &["month"]),
    ("day", &["hour"]),
    ("text_pattern_ops", &["", "text_ops"]),
    ("jsonb_path_ops", &[""]),
    ("nothing", &["nothing; select 1"]),
    ("ndistinct", &["mcv"]),
    ("else", &["when false then null else"]),
];

/// The text with another in place of one of its words, numbers, signs and literals.
pub fn mutate(random: &mut Random, text: &str) -> String {
    let tokens = tokens(text);
    let mut places: Vec<(usize, String)> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        // The server computes casts of literals, so another may mean the same.
        if at > 2 && tokens[at - 2..at] == [":", ":"] && tokens[at - 3].ends_with(['\'', ')', ']']) {
            continue;
        }
        let word = token.to_lowercase();
        if let Some((_, others)) = OTHERS.iter().find(|(one, _)| *one == word) {
            places.extend(others.iter().map(|other| (at, (*other).to_owned())));
        } else if let Ok(number) = token.parse::<i64>() {
            places.push((at, (number + 1).to_string()));
        } else if token.starts_with('\'') && token.len() > 1 {
            places.push((at, format!("{}x'", &token[..token.len() - 1])));
        }
    }
    let Some((place, other)) = random.choose(&places) else {
        return text.to_owned();
    };
    let tokens = tokens.iter().enumerate();
    tokens
        .map(|(at, token)| if at == *place { other } else { *token })
        .collect()
}

/// The same text, spelled differently: keywords in capitals or not, in other lines, with comments.
pub fn respell(random: &mut Random, text: &str) -> String {
    let tokens = tokens(text).into_iter();
    let spelled = tokens.map(|token| match (token, random.below(4)) {
        (" ", 0) => "\n  ".to_owned(),
        (" ", 1) => " /* a comment */ ".to_owned(),
        (word, 2) if is_word(word) => word.to_uppercase(),
        (other, _) => other.to_owned(),
    });
    spelled.collect()
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_ascii_lowercase())
}

/// Words, numbers, signs, blanks, and what is in quotes; together they are the text.
fn tokens(text: &str) -> Vec<&str> {
    let class = |c: char| match c {
        _ if c.is_alphanumeric() || c == '_' => 1,
        '+' | '-' | '*' | '/' | '<' | '>' | '=' | '~' | '!' | '@' | '#' | '%' | '^' | '&' | '|' | '?' => 2,
        _ => 0,
    };
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '\'' | '"' => rest[1..].find(first).map_or(rest.len(), |at| at + 2),
            _ if class(first) == 0 => first.len_utf8(),
            _ => rest.find(|c| class(c) != class(first)).unwrap_or(rest.len()),
        };
        tokens.push(&rest[..end]);
        rest = &rest[end..];
    }
    tokens
}

#[test]
fn one_place_is_changed() {
    assert_eq!(
        tokens("a <= 'b c'||\"d\""),
        ["a", " ", "<=", " ", "'b c'", "||", "\"d\""]
    );
    let mut random = Random::new(1);
    assert_ne!(mutate(&mut random, "x <= 'b c'"), "x <= 'b c'");
    assert_eq!(mutate(&mut random, "x"), "x");
    assert_eq!(respell(&mut random, "'A b'"), "'A b'");
}
