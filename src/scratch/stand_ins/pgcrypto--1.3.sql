-- The functions of pgcrypto 1.3, with what PostgreSQL itself can compute.
-- PL/pgSQL, because the planner would replace a call of an SQL function by its body.

CREATE FUNCTION digest(text, text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  data CONSTANT bytea := pg_catalog.convert_to($1, 'UTF8');
  algorithm CONSTANT text := $2;
  result bytea;
BEGIN
  CASE pg_catalog.lower(algorithm)
    WHEN 'md5' THEN result := pg_catalog.decode(pg_catalog.md5(data), 'hex');
    WHEN 'sha224' THEN result := pg_catalog.sha224(data);
    WHEN 'sha256' THEN result := pg_catalog.sha256(data);
    WHEN 'sha384' THEN result := pg_catalog.sha384(data);
    WHEN 'sha512' THEN result := pg_catalog.sha512(data);
    ELSE RAISE EXCEPTION 'the algorithm "%" of pgcrypto cannot be computed by the embedded PostgreSQL', algorithm
      USING ERRCODE = 'feature_not_supported';
  END CASE;
  RETURN result;
END
$$;

CREATE FUNCTION digest(bytea, text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  data CONSTANT bytea := $1;
  algorithm CONSTANT text := $2;
  result bytea;
BEGIN
  CASE pg_catalog.lower(algorithm)
    WHEN 'md5' THEN result := pg_catalog.decode(pg_catalog.md5(data), 'hex');
    WHEN 'sha224' THEN result := pg_catalog.sha224(data);
    WHEN 'sha256' THEN result := pg_catalog.sha256(data);
    WHEN 'sha384' THEN result := pg_catalog.sha384(data);
    WHEN 'sha512' THEN result := pg_catalog.sha512(data);
    ELSE RAISE EXCEPTION 'the algorithm "%" of pgcrypto cannot be computed by the embedded PostgreSQL', algorithm
      USING ERRCODE = 'feature_not_supported';
  END CASE;
  RETURN result;
END
$$;

CREATE FUNCTION hmac(text, text, text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  data bytea := pg_catalog.convert_to($1, 'UTF8');
  secret bytea := pg_catalog.convert_to($2, 'UTF8');
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
      ELSE RAISE EXCEPTION 'the algorithm "%" of pgcrypto cannot be computed by the embedded PostgreSQL', algorithm
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
    ELSE RAISE EXCEPTION 'the algorithm "%" of pgcrypto cannot be computed by the embedded PostgreSQL', algorithm
      USING ERRCODE = 'feature_not_supported';
  END CASE;
  data := outer_pad || result;
  CASE pg_catalog.lower(algorithm)
    WHEN 'md5' THEN result := pg_catalog.decode(pg_catalog.md5(data), 'hex');
    WHEN 'sha224' THEN result := pg_catalog.sha224(data);
    WHEN 'sha256' THEN result := pg_catalog.sha256(data);
    WHEN 'sha384' THEN result := pg_catalog.sha384(data);
    WHEN 'sha512' THEN result := pg_catalog.sha512(data);
    ELSE RAISE EXCEPTION 'the algorithm "%" of pgcrypto cannot be computed by the embedded PostgreSQL', algorithm
      USING ERRCODE = 'feature_not_supported';
  END CASE;
  RETURN result;
END
$$;

CREATE FUNCTION hmac(bytea, bytea, text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  data bytea := $1;
  secret bytea := $2;
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
      ELSE RAISE EXCEPTION 'the algorithm "%" of pgcrypto cannot be computed by the embedded PostgreSQL', algorithm
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
    ELSE RAISE EXCEPTION 'the algorithm "%" of pgcrypto cannot be computed by the embedded PostgreSQL', algorithm
      USING ERRCODE = 'feature_not_supported';
  END CASE;
  data := outer_pad || result;
  CASE pg_catalog.lower(algorithm)
    WHEN 'md5' THEN result := pg_catalog.decode(pg_catalog.md5(data), 'hex');
    WHEN 'sha224' THEN result := pg_catalog.sha224(data);
    WHEN 'sha256' THEN result := pg_catalog.sha256(data);
    WHEN 'sha384' THEN result := pg_catalog.sha384(data);
    WHEN 'sha512' THEN result := pg_catalog.sha512(data);
    ELSE RAISE EXCEPTION 'the algorithm "%" of pgcrypto cannot be computed by the embedded PostgreSQL', algorithm
      USING ERRCODE = 'feature_not_supported';
  END CASE;
  RETURN result;
END
$$;

CREATE FUNCTION crypt(text, text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'crypt(text, text) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION gen_salt(text) RETURNS text
LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'gen_salt(text) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION gen_salt(text, int4) RETURNS text
LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'gen_salt(text, integer) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION encrypt(bytea, bytea, text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'encrypt(bytea, bytea, text) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION decrypt(bytea, bytea, text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'decrypt(bytea, bytea, text) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION encrypt_iv(bytea, bytea, bytea, text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'encrypt_iv(bytea, bytea, bytea, text) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION decrypt_iv(bytea, bytea, bytea, text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'decrypt_iv(bytea, bytea, bytea, text) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

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

CREATE FUNCTION pgp_sym_encrypt(text, text) RETURNS bytea
LANGUAGE plpgsql STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'pgp_sym_encrypt(text, text) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION pgp_sym_encrypt_bytea(bytea, text) RETURNS bytea
LANGUAGE plpgsql STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'pgp_sym_encrypt_bytea(bytea, text) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION pgp_sym_encrypt(text, text, text) RETURNS bytea
LANGUAGE plpgsql STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'pgp_sym_encrypt(text, text, text) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION pgp_sym_encrypt_bytea(bytea, text, text) RETURNS bytea
LANGUAGE plpgsql STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'pgp_sym_encrypt_bytea(bytea, text, text) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION pgp_sym_decrypt(bytea, text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'pgp_sym_decrypt(bytea, text) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION pgp_sym_decrypt_bytea(bytea, text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'pgp_sym_decrypt_bytea(bytea, text) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION pgp_sym_decrypt(bytea, text, text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'pgp_sym_decrypt(bytea, text, text) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION pgp_sym_decrypt_bytea(bytea, text, text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'pgp_sym_decrypt_bytea(bytea, text, text) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION pgp_pub_encrypt(text, bytea) RETURNS bytea
LANGUAGE plpgsql STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'pgp_pub_encrypt(text, bytea) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION pgp_pub_encrypt_bytea(bytea, bytea) RETURNS bytea
LANGUAGE plpgsql STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'pgp_pub_encrypt_bytea(bytea, bytea) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION pgp_pub_encrypt(text, bytea, text) RETURNS bytea
LANGUAGE plpgsql STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'pgp_pub_encrypt(text, bytea, text) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION pgp_pub_encrypt_bytea(bytea, bytea, text) RETURNS bytea
LANGUAGE plpgsql STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'pgp_pub_encrypt_bytea(bytea, bytea, text) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION pgp_pub_decrypt(bytea, bytea) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'pgp_pub_decrypt(bytea, bytea) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION pgp_pub_decrypt_bytea(bytea, bytea) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'pgp_pub_decrypt_bytea(bytea, bytea) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION pgp_pub_decrypt(bytea, bytea, text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'pgp_pub_decrypt(bytea, bytea, text) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION pgp_pub_decrypt_bytea(bytea, bytea, text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'pgp_pub_decrypt_bytea(bytea, bytea, text) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION pgp_pub_decrypt(bytea, bytea, text, text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'pgp_pub_decrypt(bytea, bytea, text, text) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION pgp_pub_decrypt_bytea(bytea, bytea, text, text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'pgp_pub_decrypt_bytea(bytea, bytea, text, text) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION pgp_key_id(bytea) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'pgp_key_id(bytea) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION armor(bytea) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'armor(bytea) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION armor(bytea, text[], text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'armor(bytea, text[], text[]) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION dearmor(text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'dearmor(text) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE FUNCTION pgp_armor_headers(text, key OUT text, value OUT text) RETURNS SETOF record
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION 'pgp_armor_headers(text) of pgcrypto cannot be computed by the embedded PostgreSQL' USING ERRCODE = 'feature_not_supported';
END
$$;
