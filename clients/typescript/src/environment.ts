// The world around the client: storage, time, network. All of it is passed in, so that tests can drive it.

import { openDatabase } from "./indexeddb.js";
import { MemoryStore, type Store } from "./store.js";

/** The world around a client. */
export interface Environment {
    /** Milliseconds since 1970. */
    now(): number;
    /** A random number from 0 to 1, without 1. */
    random(): number;
    /** Waits for some milliseconds. Rejects as soon as the signal is aborted. */
    sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
    fetch(url: string, init: RequestInit): Promise<Response>;
    /** Storage that all tabs share. */
    store: Store;
    /** Locks that all tabs share, as `navigator.locks`. */
    locks: Locks;
    /** Connection to the other tabs, as a `BroadcastChannel`. */
    channel: Channel;
}

export interface Locks {
    request(name: string, options: { signal: AbortSignal }, work: () => Promise<void>): Promise<unknown>;
}

export interface Channel {
    postMessage(message: unknown): void;
    onmessage: ((event: { data: unknown }) => void) | null;
    close(): void;
}

/** Returns the browser's own means, or, where there are none as in Node, those of a single tab in memory. */
export async function defaultEnvironment(name: string): Promise<Environment> {
    const isBrowser =
        typeof indexedDB !== "undefined" && typeof navigator !== "undefined" && "locks" in navigator;
    return {
        now: () => Date.now(),
        random: () => crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32,
        sleep,
        fetch: (url, init) => fetch(url, init),
        store: isBrowser ? await openDatabase(name) : new MemoryStore(),
        locks: isBrowser ? navigator.locks : { request: (_name, _options, work) => work() },
        channel: isBrowser
            ? (new BroadcastChannel(name) as unknown as Channel)
            : { postMessage: () => {}, onmessage: null, close: () => {} },
    };
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
        if (signal.aborted) {
            reject(signal.reason);
            return;
        }
        const abort = () => {
            clearTimeout(timer);
            reject(signal.reason);
        };
        const timer = setTimeout(() => {
            signal.removeEventListener("abort", abort);
            resolve();
        }, milliseconds);
        signal.addEventListener("abort", abort, { once: true });
    });
}
