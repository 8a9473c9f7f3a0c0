//! What a kind is given to advise on a finding.

use super::{Kind, common};
use crate::hint::Hint;
use crate::object_id::ObjectId;
use crate::value::Value;

/// A finding, for the function that advises what to do about it.
#[derive(Debug)]
pub struct HintContext<'a> {
    /// The object.
    pub id: &'a ObjectId,
    /// The kind of the object that contains it.
    pub parent: Option<Kind>,
    /// What was found.
    pub detail: FindingDetail<'a>,
}

/// What was found about an object.
#[derive(Debug)]
pub enum FindingDetail<'a> {
    /// The object does not exist. These attributes were expected.
    Missing(&'a [(&'static str, Value)]),
    /// The object exists and must not.
    Unexpected,
    /// An attribute differs.
    Differs {
        /// The name of the attribute.
        attribute: &'static str,
        /// The expected value.
        expected: &'a Value,
        /// The value in the database.
        actual: &'a Value,
    },
    /// An attribute differs, and PostgreSQL cannot parse the expected value.
    Unreadable {
        /// The name of the attribute.
        attribute: &'static str,
        /// The expected value.
        expected: &'a Value,
        /// The value in the database.
        actual: &'a Value,
    },
}

impl Kind {
    /// The SQL or the advice that resolves a finding. It is shown, never executed.
    #[must_use]
    pub fn hint(self, finding: &HintContext<'_>) -> Option<Hint> {
        let advice = &self.spec().advice;
        if let (
            Some(alter_keyword),
            FindingDetail::Differs {
                attribute, expected, ..
            },
        ) = (advice.alter_keyword, &finding.detail)
            && *attribute == common::OWNER.name
            && let Value::Text(owner) = expected
        {
            return Some(common::set_owner(alter_keyword, finding.id, owner));
        }
        advice.hint.and_then(|hint| hint(finding))
    }
}
