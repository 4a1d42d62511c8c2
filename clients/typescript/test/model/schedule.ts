// Schedules: what happens when, as a seed determines it, and how a failing one shrinks.

import { integer, pick, type Random } from "./random.js";

export const DEVICES = 3;
export const TABS = 2;

/** Something that happens. Numbers choose among what there is then. */
export type Step = { at: number } & (
    | { type: "change"; device: number; tab: number; change: Change; item: number; value: number }
    | { type: "decide"; device: number; retries: boolean }
    | { type: "online"; device: number; isOnline: boolean }
    | { type: "kill"; device: number; tab: number }
    | { type: "clock"; device: number; skew: number }
    | { type: "other"; change: Change; item: number; value: number }
    | { type: "sign-in"; isSignedIn: boolean }
    | { type: "restart" | "back-up" | "restore" | "forget" }
);

export type Change =
    | "create"
    | "title"
    | "priority"
    | "tags"
    | "due"
    | "invalid"
    | "complete"
    | "reopen"
    | "delete"
    | "purge"
    | "put-back"
    | "remind"
    | "forget-reminder";

const CHANGES: Change[] = [
    ...Array<Change>(6).fill("create"),
    ...Array<Change>(5).fill("title"),
    ...Array<Change>(3).fill("complete"),
    "priority",
    "priority",
    "tags",
    "due",
    "due",
    "invalid",
    "reopen",
    "reopen",
    "delete",
    "delete",
    "purge",
    "put-back",
    "remind",
    "forget-reminder",
];

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export function makeSchedule(random: Random): Step[] {
    const length = integer(random, 15, 70);
    const span = pick(random, [2_000, MINUTE_MS, 10 * MINUTE_MS]);
    const steps = Array.from({ length }, () => ({ at: integer(random, 0, span), ...makeStep(random) }) as Step);
    return steps.sort((one, other) => one.at - other.at);
}

function makeStep(random: Random): object {
    const device = integer(random, 0, DEVICES);
    const tab = integer(random, 0, TABS);
    const drawn = random();
    if (drawn < 0.6) {
        const [item, value] = [integer(random, 0, 1000), integer(random, 0, 4)];
        return { type: "change", device, tab, change: pick(random, CHANGES), item, value };
    }
    if (drawn < 0.66) return { type: "decide", device, retries: random() < 0.6 };
    if (drawn < 0.76) return { type: "online", device, isOnline: random() < 0.45 };
    if (drawn < 0.82) return { type: "kill", device, tab };
    if (drawn < 0.83) return { type: "clock", device, skew: pick(random, [-DAY_MS, 3_600_000, 31 * DAY_MS]) };
    if (drawn < 0.91) {
        const change = pick(random, ["create", "title", "complete", "reopen", "delete", "purge"]);
        return { type: "other", change, item: integer(random, 0, 1000), value: integer(random, 0, 4) };
    }
    if (drawn < 0.93) return { type: "sign-in", isSignedIn: random() < 0.4 };
    if (drawn < 0.95) return { type: "restart" };
    if (drawn < 0.97) return { type: "back-up" };
    return { type: random() < 0.6 ? "restore" : "forget" };
}

/** Leaves out what a failure does not need: halves first, then less and less. */
export async function shrink<T>(steps: T[], fails: (steps: T[]) => Promise<boolean>): Promise<T[]> {
    let rest = steps;
    for (let size = Math.ceil(rest.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
        for (let start = 0; start < rest.length; ) {
            const without = [...rest.slice(0, start), ...rest.slice(start + size)];
            if (await fails(without)) rest = without;
            else start += size;
        }
    }
    return rest;
}
