// The copy: what the server said, and nothing else. Own changes lie over it, in view.ts.

import type { Kinds } from "./api.js";
import { startAgain, START, type Cursor } from "./cursor.js";
import type { State, Transaction } from "./store.js";

export type Kind = keyof Kinds;

/** A task, series, reminder or notification as the server has it, or as own changes make it. */
export interface Item<K extends Kind = Kind> {
    id: string;
    kind: K;
    data: Kinds[K];
    /** Generation of the copy that it was read in. */
    generation: number;
}

/** A change in a page. `data` is null if the item was deleted permanently. */
export interface Change {
    seq: number;
    kind: Kind;
    id: string;
    deleted: boolean;
    data: Kinds[Kind] | null;
}

/** Changes in order, as `/api/sync` and the stream have them. */
export interface Page {
    changes: Change[];
    seq: number;
    more: boolean;
    epoch: string;
}

/** Reads the state, which is that of an empty copy at first. */
export async function readState(transaction: Transaction): Promise<State> {
    return (await transaction.get("state", "state")) ?? { cursor: START, next: 1 };
}

/**
 * Applies a page that continues from `asked`, and moves the cursor, in this one transaction. Ignores a page
 * that was asked for before the copy was started again: it would leave a gap. Returns the new cursor, or
 * undefined if the page is of another history.
 */
export async function applyPage(
    transaction: Transaction,
    page: Page,
    asked: Cursor,
): Promise<Cursor | undefined> {
    const state = await readState(transaction);
    const old = state.cursor;
    if (asked.generation !== old.generation || asked.seq > old.seq) return old;
    if (old.epoch !== undefined && old.epoch !== page.epoch) return undefined;
    // The stream and a question may overlap. An older state must not bring back what is gone.
    const news = page.changes.filter(({ seq }) => seq > old.seq);
    const generation = old.generation;
    // One request after the other takes a browser longer.
    await Promise.all(
        news.map(({ kind, id, data }) =>
            data === null
                ? transaction.delete("items", id)
                : transaction.put("items", { id, kind, data, generation }, id),
        ),
    );
    const reached = Math.max(old.seq, page.seq);
    // A page that was overtaken cannot say whether there is more.
    const ends = !page.more && page.seq >= old.seq;
    const cursor = { ...old, epoch: page.epoch, seq: reached, complete: old.complete || ends };
    await transaction.put("state", { ...state, cursor }, "state");
    if (cursor.complete && !old.complete) await sweep(transaction, cursor);
    for (const { number, seq, epoch } of await transaction.all("acknowledged")) {
        const isPassed = epoch === cursor.epoch && seq <= cursor.seq;
        // A position in another history is never passed. The copy is complete: what it lacks is not there.
        const isForeign = epoch !== cursor.epoch && cursor.complete;
        if (isPassed || isForeign) await transaction.delete("acknowledged", number);
    }
    return cursor;
}

/** Deletes items that the server had before the copy was started again, and has no more. */
async function sweep(transaction: Transaction, cursor: Cursor): Promise<void> {
    if (cursor.generation === 0) return;
    for (const { id, generation } of await transaction.all("items")) {
        if (generation < cursor.generation) await transaction.delete("items", id);
    }
}

/** Starts the copy again, unless that has happened since `asked`. The outbox stays as it is. */
export async function restart(transaction: Transaction, asked: Cursor): Promise<void> {
    const state = await readState(transaction);
    if (state.cursor.generation !== asked.generation) return;
    await transaction.put("state", { ...state, cursor: startAgain(asked) }, "state");
}
