// Progress of a client in the history of the server.

/** Position of the copy. */
export interface Cursor {
    /** Name of the history, unknown before the first page. */
    epoch?: string;
    seq: number;
    /** Counts how often the copy was started again. Items of an earlier one are stale. */
    generation: number;
    /** True if the copy has all up to `seq`, and nothing stale. */
    complete: boolean;
}

export const START: Cursor = { seq: 0, generation: 0, complete: false };

/** Returns the cursor of a copy that starts again. What it holds stays visible until it is replaced. */
export function startAgain(cursor: Cursor): Cursor {
    return { seq: 0, generation: cursor.generation + 1, complete: false };
}

const QUESTIONS = 5;
const WITHIN_MS = 500;

/** The same question was asked again and again. Something on the way answers without progress, as a cache. */
export class Stalled extends Error {
    constructor() {
        super(`${QUESTIONS} questions at one position within ${WITHIN_MS} ms: is there a cache on the way?`);
    }
}

/** Stops a loop that asks at the same position again and again. */
export class StallGuard {
    #position = "";
    #times: number[] = [];

    /** Counts a question. Throws if it would be the fifth at this position within half a second. */
    ask(cursor: Cursor, now: number): void {
        const position = `${cursor.generation} ${cursor.epoch ?? ""} ${cursor.seq}`;
        if (position !== this.#position) {
            this.#position = position;
            this.#times = [];
        }
        // A time in the future is from before the clock was set back.
        this.#times = [...this.#times.filter((time) => Math.abs(now - time) < WITHIN_MS), now];
        if (this.#times.length >= QUESTIONS) throw new Stalled();
    }
}
