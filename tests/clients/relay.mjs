// A proxy in front of TaskFlow for clients that cannot send a token: adds it and forwards everything else
// unchanged.

import http from 'node:http';

/**
 * Starts the proxy on a free local port.
 * @param {string} target URL of TaskFlow, such as http://127.0.0.1:3000
 * @param {string} token bearer token for requests without one
 * @param {(request: http.IncomingMessage, status: number) => void} onResponse called for every response
 * @returns {Promise<{url: string, stop: () => Promise<void>}>}
 */
export async function relay(target, token, onResponse = () => {}) {
  const { hostname, port } = new URL(target);
  const agent = new http.Agent({ keepAlive: true });
  const server = http.createServer((request, response) => {
    const { method, url: path } = request;
    // Raw headers keep their letter case, and `Host` stays as the client has sent it.
    const headers = [...request.rawHeaders];
    if (request.headers.authorization === undefined) headers.push('Authorization', `Bearer ${token}`);
    const options = { hostname, port, method, path, headers, agent, setHost: false };
    const forwarded = http.request(options, (upstream) => {
      onResponse(request, upstream.statusCode);
      response.writeHead(upstream.statusCode, upstream.statusMessage, upstream.rawHeaders);
      upstream.pipe(response);
    });
    forwarded.on('error', (error) => {
      if (response.writableEnded || response.destroyed) return;
      onResponse(request, 502);
      response.writeHead(502).end(`the relay cannot reach ${target}: ${error.message}`);
    });
    response.on('close', () => forwarded.destroy());
    request.pipe(forwarded);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () => {
    agent.destroy();
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${server.address().port}`, stop };
}
