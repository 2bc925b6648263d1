// Validates recorded conversations against the protocol's own JSON schemas.
//
// usage: wire.mjs DIRECTORY
//
// Every line of a server is valid by the schema of the revision it is spoken in, in the part that fits: the request or
// notification of that method, the result of that request, the error of that code. So is every line of a client, or the server
// has refused it. Prints what was seen, by revision, and how many mutants of it the schemas refused: each valid message without
// one member that it must have.
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { load_schemas } from "./schemas.mjs";

const suite = createRequire(path.resolve("node_modules/@modelcontextprotocol/conformance/dist/index.js"));
const { Ajv } = suite("ajv");
const { Ajv2020 } = suite("ajv/dist/2020.js");
const formats = suite("ajv-formats").default;

const MODERN = "2026-07-28";
const SILENT = "2025-03-26"; // what is spoken with a client that says nothing of itself
const META = "io.modelcontextprotocol/";

// What one side may say at all, of each kind.
const UNION = /^(Client|Server)(Request|Notification|Result)$/;

class Revision {
  constructor(name, schema) {
    this.key = schema.$defs ? "$defs" : "definitions";
    this.definitions = schema[this.key];
    const options = { strict: false, allErrors: true };
    this.ajv = this.key === "$defs" ? new Ajv2020(options) : new Ajv(options);
    formats(this.ajv);
    this.ajv.addFormat("byte", true);
    this.ajv.addSchema({ ...schema, $id: `mcp:${name}` });
    this.name = name;
    this.methods = new Map();
    this.errors = new Map();
    for (const [name, each] of Object.entries(this.definitions)) {
      if (UNION.test(name)) continue;
      const method = each.properties?.method?.const;
      if (method) this.methods.set(method, name);
      for (const part of [each.properties?.error, ...(each.properties?.error?.allOf ?? [])]) {
        const code = part?.properties?.code?.const;
        if (code !== undefined) this.errors.set(code, name);
      }
    }
  }

  problems(definition, value) {
    const check = this.ajv.getSchema(`mcp:${this.name}#/${this.key}/${definition}`);
    if (check(value)) return [];
    return check.errors.slice(0, 6).map((each) => `${definition}${each.instancePath}: ${each.message}`);
  }

  first_of(...names) {
    return names.find((name) => name in this.definitions);
  }

  result_of(method, result) {
    if (result?.resultType === "input_required") return this.first_of("InputRequiredResult", "EmptyResult");
    const request = this.methods.get(method) ?? "";
    return this.first_of(request.replace(/Request$/, "Result"), "EmptyResult");
  }
}

const revisions = Object.fromEntries(
  Object.entries(load_schemas()).map(([name, schema]) => [name, new Revision(name, schema)]),
);
// Nobody packs the schema of the first revision; the next one's has all of it.
revisions["2024-11-05"] = revisions["2025-03-26"];

const report = { seen: {}, violations: [], refused: 0, mutants: 0 };

/// The parts of a schema that a message has to fit, with what is to fit them.
function parts_of(revision, from, message, asked) {
  const role = from === "client" ? "Client" : "Server";
  if (typeof message.method === "string") {
    const is_request = "id" in message;
    const own = revision.methods.get(message.method);
    const parts = [[is_request ? "JSONRPCRequest" : "JSONRPCNotification", message]];
    if (own) parts.push([own, message]);
    // A server says nothing that the revision has no name for; what a client says beyond has to be refused.
    if (own || is_request || role === "Server") parts.push([role + (is_request ? "Request" : "Notification"), message]);
    return parts;
  }
  if (message.error !== undefined) {
    const parts = [[revision.first_of("JSONRPCErrorResponse", "JSONRPCError"), message]];
    const own = revision.errors.get(message.error?.code);
    if (own) parts.push([own, message]);
    return parts;
  }
  const envelope = revision.first_of("JSONRPCResultResponse", "JSONRPCResponse");
  return [[envelope, message], [revision.result_of(asked?.method, message.result), message.result]];
}

function problems_of(revision, from, message, asked) {
  if (Array.isArray(message) || message === null || typeof message !== "object") return ["no message"];
  const found = [];
  for (const [definition, value] of parts_of(revision, from, message, asked)) {
    if (definition in revision.definitions) found.push(...revision.problems(definition, value));
    else found.push(`${revision.name} has no ${definition}`);
  }
  return found;
}

