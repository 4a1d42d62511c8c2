// Storage in a browser.

import { openDB, unwrap } from "idb";

import { KEYS, type Store, TABLES } from "./store.js";

const VERSION = 1;

/** Opens the database of this name, which all tabs share, and makes it if there is none. */
export async function openDatabase(name: string): Promise<Store> {
    const database = await openDB(name, VERSION, {
        upgrade(database, _old, _new, transaction) {
            for (const table of TABLES) {
                const keyPath = KEYS[table];
                database.createObjectStore(table, keyPath === undefined ? {} : { keyPath });
            }
            transaction.objectStore("operations").createIndex("item", "intent.id");
        },
        // A tab with a newer release must not wait for this one.
        blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
    return {
        async transact(mode, work) {
            // A change that was promised to be kept must survive a loss of power too.
            const durability = mode === "relaxed" ? "relaxed" : "strict";
            const access = mode === "relaxed" ? "readwrite" : mode;
            const transaction = database.transaction(TABLES, access, { durability });
            const done = transaction.done;
            done.catch(() => {});
            const rows = (table: (typeof TABLES)[number]) => transaction.objectStore(table);
            try {
                const result = await work({
                    get: (table, key) => rows(table).get(key),
                    all: (table) => rows(table).getAll(),
                    count: (table) => rows(table).count(),
                    operationsOf: (id) => rows("operations").index("item").getAll(id),
                    put: async (table, value, key) => {
                        // `done` says whether it succeeds. A promise for each row of a page takes time.
                        unwrap(rows(table)).put(value, KEYS[table] === undefined ? key : undefined);
                    },
                    delete: async (table, key) => rows(table).delete!(key),
                });
                await done;
                return result;
            } catch (error) {
                try {
                    transaction.abort();
                } catch {
                    // It has ended already.
                }
                throw error;
            }
        },
        close: () => database.close(),
    };
}
