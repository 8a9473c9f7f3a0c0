(SELECT coalesce(jsonb_object_agg(o.option_name, {masked_option o.option_name o.option_value}), '{}') FROM pg_options_to_table($1) o)
