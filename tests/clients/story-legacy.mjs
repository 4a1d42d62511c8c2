// The story with the client of the revisions before 2026-07-28, which start with `initialize`.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { story } from './steps.mjs';

const name = 'typescript-sdk-1';

async function connect(token) {
  const client = new Client({ name, version: '1.32.2' });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  const url = new URL('/mcp', process.env.TASKFLOW_URL);
  const transport = new StreamableHTTPClientTransport(url, { requestInit });
  await client.connect(transport);
  await client.ping();
  return { client, revision: transport.protocolVersion, close: () => client.close() };
}

await story({
  name,
  connect,
  revision: '2025-11-25',
  unknownResource: -32002,
  lacksWrite: ({ code, message }) => code === 403 && /scope `write`/.test(message),
  isUnauthorized: ({ code }) => code === 401,
});
