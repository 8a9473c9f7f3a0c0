//! "Did you mean": the known word that is nearest to an unknown one.

/// The longest unknown word that gets a suggestion, in characters.
const LONGEST: usize = 200;

/// The most known words that a hint lists.
const SHOWN: usize = 8;

/// The known word nearest to `word`, if one is near enough to be meant.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A long text is not a misspelled name.
    let length = word.chars().count();
    if length > LONGEST {
        return None;
    }
    let lower = word.to_lowercase();
    // Any two letters are equally near, so a single letter only matches in the other case.
    let limit = (length / 3).max(usize::from(length > 1));
    known
        .into_iter()
        // A much longer or shorter word is not compared: the time is the product of both lengths.
        .filter(|candidate| *candidate != word && candidate.chars().count().abs_diff(length) <= limit)
        .map(|candidate| {
            (
                strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// A hint with the nearest known word, or with some of them if none is near: `did you mean `columns`?`
#[must_use]
pub fn hint(word: &str, known: &[&str]) -> String {
    if let Some(near) = nearest(word, known.iter().copied()) {
        return format!("did you mean `{near}`?");
    }
    if let [only] = extended(word, known).as_slice() {
        return format!("did you mean `{only}`?");
    }
    let lower = word.to_lowercase();
    let mut by_distance: Vec<(usize, &str)> = known
        .iter()
        .map(|known| {
            // The time is the product of both lengths.
            let is_long = word.chars().count() > LONGEST;
            let distance = if is_long {
                0
            } else {
                strsim::damerau_levenshtein(&lower, known)
            };
            (distance, *known)
        })
        .collect();
    if known.len() > SHOWN && !word.is_empty() {
        // The sort keeps the order of equally near words.
        by_distance.sort_by_key(|(distance, _)| *distance);
    }
    let shown: Vec<String> = by_distance
        .iter()
        .take(SHOWN)
        .map(|(_, word)| format!("`{word}`"))
        .collect();
    let rest = match known.len().saturating_sub(SHOWN) {
        0 => String::new(),
        rest => format!(", or one of {rest} others"),
    };
    format!("expected one of {}{rest}", shown.join(", "))
}

/// The known words that begin with this word, or with which it begins: `dir` of `directory`, `warning` of `warn`.
fn extended<'a>(word: &str, known: &[&'a str]) -> Vec<&'a str> {
    let lower = word.to_lowercase();
    if lower.len() < SHORTEST_PREFIX || lower.contains(char::is_whitespace) {
        return Vec::new();
    }
    let is_extended = |known: &&&str| {
        let long_enough = known.len() >= SHORTEST_PREFIX;
        long_enough && (known.starts_with(&lower) || lower.starts_with(**known))
    };
    known.iter().filter(is_extended).copied().collect()
}

/// The shortest word that is looked for at the beginning of another.
const SHORTEST_PREFIX: usize = 3;

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn only_what_is_near_is_suggested() {
        let known = ["columns", "checks", "comment"];
        assert_eq!(nearest("colums", known), Some("columns"));
        assert_eq!(nearest("Columns", known), Some("columns"));
        assert_eq!(nearest("tables", known), None);
    }
}
