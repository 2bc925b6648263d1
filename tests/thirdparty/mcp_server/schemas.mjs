// The protocol's own schemas, schema/REVISION/schema.json of its repository, as the conformance suite brings them along. No
// package has them as files: there they are object literals in one bundled source, which is why its version is pinned.
import fs from "node:fs";
import vm from "node:vm";

const BUNDLE = "node_modules/@modelcontextprotocol/conformance/dist/index.js";
const REVISIONS = ["2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"];

/// The text of the object literal that begins at `from`.
function literal_at(text, from) {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const here = text[at];
    if (here === "`" || here === '"' || here === "'") {
      for (at += 1; text[at] !== here; at += 1) if (text[at] === "\\") at += 1;
    } else if (here === "{") {
      depth += 1;
    } else if (here === "}") {
      depth -= 1;
      if (depth === 0) return text.slice(from, at + 1);
    }
  }
  throw new Error("the literal does not end");
}

/// By revision.
export function load_schemas() {
  const text = fs.readFileSync(BUNDLE, "utf8");
  const found = [];
  for (const match of text.matchAll(/[\w$]+=(?=\{\$schema:`[^`]*`,(?:definitions|\$defs):\{)/g)) {
    found.push(vm.runInNewContext(`(${literal_at(text, match.index + match[0].length)})`));
  }
  // They stand in the order of their revisions; what each must have, and those before it cannot, says that they do.
  const marks = ["JSONRPCBatchRequest", "ElicitRequest", "ElicitRequestURLParams", "SubscriptionsListenRequest"];
  const fits = found.every((schema, at) => marks[at] in (schema.$defs ?? schema.definitions));
  if (found.length !== REVISIONS.length || !fits) throw new Error(`the suite has other schemas: ${found.length}`);
  return Object.fromEntries(REVISIONS.map((revision, at) => [revision, found[at]]));
}
