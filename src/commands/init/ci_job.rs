//! The job that runs driftgate in the CI of a project.

use std::path::{Path, PathBuf};

use crate::project::CiService;

/// A job for a CI service: a file of its own, and what is left to do by hand.
pub(super) struct CiJob {
    pub(super) path: PathBuf,
    pub(super) text: String,
    /// What the file does, for the plan.
    pub(super) doc: &'static str,
    /// What the user does with it.
    pub(super) next: String,
}

/// The release that a job installs.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The job for databases whose URLs are in these variables.
pub(super) fn job(service: CiService, variables: &[String]) -> CiJob {
    let names = variables.join(", ");
    let s = if variables.len() == 1 { "" } else { "s" };
    let (path, text, doc, next) = match service {
        CiService::GitHub => (
            ".github/workflows/driftgate.yml",
            github(variables),
            "lints in pull requests, checks every night, on demand and after a deploy that calls it",
            format!("add the secret{s} {names} to the repository (Settings > Secrets and variables > Actions)"),
        ),
        CiService::GitLab => (
            "driftgate.gitlab-ci.yml",
            gitlab(),
            "a job that checks after a deploy and on a schedule",
            format!(
                "include it in .gitlab-ci.yml, `include: [{{local: driftgate.gitlab-ci.yml}}]`, and add the masked \
                 variable{s} {names} (Settings > CI/CD > Variables)"
            ),
        ),
        CiService::CircleCi => (
            ".circleci/driftgate.yml",
            circleci(),
            "a job to copy into .circleci/config.yml",
            format!("copy the job into .circleci/config.yml, and add the variable{s} {names} to a context"),
        ),
        CiService::Jenkins => (
            "Jenkinsfile.driftgate",
            jenkins(variables),
            "a stage to copy into the Jenkinsfile",
            format!("copy the stage into the Jenkinsfile, and add the credential{s} {names} as secret text"),
        ),
    };
    CiJob {
        path: Path::new(path).to_owned(),
        text,
        doc,
        next,
    }
}

/// A workflow of GitHub Actions.
fn github(variables: &[String]) -> String {
    let secret = |name: &String| format!("      {name}:\n        required: true\n");
    let secrets: String = variables.iter().map(secret).collect();
    let variable = |name: &String| format!("          {name}: ${{{{ secrets.{name} }}}}\n");
    let env: String = variables.iter().map(variable).collect();
    format!(
        "\
# A workflow that deploys can call this one as its last job:
#
#   verify:
#     needs: deploy
#     uses: ./.github/workflows/driftgate.yml
#     secrets: inherit
name: driftgate

on:
  workflow_call:
    secrets:
{secrets}  pull_request:
    paths: [\"expectations/**\"]
  schedule:
    - cron: \"43 2 * * *\"
  workflow_dispatch:

permissions:
  contents: read

jobs:
  lint:
    if: github.event_name == 'pull_request'
    runs-on: ubuntu-latest
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@v5
      - run: pipx run driftgate=={VERSION} lint

  check:
    # A pull request can come from anyone, so it gets no password.
    if: github.event_name != 'pull_request'
    runs-on: ubuntu-latest
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@v5
      - run: pipx run driftgate=={VERSION} check --no-env-file --wait 60s --format github
        env:
{env}"
    )
}

/// A file that `.gitlab-ci.yml` includes.
fn gitlab() -> String {
    format!(
        "\
driftgate:
  image: python:3-slim
  stage: .post
  script:
    - pip install --quiet driftgate=={VERSION}
    - driftgate check --no-env-file --wait 60s --output junit=driftgate.xml
  rules:
    - if: $CI_PIPELINE_SOURCE == \"schedule\"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  artifacts:
    when: always
    reports:
      junit: driftgate.xml
"
    )
}

/// A job of CircleCI.
fn circleci() -> String {
    format!(
        "\
# Copy this job into config.yml, and require it after the job that deploys.
version: 2.1
jobs:
  driftgate:
    docker: [{{image: \"cimg/python:3.13\"}}]
    steps:
      - checkout
      - run: pip install --quiet driftgate=={VERSION}
      - run: mkdir -p reports && driftgate check --no-env-file --wait 60s --output junit=reports/driftgate.xml
      - store_test_results: {{path: reports}}
"
    )
}

/// A stage of a Jenkinsfile.
fn jenkins(variables: &[String]) -> String {
    let bindings: Vec<String> = variables
        .iter()
        .map(|name| format!("string(credentialsId: '{name}', variable: '{name}')"))
        .collect();
    format!(
        "\
// Copy this stage behind the one that deploys.
stage('driftgate') {{
  steps {{
    withCredentials([{}]) {{
      sh 'pipx run driftgate=={VERSION} check --no-env-file --wait 60s --output junit=driftgate.xml'
    }}
  }}
  post {{ always {{ junit 'driftgate.xml' }} }}
}}
",
        bindings.join(", ")
    )
}
