CASE WHEN $1 IS NULL THEN '{}' ELSE (SELECT coalesce(jsonb_object_agg(o.name, {masked_setting o.name o.value}), '{}')
                                     FROM (SELECT split_part(c, '=', 1) AS name, substr(c, strpos(c, '=') + 1) AS value
                                           FROM unnest($1) c) o) END
