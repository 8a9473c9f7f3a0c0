-- The functions of pgcrypto 1.3, with what PostgreSQL itself can compute.
-- PL/pgSQL, because the planner would replace a call of an SQL function by its body.

-- Texts are taken as their bytes.
DO $stand_in$
DECLARE
  taken record;
BEGIN
  FOR taken IN
    SELECT * FROM (VALUES ('text', 'pg_catalog.convert_to($1, ''UTF8'')', 'pg_catalog.convert_to($2, ''UTF8'')'), ('bytea', '$1', '$2'))
      AS v(type, first, second)
  LOOP
    EXECUTE pg_catalog.format($format$
CREATE FUNCTION digest(%1$s, text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  data CONSTANT bytea := %2$s;
  algorithm CONSTANT text := $2;
  result bytea;
BEGIN
  CASE pg_catalog.lower(algorithm)
    WHEN 'md5' THEN result := pg_catalog.decode(pg_catalog.md5(data), 'hex');
    WHEN 'sha224' THEN result := pg_catalog.sha224(data);
    WHEN 'sha256' THEN result := pg_catalog.sha256(data);
    WHEN 'sha384' THEN result := pg_catalog.sha384(data);
    WHEN 'sha512' THEN result := pg_catalog.sha512(data);
    ELSE RAISE EXCEPTION 'the algorithm "%%" of pgcrypto cannot be computed by the embedded PostgreSQL', algorithm
      USING ERRCODE = 'feature_not_supported';
  END CASE;
  RETURN result;
END
$$
$format$, taken.type, taken.first);
    EXECUTE pg_catalog.format($format$
CREATE FUNCTION hmac(%1$s, %1$s, text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  data bytea := %2$s;
  secret bytea := %3$s;
  algorithm CONSTANT text := $3;
  block CONSTANT integer := CASE WHEN pg_catalog.lower($3) IN ('sha384', 'sha512') THEN 128 ELSE 64 END;
  inner_pad bytea := '';
  outer_pad bytea := '';
  result bytea;
  octet integer;
BEGIN
  IF pg_catalog.length(secret) > block THEN
    CASE pg_catalog.lower(algorithm)
      WHEN 'md5' THEN secret := pg_catalog.decode(pg_catalog.md5(secret), 'hex');
      WHEN 'sha224' THEN secret := pg_catalog.sha224(secret);
      WHEN 'sha256' THEN secret := pg_catalog.sha256(secret);
      WHEN 'sha384' THEN secret := pg_catalog.sha384(secret);
      WHEN 'sha512' THEN secret := pg_catalog.sha512(secret);
      ELSE RAISE EXCEPTION 'the algorithm "%%" of pgcrypto cannot be computed by the embedded PostgreSQL', algorithm
        USING ERRCODE = 'feature_not_supported';
    END CASE;
  END IF;
  FOR i IN 0 .. block - 1 LOOP
    octet := CASE WHEN i < pg_catalog.length(secret) THEN pg_catalog.get_byte(secret, i) ELSE 0 END;
    inner_pad := inner_pad || pg_catalog.decode(pg_catalog.lpad(pg_catalog.to_hex(octet # 54), 2, '0'), 'hex');
    outer_pad := outer_pad || pg_catalog.decode(pg_catalog.lpad(pg_catalog.to_hex(octet # 92), 2, '0'), 'hex');
  END LOOP;
  data := inner_pad || data;
  CASE pg_catalog.lower(algorithm)
    WHEN 'md5' THEN result := pg_catalog.decode(pg_catalog.md5(data), 'hex');
    WHEN 'sha224' THEN result := pg_catalog.sha224(data);
    WHEN 'sha256' THEN result := pg_catalog.sha256(data);
    WHEN 'sha384' THEN result := pg_catalog.sha384(data);
    WHEN 'sha512' THEN result := pg_catalog.sha512(data);
    ELSE RAISE EXCEPTION 'the algorithm "%%" of pgcrypto cannot be computed by the embedded PostgreSQL', algorithm
      USING ERRCODE = 'feature_not_supported';
  END CASE;
  data := outer_pad || result;
  CASE pg_catalog.lower(algorithm)
    WHEN 'md5' THEN result := pg_catalog.decode(pg_catalog.md5(data), 'hex');
    WHEN 'sha224' THEN result := pg_catalog.sha224(data);
    WHEN 'sha256' THEN result := pg_catalog.sha256(data);
    WHEN 'sha384' THEN result := pg_catalog.sha384(data);
    WHEN 'sha512' THEN result := pg_catalog.sha512(data);
    ELSE RAISE EXCEPTION 'the algorithm "%%" of pgcrypto cannot be computed by the embedded PostgreSQL', algorithm
      USING ERRCODE = 'feature_not_supported';
  END CASE;
  RETURN result;
END
$$
$format$, taken.type, taken.first, taken.second);
  END LOOP;
END
$stand_in$;

CREATE FUNCTION gen_random_bytes(int4) RETURNS bytea
LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE AS $$
DECLARE
  result bytea := '';
BEGIN
  IF $1 < 1 OR $1 > 1024 THEN
    RAISE EXCEPTION 'Length not in range' USING ERRCODE = 'external_routine_invocation_exception';
  END IF;
  WHILE pg_catalog.length(result) < $1 LOOP
    result := result || pg_catalog.sha256(pg_catalog.uuid_send(pg_catalog.gen_random_uuid()));
  END LOOP;
  RETURN pg_catalog.substr(result, 1, $1);
END
$$;

CREATE FUNCTION gen_random_uuid() RETURNS uuid
LANGUAGE plpgsql VOLATILE PARALLEL SAFE AS $$
BEGIN
  RETURN pg_catalog.gen_random_uuid();
END
$$;

CREATE FUNCTION pgp_armor_headers(text, key OUT text, value OUT text) RETURNS SETOF record
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'pgp_armor_headers(text) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

-- What PostgreSQL itself cannot compute.
DO $stand_in$
DECLARE
  missing record;
BEGIN
  FOR missing IN
    SELECT * FROM (VALUES
      ('crypt(text, text)', 'text', 'IMMUTABLE'),
      ('gen_salt(text)', 'text', 'VOLATILE'),
      ('gen_salt(text, integer)', 'text', 'VOLATILE'),
      ('encrypt(bytea, bytea, text)', 'bytea', 'IMMUTABLE'),
      ('decrypt(bytea, bytea, text)', 'bytea', 'IMMUTABLE'),
      ('encrypt_iv(bytea, bytea, bytea, text)', 'bytea', 'IMMUTABLE'),
      ('decrypt_iv(bytea, bytea, bytea, text)', 'bytea', 'IMMUTABLE'),
      ('pgp_sym_encrypt(text, text)', 'bytea', 'VOLATILE'),
      ('pgp_sym_encrypt_bytea(bytea, text)', 'bytea', 'VOLATILE'),
      ('pgp_sym_encrypt(text, text, text)', 'bytea', 'VOLATILE'),
      ('pgp_sym_encrypt_bytea(bytea, text, text)', 'bytea', 'VOLATILE'),
      ('pgp_sym_decrypt(bytea, text)', 'text', 'IMMUTABLE'),
      ('pgp_sym_decrypt_bytea(bytea, text)', 'bytea', 'IMMUTABLE'),
      ('pgp_sym_decrypt(bytea, text, text)', 'text', 'IMMUTABLE'),
      ('pgp_sym_decrypt_bytea(bytea, text, text)', 'bytea', 'IMMUTABLE'),
      ('pgp_pub_encrypt(text, bytea)', 'bytea', 'VOLATILE'),
      ('pgp_pub_encrypt_bytea(bytea, bytea)', 'bytea', 'VOLATILE'),
      ('pgp_pub_encrypt(text, bytea, text)', 'bytea', 'VOLATILE'),
      ('pgp_pub_encrypt_bytea(bytea, bytea, text)', 'bytea', 'VOLATILE'),
      ('pgp_pub_decrypt(bytea, bytea)', 'text', 'IMMUTABLE'),
      ('pgp_pub_decrypt_bytea(bytea, bytea)', 'bytea', 'IMMUTABLE'),
      ('pgp_pub_decrypt(bytea, bytea, text)', 'text', 'IMMUTABLE'),
      ('pgp_pub_decrypt_bytea(bytea, bytea, text)', 'bytea', 'IMMUTABLE'),
      ('pgp_pub_decrypt(bytea, bytea, text, text)', 'text', 'IMMUTABLE'),
      ('pgp_pub_decrypt_bytea(bytea, bytea, text, text)', 'bytea', 'IMMUTABLE'),
      ('pgp_key_id(bytea)', 'text', 'IMMUTABLE'),
      ('armor(bytea)', 'text', 'IMMUTABLE'),
      ('armor(bytea, text[], text[])', 'text', 'IMMUTABLE'),
      ('dearmor(text)', 'bytea', 'IMMUTABLE')
    ) AS v(signature, result, volatility)
  LOOP
    EXECUTE pg_catalog.format($format$
CREATE FUNCTION %1$s RETURNS %2$s
LANGUAGE plpgsql %3$s STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION '%1$s of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$
$format$, missing.signature, missing.result, missing.volatility);
  END LOOP;
END
$stand_in$;
