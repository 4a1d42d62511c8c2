// The official MCP inspector, as used on the command line, with revisions before and after 2026-07-28.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const INSPECTOR = fileURLToPath(new URL('node_modules/.bin/inspector', import.meta.url));
const { TASKFLOW_URL: url, TASKFLOW_TOKEN: token } = process.env;
// The inspector keeps its history in the user's home.
const home = await mkdtemp(join(tmpdir(), 'inspector-'));

/** Runs the inspector. Returns its output and its exit code. */
async function inspect(header, ...options) {
  const target = ['--cli', `${url}/mcp`, '--transport', 'http'];
  const command = [INSPECTOR, ...target, '--format', 'json', '--stored-auth-only'];
  const child = spawn(process.execPath, [...command, ...header, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOME: home },
  });
  const exited = new Promise((resolve) => child.on('exit', resolve));
  const [out, error, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { out, error, code };
}

async function result(...options) {
  const { out, error, code } = await inspect(['--header', `Authorization: Bearer ${token}`], ...options);
  assert.equal(code, 0, `${options.join(' ')} ends with ${code}: ${error}${out}`);
  return JSON.parse(out).result;
}

const call = (name, ...options) => result('--method', 'tools/call', '--tool-name', name, ...options);

async function story(era) {
  const step = (what) => console.log(`ok  inspector, ${era}: ${what}`);
  const of = ['--protocol-era', era];

  // `--strict` fails if the API of some model would reject a schema.
  const { tools } = await result('--method', 'tools/list', '--strict', ...of);
  assert.equal(tools.length, 22);
  step('tools/list --strict');

  const title = `Buy milk in a ${era} way`;
  const milk = await call('add_task', '--tool-arg', `title=${title}`, 'tags=["shop"]', ...of);
  assert.equal(milk.structuredContent.title, title);
  assert.deepEqual(milk.structuredContent.tags, ['shop']);
  step('tools/call add_task');

  const done = await call('complete_task', '--tool-arg', `task=${era} milk`, ...of);
  assert.equal(done.structuredContent.status, 'completed');
  step('tools/call complete_task, by words');

  const { contents } = await result('--method', 'resources/read', '--uri', 'taskflow://overdue', ...of);
  assert.deepEqual(JSON.parse(contents[0].text).items, []);
  step('resources/read');

  const { messages } = await result('--method', 'prompts/get', '--prompt-name', 'plan_my_day', ...of);
  assert.ok(messages[0].content.text);
  step('prompts/get');

  const anonymous = await inspect([], '--method', 'tools/list', ...of);
  assert.match(anonymous.error, /auth_required/);
  step('no tools without a token');
}

try {
  await story('legacy');
  await story('modern');
} finally {
  await rm(home, { recursive: true });
}
