// The rules of the outbox and the copy, one by one.

import assert from "node:assert/strict";
import { test } from "node:test";

import { StallGuard, START } from "../src/cursor.js";
import { OutboxFull } from "../src/outbox.js";
import { Harness } from "./harness.js";

const HOUR_MS = 3600 * 1000;
const DAY_MS = 24 * HOUR_MS;
const isWrite = ({ request }: { request: { method: string } }) => request.method !== "GET";

test("an own change is shown at once, and is made once", async () => {
    const harness = await Harness.start();
    harness.device.setOnline(false);
    const id = await harness.done(harness.client.createTask({ title: "Buy milk", due_date: "2031-02-01" }));
    assert.equal(harness.client.get("task", id)?.title, "Buy milk");
    assert.equal(harness.task(id), undefined);

    harness.device.setOnline(true);
    await harness.pass(120_000);

    assert.deepEqual(harness.client.get("task", id), harness.task(id));
    assert.deepEqual(harness.client.operations(), []);
});

test("an own change lies over the server's until the cursor has passed its seq", async () => {
    const harness = await Harness.start();
    const id = await harness.done(harness.client.createTask({ title: "one" }));
    await harness.pass(5_000);
    // The stream is silent, and questions get an old answer.
    const old = harness.server.page(0, null, 10);
    harness.instead = ({ path }) =>
        path === "/api/sync" ? { status: 200, headers: {}, body: old } : undefined;
    for (const stream of harness.device.streams) stream.fail();

    await harness.done(harness.client.updateTask(id, { title: "two" }));
    const shown = new Set<unknown>();
    harness.client.subscribe(() => shown.add(harness.client.get("task", id)?.title));
    await harness.pass(10_000);
    assert.equal(harness.task(id)?.["title"], "two");
    assert.deepEqual([harness.client.operations().length, [...shown]], [0, ["two"]]);

    harness.instead = () => undefined;
    await harness.pass(120_000);
    assert.deepEqual([harness.client.get("task", id), [...shown]], [harness.task(id), ["two"]]);
});

test("changes of one item keep their order", async () => {
    const harness = await Harness.start();
    harness.device.setOnline(false);
    const id = await harness.done(harness.client.createTask({ title: "report" }));
    await harness.done(harness.client.updateTask(id, { title: "the report" }));
    await harness.done(harness.client.completeTask(id));
    harness.requests.length = 0;

    harness.device.setOnline(true);
    await harness.pass(120_000);

    const writes = harness.requests.filter(isWrite).map(({ request }) => `${request.method} ${request.path}`);
    const path = `/api/tasks/${id}`;
    assert.deepEqual(writes, ["POST /api/tasks", `PATCH ${path}`, `POST ${path}/complete`]);
    assert.deepEqual(
        [harness.task(id)?.["title"], harness.task(id)?.["status"]],
        ["the report", "completed"],
    );
});

test("a 401 pauses until the user has signed in again", async () => {
    const harness = await Harness.start();
    harness.server.isSignedIn = false;
    const id = await harness.done(harness.client.createTask({ title: "report" }));
    await harness.pass(60_000);
    const asked = harness.requests.length;
    await harness.pass(3600_000);
    assert.equal(harness.client.status().connection, "paused");
    assert.equal(harness.requests.length, asked);
    assert.equal(harness.client.operations().length, 1);

    harness.server.isSignedIn = true;
    harness.client.resume();
    await harness.pass(5_000);

    assert.equal(harness.task(id)?.["title"], "report");
    assert.equal(harness.client.status().connection, "live");
});

test("waits after a 5xx grow to a minute at most, and differ", async () => {
    const harness = await Harness.start();
    harness.instead = (request) => (request.method === "POST" ? { status: 503, headers: {} } : undefined);
    await harness.done(harness.client.createTask({ title: "report" }));
    await harness.pass(3600_000);

    const times = harness.requests.filter(isWrite).map(({ at }) => at);
    const waits = times.slice(1).map((at, place) => at - times[place]!);
    assert.ok(waits.length > 50 && waits[0]! < 1_500, `${waits}`);
    assert.ok(
        waits.every((wait) => wait <= 61_000),
        `${waits}`,
    );
    assert.ok(new Set(waits.slice(8)).size > 20, "the waits are drawn");
    assert.equal(harness.client.operations().length, 1);
});

