//! Objects that hosting platforms create and own. The owners of a database do not describe them, so everything that
//! reads a whole database leaves them out unless it is asked for them.

use std::collections::{BTreeMap, BTreeSet};

use crate::kinds::{Kind, UsersAdd};
use crate::object_id::{ObjectId, split_name};
use crate::snapshot::{IMPLICIT, OWNER, Object, Snapshot};
use crate::sql;
use crate::sql::{Sql, literal};
use crate::value::Value;

/// A hosting platform.
#[derive(Debug)]
pub struct Platform {
    /// Its name.
    pub name: &'static str,
    /// The schemas that it creates and one of its roles owns. Users may have objects of their own in them.
    pub schemas: &'static [&'static str],
    /// The schemas that only it creates, whoever owns them and what is in them.
    pub own_schemas: &'static [&'static str],
    /// The roles that it creates; none if the names of its own schemas are enough.
    pub roles: &'static [&'static str],
    /// Roles that it grants rights on its objects, although they are its users'.
    pub api_roles: &'static [&'static str],
}

/// The platforms. Sources: their documentation of the contents of a new database.
pub const PLATFORMS: &[Platform] = &[
    Platform {
        name: "Supabase",
        schemas: &[
            "auth",
            "extensions",
            "graphql",
            "graphql_public",
            "net",
            "pgbouncer",
            "realtime",
            "storage",
            "supabase_functions",
            "vault",
        ],
        own_schemas: &[
            "_analytics",
            "_realtime",
            "pgsodium",
            "pgsodium_masks",
            "supabase_migrations",
        ],
        roles: &[
            "authenticator",
            "dashboard_user",
            "pgbouncer",
            "pgsodium_keyholder",
            "pgsodium_keyiduser",
            "pgsodium_keymaker",
            "supabase_admin",
            "supabase_auth_admin",
            "supabase_etl_admin",
            "supabase_functions_admin",
            "supabase_read_only_user",
            "supabase_realtime_admin",
            "supabase_replication_admin",
            "supabase_storage_admin",
        ],
        api_roles: &["anon", "authenticated", "postgres", "service_role"],
    },
    Platform {
        name: "Neon",
        schemas: &[],
        own_schemas: &["neon", "neon_auth"],
        roles: &["cloud_admin", "neon_service", "neon_superuser"],
        api_roles: &[],
    },
    Platform {
        name: "Google Cloud SQL",
        schemas: &[],
        own_schemas: &["google_vacuum_mgmt"],
        roles: &[
            "cloudsqladmin",
            "cloudsqlagent",
            "cloudsqliamserviceaccount",
            "cloudsqliamuser",
            "cloudsqlimportexport",
            "cloudsqlreplica",
            "cloudsqlsuperuser",
        ],
        api_roles: &[],
    },
    Platform {
        name: "Amazon RDS",
        schemas: &[],
        own_schemas: &["aws_commons", "aws_lambda", "aws_s3", "rdsadmin"],
        roles: &[
            "rds_ad",
            "rds_extension",
            "rds_iam",
            "rds_password",
            "rds_replication",
            "rds_reserved",
            "rds_superuser",
            "rdsadmin",
            "rdsproxyadmin",
            "rdsrepladmin",
            "rdstopmgr",
        ],
        api_roles: &[],
    },
    Platform {
        name: "Azure",
        schemas: &[],
        own_schemas: &["azure_cron", "azure_maintenance", "azure_sys"],
        roles: &["azure_pg_admin", "azure_superuser", "azuresu"],
        api_roles: &[],
    },
    Platform {
        name: "Timescale",
        schemas: &[],
        own_schemas: &[
            "_timescaledb_cache",
            "_timescaledb_catalog",
            "_timescaledb_config",
            "_timescaledb_debug",
            "_timescaledb_functions",
            "_timescaledb_internal",
            "timescaledb_experimental",
            "timescaledb_information",
            "toolkit_experimental",
        ],
        roles: &[],
        api_roles: &[],
    },
];

