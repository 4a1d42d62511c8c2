// Runs a program as a guest of its own: node guest.mjs <program, or file for Node> <argument>…
//
// TASKFLOW_URL is the address of TaskFlow. The program gets TASKFLOW_TOKEN, the token of a session, and
// TASKFLOW_READ_TOKEN, which may only read.

import { spawn } from 'node:child_process';

const url = process.env.TASKFLOW_URL ?? 'http://127.0.0.1:3000';
const [file, ...rest] = process.argv.slice(2);
const [program, ...options] = file.endsWith('.mjs') ? [process.execPath, file, ...rest] : [file, ...rest];

async function post(path, body, token) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`POST ${path} returns ${response.status}: ${await response.text()}`);
  return (await response.json()).token;
}

// A zone with an offset, so that a test can tell local times from UTC.
const token = await post('/api/auth/guest', { timezone: 'Europe/Berlin' });
const reader = await post('/api/auth/tokens', { name: 'read-only client', scopes: ['read'] }, token);
const environment = { ...process.env, TASKFLOW_URL: url, TASKFLOW_TOKEN: token, TASKFLOW_READ_TOKEN: reader };
const child = spawn(program, options, { stdio: 'inherit', env: environment });
child.on('error', (error) => {
  console.error(`cannot run ${program}: ${error.message}`);
  process.exitCode = 1;
});
child.on('exit', (code) => (process.exitCode = code ?? 1));
