//! An object of another kind that gives the same guarantee.

use crate::kinds::{Kind, StandIn};
use crate::snapshot::Object;

/// Converts an object to the kind whose guarantee it gives, or says why it does not give it.
pub(super) fn as_stand_in(kind: Kind, stand_in: &StandIn, object: &Object) -> Result<Object, &'static str> {
    let values = (stand_in.attributes)(object)?;
    Ok(Object::new(
        kind,
        values
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    ))
}
