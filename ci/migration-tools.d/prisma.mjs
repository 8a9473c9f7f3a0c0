// Applies a folder as `prisma migrate deploy` does: Prisma's own schema engine, as WebAssembly. URL FOLDER
import { readFileSync, readdirSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';

const [, , url, folder] = process.argv;
const require = createRequire(import.meta.url);
const wasm = readFileSync(join(dirname(require.resolve('@prisma/schema-engine-wasm')), 'schema_engine_bg.wasm'));
const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': engine });
engine.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start();

const directories = readdirSync(folder).sort().filter((name) => existsSync(join(folder, name, 'migration.sql')));
const migrationsList = {
  baseDir: folder,
  lockfile: { path: 'migration_lock.toml', content: readFileSync(join(folder, 'migration_lock.toml'), 'utf8') },
  shadowDbInitScript: '',
  migrationDirectories: directories.map((path) => ({
    path,
    migrationFile: {
      path: 'migration.sql',
      content: { tag: 'ok', value: readFileSync(join(folder, path, 'migration.sql'), 'utf8') },
    },
  })),
};
const datamodel = 'datasource db {\n  provider = "postgresql"\n}\n';
const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString: url }));
const schemaEngine = await engine.SchemaEngine.new({ datamodels: [['schema.prisma', datamodel]] }, () => {}, adapter);
try {
  await schemaEngine.applyMigrations({ migrationsList, filters: { externalTables: [], externalEnums: [] } });
} catch (error) {
  console.error(error.message ?? error);
  process.exit(1);
}
process.exit(0);