test("Retry-After of a 429 is respected", async () => {
    const harness = await Harness.start();
    harness.instead = ({ method }) =>
        method === "POST" ? { status: 429, headers: { "retry-after": "90" } } : undefined;
    await harness.done(harness.client.createTask({ title: "report" }));
    await harness.pass(80_000);
    assert.equal(harness.requests.filter(isWrite).length, 1);
    await harness.pass(20_000);
    assert.equal(harness.requests.filter(isWrite).length, 2);
});

test("a conflict is parked with both values, and can be made after all", async () => {
    const harness = await Harness.start();
    const id = await harness.done(harness.client.createTask({ title: "report" }));
    await harness.pass(5_000);
    harness.device.setOnline(false);
    await harness.done(harness.client.updateTask(id, { title: "mine" }));
    harness.other("PATCH", `/api/tasks/${id}`, { title: "theirs" });

    harness.device.setOnline(true);
    await harness.pass(120_000);

    const [operation] = harness.client.operations();
    assert.equal(operation?.parked?.status, 412);
    assert.deepEqual(operation.parked.yours, { title: "mine" });
    assert.equal((operation.parked.theirs as { title: string }).title, "theirs");
    assert.equal(harness.client.get("task", id)?.title, "theirs");
    await harness.done(harness.client.retry(operation.number));
    await harness.pass(5_000);
    assert.deepEqual([harness.task(id)?.["title"], harness.client.operations()], ["mine", []]);
});

test("changes of different fields on two devices are no conflict", async () => {
    const harness = await Harness.start();
    const id = await harness.done(harness.client.createTask({ title: "report" }));
    await harness.pass(5_000);
    harness.device.setOnline(false);
    await harness.done(harness.client.updateTask(id, { title: "mine" }));
    harness.other("PATCH", `/api/tasks/${id}`, { priority: "high" });

    harness.device.setOnline(true);
    await harness.pass(120_000);

    assert.deepEqual(harness.client.operations(), []);
    assert.deepEqual([harness.task(id)?.["title"], harness.task(id)?.["priority"]], ["mine", "high"]);
});

test("a change whose answer was lost is not made again after it was undone", async () => {
    const harness = await Harness.start();
    const id = await harness.done(harness.client.createTask({ title: "report" }));
    await harness.pass(5_000);
    harness.instead = (request) => {
        if (request.method !== "PATCH") return undefined;
        harness.instead = () => undefined;
        harness.server.handle(request);
        harness.other("PATCH", `/api/tasks/${id}`, { title: "report" });
        return { status: 502, headers: {} };
    };
    await harness.done(harness.client.updateTask(id, { title: "mine" }));
    await harness.pass(60_000);

    assert.deepEqual(
        harness.client.operations().map(({ parked }) => parked?.status),
        [412],
    );
    assert.deepEqual([harness.task(id)?.["title"], harness.task(id)?.["version"]], ["report", 3]);
});

test("a change whose answer was lost is made once, although others were made meanwhile", async () => {
    const harness = await Harness.start();
    const id = await harness.done(harness.client.createTask({ title: "report" }));
    await harness.pass(5_000);
    harness.instead = (request) => {
        if (request.method !== "PATCH") return undefined;
        harness.instead = () => undefined;
        harness.server.handle(request);
        harness.other("PATCH", `/api/tasks/${id}`, { priority: "high" });
        return { status: 502, headers: {} };
    };
    await harness.done(harness.client.updateTask(id, { title: " mine " }));
    await harness.pass(60_000);

    assert.deepEqual(harness.client.operations(), []);
    assert.deepEqual([harness.task(id)?.["title"], harness.task(id)?.["version"]], ["mine", 3]);
});

