// Talks to the YAML language server as an editor would, about a file next to a schema that `driftgate schema` wrote:
//
//   NODE_PATH=target/tools/node_modules node ci/editor.cjs FOLDER_WITH_SCHEMA_JSON
//
// The completion, the hover text and the diagnostics must come from the schema. ci/examples runs this script.
const { spawn } = require("child_process");
const { readFileSync } = require("fs");
const path = require("path");
const rpc = require("vscode-jsonrpc/node");

const folder = path.resolve(process.argv[2]);
const schema = JSON.parse(readFileSync(path.join(folder, "schema.json"), "utf8"));
// The line that `driftgate pull` writes.
const modeline = "# yaml-language-server: $schema=schema.json";

const server = spawn(process.execPath, [require.resolve("yaml-language-server/bin/yaml-language-server"), "--stdio"]);
const connection = rpc.createMessageConnection(
  new rpc.StreamMessageReader(server.stdout),
  new rpc.StreamMessageWriter(server.stdin),
);
const wrong = [];
const expect = (what, holds, found) => {
  console.log(`${holds ? "passed" : "FAILED"}: ${what}`);
  if (!holds) wrong.push(`${what}: ${JSON.stringify(found)}`);
};
const settings = { yaml: { completion: true, hover: true, validate: true, schemaStore: { enable: false } } };
connection.onRequest("workspace/configuration", ({ items }) => items.map((item) => settings[item.section] ?? {}));
connection.onRequest("client/registerCapability", () => null);
const diagnosed = {};
connection.onNotification("textDocument/publishDiagnostics", ({ uri, diagnostics }) => (diagnosed[uri] = diagnostics));
connection.listen();

async function main() {
  await connection.sendRequest("initialize", {
    processId: process.pid,
    rootUri: `file://${folder}`,
    capabilities: {
      textDocument: { completion: { completionItem: { documentationFormat: ["markdown"] } }, hover: {} },
      workspace: { configuration: true },
    },
  });
  connection.sendNotification("initialized", {});
  connection.sendNotification("workspace/didChangeConfiguration", { settings });
  const open = (uri, text) =>
    connection.sendNotification("textDocument/didOpen", { textDocument: { uri, languageId: "yaml", version: 1, text } });
  let number = 0;
  // Asks about a file, where its text has a bar.
  const ask = (method, marked) => {
    const uri = `file://${folder}/asked-${++number}.yaml`;
    const text = `${modeline}\ndriftgate: 1\n${marked}\n`;
    const before = text.slice(0, text.indexOf("|")).split("\n");
    open(uri, text.replace("|", ""));
    const position = { line: before.length - 1, character: before.at(-1).length };
    return connection.sendRequest(`textDocument/${method}`, { textDocument: { uri }, position });
  };
  const completes = async (marked, label) => {
    const labels = (await ask("completion", marked)).items.map((item) => item.label);
    expect(`${label} is completed`, labels.includes(label), labels);
  };
  await completes("tab|", "tables");
  await completes("tables:\n  clients:\n    row_sec|", "row_security");
  await completes("tables:\n  clients:\n    |", "primary_key");
  await completes("tables:\n  clients:\n    columns:\n      id:\n        nulla|", "nullable");
  await completes("tables:\n  clients:\n    row_security: |", "enabled");
  await completes("tables:\n  clients: |", "present");
  await completes("assertions:\n  somebody is there:\n    sql: select 1\n    |", "equals");
  await completes("migrations:\n  tool: |", "prisma");
  const tells = async (marked, description) => {
    const told = JSON.stringify((await ask("hover", marked))?.contents ?? "");
    expect(`hovering tells: ${description}`, told.includes(description.replaceAll('"', '\\"')), told);
  };
  const attribute = (kind, name) =>
    schema.definitions[kind].anyOf.find((form) => form.properties).properties[name].description;
  await tells("ta|bles:\n  clients: present", schema.properties.tables.description);
  await tells("tables:\n  clients:\n    row_se|curity: enabled", attribute("table", "row_security"));
  await tells("tables:\n  clients:\n    columns:\n      id:\n        ty|pe: uuid", attribute("column", "type"));
  await tells("enums:\n  level:\n    lab|els: [a, b]", attribute("enum", "labels"));

  const judge = async (name, text) => {
    const uri = `file://${folder}/${name}`;
    open(uri, text);
    for (let waited = 0; !(uri in diagnosed) && waited < 20000; waited += 50) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return (diagnosed[uri] ?? [{ message: "no diagnosis came" }]).map((one) => one.message);
  };
  const wrongKey = await judge("wrong.yaml", `${modeline}\ndriftgate: 1\ntabels: {}\n`);
  expect("a mistake is underlined", wrongKey.some((message) => message.includes("tabels")), wrongKey);
  const project = path.join(__dirname, "..", "expectations");
  for (const name of ["usage-counters.yaml", "phase-1-alignment.yaml"]) {
    const found = await judge(name, readFileSync(path.join(project, name), "utf8"));
    expect(`nothing is underlined in ${name}`, found.length === 0, found);
  }
}

const end = setTimeout(() => main.failed(new Error("no answer within a minute")), 60000);
main.failed = (error) => {
  console.error(error.message);
  server.kill();
  process.exit(1);
};
main().then(() => {
  clearTimeout(end);
  connection.dispose();
  server.kill();
  for (const one of wrong) console.error(one);
  process.exit(wrong.length ? 1 : 0);
}, main.failed);