/// Roles that other software, or an administrator, may create, too: they do not identify the platform.
const COMMON_ROLES: &[&str] = &["authenticator", "cloud_admin", "dashboard_user", "pgbouncer", "rds_ad"];

/// How many of its roles identify a platform.
const ENOUGH: usize = 2;

/// Whether a schema is PostgreSQL's own.
#[must_use]
pub fn is_postgres(schema: &str) -> bool {
    schema.starts_with("pg_") || schema == "information_schema"
}

/// Whether a platform has a schema of this name.
#[must_use]
pub fn names_schema(schema: &str) -> bool {
    PLATFORMS
        .iter()
        .any(|platform| platform.all_schemas().any(|name| name == schema))
}

/// The names of the schemas of all platforms, as a list in SQL.
#[must_use]
pub fn schemas_sql() -> Sql {
    list(PLATFORMS.iter().flat_map(Platform::all_schemas))
}

/// What a server has of the names that platforms use.
#[derive(Debug, Default)]
pub struct PlatformTraces {
    /// The roles that exist.
    pub roles: BTreeSet<String>,
    /// The schemas that exist, each with its owner.
    pub schemas: BTreeMap<String, String>,
}

impl PlatformTraces {
    /// The roles, as a query with one JSON array.
    #[must_use]
    pub fn roles_sql() -> Sql {
        let names = PLATFORMS.iter().flat_map(|platform| platform.roles).copied();
        sql![
            "SELECT json_agg(rolname) FROM pg_roles WHERE rolname = ANY (",
            array(names),
            "::name[])"
        ]
    }

    /// The schemas, as a query with one JSON object.
    #[must_use]
    pub fn schemas_sql() -> Sql {
        let with_roles = PLATFORMS.iter().filter(|platform| !platform.roles.is_empty());
        sql![
            "SELECT json_object_agg(nspname, pg_get_userbyid(nspowner)) FROM pg_namespace WHERE nspname = ANY (",
            array(with_roles.flat_map(Platform::all_schemas)),
            "::name[])"
        ]
    }

    /// The roles of the platforms that the server belongs to. A platform is recognised by two of its roles, or by a schema
    /// of it that one of its roles owns. One role is not enough: `dashboard_user` may be a role of any database.
    #[must_use]
    pub fn platform_roles(&self) -> BTreeSet<String> {
        let here = PLATFORMS.iter().filter(|platform| self.shows(platform));
        let roles = here.flat_map(|platform| platform.roles);
        let roles = roles.filter(|role| self.roles.contains(**role));
        roles.map(|role| (*role).to_owned()).collect()
    }

    fn shows(&self, platform: &Platform) -> bool {
        let is_sign =
            |role: &str| platform.roles.contains(&role) && !COMMON_ROLES.contains(&role) && self.roles.contains(role);
        let signs = platform.roles.iter().filter(|role| is_sign(role)).count();
        let mut owners = platform.all_schemas().filter_map(|schema| self.schemas.get(schema));
        signs >= ENOUGH || owners.any(|owner| is_sign(owner))
    }
}

/// An array of names, as a literal: the server analyses each value of a list by itself.
fn array(names: impl Iterator<Item = &'static str>) -> Sql {
    literal(&format!("{{{}}}", names.collect::<Vec<_>>().join(",")))
}

fn list(words: impl Iterator<Item = &'static str>) -> Sql {
    Sql::join(words.map(literal), ", ")
}

impl Platform {
    fn all_schemas(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.schemas.iter().chain(self.own_schemas).copied()
    }
}

/// What files name, so that it is compared although it is the platform's.
#[derive(Debug, Default, Clone)]
pub struct NamedInFiles {
    /// Roles under `grants`.
    pub roles: BTreeSet<String>,
    /// Schemas: in `exact: […]`, under `schemas`, as `schema`, or on the command line.
    pub schemas: BTreeSet<String>,
    /// The roles under `grants` of each object.
    pub granted: BTreeMap<ObjectId, BTreeSet<String>>,
}