test("a refused change stops no other one", async () => {
    const harness = await Harness.start();
    const id = await harness.done(harness.client.createTask({ title: "report" }));
    await harness.done(harness.client.updateTask(id, { title: " " }));
    await harness.done(harness.client.updateTask(id, { priority: "high" }));
    const other = await harness.done(harness.client.createTask({ title: "another" }));
    await harness.pass(10_000);

    assert.deepEqual(
        harness.client.operations().map(({ parked }) => parked?.status),
        [422],
    );
    assert.deepEqual([harness.task(id)?.["priority"], harness.task(other)?.["title"]], ["high", "another"]);
});

test("what needs a refused creation waits for the decision, and goes with it", async () => {
    const harness = await Harness.start();
    const id = await harness.done(harness.client.createTask({ title: "report", due_date: "2020-01-01" }));
    await harness.done(harness.client.completeTask(id));
    await harness.pass(10_000);
    assert.deepEqual(
        harness.client.operations().map(({ parked }) => parked?.status),
        [422, undefined],
    );
    assert.equal(harness.client.status().waiting, 0);

    const numbers = await harness.done(harness.client.discard(harness.client.operations()[0]!.number));

    assert.equal(numbers.length, 2);
    assert.deepEqual(harness.client.operations(), []);
});

test("a change of more than 30 days ago waits for a decision", async () => {
    const harness = await Harness.start();
    harness.device.setOnline(false);
    await harness.pass(5_000);
    await harness.done(harness.client.createTask({ title: "report" }));
    harness.device.skew = 31 * DAY_MS;
    harness.device.setOnline(true);
    await harness.pass(120_000);
    assert.deepEqual(
        harness.client.operations().map(({ parked }) => parked?.status),
        [0],
    );

    await harness.done(harness.client.retry(harness.client.operations()[0]!.number));
    await harness.pass(5_000);
    assert.deepEqual([harness.server.state.items.size, harness.client.operations()], [1, []]);
});

test("a clock that is set forward or back an hour changes nothing", async () => {
    for (const skew of [HOUR_MS, -HOUR_MS]) {
        const harness = await Harness.start();
        const before = await harness.done(harness.client.createTask({ title: "before" }));
        await harness.pass(5_000);
        harness.device.setOnline(false);
        const offline = await harness.done(harness.client.createTask({ title: "offline" }));
        harness.device.skew = skew;
        const after = await harness.done(harness.client.createTask({ title: "after" }));
        harness.device.setOnline(true);
        await harness.pass(120_000);

        assert.equal(harness.client.status().connection, "live");
        assert.deepEqual(harness.client.operations(), []);
        const titles = [before, offline, after].map((id) => harness.task(id)?.["title"]);
        assert.deepEqual(titles, ["before", "offline", "after"]);
        // Heartbeats are waited for as before: the stream is not opened again.
        harness.requests.length = 0;
        harness.device.skew = 0;
        await harness.pass(HOUR_MS);
        assert.deepEqual(harness.requests, []);
    }
});

test("questions from before the clock was set back do not stop the loop", () => {
    const guard = new StallGuard();
    for (let count = 0; count < 3; count += 1) guard.ask(START, HOUR_MS);
    // One for the changes, and one for the stream.
    for (const now of [0, 100, 10_000, 10_100]) guard.ask(START, now);
});

test("a restored backup starts the copy again, and leaves the outbox", async () => {
    const harness = await Harness.start();
    const kept = await harness.done(harness.client.createTask({ title: "kept" }));
    await harness.pass(5_000);
    harness.server.backUp();
    const lost = await harness.done(harness.client.createTask({ title: "not in the backup" }));
    await harness.pass(5_000);
    harness.device.setOnline(false);
    const made = await harness.done(harness.client.createTask({ title: "made meanwhile" }));
    harness.server.restore();
    await harness.pass(60_000);

    harness.device.setOnline(true);
    await harness.pass(120_000);

    const titles = harness.client.list("task").map(({ title }) => title);
    assert.deepEqual(titles.sort(), ["kept", "made meanwhile"]);
    assert.deepEqual(
        [kept, lost, made].map((id) => harness.task(id) !== undefined),
        [true, false, true],
    );
});

