// Which tab leads: the one that holds the lock. A browser frees it as soon as the tab is gone.

import type { Locks } from "./environment.js";

/** Waits until this tab leads, and works until the signal is aborted. */
export async function lead(
    locks: Locks,
    name: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
    try {
        await locks.request(`taskflow ${name}`, { signal }, async () => {
            signal.throwIfAborted();
            await work(signal);
        });
    } catch (error) {
        if (!signal.aborted) throw error;
    }
}
