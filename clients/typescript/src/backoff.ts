// Time to wait after a failure.

const FIRST_MS = 500;
export const LONGEST_MS = 60_000;

/** Growing waits, of which each is drawn, so that clients do not come back together. */
export class Backoff {
    #failures = 0;

    reset(): void {
        this.#failures = 0;
    }

    /** Returns the next wait in milliseconds: a minute at most, unless the server asks for more. */
    next(random: () => number, retryAfter = 0): number {
        const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#failures);
        this.#failures += 1;
        return Math.max(whole * (0.5 + random() / 2), retryAfter > 0 ? retryAfter + random() * FIRST_MS : 0);
    }
}
