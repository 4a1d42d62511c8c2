// Waking what waits.

/** A bell. One that was rung while nobody waited wakes the next who does. */
export class Bell {
    #rung = false;
    #wake: (() => void) | undefined;

    ring(): void {
        this.#rung = true;
        this.#wake?.();
    }

    /** Waits for the bell. Rejects as soon as the signal is aborted. */
    async wait(signal: AbortSignal): Promise<void> {
        signal.throwIfAborted();
        if (!this.#rung) {
            await new Promise<void>((resolve, reject) => {
                const abort = () => reject(signal.reason);
                signal.addEventListener("abort", abort, { once: true });
                this.#wake = () => {
                    signal.removeEventListener("abort", abort);
                    resolve();
                };
            });
        }
        this.#wake = undefined;
        this.#rung = false;
    }
}

/** Returns when the first of two waits ends, and ends the other. */
export async function either(
    signal: AbortSignal,
    one: (signal: AbortSignal) => Promise<void>,
    other: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
    const both = new AbortController();
    const stop = () => both.abort(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    const waits = [one(both.signal), other(both.signal)];
    try {
        await Promise.race(waits);
    } finally {
        both.abort();
        signal.removeEventListener("abort", stop);
        await Promise.allSettled(waits);
    }
    signal.throwIfAborted();
}
