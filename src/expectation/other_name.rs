//! Objects that have another name in the database than in the files.

use super::object::presence_word;
use crate::kinds::{Kind, Shorthand};
use crate::sql_text::unquote_name;
use crate::yaml::{Node, ScalarType};

/// The name that an object has in the database, if the value says one.
pub(super) fn other_name(kind: Kind, value: &Node) -> Option<String> {
    if !matches!(kind.spec().syntax.shorthand, Shorthand::OtherName) || presence_word(value).is_some() {
        return None;
    }
    let scalar = value.scalar().filter(|scalar| scalar.scalar_type == ScalarType::Text)?;
    unquote_name(&scalar.text).filter(|name| !name.is_empty())
}
