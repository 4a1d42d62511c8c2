// The view of a tab: the copy, with own changes over it.

import type { Acknowledged } from "./acknowledged.js";
import { readState, type Item } from "./copy.js";
import { START } from "./cursor.js";
import { applyTo, isVersioned, type Operation } from "./operation.js";
import { undecided } from "./outbox.js";
import type { Key, Mode, State, Store, Table, Tables, Transaction } from "./store.js";

/** Records that a transaction has changed, by table. */
export type Written = Partial<Record<Table, Key[]>>;

/** A transaction of this tab. Only the tab that leads writes items, so it need not read its own again. */
export interface OwnWrite {
    stored: Promise<unknown>;
    /** What it has written, by id: undefined if it has deleted the item. */
    items: ReadonlyMap<string, Item | undefined>;
}

/** A tab's memory of the storage, and the means to change it. */
export class View {
    state: State = { cursor: START, next: 1 };
    /** The outbox, in order. */
    operations = new Map<number, Operation>();
    readonly #store: Store;
    readonly #onWritten: (written: Written) => void;
    #items = new Map<string, Item>();
    #acknowledged = new Map<number, Acknowledged>();
    readonly #parked = new Set<number>();
    #shown: Map<string, Item> | undefined;
    #last: Promise<unknown> = Promise.resolve();

    /** `onWritten` is called after each own transaction, when this tab shows what it has changed. */
    constructor(store: Store, onWritten: (written: Written) => void) {
        this.#store = store;
        this.#onWritten = onWritten;
    }

    /** Reads all that is stored. */
    async load(): Promise<void> {
        await this.#queue(() =>
            this.#store.transact("readonly", async (transaction) => {
                const items = await transaction.all("items");
                const operations = await transaction.all("operations");
                const acknowledged = await transaction.all("acknowledged");
                this.state = await readState(transaction);
                this.#items = new Map(items.map((item) => [item.id, item]));
                this.operations = new Map(operations.map((one) => [one.number, one]));
                this.#acknowledged = new Map(acknowledged.map((one) => [one.number, one]));
                this.#parked.clear();
                this.#noteParked([...this.operations.keys()]);
            }),
        );
        this.#shown = undefined;
    }

    /** Items as the user sees them. */
    shown(): ReadonlyMap<string, Item> {
        if (this.#shown === undefined) {
            this.#shown = new Map(this.#items);
            for (const { operation } of this.#acknowledged.values()) applyTo(this.#shown, operation);
            for (const operation of undecided(this.operations.values())) applyTo(this.#shown, operation);
        }
        return this.#shown;
    }

    /** Number of changes that are to be sent. */
    waiting(): number {
        return this.#parked.size === 0
            ? this.operations.size
            : [...undecided(this.operations.values())].length;
    }

    /** True while an acknowledged change has not come back. */
    isBehind(): boolean {
        return this.#acknowledged.size > 0;
    }

    /** Ids of items whose version the server has not told since an own change, as after a 204. */
    unknownVersions(): Set<string> {
        const untold = [...this.#acknowledged.values()].filter(
            ({ operation, data }) => data === undefined && isVersioned(operation.intent),
        );
        return new Set(untold.map(({ operation }) => operation.intent.id));
    }

    /** Runs a transaction that changes something, and shows the result. */
    async write<R>(
        work: (transaction: Transaction) => Promise<R>,
        mode: Exclude<Mode, "readonly"> = "readwrite",
    ): Promise<R> {
        const written: Written = {};
        const items = new Map<string, Item | undefined>();
        const note = (table: Table, key: Key, value?: Tables[Table]) => {
            (written[table] ??= []).push(key);
            if (table === "items") items.set(key as string, value as Item | undefined);
        };
        const stored = this.#store.transact(mode, (transaction) =>
            work({
                get: (table, key) => transaction.get(table, key),
                all: (table) => transaction.all(table),
                count: (table) => transaction.count(table),
                operationsOf: (id) => transaction.operationsOf(id),
                put: (table, value, key) => {
                    note(table, key, value);
                    return transaction.put(table, value, key);
                },
                delete: (table, key) => {
                    note(table, key);
                    return transaction.delete(table, key);
                },
            }),
        );
        const [result] = await Promise.all([stored, this.refresh(written, { stored, items })]);
        this.#onWritten(written);
        return result;
    }

    /** Shows what another tab, or this one, has changed. */
    async refresh(written: Written, own?: OwnWrite): Promise<void> {
        await this.#queue(async () => {
            await own?.stored;
            await this.#store.transact("readonly", async (transaction) => {
                const operations = [...(written.operations ?? [])];
                const known = this.state.next;
                if (written.state) {
                    this.state = await readState(transaction);
                    // A tab may have died before it told of a change that it had stored.
                    for (let number = known; number < this.state.next; number += 1) operations.push(number);
                }
                if (own === undefined) await refreshTable(transaction, "items", written, this.#items);
                else setAll(this.#items, own.items);
                // Another tab may tell later of what it has stored before.
                if (await refreshTable(transaction, "operations", { operations }, this.operations)) {
                    this.operations = inOrder(this.operations);
                }
                if (await refreshTable(transaction, "acknowledged", written, this.#acknowledged)) {
                    this.#acknowledged = inOrder(this.#acknowledged);
                }
                this.#noteParked(operations);
                const isOnlyNew = !written.items && !written.acknowledged && this.#parked.size === 0;
                if (isOnlyNew && operations.every((number) => Number(number) >= known)) {
                    // One more change lies on top of the others.
                    for (const number of new Set(operations))
                        this.#showNew(this.operations.get(Number(number)));
                } else {
                    this.#shown = undefined;
                }
            });
        });
    }

    #showNew(operation: Operation | undefined): void {
        if (this.#shown !== undefined && operation !== undefined) applyTo(this.#shown, operation);
    }

    #noteParked(numbers: Key[]): void {
        for (const number of numbers as number[]) {
            if (this.operations.get(number)?.parked === undefined) this.#parked.delete(number);
            else this.#parked.add(number);
        }
    }

    /** Runs one reading after the other, so that an older one never replaces a newer one. */
    #queue(read: () => Promise<void>): Promise<void> {
        const run = this.#last.then(read);
        this.#last = run.catch(() => {});
        return run;
    }
}

function setAll<K, V>(rows: Map<K, V>, changes: ReadonlyMap<K, V | undefined>): void {
    for (const [key, value] of changes) {
        if (value === undefined) rows.delete(key);
        else rows.set(key, value);
    }
}

/** Reads rows again. Returns true if one was added. */
async function refreshTable<K extends Key, V>(
    transaction: Transaction,
    table: Table,
    written: Written,
    rows: Map<K, V>,
): Promise<boolean> {
    const before = rows.size;
    let removed = 0;
    const keys = [...new Set(written[table])];
    const values = await Promise.all(keys.map((key) => transaction.get(table, key)));
    for (const [place, key] of keys.entries()) {
        const value = values[place];
        if (value !== undefined) rows.set(key as K, value as V);
        else if (rows.delete(key as K)) removed += 1;
    }
    return rows.size > before - removed;
}

/** Returns the rows by number. */
function inOrder<V>(rows: Map<number, V>): Map<number, V> {
    let last = -1;
    for (const key of rows.keys()) {
        if (key < last) return new Map([...rows].sort(([one], [other]) => one - other));
        last = key;
    }
    return rows;
}
