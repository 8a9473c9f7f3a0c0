//! What a finding follows from.

use super::Code;

/// The finding that others follow from.
#[derive(Debug, Clone)]
pub struct Cause {
    /// Its id, as [`Check::common_id`](super::Check::common_id) gives it.
    pub id: String,
    /// Its code.
    pub code: Code,
    /// What it is about: `column public.clients.email`.
    pub subject: String,
}

/// The id has the code in it.
impl PartialEq for Cause {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}
