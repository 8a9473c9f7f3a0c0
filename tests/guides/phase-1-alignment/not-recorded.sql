-- expect: migration 20241223_align_schema_with_production
-- Run by hand with psql: the next deploy runs it again.
DELETE FROM "_prisma_migrations" WHERE migration_name = '20241223_align_schema_with_production';
