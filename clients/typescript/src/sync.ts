// Keeping the copy as the server has it: by asking, and by the live stream.

import { Backoff, LONGEST_MS } from "./backoff.js";
import { Bell, either } from "./bell.js";
import { applyPage, restart, type Page } from "./copy.js";
import { StallGuard, Stalled, type Cursor } from "./cursor.js";
import { Refused, Unreachable, type Http } from "./http.js";
import { chunks, parseEvents } from "./stream.js";
import type { View } from "./view.js";

/** Two heartbeats of the server, and some time for the way. */
const SILENCE_MS = 45_000;
/** Time that the stream has to bring an own change back before the server is asked. */
const ECHO_MS = 2_000;

/** `live`: the stream is open. `stalled`: see `Stalled`. `paused`: the server wants to know who asks. */
export type Connection = "offline" | "syncing" | "live" | "paused" | "stalled";

/** Another device of the user, or this one, has lost a write. */
export interface Conflict {
    type: string;
    task_id: string;
}

/** A request for the page after a position. */
interface Question {
    asked: Cursor;
    answer: Promise<Page>;
}

export interface SyncEvents {
    /** `error` says why it is offline or stalled. */
    connection(connection: Connection, error?: unknown): void;
    /** The copy has all that the server has. */
    reached(): void;
    conflict(conflict: Conflict): void;
    /** Returns when requests may be sent again after a 401. */
    pause(signal: AbortSignal): Promise<void>;
}

export class Sync {
    readonly #http: Http;
    readonly #view: View;
    readonly #events: SyncEvents;
    readonly #guard = new StallGuard();
    readonly #backoff = new Backoff();
    readonly #bell = new Bell();
    #pulling: Promise<void> | undefined;
    #isReachable = false;
    #isLive = false;
    #isCatchingUp = false;
    /** Wait that the server asked for after its stream, in milliseconds. */
    #retry = 0;

    constructor(http: Http, view: View, events: SyncEvents) {
        this.#http = http;
        this.#view = view;
        this.#events = events;
    }

    /** True if the server has told all that it had when the connection began. */
    get isReachable(): boolean {
        return this.#isReachable;
    }

    /** Asks now, rather than after the current wait. */
    wake(): void {
        this.#bell.ring();
    }

    /** Keeps the copy up to date until the signal is aborted. */
    async run(signal: AbortSignal): Promise<never> {
        for (;;) {
            let wait: number;
            try {
                this.#events.connection("syncing");
                this.#isReachable = await this.pull(signal).then(
                    () => true,
                    (error: unknown) => {
                        this.#isReachable = false;
                        throw error;
                    },
                );
                this.#events.reached();
                await this.#listen(signal);
                // The server ended the stream, as when it restarts.
                wait = Math.max(this.#retry, this.#backoff.next(this.#http.environment.random));
            } catch (error) {
                signal.throwIfAborted();
                wait = await this.#waitAfter(error, signal);
            }
            await either(
                signal,
                (both) => this.#http.environment.sleep(wait, both),
                (both) => this.#bell.wait(both),
            );
        }
    }

