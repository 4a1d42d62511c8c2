// The contract, against a real server at `TASKFLOW_URL`. The server of the model must never be kinder.

import assert from "node:assert/strict";
import { test } from "node:test";

import { openClient, type Client } from "../../src/client.js";
import { makeId } from "../../src/id.js";
import { Server } from "../model/server.js";
import { guest, until, URL } from "../running.js";

const skip = URL === undefined && "TASKFLOW_URL is not set";

/** One request, and what is compared of the answers: the status, and whether they have a position. */
type Step = [method: string, path: string, body?: object | undefined, headers?: Record<string, string>];

function steps(): Step[] {
    const [id, other, reminder] = [0, 1, 2].map(() => makeId(Date.now(), Math.random));
    const task = `/api/tasks/${id}`;
    const key = { "idempotency-key": makeId(Date.now(), Math.random) };
    return [
        ["POST", "/api/tasks", { id, title: "report", due_date: "2031-02-01" }],
        ["POST", "/api/tasks", { id, title: "report", due_date: "2031-02-01" }],
        ["POST", "/api/tasks", { id, title: "another" }],
        ["POST", "/api/tasks", { id: other, title: " " }],
        ["POST", "/api/tasks", { id: other, title: "past", due_date: "2020-01-01" }],
        ["POST", "/api/tasks", { id: other, title: "free again" }],
        ["PATCH", task, { title: "one" }, { "if-match": '"1"' }],
        ["PATCH", task, { title: "two" }, { "if-match": '"1"' }],
        ["PATCH", task, { title: "one" }, { "if-match": '"2"' }],
        ["PATCH", task, { title: "" }, { "if-match": '"1"' }],
        ["POST", `${task}/reminders`, { id: reminder, before: "1h" }],
        ["POST", `${task}/reminders`, { id: reminder, before: "1h" }],
        ["POST", `/api/tasks/${other}/reminders`, { id: makeId(Date.now(), Math.random), before: "1h" }],
        ["POST", `${task}/complete`, undefined, { ...key, "if-match": '"2"' }],
        ["POST", `${task}/complete`, undefined, { ...key, "if-match": '"2"' }],
        ["POST", `${task}/complete`, undefined, { "if-match": '"2"' }],
        ["POST", `${task}/complete`],
        ["POST", `${task}/reminders`, { id: makeId(Date.now(), Math.random), before: "2h" }],
        ["DELETE", `/api/reminders/${reminder}`],
        ["DELETE", `/api/reminders/${reminder}`],
        ["DELETE", task, undefined, { "if-match": '"3"' }],
        ["DELETE", task, undefined, { "if-match": '"3"' }],
        ["DELETE", task],
        ["PATCH", task, { title: "in the trash" }],
        ["POST", `${task}/restore`, undefined, { "if-match": '"3"' }],
        ["POST", `${task}/restore`, undefined, { "if-match": '"4"' }],
        ["POST", `${task}/reopen`],
        ["DELETE", `${task}?permanent=true`, undefined, { "if-match": '"1"' }],
        ["DELETE", `${task}?permanent=true`],
        ["DELETE", `${task}?permanent=true`],
        ["POST", "/api/tasks", { id, title: "report", due_date: "2031-02-01" }],
        ["GET", "/api/sync?since=0"],
        ["GET", "/api/sync?since=0&epoch=another"],
        ["GET", "/api/sync?since=999999"],
    ];
}

test("the server of the model answers as the real one does", { skip }, async () => {
    const headers = await guest();
    const server = new Server(Date.now);
    for (const [method, target, body, more] of steps()) {
        const text = body === undefined ? "" : JSON.stringify(body);
        const type = body === undefined ? {} : { "content-type": "application/json" };
        const init = { method, headers: { ...headers, ...type, ...more }, ...(text ? { body: text } : {}) };
        const real = await fetch(URL + target, init);
        const parsed = new globalThis.URL(`http://model${target}`);
        const request = { method, path: parsed.pathname, query: parsed.searchParams, body: text };
        const modelled = server.handle({ ...request, headers: new Headers(more) });
        const [mine, theirs] = [
            [modelled.status, modelled.headers["taskflow-seq"] !== undefined],
            // A refusal has no position that a client could wait for.
            [real.status, real.ok && real.headers.has("taskflow-seq")],
        ];
        assert.deepEqual(mine, theirs, `${method} ${target} ${text} ${JSON.stringify(more)}`);
        const version = (answer: unknown) => (answer as { version?: number } | undefined)?.version;
        const answer: unknown = real.status === 204 ? undefined : await real.json();
        assert.equal(version(modelled.body), version(answer), `version after ${method} ${target} ${text}`);
    }
});

test("two devices end with what the server has", { skip }, async () => {
    const headers = await guest();
    const open = () => openClient({ url: URL!, name: "contract", headers: () => headers });
    const [phone, laptop] = [await open(), await open()];
    const isQuiet = (client: Client) => () => client.status().waiting === 0;
    const send = (method: string, path: string, body: object) => {
        const json = { ...headers, "content-type": "application/json" };
        return fetch(URL + path, { method, headers: json, body: JSON.stringify(body) });
    };
    const reminders = [{ before: "1h" }];
    const milk = await phone.createTask({ title: " Buy milk ", due_date: "2031-02-01", reminders });
    await phone.updateTask(milk, { priority: "HIGH", tags: ["home", " home"] });
    await phone.completeTask(milk);
    const gone = await phone.createTask({ title: "gone" });
    await phone.deleteTask(gone);
    await phone.restoreTask(gone);
    await phone.deleteTask(gone, { permanent: true });
    const series = await phone.createSeries({ title: "water plants", frequency: "weekly" });
    await phone.updateSeries(series, { title: "water the plants" });
    await phone.stopSeries(series);
    await until("the phone has sent all", isQuiet(phone));
    assert.deepEqual(phone.operations(), []);
    await send("PATCH", `/api/tasks/${milk}`, { title: "Buy oat milk" });
    laptop.wake();
    await until("the laptop has it", () => laptop.get("task", milk)?.title === "Buy oat milk");

    assert.equal(laptop.get("task", gone), undefined);
    assert.equal(laptop.get("recurring_task", series)?.status, "ended");
    const listed = await (await fetch(`${URL}/api/tasks/${milk}`, { headers })).json();
    assert.deepEqual(laptop.get("task", milk), listed);
    phone.wake();
    await until("the phone has it", () => phone.get("task", milk)?.title === "Buy oat milk");
    assert.deepEqual(phone.list("task").length, laptop.list("task").length);
    await Promise.all([phone.close(), laptop.close()]);
});
