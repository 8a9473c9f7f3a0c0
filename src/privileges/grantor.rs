//! The role that granted a privilege, where that is not the owner of the object.

use std::collections::BTreeSet;

use super::{Held, OPTION};

/// The text in front of the role that granted a privilege, if that is not the owner of the object.
pub const GRANTED_BY: &str = " granted by ";

/// A privilege without the role that granted it, and that role if it is not the owner of the object.
#[must_use]
pub fn split_grantor(privilege: &str) -> (&str, Option<&str>) {
    match privilege.split_once(GRANTED_BY) {
        Some((privilege, grantor)) => (privilege, Some(grantor)),
        None => (privilege, None),
    }
}

/// A privilege without its grant option, and the text of that option.
pub(super) fn split_option(privilege: &str) -> (&str, &'static str) {
    match privilege.strip_suffix(OPTION) {
        Some(word) => (word, OPTION),
        None => (privilege, ""),
    }
}

/// The text that names the role that granted a privilege.
pub(super) fn granted_by(grantor: Option<&str>) -> String {
    grantor.map_or(String::new(), |grantor| format!("{GRANTED_BY}{grantor}"))
}

/// Leaves out who may not grant a privilege where the same grantor also gave the grant option.
pub(super) fn merge_options(set: &mut BTreeSet<String>) {
    let grantable = set.clone();
    set.retain(|privilege| {
        let (word, grantor) = split_grantor(privilege);
        !grantable.contains(&format!("{word}{OPTION}{}", granted_by(grantor)))
    });
}

/// Makes the grantors the same on both sides where a file expects a privilege of any grantor.
pub(super) fn merge_grantors(expected: &mut Held, actual: &mut Held) {
    for (role, set) in actual {
        let Some(wanted) = expected.get_mut(role) else { continue };
        let mut merged = BTreeSet::new();
        for privilege in set.iter() {
            let (plain, grantor) = split_grantor(privilege);
            let (word, _) = split_option(plain);
            let grantable = format!("{word}{OPTION}");
            let is_wanted = wanted.contains(plain) && !wanted.contains(privilege);
            if grantor.is_none() || !is_wanted {
                merged.insert(privilege.clone());
            } else {
                merged.insert(plain.to_owned());
            }
            // With another grant option, it is the same grantor who must change it.
            let of_owner = set.contains(word) || set.contains(&grantable);
            let other = if plain == word { grantable.as_str() } else { word };
            if grantor.is_some() && !of_owner && !is_wanted && wanted.remove(other) {
                wanted.insert(format!("{other}{}", granted_by(grantor)));
            }
        }
        *set = merged;
        merge_options(set);
    }
}
