// Checks that the module understands the cases of a file as they expect, and how long 2,000 characters take:
// node check.mjs MODULE CASES

import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";

import { load } from "./language.mjs";

const LONGEST = 2000;
const MAX_P99_MS = 5;

const [module, file] = process.argv.slice(2);
const understand = await load(readFileSync(module));
const cases = readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line));

const wrong = cases.filter(({ text, now, timezone, locale, expect }) => {
  const found = understand(text, { now: Date.parse(now), timezone, locale });
  return found.operation !== expect.operation || !isDeepStrictEqual(found.data, expect.data);
});
for (const { id, text } of wrong) console.log(`wrong in a browser: ${id}: ${text}`);

const texts = [];
for (const { text } of cases) {
  const last = texts.at(-1);
  if (last && last.length + text.length < LONGEST) texts[texts.length - 1] = `${last} ${text}`;
  else texts.push(text);
}
const times = [];
for (let round = 0; round < 50; round += 1) {
  for (const text of texts) {
    const began = performance.now();
    understand(text, { now: 1_772_618_400_000, timezone: "Europe/Berlin" });
    // Browsers compile a module while it runs.
    if (round >= 5) times.push(performance.now() - began);
  }
}
times.sort((one, other) => one - other);
const p99 = times[Math.floor(times.length * 0.99)];
console.log(`${cases.length - wrong.length} of ${cases.length} cases agree; ${LONGEST} characters: p99 ${p99.toFixed(2)} ms`);
process.exit(wrong.length > 0 || p99 > MAX_P99_MS ? 1 : 0);
