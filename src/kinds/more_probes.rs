//! How a script finds objects of the kinds that are in no relation, and are less common.

use super::probe::Probe;

pub(super) static ACCESS_METHOD: Probe = Probe {
    rows: "pg_catalog.pg_am WHERE amname = {name}",
    ..Probe::DEFAULT
};

pub(super) static CAST: Probe = Probe {
    rows: "pg_catalog.pg_cast WHERE castsource = pg_catalog.to_regtype(pg_catalog.split_part({name}, ' as ', 1)) AND casttarget = pg_catalog.to_regtype(pg_catalog.split_part({name}, ' as ', 2))",
    values: &[
        ("context", "castcontext"),
        ("method", "castmethod"),
        ("function", "castfunc::pg_catalog.regprocedure"),
    ],
    ..Probe::DEFAULT
};

pub(super) static COLLATION: Probe = Probe {
    rows: "pg_catalog.pg_collation WHERE collname = {name} AND collnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = {schema})",
    values: &[("owner", "pg_catalog.pg_get_userbyid(collowner)")],
    ..Probe::DEFAULT
};

pub(super) static CONVERSION: Probe = Probe {
    rows: "pg_catalog.pg_conversion WHERE conname = {name} AND connamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = {schema})",
    values: &[
        ("owner", "pg_catalog.pg_get_userbyid(conowner)"),
        ("default", "condefault"),
    ],
    ..Probe::DEFAULT
};

pub(super) static DATABASE: Probe = Probe {
    rows: "pg_catalog.pg_database WHERE datname = pg_catalog.current_database()",
    values: &[
        ("owner", "pg_catalog.pg_get_userbyid(datdba)"),
        ("grants", "datacl"),
        ("connection_limit", "datconnlimit"),
    ],
    ..Probe::DEFAULT
};

pub(super) static DATABASE_SETTING: Probe = Probe {
    rows: "pg_catalog.pg_db_role_setting WHERE setdatabase = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) AND setrole = coalesce((SELECT oid FROM pg_catalog.pg_roles WHERE rolname = pg_catalog.split_part({name}, ' for ', 2)), 0) AND EXISTS (SELECT FROM pg_catalog.unnest(setconfig) AS setting WHERE pg_catalog.split_part(setting, '=', 1) = pg_catalog.split_part({name}, ' for ', 1))",
    values: &[("value", "setconfig")],
    address: None,
    ..Probe::DEFAULT
};

pub(super) static DEFAULT_PRIVILEGES: Probe = Probe {
    rows: "pg_catalog.pg_default_acl WHERE pg_catalog.pg_get_userbyid(defaclrole) || coalesce(' in ' || (SELECT nspname FROM pg_catalog.pg_namespace WHERE oid = defaclnamespace), '') || ' on ' || CASE defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' WHEN 'L' THEN 'large objects' END = {name}",
    values: &[("grants", "defaclacl")],
    ..Probe::DEFAULT
};

pub(super) static FOREIGN_DATA_WRAPPER: Probe = Probe {
    rows: "pg_catalog.pg_foreign_data_wrapper WHERE fdwname = {name}",
    values: &[
        ("owner", "pg_catalog.pg_get_userbyid(fdwowner)"),
        ("options", "fdwoptions"),
        ("grants", "fdwacl"),
    ],
    ..Probe::DEFAULT
};

pub(super) static FOREIGN_SERVER: Probe = Probe {
    rows: "pg_catalog.pg_foreign_server WHERE srvname = {name}",
    values: &[
        ("owner", "pg_catalog.pg_get_userbyid(srvowner)"),
        ("options", "srvoptions"),
        ("version", "srvversion"),
        ("grants", "srvacl"),
    ],
    ..Probe::DEFAULT
};

pub(super) static LANGUAGE: Probe = Probe {
    rows: "pg_catalog.pg_language WHERE lanname = {name}",
    values: &[("owner", "pg_catalog.pg_get_userbyid(lanowner)"), ("grants", "lanacl")],
    ..Probe::DEFAULT
};

pub(super) static OPERATOR: Probe = Probe {
    rows: "pg_catalog.pg_operator WHERE oprname = {second} AND oprnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = {schema}) AND oprleft = coalesce(pg_catalog.to_regtype(pg_catalog.split_part({name}, ', ', 1)), 0) AND oprright = coalesce(pg_catalog.to_regtype(pg_catalog.split_part({name}, ', ', 2)), 0)",
    values: &[
        ("owner", "pg_catalog.pg_get_userbyid(oprowner)"),
        ("function", "oprcode::pg_catalog.regproc"),
        ("hashes", "oprcanhash"),
        ("merges", "oprcanmerge"),
    ],
    ..Probe::DEFAULT
};

