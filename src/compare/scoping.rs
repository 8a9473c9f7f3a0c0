//! The scope of questions: the relation and the schemas in which their texts are read.

use super::Decision;
use super::subject::ObjectComparison;
use crate::attribute::Verdict;
use crate::expectation::Subject;
use crate::kinds::same_exact_type;
use crate::observed::ScopedQuestion;

impl ObjectComparison<'_, '_> {
    /// The verdict with its questions in the scope of the object. Types that the file names exactly need no question.
    pub(super) fn decision(&self, verdict: Verdict) -> Decision {
        match verdict {
            Verdict::Equal => Decision::Equal,
            Verdict::Different => Decision::Different,
            Verdict::Unknown(why) => Decision::Unknown(why.to_owned()),
            Verdict::Ask(questions) => {
                let relation = match &self.expected.subject {
                    Subject::Named(id) | Subject::ByMeaning(id) => id.relation(),
                };
                let mut schemas = vec![relation.schema().to_owned()];
                if self.file.schema != schemas[0] {
                    schemas.push(self.file.schema.clone());
                }
                // The name of a type is a name like others, which the schema of the file comes first for.
                let of_types: Vec<String> = schemas.iter().rev().cloned().collect();
                let mut open = Vec::new();
                for question in questions {
                    let is_type = !question.form.is_expression();
                    let schemas = if is_type { &of_types } else { &schemas };
                    let exact = || same_exact_type(&question.expected, &question.actual, schemas, self.snapshot);
                    match is_type.then(exact).flatten() {
                        Some(Verdict::Equal) => {}
                        Some(Verdict::Different) => return Decision::Different,
                        Some(Verdict::Ask(_) | Verdict::Unknown(_)) | None => open.push(ScopedQuestion {
                            schemas: schemas.clone(),
                            relation: relation.clone(),
                            question,
                        }),
                    }
                }
                if open.is_empty() {
                    Decision::Equal
                } else {
                    Decision::Ask(open)
                }
            }
        }
    }
}
