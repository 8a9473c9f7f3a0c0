//! Where the values of attributes name roles.

use super::Attr;

/// Where a value names roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleNames {
    /// Nowhere.
    Nowhere,
    /// The value is a role, or a list of roles.
    Values,
    /// The keys of the mapping are roles.
    Keys,
    /// The keys of the mapping are roles, and so are its values.
    KeysAndValues,
}

impl Attr {
    /// Declares that its value is a mapping whose keys are roles.
    #[must_use]
    pub const fn keyed_by_role(mut self) -> Self {
        self.keyed_by_role = true;
        self
    }

    /// Declares where its value names roles.
    #[must_use]
    pub const fn role_names(mut self, role_names: RoleNames) -> Self {
        self.role_names = role_names;
        self
    }
}
