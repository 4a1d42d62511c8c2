// Many pages: the next one is asked for while one is stored, and none is missed whatever happens meanwhile.

import assert from "node:assert/strict";
import { test } from "node:test";

import type { Page } from "../src/copy.js";
import { Harness } from "./harness.js";
import type { Request, Response } from "./model/server.js";

/** Tasks that are made while the device is offline: five pages of the server in memory. */
const TASKS = 30;
const PAGE = 7;
const STORING_MS = 500;

/** A device that comes online, and whose storage is slower than its network. */
class Load {
    /** Positions that were asked for, and the number of tasks that were shown then. */
    readonly questions: [since: number, shown: number][] = [];
    /** Answers in place of the server's to the questions at positions: each is given once. */
    readonly instead = new Map<number, () => Response | undefined>();

    private constructor(readonly harness: Harness) {}

    static async begin(): Promise<Load> {
        const harness = await Harness.start();
        const load = new Load(harness);
        harness.device.setOnline(false);
        await harness.pass(5_000);
        for (let number = 0; number < TASKS; number += 1) {
            harness.other("POST", "/api/tasks", { id: `task ${number}`, title: `${number}` });
        }
        assert.equal(harness.server.state.seq, TASKS);
        harness.instead = (request) => load.#answer(request);
        load.#beforeStoring(() => new Promise((resolve) => harness.clock.after(STORING_MS, resolve)));
        harness.device.setOnline(true);
        harness.client.wake();
        return load;
    }

    /** Lets the next page that is stored fail, as if the disk were full. */
    failToStore(): void {
        let isFirst = true;
        this.#beforeStoring(async () => {
            if (!isFirst) return;
            isFirst = false;
            throw new Error("the disk is full");
        });
    }

    /** Waits until the copy is what the server has, and returns the positions that were asked for. */
    async end(): Promise<number[]> {
        await this.harness.pass(120_000);
        const { client, server } = this.harness;
        assert.equal(client.status().connection, "live");
        const ids = client.list("task").map(({ id }) => id);
        assert.deepEqual(ids.sort(), [...server.state.items.keys()].sort());
        return this.questions.map(([since]) => since);
    }

    /** Returns the position and the number of items that are stored. */
    async stored(): Promise<[seq: number | undefined, items: number]> {
        return this.harness.device.store.transact("readonly", async (transaction) => {
            const state = await transaction.get("state", "state");
            return [state?.cursor.seq, await transaction.count("items")];
        });
    }

    #answer({ path, query }: Request): Response | undefined {
        if (path !== "/api/sync") return undefined;
        const since = Number(query.get("since"));
        this.questions.push([since, this.harness.client.list("task").length]);
        const answer = this.instead.get(since);
        this.instead.delete(since);
        return answer?.();
    }

    #beforeStoring(work: () => Promise<void>): void {
        const { store } = this.harness.device;
        const transact = store.transact.bind(store);
        store.transact = async (mode, inside) => {
            if (mode !== "readonly") await work();
            return transact(mode, inside);
        };
    }
}

test("the next page is asked for while one is stored", async () => {
    const load = await Load.begin();
    await load.end();
    const expected = [0, 0, 7, 14, 21].map((shown, place) => [place * PAGE, shown]);
    assert.deepEqual(load.questions, expected);
});

test("if the next page fails, the one before it is kept", async () => {
    const load = await Load.begin();
    const { client } = load.harness;
    const shown: number[] = [];
    client.subscribe(() => {
        if (client.status().connection === "offline") shown.push(client.list("task").length);
    });
    load.instead.set(14, () => ({ status: 503, headers: {} }));
    assert.deepEqual(await load.end(), [0, 7, 14, 14, 21, 28]);
    assert.ok(shown.length > 0 && shown.every((count) => count === 14), `${shown}`);
});

test("after a 410 for the next page the copy starts again", async () => {
    const load = await Load.begin();
    load.instead.set(14, () => ({ status: 410, headers: {} }));
    assert.deepEqual(await load.end(), [0, 7, 14, 0, 7, 14, 21, 28]);
});

test("if the server is restored before the next page, the copy has only the new history", async () => {
    const load = await Load.begin();
    const { harness } = load;
    harness.server.backUp();
    harness.other("POST", "/api/tasks", { id: "lost", title: "not in the backup" });
    load.instead.set(14, () => {
        harness.server.restore();
        return undefined;
    });
    assert.deepEqual(await load.end(), [0, 7, 14, 0, 7, 14, 21, 28]);
    assert.equal(harness.client.get("task", "lost"), undefined);
});

test("the page after one of another history is dropped", async () => {
    const load = await Load.begin();
    const page = load.harness.server.page(7, null, PAGE) as Page;
    load.instead.set(7, () => ({ status: 200, headers: {}, body: { ...page, epoch: "another" } }));
    // A server that does not compare histories.
    load.instead.set(14, () => ({
        status: 200,
        headers: {},
        body: { ...load.harness.server.page(14, null, PAGE), epoch: "another" },
    }));
    assert.deepEqual(await load.end(), [0, 7, 14, 0, 7, 14, 21, 28]);
});

test("if a page cannot be stored, the one after it is dropped", async () => {
    const load = await Load.begin();
    load.instead.set(14, () => {
        load.failToStore();
        return undefined;
    });
    assert.deepEqual(await load.end(), [0, 7, 14, 7, 14, 21, 28]);
});

test("a client that is closed stores no page that has come ahead", async () => {
    const load = await Load.begin();
    const { harness } = load;
    load.instead.set(14, () => {
        // The answer is there by then, and the page before it is not stored yet.
        harness.clock.after(STORING_MS / 2, () => void harness.client.close());
        return undefined;
    });
    await harness.pass(60_000);
    assert.deepEqual(load.questions.at(-1)?.[0], 14);
    assert.deepEqual(await load.stored(), [14, 14]);
});
