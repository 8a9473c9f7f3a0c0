//! The CI service of a project.

use std::path::Path;

use crate::input;
use crate::input::walk::Found;

/// A CI service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CiService {
    /// GitHub Actions.
    GitHub,
    /// GitLab CI/CD.
    GitLab,
    /// CircleCI.
    CircleCi,
    /// Jenkins.
    Jenkins,
}

/// Folders that belong to a service. They are hidden, and are searched nevertheless.
pub(super) const FOLDERS: [&str; 2] = [".github", ".circleci"];

/// Files that belong to a service, in the folder of the project.
pub(super) const FILES: [&str; 2] = [".gitlab-ci.yml", "Jenkinsfile"];

/// How the paths of files begin that belong to a service. The first one that is found decides.
const STARTS: [(&str, CiService); 4] = [
    (".github/workflows/", CiService::GitHub),
    (".gitlab-ci.yml", CiService::GitLab),
    (".circleci/", CiService::CircleCi),
    ("Jenkinsfile", CiService::Jenkins),
];

/// Whether a file of this name belongs to a service, wherever it is.
pub(super) fn is_file(name: &str) -> bool {
    let ending = Path::new(name).extension().unwrap_or_default();
    FILES.contains(&name) || ending == "yml" || ending == "yaml"
}

impl CiService {
    /// Its name.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub Actions",
            Self::GitLab => "GitLab CI/CD",
            Self::CircleCi => "CircleCI",
            Self::Jenkins => "Jenkins",
        }
    }
}

/// The service that a project uses: the one that has files in it, or the one that hosts its repository.
pub(super) fn service(root: &Path, files: &[Found]) -> Option<CiService> {
    let has = |start: &str| files.iter().any(|file| file.below.starts_with(start));
    if let Some((_, service)) = STARTS.iter().find(|(start, _)| has(start)) {
        return Some(*service);
    }
    let git = input::read_text(&root.join(".git/config")).ok()?;
    let hosts = |host: &str| {
        git.lines()
            .any(|line| line.trim().starts_with("url") && line.contains(host))
    };
    match (hosts("github.com"), hosts("gitlab")) {
        (true, _) => Some(CiService::GitHub),
        (false, true) => Some(CiService::GitLab),
        (false, false) => None,
    }
}
