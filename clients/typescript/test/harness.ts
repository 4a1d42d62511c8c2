// A device and a server without faults, in simulated time.

import type { Client } from "../src/client.js";
import { Clock } from "./model/clock.js";
import { Device } from "./model/device.js";
import { Network } from "./model/network.js";
import { randomFrom } from "./model/random.js";
import { Server, type Request, type Response } from "./model/server.js";

export class Harness {
    readonly clock = new Clock(Date.UTC(2031, 0, 6, 12));
    readonly server = new Server(() => this.clock.now);
    readonly network: Network;
    readonly device: Device;
    /** Requests in their order, with the time of each. */
    readonly requests: { at: number; request: Request }[] = [];
    /** Answers in place of the server. */
    instead: (request: Request) => Response | undefined = () => undefined;

    private constructor() {
        const random = randomFrom(1);
        this.network = new Network(this.clock, this.server, random, { rate: 0 }, () => {});
        this.network.intercept = (request) => {
            this.requests.push({ at: this.clock.now, request });
            return this.instead(request);
        };
        this.device = new Device(this.clock, this.network, random);
    }

    /** Opens a client with some tabs, and waits until it has the stream. */
    static async start(tabs = 1): Promise<Harness> {
        const harness = new Harness();
        for (let tab = 0; tab < tabs; tab += 1) void harness.device.open(tab);
        await harness.pass(2_000);
        return harness;
    }

    get client(): Client {
        return this.tab(0);
    }

    tab(number: number): Client {
        const { client } = this.device.tabs[number]!;
        if (client === undefined) throw new Error(`tab ${number} is not open`);
        return client;
    }

    async pass(milliseconds: number): Promise<void> {
        await this.clock.runUntil(this.clock.now + milliseconds);
    }

    /** Lets a promise of a client come true. */
    async done<R>(promise: Promise<R>): Promise<R> {
        let isDone = false;
        void promise.catch(() => {}).finally(() => (isDone = true));
        for (let count = 0; !isDone && count < 100_000; count += 1) await this.pass(10);
        return promise;
    }

    /** A change of another client, which compares no versions. */
    other(method: string, path: string, body?: object): Response {
        return this.server.handle({
            method,
            path,
            query: new URLSearchParams(),
            headers: new Headers(),
            body: body === undefined ? "" : JSON.stringify(body),
        });
    }

    /** Returns the task as the server has it. */
    task(id: string): Record<string, unknown> | undefined {
        return this.server.state.items.get(id)?.data as Record<string, unknown> | undefined;
    }
}
