//! Finding secrets in a text.

use std::ops::Range;

use super::connection::{connection_string, is_plain_place};
use super::{Around, Cut, HIDDEN};

/// The kind of text that is scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// One value: a secret in it may extend to its end.
    Value,
    /// One value, in which only certain secrets count.
    Certain,
    /// A message: a URL ends at a blank.
    Prose,
    /// A line of YAML or of a file of variables.
    Line(Around),
}

/// Words in the names of options whose value is a secret.
const SECRET_WORDS: [&str; 16] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "access_key",
    "account_key",
    "private_key",
    "credential",
    "client_key",
    "server_key",
    "passcode",
];

/// Names with such a word whose value is not a secret.
const HARMLESS_NAMES: [&str; 4] = [
    "password_required",
    "password_encryption",
    "password_hash_type",
    "tokens_total",
];

/// Words before a colon that are not the name of a user.
const WORDS_BEFORE_A_COLON: [&str; 6] = ["sql", "snapshot", "migrations", "env", "file", "mailto"];

/// The names of the migration tools, which come before the path in `migrations:TOOL:DIR`. They are repeated here so that
/// this module depends on no other; a test compares them with the registry.
pub(super) const MIGRATION_TOOLS: [&str; 24] = [
    "alembic",
    "atlas",
    "dbmate",
    "diesel",
    "django",
    "drizzle",
    "ecto",
    "efcore",
    "flyway",
    "golang-migrate",
    "goose",
    "knex",
    "laravel",
    "liquibase",
    "node-pg-migrate",
    "prisma",
    "rails",
    "refinery",
    "seaorm",
    "sequelize",
    "sqitch",
    "sqlx",
    "supabase",
    "typeorm",
];

/// How far to look back for the name before `=` and for the scheme before `://`.
const LONGEST_NAME: usize = 64;

/// Whether the value of an option, a variable or a parameter of this name is a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_WORDS.iter().any(|word| name.contains(word)) && !HARMLESS_NAMES.contains(&name.as_str())
}

/// The secrets of a text, in order.
pub(super) fn scan(text: &str, mode: Mode) -> Vec<Cut> {
    // Every secret follows one of these characters, which most texts do not contain.
    if !text.bytes().any(|b| matches!(b, b'=' | b':' | b'%')) {
        return Vec::new();
    }
    Scan {
        text,
        mode,
        cuts: Vec::new(),
        at: 0,
        word: Word::default(),
        depth: 0,
    }
    .run()
}

/// The text between two blanks.
#[derive(Debug, Default)]
struct Word {
    end: usize,
    /// The last `@` in it.
    last_at: Option<usize>,
    /// The URLs before this position contain no secret.
    clean_until: usize,
}

struct Scan<'a> {
    text: &'a str,
    mode: Mode,
    cuts: Vec<Cut>,
    at: usize,
    word: Word,
    /// How many brackets of YAML are open.
    depth: usize,
}

