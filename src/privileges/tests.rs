//! Spellings of privileges.

use super::*;

#[test]
fn privileges_are_written_in_many_ways() {
    let table = Privileges::Of(&TABLE);
    assert_eq!(table.normalize("SELECT").as_deref(), Some("select"));
    assert_eq!(table.normalize("ALL PRIVILEGES").as_deref(), Some("all"));
    assert_eq!(
        table.normalize("all  WITH grant option").as_deref(),
        Some("all with grant option")
    );
    assert_eq!(
        Privileges::Of(&DATABASE).normalize("temp").as_deref(),
        Some("temporary")
    );
    assert_eq!(
        table
            .normalize("Select With Grant Option GRANTED BY The Lead")
            .as_deref(),
        Some("select with grant option granted by The Lead")
    );
    for wrong in [
        "selct",
        "execute",
        "",
        "none with grant option",
        "select, insert",
        "select granted by ",
        "none granted by x",
    ] {
        assert_eq!(table.normalize(wrong), None, "{wrong}");
    }
}

#[test]
fn all_is_written_where_versions_differ() {
    let id = ObjectId::new(vec!["public", "t"]);
    let grants = |words: &[&str]| {
        let list = Value::List(words.iter().map(|word| Value::from(*word)).collect());
        Value::Map(BTreeMap::from([("app".to_owned(), list)]))
    };
    let seven = [
        "delete",
        "insert",
        "references",
        "select",
        "trigger",
        "truncate",
        "update",
    ];
    let table = Privileges::Of(&TABLE);
    assert_eq!(table.abbreviated(&id, &grants(&seven), 15), grants(&["all"]));
    assert_eq!(table.abbreviated(&id, &grants(&seven), 17), grants(&seven));
    let sequence = Privileges::Of(&SEQUENCE);
    let three = ["select", "update", "usage"];
    assert_eq!(sequence.abbreviated(&id, &grants(&three), 15), grants(&three));
}