    async #waitAfter(error: unknown, signal: AbortSignal): Promise<number> {
        const random = this.#http.environment.random;
        if (error instanceof Stalled) {
            this.#events.connection("stalled", error);
            return LONGEST_MS;
        }
        if (error instanceof Refused && error.status === 401) {
            await this.#events.pause(signal);
            return 0;
        }
        this.#events.connection("offline", error);
        return this.#backoff.next(random, error instanceof Refused ? error.retryAfter : undefined);
    }

    /** Asks until the copy has all. Callers at the same time share the questions. */
    pull(signal: AbortSignal): Promise<void> {
        this.#pulling ??= this.#pull(signal).finally(() => (this.#pulling = undefined));
        return this.#pulling;
    }

    async #pull(signal: AbortSignal): Promise<void> {
        let question = this.#ask(this.#view.state.cursor, signal);
        for (;;) {
            const { asked } = question;
            let next: Question | undefined;
            try {
                const page = await question.answer;
                signal.throwIfAborted();
                if (page.more && page.seq > asked.seq) {
                    // The next page comes while this one is stored.
                    next = this.#ask({ ...asked, epoch: page.epoch, seq: page.seq }, signal);
                }
                if ((await this.#apply(page, asked)) && !page.more && this.#view.state.cursor.complete)
                    return;
            } catch (error) {
                if (!(error instanceof Refused && error.status === 410)) throw error;
                await this.#view.write((transaction) => restart(transaction, asked));
            }
            // The copy may have been started again, or the stream has brought it further.
            const { cursor } = this.#view.state;
            question = next && isSame(next.asked, cursor) ? next : this.#ask(cursor, signal);
        }
    }

    /** Asks for the changes after a position. */
    #ask(asked: Cursor, signal: AbortSignal): Question {
        const ask = async () => {
            this.#guard.ask(asked, this.#http.environment.now());
            const query = new URLSearchParams({ since: String(asked.seq) });
            if (asked.epoch !== undefined) query.set("epoch", asked.epoch);
            const { body } = await this.#http.send(`/api/sync?${query}`, {}, signal);
            return readPage(body);
        };
        const answer = ask();
        // If the page before it cannot be stored, nobody waits for the answer.
        answer.catch(() => {});
        return { asked, answer };
    }

    /** Applies a page. Returns false if it is of another history: then the copy starts again. */
    async #apply(page: Page, asked: Cursor): Promise<boolean> {
        return this.#view.write(async (transaction) => {
            const cursor = await applyPage(transaction, page, asked);
            if (cursor === undefined) await restart(transaction, asked);
            return cursor !== undefined;
        }, "relaxed");
    }

    /** Asks if the stream does not bring own changes back. */
    async catchUp(signal: AbortSignal): Promise<void> {
        if (this.#isCatchingUp) return;
        this.#isCatchingUp = true;
        try {
            while (this.#isLive && this.#view.isBehind()) {
                await this.#http.environment.sleep(ECHO_MS, signal);
                if (this.#view.isBehind()) await this.pull(signal).catch(() => signal.throwIfAborted());
            }
            if (this.#view.isBehind()) this.wake();
        } finally {
            this.#isCatchingUp = false;
        }
    }

    /** Follows the stream until it ends. */
    async #listen(signal: AbortSignal): Promise<void> {
        const asked = this.#view.state.cursor;
        this.#guard.ask(asked, this.#http.environment.now());
        const connection = new AbortController();
        const stop = () => connection.abort(signal.reason);
        signal.addEventListener("abort", stop, { once: true });
        let silence = new AbortController();
        const watch = () => {
            silence.abort();
            silence = new AbortController();
            const end = () => connection.abort(new Error("the stream was silent"));
            this.#http.environment.sleep(SILENCE_MS, silence.signal).then(end, () => {});
        };
        try {
            const response = await this.#http.open(
                "/api/events",
                { headers: { accept: "text/event-stream", "last-event-id": `${asked.epoch}.${asked.seq}` } },
                connection.signal,
            );
            watch();
            for await (const event of parseEvents(chunks(response.body!))) {
                watch();
                if (event.retry !== undefined) this.#retry = event.retry;
                if (!(await this.#take(event.name, event.data, asked, signal))) return;
            }
        } catch (error) {
            if (!(error instanceof Refused)) throw wrapped(error);
            if (error.status !== 410) throw error;
            await this.#view.write((transaction) => restart(transaction, asked));
        } finally {
            this.#isLive = false;
            silence.abort();
            connection.abort();
            signal.removeEventListener("abort", stop);
        }
    }

    /** Handles an event. Returns false if the stream is not to be followed any more. */
    async #take(name: string, data: string, asked: Cursor, signal: AbortSignal): Promise<boolean> {
        switch (name) {
            case "hello": {
                const { epoch } = parse(data) as { epoch: string };
                if (epoch !== asked.epoch) {
                    await this.#view.write((transaction) => restart(transaction, asked));
                    return false;
                }
                this.#isLive = true;
                this.#backoff.reset();
                this.#events.connection("live");
                return true;
            }
            case "changes": {
                const page = readPage(parse(data));
                if (!(await this.#apply(page, asked))) return false;
                if (page.more) await this.pull(signal);
                // After another start this stream has a gap.
                return this.#view.state.cursor.generation === asked.generation;
            }
            case "resync":
                await this.pull(signal);
                return this.#view.state.cursor.generation === asked.generation;
            case "conflict":
                this.#events.conflict(parse(data) as Conflict);
                return true;
            default:
                return true;
        }
    }
}

function isSame(one: Cursor, other: Cursor): boolean {
    return one.generation === other.generation && one.seq === other.seq;
}

function wrapped(error: unknown): unknown {
    return error instanceof Stalled || error instanceof Unreachable ? error : new Unreachable(error);
}

function parse(data: string): unknown {
    try {
        return JSON.parse(data);
    } catch (error) {
        throw new Unreachable(error);
    }
}

/** Reads a page. Something that is none, as from a proxy's own pages, is no answer. */
function readPage(body: unknown): Page {
    const page = body as Partial<Page> | undefined;
    if (!Array.isArray(page?.changes) || typeof page.seq !== "number" || typeof page.epoch !== "string") {
        throw new Unreachable(new Error("the answer is no page of changes"));
    }
    return page as Page;
}