impl Scan<'_> {
    fn run(mut self) -> Vec<Cut> {
        let bytes = self.text.as_bytes();
        while self.at < bytes.len() {
            self.enter_word();
            let next = match bytes[self.at] {
                b':' if bytes[self.at..].starts_with(b"://") => Some(self.url()),
                b':' => self.setting().or_else(|| self.user_and_password()),
                b'%' => self.encoded_url(),
                b'=' => self.setting(),
                b'{' | b'[' => {
                    self.depth += 1;
                    None
                }
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    None
                }
                _ => None,
            };
            self.at = next.unwrap_or(self.at + 1);
        }
        self.cuts
    }

    /// Looks ahead to the end of the word that begins here, once for each word.
    fn enter_word(&mut self) {
        if self.at < self.word.end {
            return;
        }
        let rest = &self.text.as_bytes()[self.at..];
        let length = match self.mode {
            Mode::Value | Mode::Certain => rest.len(),
            Mode::Prose | Mode::Line(_) => rest
                .iter()
                .position(u8::is_ascii_whitespace)
                .map_or(rest.len(), |blank| blank.max(1)),
        };
        self.word = Word {
            end: self.at + length,
            last_at: rest[..length].iter().rposition(|b| *b == b'@').map(|at| self.at + at),
            clean_until: 0,
        };
    }

    fn hide(&mut self, range: Range<usize>, shown: String) -> usize {
        let end = range.end;
        if self.text[range.clone()] != shown {
            self.cuts.push(Cut { range, shown });
        }
        end
    }

    /// The end of the last cut. Nothing before it is scanned again.
    fn floor(&self) -> usize {
        self.cuts.last().map_or(0, |cut| cut.range.end)
    }

    /// The beginning of the name that ends before `end`.
    fn name_before(&self, end: usize, is_part: impl Fn(u8) -> bool) -> usize {
        let lowest = self.floor().max(end.saturating_sub(LONGEST_NAME));
        let name = &self.text.as_bytes()[lowest..end];
        lowest + name.iter().rposition(|b| !is_part(*b)).map_or(0, |at| at + 1)
    }

    /// A URL, whose `://` is here.
    fn url(&mut self) -> usize {
        let behind = self.at + 3;
        if self.at < self.word.clean_until {
            return behind;
        }
        let is_part = |b: u8| b.is_ascii_alphanumeric() || b"+-.:".contains(&b);
        let mut start = self.name_before(self.at, is_part);
        // The prefix of a source, or a key of YAML before the URL, is not a part of its scheme.
        while let Some((word, _)) = self.text[start..self.at].split_once(':')
            && word != "jdbc"
        {
            start += word.len() + 1;
        }
        let mut end = self.url_end(start, behind);
        let rest = &self.text[behind..end];
        if !has_secret(rest, &self.text[start..self.at]) {
            self.word.clean_until = end;
            return behind;
        }
        // If there is no `@`, the password may contain a blank.
        if self.mode != Mode::Value && !rest.contains('@') && !rest.contains(HIDDEN) {
            end = self.text[end..]
                .find(['\n', '\r'])
                .map_or(self.text.len(), |more| end + more);
        }
        let shown = connection_string(&self.text[start..end]);
        self.hide(start..end, shown)
    }

    /// The end of a URL: the end of the word, without the quotes and punctuation around it.
    fn url_end(&self, start: usize, behind: usize) -> usize {
        let end = self.word.end;
        match self.mode {
            Mode::Value | Mode::Certain => end,
            Mode::Prose | Mode::Line(_) => {
                let opening = self.text[..start].chars().next_back();
                let marks: &[char] = match opening {
                    Some('"') => &['"', '.', ',', ';', ':', ')', ']', '}'],
                    Some('\'') => &['\'', '.', ',', ';', ':', ')', ']', '}'],
                    Some('`') => &['`', '.', ',', ';', ':', ')', ']', '}'],
                    _ => &['.', ',', ';', ':', ')', ']', '}'],
                };
                behind + self.text[behind..end].trim_end_matches(marks).len()
            }
        }
    }

    /// A URL whose `://` is percent-encoded.
    fn encoded_url(&mut self) -> Option<usize> {
        let mark = self.text.as_bytes().get(self.at..self.at + 9)?;
        if !mark.eq_ignore_ascii_case(b"%3A%2F%2F") {
            return None;
        }
        let behind = self.at + 9;
        if is_hidden(&self.text[behind..]) || behind >= self.word.end {
            return Some(behind);
        }
        Some(self.hide(behind..self.word.end.max(behind), HIDDEN.to_owned()))
    }

    /// `user:password@host`, whose colon is here.
    fn user_and_password(&mut self) -> Option<usize> {
        let last_at = self.word.last_at.filter(|at| *at > self.at + 1)?;
        if self.mode == Mode::Certain || self.at < self.word.clean_until {
            return None;
        }
        let is_part = |b: u8| b.is_ascii_alphanumeric() || b"_.%+-".contains(&b) || b >= 0x80;
        let start = self.name_before(self.at, is_part);
        let user = &self.text[start..self.at];
        let stands_alone = start == 0 || b" \t\n'\"`=:([{,/".contains(&self.text.as_bytes()[start - 1]);
        let drive = user.len() == 1 && self.text[self.at + 1..].starts_with(['/', '\\']);
        // A number before a colon is a part of a time, or a line number.
        if user.bytes().all(|b| b.is_ascii_digit())
            || !stands_alone
            || drive
            // A cast of SQL.
            || self.text[self.at + 1..].starts_with(':')
            || WORDS_BEFORE_A_COLON.contains(&user)
            || MIGRATION_TOOLS.contains(&user)
            || self.text[self.at + 1..].starts_with(|c: char| c.is_whitespace())
        {
            return None;
        }
        Some(self.hide(self.at + 1..last_at, HIDDEN.to_owned()))
    }

    /// `name = value`, whose `=` or `:` is here.
    fn setting(&mut self) -> Option<usize> {
        let bytes = self.text.as_bytes();
        if bytes[self.at] == b':' && matches!(self.mode, Mode::Prose | Mode::Certain | Mode::Line(Around::Columns)) {
            return None;
        }
        let lowest = self.floor().max(self.at.saturating_sub(LONGEST_NAME));
        let before = self.text.as_bytes()[lowest..self.at].trim_ascii_end();
        let quote = before.last().copied().filter(|b| matches!(b, b'"' | b'\'' | b'`'));
        let name_end = lowest + before.len() - usize::from(quote.is_some());
        let start = self.name_before(name_end, |b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
        if !is_secret_name(&self.text[start..name_end]) {
            return None;
        }
        let enclosing = match (quote, start.checked_sub(1).map(|at| bytes[at])) {
            (None, Some(b @ (b'"' | b'\'' | b'`'))) => Some(b),
            _ => None,
        };
        let value = self.value(self.at + 1, enclosing);
        let shown = &self.text[value.clone()];
        // A table can have such a name, too.
        let is_object = shown.starts_with(['{', '[', '|', '>']) || ["present", "absent", "optional"].contains(&shown);
        // A digest is not a secret.
        if shown.trim_start_matches(['"', '\'']).starts_with("hmac-sha256:") {
            return None;
        }
        if is_object && self.mode == Mode::Line(Around::Other) {
            return None;
        }
        if shown.is_empty() || shown.starts_with('…') || shown.starts_with("...") {
            return None;
        }
        if is_hidden(shown) {
            return Some(value.start + HIDDEN.len());
        }
        Some(self.hide(value, HIDDEN.to_owned()))
    }

    /// The value that begins at or behind a place, with its quotes. `enclosing` is the quote before the name.
    fn value(&self, from: usize, enclosing: Option<u8>) -> Range<usize> {
        let rest = &self.text[from..];
        let start = from + rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let rest = &self.text[start..];
        let line_end = rest.find(['\n', '\r']).unwrap_or(rest.len());
        if let Some(quote @ (b'\'' | b'"')) = rest.bytes().next()
            && Some(quote) != enclosing
        {
            let end = quoted(rest, quote).unwrap_or(rest.len());
            let more = rest[end..].find(|c: char| !c.is_alphanumeric() && c != '*');
            return start..start + more.map_or(rest.len(), |more| end + more);
        }
        let length = match self.mode {
            Mode::Value | Mode::Certain => value_length(rest),
            Mode::Line(_) if self.text.as_bytes()[from - 1] == b':' && self.depth > 0 => {
                rest[..line_end].find([',', '}', ']']).unwrap_or(line_end)
            }
            Mode::Line(_) => line_end,
            Mode::Prose => rest.find(char::is_whitespace).unwrap_or(rest.len()),
        };
        let shown = rest[..length].trim_end();
        let shown = match enclosing {
            Some(quote) => shown.strip_suffix(char::from(quote)).unwrap_or(shown),
            None => shown,
        };
        start..start + shown.len()
    }
}

