//! How an expectation file writes objects of a kind.

use crate::error::Problem;
use crate::value::Value;
use crate::yaml::{Entry, Node};
/// How the key of an object in an expectation file names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyForm {
    /// A single name: of an object in its parent, or of one that is in no schema.
    Part,
    /// Any text, as it is: of an object that has no name of its own.
    Text,
    /// A name that may be qualified with its schema.
    Qualified,
    /// A name that may be qualified, and the types of the arguments: `f(text, integer)`. Without parentheses any
    /// arguments match.
    Signature,
    /// There is no key: the parent has at most one object of this kind, written directly under the section.
    Only,
}

/// What a section that is a list means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListForm {
    /// A mistake.
    Refused,
    /// Objects that must exist by meaning, whatever their names.
    ByMeaning,
}

/// What an object means that is not written as a mapping of attributes.
#[derive(Clone, Copy)]
pub enum Shorthand {
    /// Nothing: it must be a mapping.
    None,
    /// A list is the value of this attribute.
    List(&'static str),
    /// A scalar is the value of this attribute.
    Scalar(&'static str),
    /// A text is the name that the object has in the database that is checked: it is expected under that name wherever the files
    /// name it.
    OtherName,
    /// A form that the kind itself expands.
    Custom {
        /// What form it has, for the JSON Schema.
        form: CustomForm,
        /// What may be written, for messages: "a list of keys".
        expects: &'static str,
        /// Turns it into attributes; `None` if it does not have the form.
        expand: fn(&Node) -> Result<Option<Vec<Entry>>, Problem>,
        /// The reverse: the short form of these attributes, if they have one.
        abbreviate: fn(&[(&'static str, Value)]) -> Option<Value>,
    },
}

/// The YAML form of a shorthand that a kind expands itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomForm {
    /// A text.
    Text,
    /// A list of texts.
    TextList,
}
