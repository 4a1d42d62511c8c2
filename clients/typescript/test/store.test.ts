// Both kinds of storage keep the same promises.

import "fake-indexeddb/auto";

import assert from "node:assert/strict";
import { test } from "node:test";

import { openDatabase } from "../src/indexeddb.js";
import { MemoryStore, type Store } from "../src/store.js";

const STATE = { cursor: { seq: 7, generation: 0, complete: true, epoch: "e" }, next: 2 };

const STORES: [string, () => Promise<Store>][] = [
    ["memory", async () => new MemoryStore()],
    ["IndexedDB", () => openDatabase(`test-${Math.random()}`)],
];

for (const [name, open] of STORES) {
    test(`${name}: a transaction that fails changes nothing`, async () => {
        const store = await open();
        await store.transact("readwrite", (transaction) => transaction.put("state", STATE, "state"));

        const failing = store.transact("readwrite", async (transaction) => {
            await transaction.put("state", { ...STATE, next: 9 }, "state");
            await transaction.delete("items", "nothing");
            throw new Error("on purpose");
        });

        await assert.rejects(failing, /on purpose/);
        const kept = await store.transact("readonly", (transaction) => transaction.get("state", "state"));
        assert.deepEqual(kept, STATE);
        store.close();
    });

    test(`${name}: records come by key, and are copies`, async () => {
        const store = await open();
        const records = [10, 9, 100].map((number) => ({
            number,
            operation: {} as never,
            seq: 1,
            epoch: "e",
        }));
        await store.transact("readwrite", async (transaction) => {
            for (const record of records) await transaction.put("acknowledged", record, record.number);
        });
        records[0]!.seq = 5;

        const [all, count] = await store.transact("readonly", async (transaction) => [
            await transaction.all("acknowledged"),
            await transaction.count("acknowledged"),
        ]);

        assert.deepEqual(
            all.map(({ number, seq }) => [number, seq]),
            [
                [9, 1],
                [10, 1],
                [100, 1],
            ],
        );
        assert.equal(count, 3);
        store.close();
    });

    test(`${name}: transactions at the same time do not mix`, async () => {
        const store = await open();
        await store.transact("readwrite", (transaction) => transaction.put("state", STATE, "state"));
        const increment = () =>
            store.transact("readwrite", async (transaction) => {
                const state = (await transaction.get("state", "state"))!;
                await transaction.put("state", { ...state, next: state.next + 1 }, "state");
            });
        await Promise.all(Array.from({ length: 20 }, increment));
        const state = await store.transact("readonly", (transaction) => transaction.get("state", "state"));
        assert.equal(state?.next, STATE.next + 20);
        store.close();
    });
}
