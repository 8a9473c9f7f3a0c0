//! Objects that have another name in the database than in the files.

use super::object::presence_word;
use super::parse::Parser;
use crate::kinds::{Kind, Shorthand};
use crate::object_id::ObjectId;
use crate::sql_text::unquote_name;
use crate::yaml::{Node, ScalarType};

/// Notes the name that an object has in the database, if the value says one.
pub(super) fn is_renamed(parser: &mut Parser, kind: Kind, id: &ObjectId, value: &Node) -> bool {
    let name = other_name(kind, value);
    let is_renamed = name.is_some();
    let names = name.map(|name| (id.last().to_owned(), name));
    parser.out.role_names.extend(names);
    is_renamed
}

/// The name that an object has in the database, if the value says one.
fn other_name(kind: Kind, value: &Node) -> Option<String> {
    if !matches!(kind.spec().syntax.shorthand, Shorthand::OtherName) || presence_word(value).is_some() {
        return None;
    }
    let scalar = value.scalar().filter(|scalar| scalar.scalar_type == ScalarType::Text)?;
    unquote_name(&scalar.text).filter(|name| !name.is_empty())
}
