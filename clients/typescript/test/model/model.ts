// One schedule: three devices with two tabs each, and a server, until all is at rest.

import { isDeepStrictEqual } from "node:util";

import type { Client } from "../../src/client.js";
import type { Operation } from "../../src/operation.js";
import { Clock } from "./clock.js";
import { Device } from "./device.js";
import { Network, type Faults } from "./network.js";
import { randomFrom } from "./random.js";
import { DEVICES, TABS, type Change, type Step } from "./schedule.js";
import { Server } from "./server.js";

const START_MS = Date.UTC(2031, 0, 6, 12);
const REST_WITHIN_MS = 30 * 60_000;
const MAX_REQUESTS = 5_000;
/** What a client may say when it cannot reach the server. Anything else is a defect of the client. */
const REASONS =
    /offline|was lost|is gone|broke|silent|no answer within|^(401|410|429|502|503): |5 questions|changes faster/;

/** What an own change became of, as far as the model knows. */
interface Made {
    device: number;
    number: number;
    key: string;
    item: string;
}

export class World {
    readonly clock = new Clock(START_MS);
    readonly server: Server;
    readonly network: Network;
    readonly devices: Device[];
    readonly log: string[] = [];
    readonly #faults: Faults;
    readonly #made: Made[] = [];
    readonly #discarded = new Set<string>();
    #count = 0;
    readonly #violations: string[] = [];

    constructor(seed: number, faults: number) {
        const random = randomFrom(seed ^ 0x5bd1e995);
        this.#faults = { rate: faults };
        this.server = new Server(() => this.clock.now);
        this.network = new Network(this.clock, this.server, random, this.#faults, (line) => this.#note(line));
        this.devices = Array.from({ length: DEVICES }, () => new Device(this.clock, this.network, random));
    }

    /** Runs a schedule. Returns what is wrong at its end. */
    async run(steps: Step[]): Promise<string[]> {
        for (const device of this.devices) for (let tab = 0; tab < TABS; tab += 1) void device.open(tab);
        for (const step of steps) {
            await this.clock.runUntil(START_MS + step.at);
            this.#note(JSON.stringify(step));
            this.#do(step);
        }
        await this.#rest();
        return this.#check();
    }

    #note(line: string): void {
        this.log.push(`${((this.clock.now - START_MS) / 1000).toFixed(3)} ${line}`);
    }