/// Every message without one member that its definition requires: a schema that lets one pass has not been looked at.
function mutate(revision, from, message, asked) {
  for (const [definition, value] of parts_of(revision, from, message, asked)) {
    for (const member of revision.definitions[definition]?.required ?? []) {
      const mutant = { ...value };
      delete mutant[member];
      report.mutants += 1;
      if (revision.problems(definition, mutant).length === 0) report.violations.push(`${definition} passes without ${member}`);
    }
  }
}

function is_modern(message) {
  if (["server/discover", "subscriptions/listen"].includes(message.method)) return true;
  const meta = message.params?._meta ?? {};
  return ["protocolVersion", "clientCapabilities", "clientInfo", "subscriptionId"].some((name) => META + name in meta);
}

class Conversation {
  constructor(file) {
    this.file = path.basename(file);
    this.records = fs.readFileSync(file, "utf8").trimEnd().split("\n").filter(Boolean).map((line) => JSON.parse(line));
    this.agreed = null; // the revision of an `initialize`
    for (const { from, line } of this.records) {
      this.agreed ??= (from === "server" && parsed(line)?.result?.protocolVersion) || null;
    }
    this.asked = { client: new Map(), server: new Map() };
    this.tokens = new Map();
    this.doubtful = []; // lines of the client that are not valid, each with the id that the refusal must carry
  }

  revision_of(from, message, asked) {
    if (asked) return asked.revision;
    if (is_modern(message)) return MODERN;
    const token = message.params?.progressToken;
    if (from === "server" && this.tokens.has(token)) return this.tokens.get(token);
    const cancelled = this.asked.client.get(JSON.stringify(message.params?.requestId));
    if (from === "client" && cancelled) return cancelled.revision;
    // A request that claims nothing is of the old era; a notification that claims nothing may be of either.
    return this.agreed ?? ("id" in message && message.method ? SILENT : MODERN);
  }

  check() {
    for (const { from, line } of this.records) {
      if (from === "client" && line.trim() === "") continue;
      const message = parsed(line);
      if (message === undefined) this.say(from, line, undefined, ["no JSON"]);
      else this.check_message(from, line, message);
    }
    for (const { line, problems } of this.doubtful) {
      report.violations.push(`${this.file}: not valid, and not refused: ${problems.join("; ")} — ${line.slice(0, 300)}`);
    }
  }

  check_message(from, line, message) {
    const other = from === "client" ? "server" : "client";
    const is_answer = message !== null && typeof message === "object" && !message.method && "id" in message;
    const asked = is_answer ? this.asked[other].get(JSON.stringify(message.id)) : undefined;
    const name = this.revision_of(from, message ?? {}, asked);
    const revision = revisions[name];
    if (from === "server" && message?.error) this.take_refusal(message);
    if (message?.method && "id" in message) {
      this.asked[from].set(JSON.stringify(message.id), { method: message.method, revision: name });
      const token = message.params?._meta?.progressToken;
      if (token !== undefined) this.tokens.set(token, name);
    }
    const problems = problems_of(revision, from, message, asked);
    if (is_answer && !asked && message.result !== undefined) problems.push("an answer that nobody asked for");
    if (problems.length > 0) return this.say(from, line, message?.id, problems);
    mutate(revision, from, message, asked);
    const seen = ((report.seen[name] ??= {})[from] ??= {});
    const [definition] = parts_of(revision, from, message, asked).filter(([each]) => !UNION.test(each)).at(-1);
    seen[definition] = (seen[definition] ?? 0) + 1;
  }

  /// A line that is not valid: a violation of the server's, or of the client's unless it is refused later.
  say(from, line, id, problems) {
    if (from === "client") this.doubtful.push({ line, id, problems });
    else report.violations.push(`${this.file}: the server says what is not valid: ${problems.join("; ")} — ${line.slice(0, 600)}`);
  }

  take_refusal(message) {
    const same = (each) => JSON.stringify(each.id) === JSON.stringify(message.id);
    const at = this.doubtful.findIndex((each) => same(each) || message.id === undefined);
    if (at < 0) return;
    this.doubtful.splice(at, 1);
    report.refused += 1;
  }
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const directory = process.argv[2];
for (const file of fs.readdirSync(directory).sort()) new Conversation(path.join(directory, file)).check();
console.log(JSON.stringify(report));