impl NamedInFiles {
    /// Adds what others name.
    pub fn extend(&mut self, other: &Self) {
        self.roles.extend(other.roles.iter().cloned());
        self.schemas.extend(other.schemas.iter().cloned());
        for (id, roles) in &other.granted {
            self.granted
                .entry(id.clone())
                .or_default()
                .extend(roles.iter().cloned());
        }
    }
}

/// Removes from a snapshot what belongs to platforms: objects in their schemas, objects that their roles own, and grants to
/// their roles. What users added to the objects of a platform stays.
///
/// `there` are the roles of the platforms that the server belongs to.
pub fn leave_out(snapshot: &mut Snapshot, there: &BTreeSet<String>, named: &NamedInFiles) {
    let platforms: Vec<&Platform> = PLATFORMS
        .iter()
        .filter(|platform| platform.roles.is_empty() || platform.roles.iter().any(|role| there.contains(*role)))
        .collect();
    let survey = PlatformSurvey::of(snapshot, &platforms, named);
    snapshot.platform_schemas = survey.schemas.keys().copied().map(str::to_owned).collect();
    // Nearly every server is like that, and asking each object takes as long as reading many.
    if survey.finds_nothing() {
        return;
    }
    for kind in Kind::ALL {
        let mut partial = Vec::new();
        let mut left_out = 0;
        for (id, object) in snapshot.of_kind_mut(*kind) {
            let before = object.is_implicit();
            if survey.leave_out(*kind, id, object) {
                partial.push(id.clone());
            }
            left_out += u64::from(kind.spec().parents.is_empty() && !before && object.is_implicit());
        }
        snapshot.left_out += left_out;
        for id in partial {
            snapshot.set_partial(*kind, id);
        }
    }
    mark_relations_with_additions(snapshot, &survey);
}

/// A platform's relation counts where users added an object to it.
fn mark_relations_with_additions(snapshot: &mut Snapshot, survey: &PlatformSurvey<'_>) {
    let mut found = Vec::new();
    for kind in Kind::ALL {
        for parent in kind.spec().parents {
            for (id, _) in snapshot.of_kind(*kind).filter(|(_, object)| !object.is_implicit()) {
                let relation = id.relation();
                let is_left_out = snapshot.get(*parent, &relation).is_some_and(Object::is_implicit);
                if is_left_out && survey.schemas.contains_key(id.schema()) {
                    found.push((*parent, relation.clone()));
                }
            }
        }
    }
    for (kind, id) in found {
        snapshot.set_partial(kind, id);
    }
}

/// What of a snapshot is the platforms'.
struct PlatformSurvey<'a> {
    platforms: &'a [&'static Platform],
    named: &'a NamedInFiles,
    /// The schemas, and whether everything in them is the platform's.
    schemas: BTreeMap<&'static str, bool>,
    /// The relations of the platform in these schemas.
    relations: BTreeSet<ObjectId>,
}