/// Whether a value has been hidden before: nothing but what ends a sentence, a list or a parameter follows. A password can begin
/// like a hidden one: `***@S3cret`.
fn is_hidden(value: &str) -> bool {
    let ends = |rest: &str| {
        let behind = rest.trim_start_matches([',', ';', '.', ')', ']', '}', '"', '\'', '`']);
        behind.is_empty() || behind.starts_with(char::is_whitespace) || rest.starts_with('&')
    };
    value.strip_prefix(HIDDEN).is_some_and(ends)
}

/// The length of a quoted text, with its quotes. A quote in it is doubled or has a backslash before it.
fn quoted(text: &str, quote: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b if b == quote && bytes.get(at + 1) == Some(&quote) => at += 2,
            b if b == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}

/// The end of a value without quotes: the next `name=`, because a password may contain a blank.
fn value_length(text: &str) -> usize {
    let mut from = 0;
    while let Some(equals) = text[from..].find('=').map(|at| from + at) {
        let before = text[..equals].trim_end();
        let name = before
            .bytes()
            .rev()
            .take(LONGEST_NAME)
            .take_while(|b| b.is_ascii_alphanumeric() || *b == b'_')
            .count();
        let start = before.len() - name;
        if name > 0 && start > from && text.as_bytes()[start - 1].is_ascii_whitespace() {
            return start;
        }
        from = equals + 1;
    }
    text.len()
}

/// Whether a URL has a secret; `rest` is what follows `://`.
fn has_secret(rest: &str, scheme: &str) -> bool {
    let has_colon = |text: &str| text.contains(':') || text.to_ascii_lowercase().contains("%3a");
    let in_query = rest.split_once('?').is_some_and(|(_, query)| {
        let mut pairs = query.split(['&', ';', '#']).filter_map(|pair| pair.split_once('='));
        pairs.any(|(name, value)| is_secret_name(name) && !is_hidden(value))
    });
    if in_query {
        return true;
    }
    match rest.rsplit_once('@') {
        // In the URL of a web page, the part before `@` is a token.
        Some((user, _)) if ["http", "https"].contains(&scheme) && user != HIDDEN => {
            let authority = user.split(['/', '?', '#']).next().unwrap_or_default();
            authority.len() == user.len() || has_colon(user) && !is_plain_place(authority)
        }
        // A placeholder as in help texts.
        Some(("user:password", _)) => false,
        Some((user, _)) => has_colon(user),
        None => {
            let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
            has_colon(authority) && (!authority.contains(':') || !is_plain_place(authority))
        }
    }
}
