// The official conformance suite, for every revision that TaskFlow supports.
//
// Each check passes, or is listed in not-applicable.json with the reason. A listed check that passes is an
// error, so that the list stays true.

import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { relay } from './relay.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const RUNS = {
  // Mandatory checks of a revision, and those that are only reported. The oldest revision has no such list.
  '2026-07-28': ['--requirements', '2026-07-28'],
  '2025-11-25': ['--requirements', '2025-11-25'],
  '2025-06-18': ['--suite', 'all', '--spec-version', '2025-06-18'],
};
// Worst first: a check that is made several times has its worst result.
const VERDICTS = ['FAILURE', 'WARNING', 'SUCCESS', 'SKIPPED'];

/** Runs the suite. Returns the checks of each scenario that it ran, by name. */
async function suite(url, options, results) {
  await rm(results, { recursive: true, force: true });
  await mkdir(results, { recursive: true });
  const program = here('node_modules/.bin/conformance');
  const command = [program, 'server', '--url', `${url}/mcp`, '-o', results, ...options];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stdout.pipe(createWriteStream(`${results}/log.txt`));
  await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
  const folders = await readdir(results);
  const scenarios = new Map();
  for (const [, name] of output.matchAll(/^=== Running scenario: (.+) ===$/gm)) {
    const withoutTime = (folder) => folder.replace(/-\d{4}-\d{2}-\d{2}T.*$/, '');
    const folder = folders.find((folder) => withoutTime(folder) === `server-${name}`);
    // The suite writes no results for a scenario that it aborts.
    const checks = folder ? JSON.parse(await readFile(`${results}/${folder}/checks.json`, 'utf8')) : [];
    const aborted = [{ id: name, status: 'FAILURE', errorMessage: 'the suite aborted it' }];
    scenarios.set(name, folder ? checks : aborted);
  }
  return scenarios;
}

/** Returns the verdicts by `scenario:check`, or by `scenario` if the check has the same name. */
function verdicts(scenarios) {
  const found = new Map();
  for (const [scenario, checks] of scenarios) {
    const judged = checks.filter(({ status }) => VERDICTS.includes(status));
    if (judged.length === 0) {
      judged.push({ id: scenario, status: 'SKIPPED', errorMessage: 'it has no verdict' });
    }
    for (const { id, status, errorMessage } of judged) {
      const key = id === scenario ? scenario : `${scenario}:${id}`;
      const before = found.get(key);
      if (before && VERDICTS.indexOf(before.status) <= VERDICTS.indexOf(status)) continue;
      found.set(key, { scenario, status, message: errorMessage });
    }
  }
  return found;
}

const reasons = JSON.parse(await readFile(here('not-applicable.json'), 'utf8'));
const excused = Object.values(reasons).flat();
const unused = new Set(excused);
const duplicates = excused.filter((key, at) => excused.indexOf(key) !== at);
const errors = duplicates.map((key) => `${key} is listed twice`);
const { TASKFLOW_URL: target, TASKFLOW_TOKEN: token } = process.env;
for (const [revision, options] of Object.entries(RUNS)) {
  const report = (message) => errors.push(`${revision}  ${message}`);
  // A failed check may be excused, a crashed scenario never.
  const proxy = await relay(target, token, ({ method, url }, status) => {
    if (status >= 500) report(`${method} ${url} returned ${status}`);
  });
  const scenarios = await suite(proxy.url, options, here(`results/${revision}`));
  await proxy.stop();
  if (scenarios.size === 0) report('the suite ran nothing: see its log');
  const found = verdicts(scenarios);
  for (const [key, { status, message }] of found) {
    if (status !== 'SUCCESS' && !excused.includes(key)) {
      report(`${status} ${key}: ${message ?? 'no message'}`);
    }
  }
  for (const key of excused.filter((key) => scenarios.has(key.split(':')[0]))) {
    unused.delete(key);
    const verdict = found.get(key);
    if (!verdict) report(`${key} is listed, and there is no such check`);
    else if (verdict.status === 'SUCCESS') report(`${key} is listed, and passes`);
  }
  const passed = [...found.values()].filter(({ status }) => status === 'SUCCESS').length;
  const failed = found.size - passed;
  console.log(`${revision}: ${scenarios.size} scenarios, ${passed} checks pass, ${failed} do not`);
}
for (const key of unused) errors.push(`${key} is listed, and no revision has that scenario`);
for (const error of errors) console.error(`WRONG  ${error}`);
if (errors.length > 0) console.error(`the results of each scenario are in ${here('results')}`);
process.exitCode = errors.length > 0 ? 1 : 0;
