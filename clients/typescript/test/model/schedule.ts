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

/** Changes of other clients, such as assistants. */
const OTHERS: Change[] = ["create", "title", "title", "priority", "complete", "reopen", "delete", "purge"];

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** What a schedule is about. */
interface Mood {
    /** Factor of all faults of the network. */
    faults: number;
    /** Share of changes that meet at the first item. */
    contention: number;
    /** Factor of backups, and of what is restored from them. */
    history: number;
}

export interface Schedule {
    faults: number;
    steps: Step[];
}

export function makeSchedule(random: Random): Schedule {
    const mood = {
        faults: pick(random, [0.3, 1, 1, 3, 5]),
        contention: pick(random, [0.2, 0.6, 0.95]),
        history: pick(random, [0, 1, 1, 4]),
    };
    const length = integer(random, 15, 70);
    const span = pick(random, [2_000, MINUTE_MS, 10 * MINUTE_MS]);
    const makeOne = () => ({ at: integer(random, 0, span), ...makeStep(random, mood) }) as Step;
    const steps = Array.from({ length }, makeOne).sort((one, other) => one.at - other.at);
    return { faults: mood.faults, steps };
}

function makeStep(random: Random, { contention, history }: Mood): object {
    const device = integer(random, 0, DEVICES);
    const tab = integer(random, 0, TABS);
    const item = random() < contention ? 0 : integer(random, 0, 1000);
    const value = integer(random, 0, 4);
    const kinds: [number, () => object][] = [
        [60, () => ({ type: "change", device, tab, change: pick(random, CHANGES), item, value })],
        [6, () => ({ type: "decide", device, retries: random() < 0.6 })],
        [10, () => ({ type: "online", device, isOnline: random() < 0.45 })],
        [6, () => ({ type: "kill", device, tab })],
        [1, () => ({ type: "clock", device, skew: pick(random, [-DAY_MS, 3_600_000, 31 * DAY_MS]) })],
        [10, () => ({ type: "other", change: pick(random, OTHERS), item, value })],
        [2, () => ({ type: "sign-in", isSignedIn: random() < 0.4 })],
        [2, () => ({ type: "restart" })],
        [2 * history, () => ({ type: "back-up" })],
        [2 * history, () => ({ type: "restore" })],
        [1, () => ({ type: "forget" })],
    ];
    let drawn = random() * kinds.reduce((sum, [weight]) => sum + weight, 0);
    return kinds.find(([weight]) => (drawn -= weight) < 0)![1]();
}

/** Leaves out what a failure does not need: halves first, then less and less. */
export async function shrink<T>(steps: T[], fails: (steps: T[]) => Promise<boolean>): Promise<T[]> {
    let rest = steps;
    for (let size = Math.ceil(rest.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
        for (let start = 0; start < rest.length;) {
            const without = [...rest.slice(0, start), ...rest.slice(start + size)];
            if (await fails(without)) rest = without;
            else start += size;
        }
    }
    return rest;
}
