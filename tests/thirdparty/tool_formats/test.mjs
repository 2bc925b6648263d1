// Compares our definitions of tools with what the programs of others make of the same tools.
//
//   node test.mjs DUMP FILE...     DUMP: the output of dump_tool_definitions for the FILEs
//
// `--compat composio` must give, byte for byte, what JSON.stringify writes of the tool that Composio's own provider
// wraps. OpenAI's converter to strict schemas must find nothing to do in a strict definition. Arguments under renamed
// names must be the names that Composio's provider knows too. TOOL_FORMATS_REPORT=1 prints why tools are not strict.
import assert from 'node:assert/strict';
import { createReadStream, readFileSync } from 'node:fs';

// The providers say at every turn what they do.
for (const method of ['log', 'info', 'warn', 'debug']) {
  const original = console[method].bind(console);
  console[method] = (...args) => (String(args[0]).startsWith('ok - ') || args[0] === 'report' ? original(...args) : undefined);
}
process.env.COMPOSIO_LOG_LEVEL = 'silent';
const { ToolSchema, toStrictJsonSchema: composioStrict } = await import('@composio/core');
const { OpenAIProvider, OpenAIResponsesProvider } = await import('@composio/openai');
const { AnthropicProvider } = await import('@composio/anthropic');
const { GoogleProvider } = await import('@composio/google');
const { toStrictJsonSchema } = await import('openai/lib/transform');

const [dump, ...files] = process.argv.slice(2);
assert.ok(dump && files.length > 0, 'usage: node test.mjs DUMP FILE...');

function readTools(path) {
  const text = readFileSync(path, 'utf8');
  let list;
  try {
    list = JSON.parse(text).tools;
  } catch {
    list = text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  }
  return list.map((tool) => ({ ...tool, schema: tool.input ?? tool.input_parameters, nasty: path.includes('nasty') }));
}
const tools = new Map(files.flatMap(readTools).map((tool) => [tool.slug, tool]));

// By lines, for a catalogue of a thousand integrations is more text than a string of Node's holds.
async function* readLines(path) {
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 22 })) {
    rest = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end; (end = rest.indexOf(10, start)) >= 0; start = end + 1) yield rest.toString('utf8', start, end);
    rest = rest.subarray(start);
  }
}

const providers = {
  openai: [new OpenAIProvider(), new OpenAIProvider()],
  'openai-responses': [new OpenAIResponsesProvider(), new OpenAIResponsesProvider({ strict: true })],
  anthropic: [new AnthropicProvider(), new AnthropicProvider()],
  gemini: [new GoogleProvider(), new GoogleProvider()],
};

const counts = {};
const count = (what) => (counts[what] = (counts[what] ?? 0) + 1);
const failures = [];
function check(what, definition, holds, detail = '') {
  count(`${what}: ${holds ? 'yes' : 'NO'}`);
  if (!holds) failures.push(`${definition.tool} (${definition.format}): ${what}${detail && `: ${detail}`}`);
}

// As the SDK hands a tool to its provider: a schema without members is none.
function sdkTool(tool) {
  const none = tool.schema == null || Object.keys(tool.schema).length === 0;
  return { slug: tool.slug, name: tool.name, description: tool.description, inputParameters: none ? undefined : structuredClone(tool.schema) };
}

// What reaches the provider when the SDK itself fetched the tool: its parser drops keywords it does not know.
function parsedTool(tool) {
  try {
    return ToolSchema.parse(sdkTool(tool));
  } catch {
    return undefined;
  }
}

function wrap(provider, tool) {
  try {
    return JSON.stringify(provider.wrapTool(tool));
  } catch {
    return undefined;
  }
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, sorted(each)]));
}
const sameMembers = (a, b) => JSON.stringify(sorted(JSON.parse(a))) === JSON.stringify(sorted(JSON.parse(b)));

