DO $driftgate$
DECLARE
  item jsonb;
  line text;
  plan text;
  output jsonb;
  filter text;
  same boolean;
  expected text;
  actual text;
  answers jsonb[] := '{}';
BEGIN
  FOR item IN SELECT jsonb_array_elements(current_setting('driftgate.questions')::jsonb) LOOP
    BEGIN
      plan := '';
      filter := NULL;
      IF item ? 'expected' THEN
        PERFORM set_config('search_path', item->>'path', true);
        -- This statement is parsed with the path that was just set, so every name in it is qualified.
        EXECUTE item OPERATOR(pg_catalog.->>) 'expected' INTO expected;
        PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        EXECUTE item->>'actual' INTO actual;
        answers := array_append(answers, jsonb_build_object('count', 2, 'is_same', expected = actual));
        CONTINUE;
      END IF;
      PERFORM set_config('search_path', item->>'path', true);
      FOR line IN EXECUTE item OPERATOR(pg_catalog.->>) 'sql' LOOP
        plan := plan OPERATOR(pg_catalog.||) line;
      END LOOP;
      PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
      output := plan::jsonb #> '{0,Plan,Output}';
      same := output->0 = output->1;
      IF (NOT same OR (item->>'closely')::boolean) AND item->>'second' IS NOT NULL THEN
        BEGIN
          plan := '';
          PERFORM set_config('search_path', item->>'path', true);
          FOR line IN EXECUTE item OPERATOR(pg_catalog.->>) 'second' LOOP
            plan := plan OPERATOR(pg_catalog.||) line;
          END LOOP;
          PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
          filter := coalesce(plan::jsonb #>> '{0,Plan,Filter}', plan::jsonb #>> '{0,Plan,One-Time Filter}', plan::jsonb #>> '{0,Plan,Join Filter}');
        EXCEPTION WHEN OTHERS THEN
          -- The text is valid but cannot be in a condition: the result stays "different".
          filter := NULL;
        END;
      END IF;
      answers := array_append(answers, jsonb_build_object(
        'count', jsonb_array_length(output), 'is_same', same,
        'is_equal', coalesce(strpos(filter, 'driftgate marker') = 0, false),
        -- Longer texts stay on the server.
        'prints', CASE WHEN NOT same AND (item->>'prints')::boolean AND length(output::text) < 100000 AND jsonb_array_length(output) = 2 THEN output END));
    EXCEPTION WHEN OTHERS THEN
      answers := array_append(answers, jsonb_build_object('code', SQLSTATE, 'message', left(SQLERRM, 2000)));
    END;
  END LOOP;
  PERFORM set_config('driftgate.answers', to_jsonb(answers)::text, true);
END
$driftgate$
