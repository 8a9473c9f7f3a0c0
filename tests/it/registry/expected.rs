//! Expectations of everything that a snapshot has.

use driftgate::expectation::{ExpectationFile, ExpectedObject, Singles};
use driftgate::source_map::{FileId, Place};

use super::SCHEMAS;

/// An exact expectation file of these objects alone.
pub(super) fn exact_file(file: FileId, place: Place, objects: Vec<ExpectedObject>) -> ExpectationFile {
    ExpectationFile {
        file,
        database: "DATABASE_URL".into(),
        database_place: place,
        against: None,
        parties: driftgate::source_map::Parties::default(),
        schema: SCHEMAS[0].into(),
        exact: true,
        exact_schemas: None,
        with_roles: true,
        exact_place: place,
        objects,
        set_aside: Vec::new(),
        windows: driftgate::expectation::Windows::default(),
        histories: Vec::new(),
        changes: None,
        assertions: Vec::new(),
        ignore: Vec::new(),
        ignored_attributes: Vec::new(),
        role_names: Vec::new(),
        only: Vec::new(),
        cut_names: Vec::new(),
        encoded_names: std::collections::BTreeMap::default(),
        singles: Singles::default(),
    }
}