function compareWithComposio(definition, tool) {
  const provider = providers[definition.format]?.[definition.asked_strict ? 1 : 0];
  if (!provider) return;
  const mode = definition.format + (definition.asked_strict ? ', strict' : '');
  if (tool.schema === null || typeof tool.schema !== 'object' || Array.isArray(tool.schema)) return count(`no object, not compared`);
  const theirs = wrap(provider, sdkTool(tool));
  if (theirs === undefined) {
    check('a tool that their provider refuses is given with a note', definition, definition.notes.length > 0);
    return;
  }
  const where = theirs === definition.text ? '' : firstDifference(theirs, definition.text);
  check(`byte for byte what Composio's provider gives (${mode})`, definition, theirs === definition.text, where);

  const parsed = parsedTool(tool);
  if (parsed === undefined) return count(`their SDK refuses the tool (${mode})`);
  const fetched = wrap(provider, parsed);
  const same = fetched !== undefined && sameMembers(fetched, definition.text);
  if (tool.nasty) return count(`key for key what their SDK gives a nasty tool (${mode}): ${same}`);
  if (!same) count(`their parser drops keywords (${mode})`);
  else count(`key for key what their SDK gives a tool that it fetched (${mode}): yes`);
}

function firstDifference(a, b) {
  let at = 0;
  while (at < a.length && a[at] === b[at]) ++at;
  return `theirs …${a.slice(Math.max(0, at - 60), at + 60)}… ours …${b.slice(Math.max(0, at - 60), at + 60)}…`;
}

const schemaOf = (definition) => {
  const whole = JSON.parse(definition.text);
  return whole.function?.parameters ?? whole.parameters ?? whole.input_schema;
};
const strictOf = (definition) => {
  const whole = JSON.parse(definition.text);
  return whole.function ? whole.function.strict : whole.strict;
};

function checkStrict(definition) {
  check('strict says what the definition says', definition, (strictOf(definition) ?? false) === definition.strict);
  if (!definition.strict) {
    const reason = definition.notes.find((note) => note.startsWith('not strict: '));
    check('a tool that is not strict says why', definition, reason !== undefined);
    return count(`not strict (${definition.format}): ${(reason ?? '').replace(/^not strict: (the object of arguments|the arguments|\S+) /, '')}`);
  }
  const schema = schemaOf(definition);
  let theirs;
  try {
    theirs = toStrictJsonSchema(schema);
  } catch (error) {
    return check("OpenAI's converter takes the strict schema", definition, false, error.message);
  }
  const before = JSON.stringify(schema);
  const after = JSON.stringify(theirs);
  check(`OpenAI's converter leaves the strict schema unchanged (${definition.format})`, definition, before === after, before === after ? '' : firstDifference(after, before));
  const { unsupported, totalChanges } = composioStrict(schema);
  check(`Composio's converter finds nothing to change or to refuse (${definition.format})`, definition, unsupported.length === 0 && totalChanges === 0, JSON.stringify(unsupported[0]));
}

const anthropicKey = /^[a-zA-Z0-9_.-]{1,64}$/;
const geminiKey = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
const geminiKeywords = new Set(['type', 'format', 'title', 'description', 'nullable', 'enum', 'items', 'minItems', 'maxItems', 'properties', 'required', 'propertyOrdering', 'minLength', 'maxLength', 'pattern', 'minimum', 'maximum', 'minProperties', 'maxProperties', 'anyOf', 'default', 'example']);

function everyKey(schema, test) {
  if (schema === null || typeof schema !== 'object') return true;
  for (const [keyword, value] of Object.entries(schema)) {
    if (['enum', 'const', 'default', 'examples', 'example'].includes(keyword)) continue;
    if (keyword === 'properties' && value !== null && typeof value === 'object') {
      if (!Object.entries(value).every(([name, child]) => test(name) && everyKey(child, test))) return false;
    } else if (['items', 'anyOf', 'allOf', 'oneOf', 'prefixItems', '$defs', 'definitions', 'not', 'additionalProperties'].includes(keyword)) {
      if (!Object.values(Array.isArray(value) ? value : keyword.startsWith('$') || keyword === 'definitions' ? value : [value]).every((child) => everyKey(child, test))) return false;
    }
  }
  return true;
}

