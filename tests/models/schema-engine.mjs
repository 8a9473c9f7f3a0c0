#!/usr/bin/env node
// Prisma's own schema engine as WebAssembly, behind the interface of the program that Prisma's command line would
// download: requests of JSON-RPC on standard input, answers on standard output. PRISMA_SCHEMA_ENGINE_BINARY names it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

// The packages are those of the project, which is the working directory.
const require = createRequire(join(process.cwd(), 'package.json'));
const engine = await import(require.resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
const { PrismaPg } = require('@prisma/adapter-pg');
const { bindMigrationAwareSqlAdapterFactory } = require('@prisma/driver-adapter-utils');

// What it is asked before the first request, such as whether the database can be reached, is true.
if (process.argv.includes('cli')) {
  process.stderr.write(`${JSON.stringify({ level: 'INFO', fields: { message: 'Connection successful' } })}\n`);
  process.exit(0);
}

const wasm = readFileSync(join(dirname(require.resolve('@prisma/schema-engine-wasm')), 'schema_engine_bg.wasm'));
const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': engine });
engine.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start();
// The parameters are those of Prisma, not of the driver.
const url = process.env.DATABASE_URL?.split('?')[0];
const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString: url }));
const datamodel = 'datasource db {\n  provider = "postgresql"\n}\n';
const schemaEngine = await engine.SchemaEngine.new({ datamodels: [['schema.prisma', datamodel]] }, () => {}, adapter);

const write = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  // What the engine prints, the command line prints.
  if (!method) continue;
  try {
    const name = method === 'getDatabaseVersion' ? 'version' : method;
    const result = (await schemaEngine[name](params)) ?? null;
    if (result?.stdout) write({ id: id + 1000, method: 'print', params: { content: result.stdout } });
    write({ id, result });
  } catch (error) {
    const message = error.message ?? String(error);
    write({ id, error: { code: 4466, message, data: { is_panic: false, message, meta: null } } });
  }
}
