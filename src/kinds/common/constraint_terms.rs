//! The terms that constraints have in common.

use crate::attribute::{Attr, CatalogRow, Literal, Shape};

/// Whether a constraint can be deferred.
pub(in crate::kinds) const DEFERRABLE: Attr = Attr::new(
    "deferrable",
    Shape::Bool,
    "Whether a transaction may defer the check to its end.",
)
.stored_in(CatalogRow::Own)
.default(Literal::Bool(false));

/// When a constraint is checked unless a transaction says otherwise.
pub(in crate::kinds) const INITIALLY: Attr = Attr::new(
    "initially",
    Shape::OneOf(&["immediate", "deferred"]),
    "When it is checked, unless a transaction sets this differently.",
)
.stored_in(CatalogRow::Own)
.default(Literal::Text("immediate"));

/// Whether rows older than the constraint have been checked.
pub(in crate::kinds) const VALIDATED: Attr = Attr::new(
    "validated",
    Shape::Bool,
    "Whether rows older than the constraint have been checked; `false` is NOT VALID.",
)
.stored_in(CatalogRow::Own)
.default(Literal::Bool(true))
.always_checked("it is NOT VALID: rows older than the constraint have not been checked");

/// Whether a constraint is enforced.
pub(in crate::kinds) const ENFORCED: Attr = Attr::new(
    "enforced",
    Shape::Bool,
    "Whether PostgreSQL enforces it; `false` is NOT ENFORCED.",
)
.stored_in(CatalogRow::Own)
.default(Literal::Bool(true))
.always_checked("it is NOT ENFORCED: PostgreSQL does not check it")
.since(18);