test("a change that may be part of a restored backup is not made again", async () => {
    const harness = await Harness.start();
    const id = await harness.done(harness.client.createTask({ title: "report" }));
    await harness.pass(5_000);
    harness.instead = (request) => {
        if (request.method !== "PATCH") return undefined;
        harness.instead = () => undefined;
        harness.server.handle(request);
        harness.other("PATCH", `/api/tasks/${id}`, { title: "report" });
        harness.server.backUp();
        harness.server.restore();
        harness.network.restart();
        return { status: 502, headers: {} };
    };
    await harness.done(harness.client.updateTask(id, { title: "mine" }));
    await harness.pass(60_000);

    const [operation] = harness.client.operations();
    assert.deepEqual([operation?.parked?.status, operation?.parked?.yours], [412, { title: "mine" }]);
    assert.deepEqual([harness.task(id)?.["title"], harness.task(id)?.["version"]], ["report", 3]);
});

test("five questions at one position in half a second stop the loop", async () => {
    // Answers of a cache: from the position itself, and from one before it.
    for (const seq of [3, 0]) {
        const harness = await Harness.start();
        for (const id of ["one", "two", "three"]) harness.other("POST", "/api/tasks", { id, title: id });
        await harness.pass(5_000);
        const answer = { changes: [], seq, more: true, epoch: harness.server.epoch };
        harness.instead = ({ path }) =>
            path === "/api/sync" ? { status: 200, headers: {}, body: answer } : undefined;
        harness.requests.length = 0;
        for (const stream of harness.device.streams) stream.fail();
        await harness.pass(5_000);

        assert.equal(harness.client.status().connection, "stalled");
        assert.ok(harness.requests.length <= 5, `${harness.requests.length} questions`);
        harness.instead = () => undefined;
        await harness.pass(65_000);
        assert.equal(harness.client.status().connection, "live");
    }
});

test("one tab has the stream, and another takes over within two seconds", async () => {
    const harness = await Harness.start(2);
    assert.equal(harness.device.streams.size, 1);
    const leader = [0, 1].find((tab) => harness.tab(tab).status().isLeader)!;
    const follower = 1 - leader;
    assert.equal(harness.tab(follower).status().connection, "live");
    harness.device.setOnline(false);
    const id = await harness.done(harness.tab(follower).createTask({ title: "from the follower" }));
    await harness.pass(100);
    assert.equal(harness.tab(leader).get("task", id)?.title, "from the follower");

    harness.device.kill(leader);
    harness.device.setOnline(true);
    await harness.pass(2_000);

    assert.deepEqual(
        [harness.tab(follower).status().isLeader, harness.tab(follower).status().connection],
        [true, "live"],
    );
    assert.equal(harness.task(id)?.["title"], "from the follower");
});

test("conflicts on the stream reach all tabs", async () => {
    const harness = await Harness.start(2);
    const told: string[] = [];
    for (const tab of [0, 1]) {
        harness.tab(tab).subscribe((event) => event.type === "conflict" && told.push(event.conflict.task_id));
    }
    for (const listener of harness.server.listeners) listener({ type: "task.conflict", task_id: "a-task" });
    await harness.pass(1_000);
    assert.deepEqual(told, ["a-task", "a-task"]);
});

test("10 000 changes are kept for 30 days, and one more is refused", { timeout: 60_000 }, async () => {
    const harness = await Harness.start();
    harness.device.setOnline(false);
    await harness.pass(5_000);
    const all = Array.from({ length: 10_000 }, (_, number) =>
        harness.client.createTask({ title: `${number}` }),
    );
    await harness.done(Promise.all(all));
    await assert.rejects(harness.done(harness.client.createTask({ title: "one more" })), OutboxFull);

    harness.device.skew = 29 * DAY_MS;
    harness.device.kill(0);
    await harness.pass(5_000);
    assert.equal(harness.client.status().waiting, 10_000);
    harness.device.setOnline(true);
    await harness.pass(90_000);

    const made = harness.server.state.items.size;
    assert.ok(made > 100, `${made} were made`);
    assert.deepEqual(
        harness.client.operations().filter(({ parked }) => parked !== undefined),
        [],
    );
});
