CASE
            WHEN $options IS NULL THEN '{}'
            ELSE (SELECT coalesce(jsonb_object_agg(split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), '{}')
                  FROM unnest($options) o)
       END
