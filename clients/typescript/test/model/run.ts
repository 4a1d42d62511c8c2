// Runs many schedules: `SCHEDULES=n SEED=n npm run model`. The first that fails is shrunk and shown.

import { World } from "./model.js";
import { randomFrom } from "./random.js";
import { makeSchedule, shrink, type Step } from "./schedule.js";

const SCHEDULES = Number(process.env["SCHEDULES"] ?? 1000);
const SEED = Number(process.env["SEED"] ?? 1);
const SHOWN_LINES = 80;

async function run(seed: number, faults: number, steps: Step[]): Promise<{ world: World; wrong: string[] }> {
    const world = new World(seed, faults);
    const wrong = await world.run(steps);
    return { world, wrong };
}

const began = Date.now();
let requests = 0;
for (let seed = SEED; seed < SEED + SCHEDULES; seed += 1) {
    const { faults, steps } = makeSchedule(randomFrom(seed));
    const { world, wrong } = await run(seed, faults, steps);
    requests += world.network.requests;
    const done = seed - SEED + 1;
    if (done % 100 === 0) console.log(`${done} schedules in ${Math.round((Date.now() - began) / 1000)} s`);
    if (wrong.length === 0) continue;

    console.error(`the schedule of SEED=${seed} fails: ${wrong[0]}; shrinking ${steps.length} steps`);
    const least = await shrink(steps, async (some) => (await run(seed, faults, some)).wrong.length > 0);
    const last = await run(seed, faults, least);
    console.error(last.world.log.slice(-SHOWN_LINES).join("\n"));
    console.error(`\nSEED=${seed} fails with these ${least.length} steps:`);
    for (const step of least) console.error(`  ${JSON.stringify(step)}`);
    for (const line of last.wrong) console.error(`error: ${line}`);
    process.exit(1);
}
console.log(`${SCHEDULES} schedules from SEED=${SEED} on passed, with ${requests} requests`);
