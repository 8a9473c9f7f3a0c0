//! Writes the transaction in which objects are dropped, something is changed, and they are created again.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::facts::search_path;
use super::recreate::{PATH, Phase, RecreatedObject, Recreation};
use super::script::{Block, lines};
use super::{Repair, RepairStep};
use crate::fix::Recreated;
use crate::sql_text::dollar_quote;
use crate::terminal::visible;

/// What is dropped and created again in a transaction.
pub(super) struct StepAround<'a> {
    phase: Phase,
    recreation: &'a Recreation,
    /// The findings and the checks of each step.
    intros: BTreeMap<usize, String>,
}

/// Adds a step to the transaction of its phase. False if it has none.
pub(super) fn add_around<'a>(
    blocks: &mut Vec<Block<'a>>,
    repair: &'a Repair,
    number: usize,
    is_comment: bool,
    intro: &str,
) -> bool {
    let step = &repair.steps[number];
    let Some((phase, recreation)) = step
        .phase
        .and_then(|phase| Some((phase, repair.recreations.get(&phase)?)))
    else {
        return false;
    };
    let is_same = |block: &&mut Block<'a>| {
        block.is_comment == is_comment && block.around.as_ref().is_some_and(|around| around.phase == phase)
    };
    if let Some(block) = blocks.iter_mut().find(is_same) {
        block.steps.push(number);
        if let Some(around) = &mut block.around {
            around.intros.insert(number, intro.to_owned());
        }
        return true;
    }
    blocks.push(Block {
        steps: vec![number],
        path: step.fix.path.as_deref(),
        is_comment,
        around: Some(StepAround {
            phase,
            recreation,
            intros: BTreeMap::from([(number, intro.to_owned())]),
        }),
        ..Block::default()
    });
    true
}

/// A text in which the path changes.
struct InPaths {
    path: String,
    text: String,
}

impl InPaths {
    fn add(&mut self, path: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        if self.path != path {
            let _ = writeln!(self.text, "SET LOCAL search_path = {path};");
            path.clone_into(&mut self.path);
        }
        self.text.push_str(text);
    }
}

impl StepAround<'_> {
    /// Writes the transaction.
    pub(super) fn write(&self, block: &mut Block<'_>, repair: &Repair) {
        let path_of = |step: &RepairStep| search_path(step.fix.path.as_deref()).as_str().to_owned();
        let steps: BTreeSet<usize> = block.steps.iter().copied().collect();
        let objects: Vec<&RecreatedObject> = self.recreation.of_steps(&steps).collect();
        let mut out = InPaths {
            path: search_path(block.path).as_str().to_owned(),
            text: String::new(),
        };
        for (number, intro) in &self.intros {
            out.add(&path_of(&repair.steps[*number]), intro);
        }
        let subjects: Vec<&str> = objects.iter().map(|object| object.subject.as_str()).collect();
        let subjects = visible(&subjects.join(", "))
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        out.add(
            PATH,
            &format!("-- Dropped before and created again: {subjects}\n{}", check(&objects)),
        );
        for object in objects.iter().rev() {
            out.add(PATH, &format!("{};\n", object.drop));
        }
        let replaced = |object: &RecreatedObject| {
            let all = steps.iter().map(|number| &repair.steps[*number]);
            let mut all = all.filter(|step| matches!(&step.fix.recreates, Some(Recreated::Query(id)) if object.is(id)));
            all.next()
        };
        for number in steps.iter().filter(|_| self.phase == Phase::Columns) {
            let step = &repair.steps[*number];
            out.add(&path_of(step), &step.fix.steps.iter().map(lines).collect::<String>());
        }
        for object in objects {
            match replaced(object) {
                Some(step) => out.add(&path_of(step), &step.fix.steps.iter().map(lines).collect::<String>()),
                None => out.add(PATH, &format!("{};\n", object.create)),
            }
            for part in &object.rest {
                out.add(PATH, &format!("{};\n", part.sql));
            }
        }
        block.body = out.text;
    }
}

/// The block that raises an error unless the objects are as they were found.
fn check(objects: &[&RecreatedObject]) -> String {
    let conditions = objects.iter().map(|object| object.check.as_str());
    let conditions: Vec<&str> = conditions.filter(|check| !check.is_empty()).collect();
    if conditions.is_empty() {
        return String::new();
    }
    let body = format!(
        "BEGIN\n  IF NOT ({}) THEN\n    RAISE EXCEPTION USING MESSAGE = 'what is created again is not as it was found any \
         more', HINT = 'Run driftgate repair again.';\n  END IF;\nEND",
        conditions.join("\n    AND ")
    );
    format!("DO {};\n", dollar_quote("check", &format!("\n{body}\n")))
}