function isGemini(schema) {
  if (schema === null || typeof schema !== 'object' || Array.isArray(schema)) return false;
  if (!Object.keys(schema).every((keyword) => geminiKeywords.has(keyword))) return false;
  if (schema.anyOf !== undefined) return Object.keys(schema).length === 1 && schema.anyOf.every(isGemini);
  if (!['string', 'number', 'integer', 'boolean', 'array', 'object'].includes(schema.type)) return false;
  if (schema.enum !== undefined && !(schema.type === 'string' && schema.enum.every((each) => typeof each === 'string' && each))) return false;
  if (schema.type === 'array' && !isGemini(schema.items)) return false;
  if (schema.properties === undefined) return schema.required === undefined;
  return Object.values(schema.properties).every(isGemini) && (schema.required ?? []).every((name) => Object.hasOwn(schema.properties, name));
}

function checkOurs(definition, tool) {
  const whole = JSON.parse(definition.text);
  switch (definition.format) {
    case 'openai':
    case 'openai-responses':
      check('is an object without alternatives at the top', definition, isPlainRoot(schemaOf(definition)));
      break;
    case 'anthropic':
      check('is an object without alternatives at the top', definition, isPlainRoot(schemaOf(definition)));
      check('every property has a name that Anthropic takes', definition, everyKey(schemaOf(definition), (name) => anthropicKey.test(name)));
      break;
    case 'gemini':
      if (whole.parameters === undefined) break;
      check("is in Gemini's subset", definition, isGemini(whole.parameters));
      check('every property has a name that Gemini takes', definition, everyKey(whole.parameters, (name) => geminiKey.test(name)));
      break;
    case 'mcp':
      check('has an object for its input', definition, whole.inputSchema.type === 'object');
      check('says all four hints', definition, ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'].every((hint) => typeof whole.annotations[hint] === 'boolean'));
      break;
    case 'example':
      if (tool.satisfiable === false) break;
      check('the example satisfies the schema', definition, !definition.notes.some((note) => note.includes('does not satisfy')), JSON.stringify(whole.arguments));
      break;
  }
  check('a name of at most 64 characters', definition, ['json-schema', 'example'].includes(definition.format) || definition.name.length <= 64);
  for (const [alias, original] of Object.entries(definition.renamed)) count(`renamed (${definition.format}): ${alias === original ? 'NO' : 'yes'}`);
}

function isPlainRoot(schema) {
  return schema.type === 'object' && ['anyOf', 'oneOf', 'allOf', 'not', 'enum', '$ref'].every((keyword) => !(keyword in schema));
}

// A comparison that cannot fail says nothing: one character more in a name has to be seen.
{
  const [tool] = tools.values();
  const text = JSON.stringify(new OpenAIProvider().wrapTool(sdkTool({ ...tool, slug: `${tool.slug}X` })));
  compareWithComposio({ tool: tool.slug, format: 'openai', asked_strict: false, composio: true, text, notes: [] }, tool);
  checkStrict({ tool: tool.slug, format: 'anthropic', strict: true, text: '{"strict":true,"input_schema":{"type":"object","properties":{"a":{"type":"string"}}}}', notes: [] });
  assert.ok(failures.length >= 2, 'the comparison does not see a difference');
  failures.length = 0;
  for (const what of Object.keys(counts)) delete counts[what];
}

let read = 0;
for await (const line of readLines(dump)) {
  const definition = JSON.parse(line);
  const tool = tools.get(definition.tool);
  ++read;
  if (definition.composio) {
    compareWithComposio(definition, tool);
  } else {
    if (definition.asked_strict && providers[definition.format] && definition.format !== 'gemini') checkStrict(definition);
    checkOurs(definition, tool);
  }
}

assert.equal(read, tools.size * 28, 'every tool in seven formats, strict or not, compatible or not');
const lines = Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)).map(([what, how]) => `${String(how).padStart(7)}  ${what}`);
if (process.env.TOOL_FORMATS_REPORT) console.log('report', '\n' + lines.join('\n'));
assert.deepEqual(failures.slice(0, 20), [], `${failures.length} of the checks failed`);
for (const mode of Object.keys(providers)) assert.ok(counts[`byte for byte what Composio's provider gives (${mode}): yes`] > 0, `nothing was compared for ${mode}`);
assert.ok(counts["OpenAI's converter leaves the strict schema unchanged (openai): yes"] > 0, 'no strict definition was looked at');
console.log(`ok - ${tools.size} tools in ${read} definitions`);
