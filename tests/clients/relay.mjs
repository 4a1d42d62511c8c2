// A proxy in front of TaskFlow for clients that cannot send a token: adds it and forwards everything else
// unchanged.

import http from 'node:http';

/**
 * Starts it at a port of this machine that is free.
 * @param {string} target what it stands before, as http://127.0.0.1:3000
 * @param {string} token what it adds
 * @param {(request: http.IncomingMessage, status: number) => void} saw is told of every answer
 * @returns {Promise<{url: string, stop: () => Promise<void>}>}
 */
export async function relay(target, token, saw = () => {}) {
  const { hostname, port } = new URL(target);
  const agent = new http.Agent({ keepAlive: true });
  const server = http.createServer((request, response) => {
    const { method, url: path } = request;
    // Raw headers keep their letter case, and `Host` stays as the client has sent it.
    const headers = [...request.rawHeaders];
    if (request.headers.authorization === undefined) headers.push('Authorization', `Bearer ${token}`);
    const onward = http.request({ hostname, port, method, path, headers, agent, setHost: false }, (answer) => {
      saw(request, answer.statusCode);
      response.writeHead(answer.statusCode, answer.statusMessage, answer.rawHeaders);
      answer.pipe(response);
    });
    onward.on('error', (error) => {
      if (response.writableEnded || request.destroyed) return;
      saw(request, 502);
      response.writeHead(502).end(`the relay cannot reach ${target}: ${error.message}`);
    });
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () => {
    agent.destroy();
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${server.address().port}`, stop };
}
