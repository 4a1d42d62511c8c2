// Sending the outbox.

import type { Kinds } from "./api.js";
import { Backoff } from "./backoff.js";
import { Bell } from "./bell.js";
import { readState, type Item, type Kind } from "./copy.js";
import type { Environment } from "./environment.js";
import { Refused, Unreachable, type Answer, type Http } from "./http.js";
import { isDone, isGoneWhenDone, isMergeable, isVersioned, requestOf } from "./operation.js";
import type { Operation, Sent } from "./operation.js";
import {
    acknowledge,
    localProblem,
    markSent,
    park,
    ready,
    serverState,
    settle,
    versionOf,
} from "./outbox.js";
import { MAX_AGE_MS } from "./outbox.js";
import type { Transaction } from "./store.js";
import type { Sync } from "./sync.js";
import type { View } from "./view.js";

/** Requests at a time. The server lets eight of a user wait. */
const CONCURRENT = 4;
/** Attempts to make a change on the newest version, before others are let through. */
const ATTEMPTS = 5;

/** An attempt to make a change. */
interface Attempt {
    /** The change as it was before. `sent` is set if an earlier attempt may have succeeded. */
    operation: Operation;
    sent: Sent;
}

export interface SenderEvents {
    /** Returns when requests may be sent again after a 401. */
    pause(signal: AbortSignal): Promise<void>;
    /** Says why a change could not be sent, or that one was. */
    failed(error: unknown): void;
}

export class Sender {
    readonly #http: Http;
    readonly #view: View;
    readonly #sync: Sync;
    readonly #events: SenderEvents;
    readonly #environment: Environment;
    readonly #bell = new Bell();
    readonly #backoff = new Backoff();
    readonly #inFlight = new Set<number>();
    /** Ends the wait after a failure, while there is one. */
    #endWait: (() => void) | undefined;

    constructor(http: Http, view: View, sync: Sync, events: SenderEvents) {
        this.#http = http;
        this.#view = view;
        this.#sync = sync;
        this.#events = events;
        this.#environment = http.environment;
    }

    /** Looks at the outbox again. */
    notice(): void {
        this.#bell.ring();
    }

    /** Sends now, rather than after the current wait. */
    wake(): void {
        this.#endWait?.();
        this.#bell.ring();
    }

    /** Sends what waits until the signal is aborted. */
    async run(signal: AbortSignal): Promise<never> {
        for (;;) {
            if (this.#endWait === undefined) this.#start(signal);
            await this.#bell.wait(signal);
        }
    }

    #start(signal: AbortSignal): void {
        // A change is made on what the server has, so that comes first. A request that fails leaves doubt.
        if (!this.#view.state.cursor.complete || !this.#sync.isReachable) return;
        const held = this.#view.unknownVersions();
        for (const { number } of ready(this.#view.operations.values(), this.#inFlight, held)) {
            if (this.#inFlight.size >= CONCURRENT) return;
            this.#inFlight.add(number);
            void this.#send(number, signal)
                .catch((error: unknown) => this.#fail(error, signal))
                .finally(() => {
                    this.#inFlight.delete(number);
                    this.#bell.ring();
                })
                // The signal was aborted.
                .catch(() => {});
        }
    }

    /** Decides how long to wait after a failure. The change stays in the outbox. */
    async #fail(error: unknown, signal: AbortSignal): Promise<void> {
        signal.throwIfAborted();
        if (error instanceof Refused && error.status === 401) {
            await this.#events.pause(signal);
            return;
        }
        this.#events.failed(error);
        // Others that fail at the same time fail for the same reason.
        if (this.#endWait !== undefined) return;
        const retryAfter = error instanceof Refused ? error.retryAfter : undefined;
        this.#wait(this.#backoff.next(this.#environment.random, retryAfter), signal);
    }

    /** Sends nothing for some time, whatever the clock is set to meanwhile. */
    #wait(milliseconds: number, signal: AbortSignal): void {
        const timer = new AbortController();
        const end = () => {
            signal.removeEventListener("abort", end);
            timer.abort();
            this.#endWait = undefined;
            this.#bell.ring();
        };
        this.#endWait = end;
        signal.addEventListener("abort", end, { once: true });
        this.#environment.sleep(milliseconds, timer.signal).then(end, () => {});
    }

    async #send(number: number, signal: AbortSignal): Promise<void> {
        let attempt = await this.#view.write((transaction) => this.#begin(transaction, number));
        for (let count = 0; attempt !== undefined && count < ATTEMPTS; count += 1) {
            let answer: Answer;
            try {
                answer = await this.#request(attempt, signal);
            } catch (error) {
                if (!(error instanceof Refused)) throw error;
                attempt = await this.#refused(attempt, error, signal);
                continue;
            }
            await this.#acknowledge(attempt, answer);
            this.#backoff.reset();
            this.#events.failed(undefined);
            // Its failures are those of `Sync`, which asks again.
            void this.#sync.catchUp(signal).catch(() => {});
            return;
        }
        if (attempt !== undefined) throw new Error("the item changes faster than it can be changed");
    }

    /** Decides on which version a change is made, and notes that it is sent. */
    async #begin(transaction: Transaction, number: number): Promise<Attempt | undefined> {
        const operation = await transaction.get("operations", number);
        const { cursor } = await readState(transaction);
        if (operation === undefined || operation.parked !== undefined || !cursor.complete) return undefined;
        const known = await serverState(transaction, operation.intent.id, cursor);
        const isOld = this.#environment.now() - operation.made_at > MAX_AGE_MS;
        if (isOld && operation.sent === undefined) {
            const detail = "It was made more than 30 days ago. Send it again if you still want it.";
            await park(transaction, number, localProblem(0, "The change is old", detail), known);
            return undefined;
        }
        const sent = planFor(operation, known, cursor.epoch!);
        if (sent === undefined) {
            const detail = "The server was restored, and has another value than the one that was changed.";
            const problem = localProblem(412, "It was changed in the meantime", detail);
            await park(transaction, number, problem, known);
            return undefined;
        }
        await markSent(transaction, number, sent);
        return { operation, sent };
    }

    #request({ operation, sent }: Attempt, signal: AbortSignal): Promise<Answer> {
        const { method, path, body } = requestOf(operation.intent);
        const headers: Record<string, string> = { "x-correlation-id": operation.key };
        if (method === "POST") headers["idempotency-key"] = operation.key;
        if (sent.version !== null) headers["if-match"] = `"${sent.version}"`;
        if (body === undefined) return this.#http.send(path, { method, headers }, signal);
        headers["content-type"] = "application/json";
        return this.#http.send(path, { method, headers, body: JSON.stringify(body) }, signal);
    }

