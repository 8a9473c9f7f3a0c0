//! The table of who imports whom among the modules of `src`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::root;
use crate::architecture::layer;

/// The table, as Markdown: the modules by layer, the lowest first.
pub fn table() -> String {
    let imports = imports();
    let mut modules: Vec<(usize, &String)> = imports
        .keys()
        .map(|module| (layer(module).unwrap_or(usize::MAX), module))
        .collect();
    modules.sort();
    let mut out = String::from("| layer | module | imports |\n|---|---|---|\n");
    for (layer, module) in modules {
        let layer = if layer == usize::MAX {
            String::new()
        } else {
            (layer + 1).to_string()
        };
        let imported: Vec<String> = imports[module].iter().map(|name| format!("`{name}`")).collect();
        let row = format!("| {layer} | `{module}` | {} |\n", imported.join(", "));
        out.push_str(&row.replace("|  |", "| |"));
    }
    out
}

/// For each module of `src`, the others that it imports.
fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let mut out = BTreeMap::new();
    add(&root().join("src"), None, &mut out);
    out.remove("lib");
    let modules: BTreeSet<String> = out.keys().cloned().collect();
    assert!(modules.len() > 20, "only {} modules were found", modules.len());
    for (module, imported) in &mut out {
        imported.retain(|name| name != module && modules.contains(name));
    }
    out
}

/// Reads the files of a folder; those of a folder below `src` belong to the module of that name.
fn add(folder: &Path, module: Option<&str>, out: &mut BTreeMap<String, BTreeSet<String>>) {
    for entry in fs::read_dir(folder).expect("src can be read") {
        let path = entry.expect("an entry").path();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let module = module.unwrap_or(&stem);
        if path.is_dir() {
            add(&path, Some(module), out);
        } else if path.extension().is_some_and(|e| e == "rs") && stem != "tests" {
            let text = fs::read_to_string(&path).expect("a source file is text");
            let imported = imported(text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default());
            out.entry(module.to_owned()).or_default().extend(imported);
        }
    }
}

/// The modules in the `crate::…` paths of a source text (in `main.rs`, `driftgate::…`).
fn imported(code: &str) -> BTreeSet<String> {
    let code: String = code
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n");
    let mut out = BTreeSet::new();
    for root in ["crate::", "driftgate::"] {
        for rest in code.split(root).skip(1) {
            match rest.strip_prefix('{') {
                Some(group) => out.extend(heads(group)),
                None => out.extend(name(rest)),
            }
        }
    }
    out
}

/// The identifier at the start of a text.
fn name(text: &str) -> Option<String> {
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

/// The first identifier of each path in a group of imports, which begins behind its `{`.
fn heads(group: &str) -> Vec<String> {
    let mut depth = 1;
    let mut at_head = true;
    let mut out = Vec::new();
    for (i, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => at_head = true,
            c if at_head && !c.is_whitespace() => {
                out.extend(name(&group[i..]));
                at_head = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    out
}

#[test]
fn imports_are_found_in_groups_and_paths() {
    let code = "use crate::{a, b::{c, d}, e as f};\nfn g() { crate::h::i(); } // crate::j\nuse crate::k::{l, m};";
    let expected = ["a", "b", "e", "h", "k"];
    assert_eq!(imported(code), expected.map(str::to_owned).into());
}