    #do(step: Step): void {
        const server = this.server;
        switch (step.type) {
            case "change": {
                const client = this.devices[step.device]!.tabs[step.tab]?.client;
                if (client) void this.#change(step.device, client, step.change, step.item, step.value);
                return;
            }
            case "decide": {
                const client = this.devices[step.device]!.tabs.find((tab) => tab.client)?.client;
                if (client) void this.#decide(client, step.retries);
                return;
            }
            case "online":
                return this.devices[step.device]!.setOnline(step.isOnline);
            case "kill":
                return this.devices[step.device]!.kill(step.tab);
            case "clock":
                this.devices[step.device]!.skew = step.skew;
                return;
            case "other":
                return this.#other(step.change, step.item, step.value);
            case "sign-in":
                server.isSignedIn = step.isSignedIn;
                if (step.isSignedIn) this.#resume();
                return;
            case "restart":
                return this.network.restart();
            case "back-up":
                return server.backUp();
            case "restore":
                server.restore();
                return this.network.restart();
            case "forget":
                return server.forgetTombstones();
        }
    }

    #resume(): void {
        for (const device of this.devices) device.tabs.find((tab) => tab.client)?.client?.resume();
    }

    /** Makes a change as a user would, of something that is on the screen. */
    async #change(
        device: number,
        client: Client,
        change: Change,
        item: number,
        value: number,
    ): Promise<void> {
        const before = new Set(client.operations().map((operation) => operation.key));
        // Few different titles: a value that comes back must not hide a change that is made twice.
        const title = `title ${value}`;
        const byId = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1);
        const tasks = client.list("task").sort(byId);
        const reminders = client.list("reminder").sort(byId);
        const task = tasks[item % tasks.length];
        const reminder = reminders[item % reminders.length];
        const day = `2031-02-0${value + 1}`;
        let id: string | undefined = change === "forget-reminder" ? reminder?.id : task?.id;
        if (change !== "create" && id === undefined) return;
        const known = id!;
        try {
            switch (change) {
                case "create": {
                    const due = value === 0 ? { due_date: day, reminders: [{ before: "1h" }] } : {};
                    id = await client.createTask({ title, ...due });
                    if (client.get("task", id)?.title !== title) {
                        this.#violations.push(`${title} is not shown where it was made`);
                    }
                    break;
                }
                case "title":
                    // Spaces show that the server writes some values in another way.
                    await client.updateTask(known, { title: value === 0 ? `  ${title} ` : title });
                    break;
                case "priority":
                    await client.updateTask(known, { priority: ["low", "HIGH", "medium", null][value]! });
                    break;
                case "tags":
                    await client.updateTask(known, { tags: [`tag ${value}`, ` tag ${value}`, "other"] });
                    break;
                case "due":
                    await client.updateTask(known, {
                        due_date: [day, `${day}T10:00:00Z`, null, day][value]!,
                    });
                    break;
                case "invalid":
                    await client.updateTask(known, value < 2 ? { title: " " } : { due_date: "2020-01-01" });
                    break;
                case "complete":
                    await client.completeTask(known);
                    break;
                case "reopen":
                    await client.reopenTask(known);
                    break;
                case "delete":
                    await client.deleteTask(known);
                    break;
                case "purge":
                    await client.deleteTask(known, { permanent: true });
                    break;
                case "put-back":
                    await client.restoreTask(known);
                    break;
                case "remind":
                    id = await client.addReminder(
                        known,
                        value < 2 ? { before: "1h" } : { at: `${day}T09:00:00Z` },
                    );
                    break;
                case "forget-reminder":
                    await client.deleteReminder(known);
                    break;
            }
        } catch (error) {
            // It went away while this change waited for another one.
            if (!(error instanceof Error) || error.constructor.name !== "NoSuchItem") throw error;
            return;
        }
        for (const operation of client.operations()) {
            if (!before.has(operation.key) && operation.intent.id === id) this.#remember(device, operation);
        }
    }

    #remember(device: number, { number, key, intent }: Operation): void {
        if (this.#made.some((one) => one.key === key)) return;
        this.#made.push({ device, number, key, item: intent.id });
    }

    /** Decides on the first parked change, as a user would. */
    async #decide(client: Client, retries: boolean): Promise<void> {
        const parked = client.operations().find((operation) => operation.parked !== undefined);
        if (parked === undefined) return;
        const later = client.operations().filter((operation) => operation.number > parked.number);
        this.#discarded.add(parked.key);
        if (retries) {
            const isTitle = parked.intent.action === "update" && "title" in parked.intent.body;
            await client.retry(parked.number, isTitle ? { title: `again ${parked.number}` } : undefined);
            return;
        }
        const numbers = new Set(await client.discard(parked.number));
        for (const { number, key } of later) if (numbers.has(number)) this.#discarded.add(key);
    }

    /** A change of another client, such as an assistant, which compares no versions. */
    #other(change: Change, item: number, value: number): void {
        const ids = [...this.server.state.items].filter(([, { kind }]) => kind === "task").map(([id]) => id);
        const id = ids.sort()[item % ids.length];
        this.#count += 1;
        const title = `title ${value}`;
        const send = (method: string, path: string, body?: object, query = "") =>
            this.server.isSignedIn &&
            this.server.handle({
                method,
                path: `/api/tasks${path}`,
                query: new URLSearchParams(query),
                headers: new Headers(),
                body: body === undefined ? "" : JSON.stringify(body),
            });
        if (change === "create") send("POST", "", { id: `other-${this.#count}`, title });
        else if (id === undefined) return;
        else if (change === "title") send("PATCH", `/${id}`, { title });
        else if (change === "priority") send("PATCH", `/${id}`, { priority: value < 2 ? "high" : "medium" });
        else if (change === "purge") send("DELETE", `/${id}`, undefined, "permanent=true");
        else if (change === "delete") send("DELETE", `/${id}`);
        else send("POST", `/${id}/${change}`);
    }

    /** Lets all faults end, and waits until nothing is left to do. */
    async #rest(): Promise<void> {
        this.#note("rest");
        this.#faults.rate = 0;
        this.server.isSignedIn = true;
        for (const device of this.devices) device.setOnline(true);
        const end = this.clock.now + REST_WITHIN_MS;
        do {
            await this.clock.runUntil(this.clock.now + 5_000);
            this.#resume();
        } while (this.clock.now < end && !this.#isAtRest());
        // Messages between tabs arrive.
        await this.clock.runUntil(this.clock.now + 1_000);
    }

    #clients(): { name: string; client: Client | undefined }[] {
        return this.devices.flatMap((device, number) =>
            device.tabs.map(({ client }, tab) => ({ name: `device ${number}, tab ${tab}`, client })),
        );
    }

    #isAtRest(): boolean {
        return this.#clients().every(
            ({ client }) => client?.status().waiting === 0 && this.#differs(client) === "",
        );
    }

    /** Returns how a client's list differs from the server's. */
    #differs(client: Client): string {
        const shown = new Map<string, unknown>();
        for (const kind of ["task", "reminder"] as const) {
            for (const one of client.list(kind)) shown.set(one.id, one);
        }
        for (const [id, { data }] of this.server.state.items) {
            if (!isDeepStrictEqual(shown.get(id), data)) {
                return `${id} is ${JSON.stringify(shown.get(id))}, but ${JSON.stringify(data)} on the server`;
            }
            shown.delete(id);
        }
        return shown.size === 0 ? "" : `${[...shown.keys()]} are not on the server`;
    }

    #check(): string[] {
        const wrong = this.#violations;
        for (const { name, client } of this.#clients()) {
            if (client === undefined) wrong.push(`${name} has not opened`);
            else if (client.status().waiting > 0) wrong.push(`${name} still has changes to send`);
            else if (this.#differs(client) !== "") wrong.push(`${name}: ${this.#differs(client)}`);
        }
        this.#checkMade(wrong);
        if (this.network.requests > MAX_REQUESTS)
            wrong.push(`${this.network.requests} requests are too many`);
        for (const { reasons } of this.devices) {
            for (const reason of reasons) if (!REASONS.test(reason)) wrong.push(`a client failed: ${reason}`);
        }
        return wrong;
    }

    /** Nothing is lost, nothing is made twice, and the changes of an item are made in their order. */
    #checkMade(wrong: string[]): void {
        const effects = new Map<string, number[]>();
        this.server.state.effects.forEach(({ key }, place) => {
            if (key !== "") effects.set(key, [...(effects.get(key) ?? []), place]);
        });
        for (const [key, places] of effects) if (places.length > 1) wrong.push(`${key} was made twice`);
        const kept = new Set(
            this.#clients().flatMap(({ client }) => client?.operations().map(({ key }) => key) ?? []),
        );
        const last = new Map<string, { number: number; place: number }>();
        for (const { device, number, key, item } of [...this.#made].sort((a, b) => a.number - b.number)) {
            const isMade = this.server.made.has(key) || !this.server.state.items.has(item);
            if (!isMade && !kept.has(key) && !this.#discarded.has(key)) wrong.push(`${key} was lost`);
            const place = effects.get(key)?.[0];
            const before = last.get(`${device} ${item}`);
            if (place === undefined || this.#discarded.has(key)) continue;
            if (before && before.place > place) wrong.push(`${number} was made before ${before.number}`);
            last.set(`${device} ${item}`, { number, place });
        }
    }
}
