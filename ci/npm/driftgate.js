#!/usr/bin/env node
// Finds the program for this machine and runs it. Streams, exit code and signals are those of the program.
"use strict";

const { spawn } = require("node:child_process");

// The packages that may have the program for this machine, the best one first. A program for musl is linked statically,
// so it runs beside every C library.
function candidates() {
  const machine = `${process.platform}-${process.arch}`;
  if (process.platform !== "linux") {
    return [`@driftgate/${machine}`];
  }
  const glibc = process.report?.getReport().header.glibcVersionRuntime;
  return glibc ? [`@driftgate/${machine}`, `@driftgate/${machine}-musl`] : [`@driftgate/${machine}-musl`];
}

function find() {
  if (process.env.DRIFTGATE_BINARY) {
    return process.env.DRIFTGATE_BINARY;
  }
  const file = process.platform === "win32" ? "bin/driftgate.exe" : "bin/driftgate";
  for (const name of candidates()) {
    try {
      return require.resolve(`${name}/${file}`);
    } catch {
      // The next one.
    }
  }
  return undefined;
}

function fail(message) {
  console.error(`error: ${message}`);
  // The exit code of driftgate for what it could not do.
  process.exit(3);
}

const program = find();
if (program === undefined) {
  fail(
    `no package has driftgate for this machine: ${candidates().join(" or ")}\n` +
      "help: install without --omit=optional; where there is no such package, build driftgate with cargo and set DRIFTGATE_BINARY",
  );
}

const child = spawn(program, process.argv.slice(2), { stdio: "inherit" });
const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
const forward = (signal) => child.kill(signal);
signals.forEach((signal) => process.on(signal, forward));
child.on("error", (error) => fail(`cannot start ${program}: ${error.message}`));
child.on("exit", (code, signal) => {
  signals.forEach((name) => process.removeListener(name, forward));
  if (signal) {
    process.kill(process.pid, signal);
  } else {
    process.exitCode = code;
  }
});
