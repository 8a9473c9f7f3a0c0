//! `driftgate repair --to migration`: the script as migrations of the project's tool.

use std::time::SystemTime;

use super::refuse_existing;
use crate::atomic_file;
use crate::cli::RepairArgs;
use crate::console::{eprint, print};
use crate::error::{CommandError, Problem};
use crate::expectation::ExpectationFile;
use crate::migrations::folder::{self, Folder};
use crate::migrations::written::{MigrationDraft, write as written};
use crate::migrations::{TOOLS, Tool};
use crate::redact;

/// The name of the migrations, behind their versions.
const NAME: &str = "repair_drift";

/// The folder of migrations that the files name.
pub(super) fn folder(files: &[ExpectationFile]) -> Result<Folder, Problem> {
    let mut histories = files.iter().flat_map(|file| &file.histories);
    let named = histories.find_map(|history| Some((history, history.files.as_ref()?)));
    let Some((history, files)) = named else {
        return Err(Problem::new("--to migration needs the folder of migrations").hint(
            "write the tool and the folder into an expectation file: migrations: {tool: flyway, directory: ../migrations}",
        ));
    };
    let folder = folder::interpret(files, history.tool)?;
    if folder.tool.write.is_none() {
        return Err(Problem::at(
            history.place,
            format!("driftgate does not write migrations of {}", folder.tool.title),
        )
        .hint(format!(
            "leave --to migration out, and put the script into a new migration; it writes those of {}",
            known().join(", ")
        )));
    }
    Ok(folder)
}

/// The tools that have a form for new migrations.
fn known() -> Vec<&'static str> {
    let tools = TOOLS.iter().filter(|tool| tool.write.is_some());
    tools.map(|tool: &&Tool| tool.title).collect()
}

/// Prints the files, or writes them into the folder of `--output`.
pub(super) fn write(args: &RepairArgs, folder: &Folder, drafts: &[MigrationDraft]) -> Result<(), CommandError> {
    let files = written(folder, NAME, drafts, SystemTime::now()).unwrap_or_default();
    let Some(output) = &args.script.output else {
        for file in &files {
            print(&format!("==> {} <==\n{}\n", file.path, file.text))?;
        }
        return Ok(());
    };
    for file in &files {
        refuse_existing(&output.join(&file.path))?;
    }
    for file in &files {
        let path = output.join(&file.path);
        atomic_file::write_with_folders(&path, file.text.as_bytes())?;
        eprint(&format!("wrote {}\n", redact::path(&path)));
    }
    Ok(())
}
