// A device: its storage, its locks and channels, and its tabs, which can die at any moment.

import { Client, openClient } from "../../src/client.js";
import type { Channel, Environment } from "../../src/environment.js";
import { MemoryStore, type Store } from "../../src/store.js";
import type { Clock } from "./clock.js";
import type { Network } from "./network.js";
import { integer, type Random } from "./random.js";

const NEVER = new Promise<never>(() => {});

/** What happens to a tab that is gone: nothing, any more. */
interface Tab {
    client: Client | undefined;
    isDead: boolean;
    channel: Channel | undefined;
}

export class Device {
    readonly store = new MemoryStore();
    readonly tabs: Tab[] = [];
    readonly streams = new Set<{ fail(): void }>();
    isOnline = true;
    /** What the clock of the device is wrong by. */
    skew = 0;
    /** Messages of errors that a client has shown. */
    readonly reasons = new Set<string>();
    readonly #clock: Clock;
    readonly #network: Network;
    readonly #random: Random;
    readonly #waiting: { tab: Tab; grant: () => void }[] = [];
    #holder: Tab | undefined;

    constructor(clock: Clock, network: Network, random: Random) {
        this.#clock = clock;
        this.#network = network;
        this.#random = random;
    }

    async open(number: number): Promise<void> {
        const tab: Tab = { client: undefined, isDead: false, channel: undefined };
        this.tabs[number] = tab;
        const environment = this.#environment(tab);
        const client = await openClient({ url: "http://taskflow.test", name: "model", environment });
        client.subscribe(() => {
            const { reason } = client.status();
            if (reason !== undefined) this.reasons.add(reason);
        });
        tab.client = client;
    }

    /** Ends a tab as a crash does. Another one is opened soon after. */
    kill(number: number): void {
        const tab = this.tabs[number]!;
        if (tab.isDead) return;
        tab.isDead = true;
        tab.client = undefined;
        if (this.#holder === tab) this.#grant();
        this.#clock.after(integer(this.#random, 1, 2_000), () => void this.open(number));
    }

    setOnline(isOnline: boolean): void {
        this.isOnline = isOnline;
        if (!isOnline) for (const stream of [...this.streams]) stream.fail();
    }

    #environment(tab: Tab): Environment {
        return {
            now: () => this.#clock.now + this.skew,
            random: this.#random,
            sleep: (milliseconds, signal) =>
                new Promise((resolve, reject) => {
                    if (signal.aborted) return reject(signal.reason);
                    const cancel = this.#clock.after(milliseconds, () => {
                        signal.removeEventListener("abort", abort);
                        if (!tab.isDead) resolve();
                    });
                    const abort = () => {
                        cancel();
                        if (!tab.isDead) reject(signal.reason);
                    };
                    signal.addEventListener("abort", abort, { once: true });
                }),
            fetch: (url, init) => {
                if (tab.isDead) return NEVER;
                const link = {
                    isOnline: () => this.isOnline,
                    isDead: () => tab.isDead,
                    streams: this.streams,
                };
                return this.#network.fetch(link, url, init);
            },
            store: this.#storeOf(tab),
            channel: this.#channelOf(tab),
            locks: {
                request: async (_name, { signal }, work) => {
                    await new Promise<void>((resolve, reject) => {
                        signal.addEventListener("abort", () => reject(signal.reason));
                        this.#waiting.push({ tab, grant: resolve });
                        if (this.#holder === undefined) this.#grant();
                    });
                    await work();
                    if (this.#holder === tab) this.#grant();
                },
            },
        };
    }

    #grant(): void {
        this.#holder = undefined;
        const next = this.#waiting.findIndex(({ tab }) => !tab.isDead);
        const [granted] = next < 0 ? [] : this.#waiting.splice(next, 1);
        this.#holder = granted?.tab;
        granted?.grant();
    }

    /** The storage of the device, which takes its time, and outlives the tab. */
    #storeOf(tab: Tab): Store {
        const delay = () =>
            this.#random() < 0.7
                ? undefined
                : new Promise<void>((resolve) => this.#clock.after(integer(this.#random, 1, 8), resolve));
        return {
            transact: async (mode, work) => {
                await delay();
                if (tab.isDead) return NEVER;
                const result = await this.store.transact(mode, work);
                await delay();
                return tab.isDead ? NEVER : result;
            },
            close: () => {},
        };
    }

    #channelOf(tab: Tab): Channel {
        let lastAt = 0;
        const channel: Channel = {
            onmessage: null,
            close: () => (channel.onmessage = null),
            postMessage: (message) => {
                const data = structuredClone(message);
                lastAt = Math.max(lastAt, this.#clock.now + integer(this.#random, 0, 40));
                for (const other of this.tabs) {
                    if (other === tab || other.isDead) continue;
                    this.#clock.after(lastAt - this.#clock.now, () => {
                        if (!other.isDead) other.channel?.onmessage?.({ data });
                    });
                }
            },
        };
        tab.channel = channel;
        return channel;
    }
}
