//! Advice that a test cannot follow, each with the reason.

/// The test, the beginning of the id of the finding, and why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "advice::aggregates::aggregates_that_differ",
        "operator-restrict",
        "the operator returns no boolean",
    ),
    (
        "advice::aggregates::aggregates_that_differ",
        "cast-missing",
        "the type does not exist, and no file lists it",
    ),
    (
        "advice::exact::an_exact_table_with_patterns",
        "column-unexpected",
        "the pattern then matches nothing",
    ),
    (
        "advice::injection-names::characters_that_postgresql_cannot_hold",
        "column-missing",
        "no statement can have the name",
    ),
    (
        "advice::languages::languages_that_differ",
        "access-method-type",
        "the function does not fit the expected type",
    ),
    (
        "advice::languages::languages_that_differ",
        "conversion-default",
        "the function does not fit the expected encoding",
    ),
    (
        "advice::languages::languages_that_differ",
        "conversion-source",
        "the function does not fit the expected encoding",
    ),
    (
        "advice::matching::json_output",
        "column-unexpected",
        "the file expects an index on the column that must not exist",
    ),
    (
        "advice::names::collations_and_operator_classes_with_odd_names",
        "column-collation",
        "the collations are in another schema",
    ),
    (
        "advice::partitions-implied::",
        "primary-key-invalid",
        "one index of a partition is attached to both",
    ),
    (
        "advice::policies::a_policy_on_a_table_without_row_security_does_nothing",
        "policy-missing",
        "row security is off",
    ),
    (
        "advice::roles::a_collation_that_is_outdated",
        "database-collation-outdated",
        "the scenario writes a version that PostgreSQL cannot replace",
    ),
    (
        "advice::roles::",
        "role-",
        "roles belong to the server, and the scenario creates them again",
    ),
    (
        "advice::triggers::a_disabled_trigger_is_drift_by_default",
        "trigger-events",
        "the condition does not fit the event",
    ),
    (
        "advice::user_mappings::options_that_may_be_seen",
        "user-mapping-missing",
        "the options follow",
    ),
    (
        "advice::view_definitions::",
        "view-definition",
        "what PostgreSQL prints differs from what the scenario expects",
    ),
    (
        "advice::source-snapshot::",
        "check-missing",
        "the function is in a schema that is not on the path",
    ),
    (
        "advice::indexes::indexes_that_differ",
        "index-missing:public.t.i13",
        "an index of this method cannot be unique",
    ),
    (
        "advice::checks::generated_columns",
        "column-generated:public.t.tier",
        "PostgreSQL does not accept the text that the scenario expects for a column of this type",
    ),
    (
        "advice::event_triggers::event_triggers_that_differ",
        "event-trigger-event",
        "the function is in another schema",
    ),
    (
        "advice::names_references::",
        "trigger-function",
        "the function of the file does not exist",
    ),
    (
        "advice::partitions::partitions_that_differ",
        "table-partition-of",
        "the other table does not exist",
    ),
    (
        "advice::privileges::a_privilege_of_a_newer_version",
        "table-grants",
        "the server does not know the privilege",
    ),
    (
        "advice::privileges::default_privileges_that_differ",
        "default-privileges-grants",
        "PostgreSQL removes an entry that says what holds without it",
    ),
    (
        "advice::serial::an_exact_file_knows_the_sequences",
        "column-default",
        "the sequence is then the one of the column",
    ),
];

/// Why the advice of a finding is not followed in a test, if so.
pub fn reason(test: &str, id: &str) -> Option<&'static str> {
    let exception = EXCEPTIONS
        .iter()
        .find(|(name, start, _)| test.starts_with(name) && id.starts_with(start));
    exception.map(|(_, _, reason)| *reason)
}
