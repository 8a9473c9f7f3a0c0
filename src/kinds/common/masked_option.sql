CASE
     WHEN lower($1) IN ($harmless_options) AND $2 !~* '$secret_value' THEN to_jsonb($2)
     ELSE jsonb_build_array(encode(sha256(convert_to($2, 'UTF8')), 'hex')) END
