// One execution by the official SDK, as a script would do it: node sdk_execute.mjs URL KEY USER ACCOUNT TOOL ARGUMENTS
import { Composio } from '@composio/core';

const [baseURL, apiKey, userId, connectedAccountId, tool, text] = process.argv.slice(2);
const composio = new Composio({ apiKey, baseURL, allowTracking: false });
const result = await composio.tools.execute(tool, {
  userId,
  connectedAccountId,
  arguments: JSON.parse(text),
  dangerouslySkipVersionCheck: true,
});
if (!result.successful) throw new Error(result.error);
