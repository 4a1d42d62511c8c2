// The outbox: own changes in their order, until the server has made them. Each function is a step of a
// transaction.

import type { Kinds, Problem } from "./api.js";
import type { Cursor } from "./cursor.js";
import { readState, type Item, type Kind } from "./copy.js";
import { baseValues, isDone, valuesOf, type Intent, type Operation, type Sent } from "./operation.js";
import type { Transaction } from "./store.js";

export const MAX_OPERATIONS = 10_000;
/** After that a change is not sent without asking. */
export const MAX_AGE_MS = 30 * 24 * 3600 * 1000;

/** The outbox has as many changes as it may keep. */
export class OutboxFull extends Error {
    constructor() {
        super(`${MAX_OPERATIONS} changes wait to be sent: connect to the server before you make more`);
    }
}

/** Returns the problem of a change that is not sent, because it would be refused. */
export function localProblem(status: number, title: string, detail: string): Problem {
    return { type: "about:blank", title, status, detail, correlation_id: "" };
}

/** Adds a change. `base` is the item as the user sees it. */
export async function enqueue(
    transaction: Transaction,
    change: Pick<Operation, "key" | "intent" | "touches" | "made_at">,
    base: Item | undefined,
): Promise<Operation> {
    if ((await transaction.count("operations")) >= MAX_OPERATIONS) throw new OutboxFull();
    const state = await readState(transaction);
    const known = await serverState(transaction, change.intent.id, state.cursor);
    const operation: Operation = {
        number: state.next,
        ...change,
        base: {
            version: versionOf(known),
            epoch: state.cursor.epoch ?? null,
            values: baseValues(change.intent, base),
        },
    };
    await transaction.put("operations", operation, operation.number);
    await transaction.put("state", { ...state, next: state.next + 1 }, "state");
    return operation;
}

/** Returns the newest state of an item that the server has told: in the copy, or in an answer. */
export async function serverState(
    transaction: Transaction,
    id: string,
    cursor: Cursor,
): Promise<Item | undefined> {
    let newest = await transaction.get("items", id);
    for (const { operation, epoch, data } of await transaction.all("acknowledged")) {
        if (operation.intent.id !== id || epoch !== cursor.epoch || data === undefined) continue;
        const item = { id, kind: operation.intent.kind, data, generation: cursor.generation };
        if ((versionOf(item) ?? 0) > (versionOf(newest) ?? 0)) newest = item;
    }
    return newest;
}

export function versionOf(item: Item | undefined): number | null {
    return item !== undefined && "version" in item.data ? item.data.version : null;
}

/** Notes how a change is sent, before it is. Without `sent`, no request can have reached the server. */
export async function markSent(
    transaction: Transaction,
    number: number,
    sent: Sent | undefined,
): Promise<void> {
    const operation = await transaction.get("operations", number);
    if (operation === undefined) return;
    const { sent: _, ...rest } = operation;
    await transaction.put("operations", sent === undefined ? rest : { ...rest, sent }, number);
}

/** Takes a change that was answered with a 2xx out of the outbox. Later ones of its item build on that. */
export async function acknowledge(
    transaction: Transaction,
    operation: Operation,
    answer: { seq: number; epoch: string; data?: Kinds[Kind] },
): Promise<void> {
    const { cursor } = await readState(transaction);
    // The answer is of a history that the copy has left: the change is sent again in the new one.
    if (cursor.epoch !== answer.epoch) return;
    await transaction.delete("operations", operation.number);
    if (!cursor.complete || answer.seq > cursor.seq) {
        await transaction.put(
            "acknowledged",
            { number: operation.number, operation, ...answer },
            operation.number,
        );
    }
    if (answer.data === undefined) return;
    const result = answer.data as unknown as Record<string, unknown>;
    const set = Object.keys(valuesOf(operation.intent)).filter((field) => field in result);
    for (const later of await transaction.operationsOf(operation.intent.id)) {
        if (later.number < operation.number) continue;
        const values = { ...later.base.values };
        for (const field of set) if (field in values) values[field] = result[field] ?? null;
        const version = "version" in answer.data ? answer.data.version : null;
        const base = { version, epoch: answer.epoch, values };
        await transaction.put("operations", { ...later, base }, later.number);
    }
}

/** Takes a change out if the copy shows that it is done. Returns true if it does. */
export async function settle(transaction: Transaction, number: number): Promise<boolean> {
    const operation = await transaction.get("operations", number);
    if (operation === undefined) return true;
    const { cursor } = await readState(transaction);
    const known = await serverState(transaction, operation.intent.id, cursor);
    if (!cursor.complete || !isDone(operation.intent, known)) return false;
    await transaction.delete("operations", number);
    return true;
}

/** Sets a change aside that the server has refused. Others go on. */
export async function park(
    transaction: Transaction,
    number: number,
    problem: Problem,
    theirs: Item | undefined,
): Promise<void> {
    const operation = await transaction.get("operations", number);
    if (operation === undefined) return;
    const yours = valuesOf(operation.intent);
    const parked = { status: problem.status, problem, yours, theirs: theirs?.data ?? null };
    await transaction.put("operations", { ...operation, parked }, number);
}

/** Sends a parked change again, now over what the server has, and with other values if they are given. */
export async function retry(
    transaction: Transaction,
    number: number,
    change: { key: string; now: number; body?: object },
): Promise<void> {
    const operation = await transaction.get("operations", number);
    if (operation?.parked === undefined) return;
    const { cursor } = await readState(transaction);
    const { parked: _, sent: __, ...rest } = operation;
    const intent = (
        change.body === undefined ? rest.intent : { ...rest.intent, body: change.body }
    ) as Intent;
    const known = await serverState(transaction, intent.id, cursor);
    const base = {
        version: versionOf(known),
        epoch: cursor.epoch ?? null,
        values: baseValues(intent, known),
    };
    // The server has kept its refusal under the old key.
    const again = { ...rest, key: change.key, made_at: change.now, intent, base };
    await transaction.put("operations", again, number);
}

/** Gives a parked change up, with those that cannot be made without it. Returns their numbers. */
export async function discard(transaction: Transaction, number: number): Promise<number[]> {
    const operation = await transaction.get("operations", number);
    if (operation?.parked === undefined) return [];
    const numbers = [number];
    if (operation.intent.action === "create") {
        for (const later of await transaction.all("operations")) {
            const needs = later.touches.includes(operation.intent.id);
            if (needs && later.number > number) numbers.push(later.number);
        }
    }
    for (const one of numbers) await transaction.delete("operations", one);
    return numbers;
}

/** Yields changes that need no decision: not the parked ones, nor those that need what these would make. */
export function* undecided(operations: Iterable<Operation>): Generator<Operation> {
    const missing = new Set<string>();
    for (const operation of operations) {
        const { intent, parked, touches } = operation;
        const isPossible = parked === undefined && !touches.some((id) => missing.has(id));
        if (isPossible) yield operation;
        else if (intent.action === "create") missing.add(intent.id);
    }
}

/**
 * Yields changes that can be sent, in order: those of items that are not `held`, and that no earlier change
 * of the same item precedes.
 */
export function* ready(
    operations: Iterable<Operation>,
    inFlight: ReadonlySet<number>,
    held: Set<string>,
): Generator<Operation> {
    for (const operation of undecided(operations)) {
        const isFree = !operation.touches.some((id) => held.has(id));
        operation.touches.forEach((id) => held.add(id));
        if (isFree && !inFlight.has(operation.number)) yield operation;
    }
}
