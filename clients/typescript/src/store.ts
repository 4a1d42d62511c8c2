// Storage of a client: four tables, and transactions over all of them.

import type { Acknowledged } from "./acknowledged.js";
import type { Item } from "./copy.js";
import type { Cursor } from "./cursor.js";
import type { Operation } from "./operation.js";

/** Tables and what they hold. */
export interface Tables {
    /** What the server said, by id. */
    items: Item;
    /** The outbox: own changes that no 2xx has removed yet, by number. */
    operations: Operation;
    /** Own changes that the server has made, but that the cursor has not passed, by number. */
    acknowledged: Acknowledged;
    /** One record under the key `state`. */
    state: State;
}

export interface State {
    cursor: Cursor;
    /** Number of the next operation. */
    next: number;
}

export type Table = keyof Tables;
export type Key = string | number;

/** The key of each record is a member of it. The state has the key in none. */
export const KEYS: Record<Table, string | undefined> = {
    items: "id",
    operations: "number",
    acknowledged: "number",
    state: undefined,
};
export const TABLES = Object.keys(KEYS) as Table[];

/**
 * Kind of a transaction. A loss of power may undo the last ones if they are `relaxed`, which are faster: they
 * are for what can be fetched again.
 */
export type Mode = "readonly" | "readwrite" | "relaxed";

/** A transaction. Work in it may wait for nothing else, or a browser would commit it. */
export interface Transaction {
    get<T extends Table>(table: T, key: Key): Promise<Tables[T] | undefined>;
    /** Returns all records, by key. */
    all<T extends Table>(table: T): Promise<Tables[T][]>;
    count(table: Table): Promise<number>;
    /** Returns the operations on an item, in order. */
    operationsOf(id: string): Promise<Operation[]>;
    /** Writes a record. If that fails, so does the transaction. */
    put<T extends Table>(table: T, value: Tables[T], key: Key): Promise<void>;
    delete(table: Table, key: Key): Promise<void>;
}

export interface Store {
    /** Runs the work in a transaction, after those before it. If the work fails, nothing is changed. */
    transact<R>(mode: Mode, work: (transaction: Transaction) => Promise<R>): Promise<R>;
    close(): void;
}

/** Storage in memory, which tabs of one process can share. */
export class MemoryStore implements Store {
    readonly #tables = new Map<Table, Map<Key, unknown>>(TABLES.map((table) => [table, new Map()]));
    #last: Promise<unknown> = Promise.resolve();

    transact<R>(_mode: Mode, work: (transaction: Transaction) => Promise<R>): Promise<R> {
        const run = this.#last.then(async () => {
            const undo: (() => void)[] = [];
            try {
                return await work(this.#transaction(undo));
            } catch (error) {
                undo.reverse().forEach((step) => step());
                throw error;
            }
        });
        this.#last = run.catch(() => {});
        return run;
    }

    close(): void {}

    #transaction(undo: (() => void)[]): Transaction {
        const rows = (table: Table) => this.#tables.get(table)!;
        const set = (table: Table, key: Key, value: unknown) => {
            const old = rows(table).get(key);
            undo.push(() => (old === undefined ? rows(table).delete(key) : rows(table).set(key, old)));
            if (value === undefined) rows(table).delete(key);
            else rows(table).set(key, value);
        };
        const byKey = (a: Key, b: Key) => (a < b ? -1 : 1);
        return {
            get: async (table, key) => structuredClone(rows(table).get(key)) as never,
            all: async (table) =>
                [...rows(table).keys()]
                    .sort(byKey)
                    .map((key) => structuredClone(rows(table).get(key))) as never,
            count: async (table) => rows(table).size,
            operationsOf: async (id) =>
                [...(rows("operations") as Map<number, Operation>).values()]
                    .filter(({ intent }) => intent.id === id)
                    .sort((one, other) => one.number - other.number)
                    .map((operation) => structuredClone(operation)),
            put: async (table, value, key) => set(table, key, structuredClone(value)),
            delete: async (table, key) => set(table, key, undefined),
        };
    }
}
