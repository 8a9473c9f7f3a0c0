-- The functions of uuid-ossp 1.1. A UUID of version 1 is a random one with the bits of that version.
-- PL/pgSQL, because the planner would replace a call of an SQL function by its body.

CREATE FUNCTION uuid_nil() RETURNS uuid
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN '00000000-0000-0000-0000-000000000000';
END
$$;

CREATE FUNCTION uuid_ns_dns() RETURNS uuid
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
END
$$;

CREATE FUNCTION uuid_ns_url() RETURNS uuid
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN '6ba7b811-9dad-11d1-80b4-00c04fd430c8';
END
$$;

CREATE FUNCTION uuid_ns_oid() RETURNS uuid
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN '6ba7b812-9dad-11d1-80b4-00c04fd430c8';
END
$$;

CREATE FUNCTION uuid_ns_x500() RETURNS uuid
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN '6ba7b814-9dad-11d1-80b4-00c04fd430c8';
END
$$;

CREATE FUNCTION uuid_generate_v1() RETURNS uuid
LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN pg_catalog."overlay"(pg_catalog.gen_random_uuid()::text, '1', 15, 1);
END
$$;

CREATE FUNCTION uuid_generate_v1mc() RETURNS uuid
LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN pg_catalog."overlay"(pg_catalog.gen_random_uuid()::text, '1', 15, 1);
END
$$;

CREATE FUNCTION uuid_generate_v3(namespace uuid, name text) RETURNS uuid
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  result bytea;
BEGIN
  result := pg_catalog.decode(
    pg_catalog.md5(pg_catalog.uuid_send(namespace) || pg_catalog.convert_to(name, 'UTF8')), 'hex');
  result := pg_catalog.set_byte(result, 6, pg_catalog.get_byte(result, 6) & 15 | 48);
  result := pg_catalog.set_byte(result, 8, pg_catalog.get_byte(result, 8) & 63 | 128);
  RETURN pg_catalog.encode(result, 'hex');
END
$$;

CREATE FUNCTION uuid_generate_v4() RETURNS uuid
LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN pg_catalog.gen_random_uuid();
END
$$;

CREATE FUNCTION uuid_generate_v5(namespace uuid, name text) RETURNS uuid
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'uuid_generate_v5(uuid, text) of uuid-ossp cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;
