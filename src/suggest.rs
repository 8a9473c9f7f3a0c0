//! "Did you mean": the known word that is nearest to one that is not known.

/// The longest word that another one is suggested for, in characters.
const LONGEST: usize = 200;

/// The known word nearest to `word`, if one is near enough to be meant.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Nobody means a name by a page of text.
    let length = word.chars().count();
    if length > LONGEST {
        return None;
    }
    let lower = word.to_lowercase();
    // One letter is as near to any other; only its case may be meant.
    let limit = (length / 3).max(usize::from(length > 1));
    known
        .into_iter()
        // A word that is much longer or shorter is not compared: that takes time of the size of both together.
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

/// A sentence that names what is known: `did you mean `columns`?` or the whole list.
#[must_use]
pub fn hint(word: &str, known: &[&str]) -> String {
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`? Known here: {}", list(known)),
        None => format!("known here: {}", list(known)),
    }
}

fn list(known: &[&str]) -> String {
    known.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", ")
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
