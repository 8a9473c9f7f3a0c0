//! The schemas that a file is about: those in `exact`, and that of a tenant in place of the one that the file names.

use std::collections::BTreeSet;

use super::parse::Parser;
use super::shape;
use crate::error::Problem;
use crate::yaml::{Entry, NodeValue, ScalarType};

impl Parser {
    /// Puts the schema of the tenant, if the file is read for one, in place of the one that the file names.
    pub(super) fn use_tenant(&mut self) {
        let Some(tenant) = &self.tenant else {
            return;
        };
        let written = std::mem::replace(&mut self.out.schema, tenant.clone());
        if let Some(schemas) = &mut self.out.exact_schemas
            && schemas.remove(&written)
        {
            schemas.insert(tenant.clone());
        }
    }

    /// The schemas in `exact`, if it is a list.
    pub(super) fn exact_schemas(&mut self, entry: &Entry) -> Option<BTreeSet<String>> {
        let NodeValue::List(items) = &entry.value.value else {
            return None;
        };
        if items.is_empty() {
            self.problems.push(shape::empty_list(entry.value.place, &entry.key));
        }
        let mut schemas = BTreeSet::new();
        for item in items {
            match item
                .scalar()
                .filter(|s| s.scalar_type != ScalarType::Null && !s.text.is_empty())
            {
                Some(scalar) => {
                    schemas.insert(scalar.text.clone());
                }
                None => self.problems.push(Problem::at(
                    item.place,
                    format!("`exact` takes names of schemas, but this is {}", item.describe()),
                )),
            }
        }
        Some(schemas)
    }
}
