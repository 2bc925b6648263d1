// The official TypeScript SDK, legacy: lists, calls, and validates results against the output schema.
import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

const [command, ...args] = process.argv.slice(2);
const client = new Client({ name: "sdk1", version: "1" }, { capabilities: {} });
await client.connect(new StdioClientTransport({ command, args, env: process.env, stderr: "inherit" }));
const { tools } = await client.listTools();
const names = tools.map((tool) => tool.name);
assert.ok(names.includes("GITHUB_LIST_REPOSITORY_ISSUES"), names.join());
assert.ok(tools.every((tool) => typeof tool.annotations.destructiveHint === "boolean"));
const good = await client.callTool({ name: "GITHUB_LIST_REPOSITORY_ISSUES", arguments: { owner: "o", repo: "r" } });
assert.equal(good.structuredContent.successful, true);
assert.deepEqual(JSON.parse(good.content[0].text), good.structuredContent);
const bad = await client.callTool({ name: "GITHUB_LIST_REPOSITORY_ISSUES", arguments: {} });
assert.equal(bad.isError, true);
assert.equal(bad.structuredContent.error.code, "INVALID_ARGUMENTS");
await assert.rejects(client.callTool({ name: "NO_SUCH_TOOL", arguments: {} }), /Unknown tool/);
assert.deepEqual(await client.ping(), {});
await client.close();
