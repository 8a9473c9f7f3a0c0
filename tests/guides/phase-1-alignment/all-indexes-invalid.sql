-- expect: assertion "clients has indexes on the guard fields"
-- expect: assertion "no index was left half built"
UPDATE pg_index SET indisvalid = false WHERE indexrelid IN (
    'public."clients_onboardingComplete_idx"'::regclass, 'public."clients_outboundPaused_idx"'::regclass,
    'public."clients_aiDisabled_idx"'::regclass, 'public."clients_billingStatus_idx"'::regclass);