    async #acknowledge({ operation, sent }: Attempt, answer: Answer): Promise<void> {
        const seq = Number(answer.headers.get("taskflow-seq") ?? NaN);
        // Something on the way has answered, not TaskFlow.
        if (!Number.isInteger(seq)) throw new Unreachable(new Error("the answer has no TaskFlow-Seq"));
        const data = answer.body as Kinds[Kind] | undefined;
        const isItem = data?.id === operation.intent.id;
        const told = { seq, epoch: sent.epoch, ...(isItem ? { data } : {}) };
        await this.#view.write((transaction) => acknowledge(transaction, operation, told));
    }

    /** Handles a refusal. Returns the attempt to make at once, if there is one. */
    async #refused(attempt: Attempt, error: Refused, signal: AbortSignal): Promise<Attempt | undefined> {
        const { operation } = attempt;
        const { number, intent } = operation;
        const { status, problem } = error;
        // Nobody knows what the server has done.
        if (status < 400 || status >= 500 || status === 408) throw error;
        if (status === 401 || status === 425 || status === 429) {
            // The server has not even looked at it.
            await this.#view.write((transaction) => markSent(transaction, number, operation.sent));
            throw error;
        }
        const data = (problem.task ?? problem.recurring_task) as unknown as Kinds[Kind] | undefined;
        const told = data && { id: intent.id, kind: intent.kind, data, generation: 0 };
        const isDoneThere = told !== undefined && isDone(intent, told);
        // If an earlier attempt may have succeeded, its effect may have been undone: two versions later.
        const { sent } = operation;
        const isNext = told !== undefined && versionOf(told) === (sent?.first ?? NaN) + 1;
        const isCertain = sent === undefined || isNext;
        if (isGoneWhenDone(intent) && (status === 404 || isDoneThere)) {
            // Only a 2xx takes a change out. Here it is that of the copy, which shows that the item is gone.
            await this.#sync.pull(signal);
            if (await this.#view.write((transaction) => settle(transaction, number))) return undefined;
        } else if (told !== undefined && (isDoneThere || (isCertain && isMergeable(operation, told.data)))) {
            return this.#again(attempt, told, isDoneThere);
        }
        await this.#view.write(async (transaction) => {
            const { cursor } = await readState(transaction);
            const theirs = told ?? (await serverState(transaction, intent.id, cursor));
            await park(transaction, number, { ...problem, status }, theirs);
        });
        return undefined;
    }

    /** Sends a change for the state that the server has just told. */
    async #again({ operation, sent }: Attempt, told: Item, isDoneThere: boolean): Promise<Attempt> {
        const version = versionOf(told);
        const newer = { ...sent, version, first: isDoneThere ? null : version };
        await this.#view.write((transaction) => markSent(transaction, operation.number, newer));
        return { operation, sent: newer };
    }
}

/**
 * Returns on which version a change is made. Undefined means that the server has another value, and cannot see
 * it by the version, as that is of another history.
 */
function planFor(operation: Operation, known: Item | undefined, epoch: string): Sent | undefined {
    const { intent, base, sent } = operation;
    const isSameHistory = (sent?.epoch ?? base.epoch ?? epoch) === epoch;
    // The request may have arrived: with the same version it has no second effect.
    if (sent !== undefined && isSameHistory) return sent;
    if (!isVersioned(intent) || known === undefined) return { version: null, first: null, epoch };
    const version = versionOf(known)!;
    // In a restored history, a version that is not higher shows that the earlier request has no part in it.
    const isNew = sent === undefined || version <= (sent.first ?? 0);
    if (isNew && isMergeable(operation, known.data)) return { version, first: version, epoch };
    if (isDone(intent, known)) return { version, first: null, epoch };
    return isSameHistory ? { version: base.version, first: base.version, epoch } : undefined;
}
