// Composio's own SDK, unchanged, against the sandbox at SANDBOX_URL: list, connect, wait, execute, delete.
// Fails on anything the SDK warns of: a warning is how it says that an answer has another shape than Composio's.
import assert from 'node:assert/strict';

const warnings = [];
for (const stream of [process.stderr, process.stdout]) {
  const write = stream.write.bind(stream);
  stream.write = (chunk, ...rest) => {
    const text = String(chunk);
    if (/Transform validation failed:|warn|deprecat/i.test(text)) warnings.push(text.trim());
    return write(chunk, ...rest);
  };
}
process.on('warning', (warning) => warnings.push(String(warning)));

const { Composio } = await import('@composio/core');

const baseURL = process.env.SANDBOX_URL;
const apiKey = process.env.SANDBOX_API_KEY ?? 'ak_sandbox';
assert.ok(baseURL, 'SANDBOX_URL is not set');
const composio = new Composio({ apiKey, baseURL, allowTracking: false, disableVersionCheck: true });
const user = 'sdk-user';

async function step(name, work) {
  const result = await work();
  console.log(`ok - ${name}`);
  return result;
}

async function approve(redirectUrl) {
  const reply = await fetch(`${redirectUrl}/approve`, { method: 'POST', redirect: 'manual' });
  assert.ok(reply.status === 200 || reply.status === 302, `approval answered ${reply.status}`);
}

await step('lists toolkits', async () => {
  const toolkits = await composio.toolkits.get({});
  assert.ok(toolkits.length >= 7);
  assert.ok(toolkits.some((toolkit) => toolkit.slug === 'github'));
  const github = await composio.toolkits.get('github');
  assert.equal(github.slug, 'github');
  assert.ok((await composio.toolkits.listCategories()).items.length > 0);
});

await step('lists tools', async () => {
  const tools = await composio.tools.getRawComposioTools({ toolkits: ['github'], limit: 100 });
  assert.ok(tools.length >= 15);
  const tool = await composio.tools.getRawComposioToolBySlug('GITHUB_CREATE_AN_ISSUE');
  assert.ok(tool.inputParameters.required.includes('title'));
});

const config = await step('creates and lists auth configs', async () => {
  const made = await composio.authConfigs.create('github', { type: 'use_composio_managed_auth', name: 'sdk' });
  const listed = await composio.authConfigs.list({ toolkit: 'github' });
  assert.ok(listed.items.some((item) => item.id === made.id));
  assert.equal((await composio.authConfigs.get(made.id)).authScheme, 'OAUTH2');
  return made;
});

const account = await step('links an account and waits for it', async () => {
  const request = await composio.connectedAccounts.link(user, config.id, { callbackUrl: 'http://127.0.0.1:9/callback' });
  assert.ok(request.redirectUrl.startsWith(baseURL));
  await approve(request.redirectUrl);
  const connected = await request.waitForConnection(10_000);
  assert.equal(connected.status, 'ACTIVE');
  return connected;
});

await step('executes: a created issue is in the list', async () => {
  const execute = (slug, args) =>
    composio.tools.execute(slug, { userId: user, connectedAccountId: account.id, version: '20261101_00', arguments: args });
  const made = await execute('GITHUB_CREATE_AN_ISSUE', { owner: 'o', repo: 'r', title: 'from the SDK' });
  assert.equal(made.successful, true, made.error);
  const list = await execute('GITHUB_LIST_REPOSITORY_ISSUES', { owner: 'o', repo: 'r' });
  assert.equal(list.data.issues[0].title, 'from the SDK');
  const bad = await execute('GITHUB_CREATE_AN_ISSUE', { owner: 'o', repo: 'r' });
  assert.equal(bad.successful, false);
  assert.match(bad.error, /Following fields are missing: \{'title'\}/);
});

await step('connects with an API key', async () => {
  const stripe = await composio.authConfigs.create('stripe', { type: 'use_custom_auth', authScheme: 'API_KEY', credentials: {} });
  const { AuthScheme } = await import('@composio/core');
  const request = await composio.connectedAccounts.initiate(user, stripe.id, { config: AuthScheme.APIKey({ api_key: 'sk_test_sdk' }) });
  assert.equal((await composio.connectedAccounts.get(request.id)).status, 'ACTIVE');
});

await step('sees a denial', async () => {
  const request = await composio.connectedAccounts.link('denied-user', config.id);
  await fetch(`${request.redirectUrl}/deny`, { method: 'POST', redirect: 'manual' });
  await assert.rejects(request.waitForConnection(10_000));
});

await step('searches for tools in a session', async () => {
  const session = await composio.create(user, { toolkits: ['github'] });
  const found = await session.search({ query: 'create an issue' });
  assert.equal(found.success, true);
  assert.equal(found.results[0].primaryToolSlugs[0], 'GITHUB_CREATE_AN_ISSUE');
  assert.equal(found.toolkitConnectionStatuses[0].hasActiveConnection, true);
  assert.ok(found.toolSchemas.GITHUB_CREATE_AN_ISSUE.inputSchema.required.includes('title'));
});

await step('lists, disables and deletes accounts', async () => {
  const listed = await composio.connectedAccounts.list({ userIds: [user] });
  assert.equal(listed.items.length, 2);
  await composio.connectedAccounts.disable(account.id);
  assert.equal((await composio.connectedAccounts.get(account.id)).status, 'INACTIVE');
  await composio.connectedAccounts.enable(account.id);
  await composio.connectedAccounts.delete(account.id);
  assert.equal((await composio.connectedAccounts.list({ userIds: [user], toolkitSlugs: ['github'] })).items.length, 0);
  await assert.rejects(composio.connectedAccounts.get(account.id));
  await composio.authConfigs.delete(config.id);
});

assert.deepEqual(warnings, [], 'the SDK has something to complain of');
console.log('ok - without a warning');
