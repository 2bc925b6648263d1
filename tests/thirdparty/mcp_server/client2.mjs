// The official TypeScript client of the modern era, in each way of choosing one: "auto" probes, "legacy" and a pin do not.
import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

const [command, ...args] = process.argv.slice(2);
for (const mode of ["auto", "legacy", { pin: "2026-07-28" }]) {
  const client = new Client({ name: "client2", version: "1" }, { capabilities: {}, versionNegotiation: { mode } });
  await client.connect(new StdioClientTransport({ command, args, env: process.env, stderr: "inherit" }));
  const era = mode === "legacy" ? "legacy" : "modern";
  assert.equal(client.getProtocolEra(), era);
  const { tools } = await client.listTools();
  assert.ok(tools.some((tool) => tool.name === "GITHUB_LIST_REPOSITORY_ISSUES"));
  const good = await client.callTool({ name: "GITHUB_LIST_REPOSITORY_ISSUES", arguments: { owner: "o", repo: "r" } });
  assert.equal(good.structuredContent.successful, true);
  const bad = await client.callTool({ name: "GITHUB_LIST_REPOSITORY_ISSUES", arguments: {} });
  assert.equal(bad.isError, true);
  await client.close();
}
