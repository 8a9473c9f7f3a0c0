//! "Did you mean": the known word that is nearest to an unknown one.

/// The longest unknown word that gets a suggestion, in characters.
const LONGEST: usize = 200;

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

/// A hint with the nearest known word, or with all of them if none is near: `did you mean `columns`?`
#[must_use]
pub fn hint(word: &str, known: &[&str]) -> String {
    if let Some(near) = nearest(word, known.iter().copied()) {
        return format!("did you mean `{near}`?");
    }
    let known: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
    format!("expected one of {}", known.join(", "))
}

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