impl<'a> PlatformSurvey<'a> {
    fn of(snapshot: &Snapshot, platforms: &'a [&'static Platform], named: &'a NamedInFiles) -> Self {
        let mut survey = Self {
            platforms,
            named,
            schemas: BTreeMap::new(),
            relations: BTreeSet::new(),
        };
        for kind in Kind::ALL.iter().filter(|kind| kind.is_namespace()) {
            for (id, object) in snapshot.of_kind(*kind) {
                let owner = object.get(OWNER).as_text().unwrap_or_default();
                survey.read_schema(id.last(), owner);
            }
        }
        for kind in Kind::roots() {
            let in_schemas = snapshot.of_kind(kind).filter(|(id, _)| id.is_in_schema());
            let of_platform = in_schemas.filter(|(id, object)| survey.has(id, object));
            let relations: Vec<ObjectId> = of_platform.map(|(id, _)| id.clone()).collect();
            survey.relations.extend(relations);
        }
        survey
    }

    fn read_schema(&mut self, name: &str, owner: &str) {
        for platform in self.platforms {
            let own = platform.own_schemas.iter().find(|schema| **schema == name);
            let by_owner = platform.schemas.iter().find(|schema| **schema == name);
            let by_owner = by_owner.filter(|_| platform.roles.contains(&owner));
            if let Some(schema) = own.or(by_owner)
                && !self.named.schemas.contains(name)
            {
                self.schemas.insert(schema, own.is_some());
            }
        }
    }

    /// Whether the server has neither a schema nor a role of a platform.
    fn finds_nothing(&self) -> bool {
        self.schemas.is_empty() && self.platforms.iter().all(|platform| platform.roles.is_empty())
    }

    fn may_have_schema(&self, name: &str) -> bool {
        self.platforms
            .iter()
            .any(|platform| platform.all_schemas().any(|schema| schema == name))
    }

    fn is_role(&self, role: &str) -> bool {
        self.platforms.iter().any(|platform| platform.roles.contains(&role))
    }

    fn is_api_role(&self, role: &str) -> bool {
        role == "public" || self.platforms.iter().any(|platform| platform.api_roles.contains(&role))
    }

    /// Whether an object in a schema of the platform is the platform's.
    fn has(&self, id: &ObjectId, object: &Object) -> bool {
        self.schemas
            .get(id.schema())
            .is_some_and(|whole| *whole || object.get(OWNER).as_text().is_none_or(|owner| self.is_role(owner)))
    }

    /// Marks an object of the platform as implicit, and removes grants to its roles. Returns whether users granted
    /// something on it.
    fn leave_out(&self, kind: Kind, id: &ObjectId, object: &mut Object) -> bool {
        let spec = kind.spec();
        let is_root = spec.parents.is_empty();
        if id.is_in_schema() && self.named.schemas.contains(id.schema()) && self.may_have_schema(id.schema()) {
            return false;
        }
        let in_schema = if kind.is_namespace() {
            self.schemas.contains_key(id.last())
        } else if id.is_in_schema() {
            self.relations
                .contains(&if is_root { id.clone() } else { id.relation() })
        } else {
            false
        };
        let mut is_theirs = in_schema && (is_root || !self.is_addition(kind, object));
        // Users may have objects in a schema that a platform created for them.
        is_theirs |= !kind.is_namespace()
            && object
                .get(OWNER)
                .as_text()
                .is_some_and(|owner| self.is_role(owner) && !self.named.roles.contains(owner));
        let mut users_granted = false;
        for attr in spec.attrs.iter().filter(|attr| attr.keyed_by_role) {
            let Value::Map(grants) = object.get(attr.name) else {
                continue;
            };
            let mut grants = grants.clone();
            let written = self.named.granted.get(id);
            let is_written = |role: &str| written.is_some_and(|roles| roles.contains(role));
            grants.retain(|role, _| {
                let of_platform = self.is_role(role) && !self.named.roles.contains(role);
                !of_platform && (is_written(role) || !(in_schema && self.is_api_role(role)))
            });
            users_granted |= !grants.is_empty();
            // Without a default the attribute would have no value if nothing is left.
            is_theirs |=
                attr.default.is_none() && grants.is_empty() && object.get(attr.name) != &Value::Map(grants.clone());
            object.set(attr.name, Value::Map(grants));
        }
        if is_theirs {
            object.set(IMPLICIT, Value::Bool(true));
        }
        in_schema && is_root && users_granted
    }

    /// Whether users added an object to a relation of the platform.
    fn is_addition(&self, kind: Kind, object: &Object) -> bool {
        match kind.spec().users_add {
            UsersAdd::Nothing => false,
            UsersAdd::All => true,
            UsersAdd::WithOwnFunction(attribute) => {
                object
                    .get(attribute)
                    .as_text()
                    .and_then(split_name)
                    .is_some_and(|parts| {
                        !parts
                            .first()
                            .is_some_and(|schema| self.schemas.contains_key(schema.as_str()))
                    })
            }
        }
    }
}
