// The story with the client of revision 2026-07-28: no handshake, and `_meta` with every request.

import { Client, InsufficientScopeError, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { story } from './steps.mjs';

const name = 'typescript-client-2';
const revision = '2026-07-28';

async function connect(token) {
  const client = new Client({ name, version: '2.4.0' }, { versionNegotiation: { mode: { pin: revision } } });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  const url = new URL('/mcp', process.env.TASKFLOW_URL);
  const transport = new StreamableHTTPClientTransport(url, { requestInit });
  await client.connect(transport);
  return { client, revision: client.getNegotiatedProtocolVersion(), close: () => client.close() };
}

await story({
  name,
  connect,
  revision,
  unknownResource: -32602,
  lacksWrite: (error) => error instanceof InsufficientScopeError && error.requiredScope === 'write',
  isUnauthorized: ({ status, message, cause }) =>
    /401|[Uu]nauthorized/.test(`${status} ${message} ${cause?.message}`),
});
