//! Compares names, to find the other name of an object.

use crate::suggest;

/// Names of this many characters or fewer are similar to too many others.
const SHORT: usize = 3;

/// Whether one name is probably the other one: they are near, or one has all words of the other.
pub(super) fn are_similar(one: &str, other: &str) -> bool {
    let (first, second) = (name_words(one), name_words(other));
    let all_of = |words: &[String], of: &[String]| !words.is_empty() && words.iter().all(|word| of.contains(word));
    // Any two short names are near.
    one.chars().count() > SHORT && suggest::nearest(one, [other]).is_some()
        || first.concat() == second.concat()
        || all_of(&first, &second) && first.len() > 1
        || all_of(&second, &first) && second.len() > 1
}

/// The words of a name, in lower case: `client` and `id` of `clientId` and of `client_id`.
fn name_words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() && was_lower {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
        was_lower = c.is_lowercase() || c.is_numeric();
    }
    words.retain(|word| !word.is_empty());
    words
}