pub(super) static OPERATOR_CLASS: Probe = Probe {
    rows: "pg_catalog.pg_opclass WHERE opcname = {second} AND opcnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = {schema}) AND opcmethod = (SELECT oid FROM pg_catalog.pg_am WHERE amname = {name})",
    values: &[
        ("owner", "pg_catalog.pg_get_userbyid(opcowner)"),
        ("default", "opcdefault"),
    ],
    ..Probe::DEFAULT
};

pub(super) static OPERATOR_FAMILY: Probe = Probe {
    rows: "pg_catalog.pg_opfamily WHERE opfname = {second} AND opfnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = {schema}) AND opfmethod = (SELECT oid FROM pg_catalog.pg_am WHERE amname = {name})",
    values: &[("owner", "pg_catalog.pg_get_userbyid(opfowner)")],
    ..Probe::DEFAULT
};

pub(super) static PUBLICATION_TABLE: Probe = Probe {
    rows: "pg_catalog.pg_publication_rel WHERE prrelid = pg_catalog.to_regclass({relation}) AND prpubid = (SELECT oid FROM pg_catalog.pg_publication WHERE pubname = {name})",
    ..Probe::DEFAULT
};

pub(super) static SECURITY_LABEL: Probe = Probe {
    rows: "pg_catalog.pg_seclabels WHERE provider || ' on ' || objtype || ' ' || objname = {name}",
    values: &[("label", "label")],
    address: None,
    ..Probe::DEFAULT
};

pub(super) static STATISTICS: Probe = Probe {
    rows: "pg_catalog.pg_statistic_ext WHERE stxrelid = pg_catalog.to_regclass({relation}) AND {name} IN (stxname, (SELECT nspname FROM pg_catalog.pg_namespace WHERE oid = stxnamespace) || '.' || stxname)",
    values: &[
        ("owner", "pg_catalog.pg_get_userbyid(stxowner)"),
        ("kinds", "stxkind"),
        ("columns", "stxkeys"),
        ("target", "stxstattarget"),
        ("expressions", "pg_catalog.pg_get_statisticsobjdef(oid)"),
    ],
    ..Probe::DEFAULT
};

pub(super) static SUBSCRIPTION: Probe = Probe {
    rows: "pg_catalog.pg_subscription WHERE subname = {name} AND subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())",
    values: &[
        ("owner", "pg_catalog.pg_get_userbyid(subowner)"),
        ("enabled", "subenabled"),
        ("publications", "subpublications"),
    ],
    ..Probe::DEFAULT
};

pub(super) static SYSTEM_COMMENT: Probe = Probe {
    rows: "pg_catalog.pg_description CROSS JOIN LATERAL pg_catalog.pg_identify_object(classoid, objoid, objsubid) AS named WHERE named.type || ' ' || named.identity = {name}",
    values: &[("comment", "description")],
    address: None,
    ..Probe::DEFAULT
};

pub(super) static TEXT_SEARCH_CONFIGURATION: Probe = Probe {
    rows: "pg_catalog.pg_ts_config WHERE cfgname = {name} AND cfgnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = {schema})",
    values: &[("owner", "pg_catalog.pg_get_userbyid(cfgowner)")],
    ..Probe::DEFAULT
};

pub(super) static TEXT_SEARCH_DICTIONARY: Probe = Probe {
    rows: "pg_catalog.pg_ts_dict WHERE dictname = {name} AND dictnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = {schema})",
    values: &[
        ("owner", "pg_catalog.pg_get_userbyid(dictowner)"),
        ("options", "dictinitoption"),
    ],
    ..Probe::DEFAULT
};

pub(super) static TEXT_SEARCH_PARSER: Probe = Probe {
    rows: "pg_catalog.pg_ts_parser WHERE prsname = {name} AND prsnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = {schema})",
    ..Probe::DEFAULT
};

pub(super) static TEXT_SEARCH_TEMPLATE: Probe = Probe {
    rows: "pg_catalog.pg_ts_template WHERE tmplname = {name} AND tmplnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = {schema})",
    ..Probe::DEFAULT
};

pub(super) static TRANSFORM: Probe = Probe {
    rows: "pg_catalog.pg_transform WHERE trftype = pg_catalog.to_regtype(pg_catalog.split_part({name}, ' for ', 1)) AND trflang = (SELECT oid FROM pg_catalog.pg_language WHERE lanname = pg_catalog.split_part({name}, ' for ', 2))",
    ..Probe::DEFAULT
};

pub(super) static USER_MAPPING: Probe = Probe {
    rows: "pg_catalog.pg_user_mappings WHERE usename || ' on ' || srvname = {name}",
    address: None,
    ..Probe::DEFAULT
};
