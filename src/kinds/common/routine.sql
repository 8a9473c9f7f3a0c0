(SELECT quote_ident(routine_schema.nspname) || '.' || quote_ident(routine.proname)
        FROM pg_proc routine
        JOIN pg_namespace routine_schema ON routine_schema.oid = routine.pronamespace
        WHERE routine.oid = $oid)
