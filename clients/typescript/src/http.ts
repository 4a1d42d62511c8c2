// Requests to the API, each with an end.

import type { Problem } from "./api.js";
import type { Environment } from "./environment.js";

const TIMEOUT_MS = 30_000;

/** No answer came, or none that can be read: nobody knows what the server has done. */
export class Unreachable extends Error {
    constructor(cause: unknown) {
        super("the server cannot be reached", { cause });
    }
}

/** The server has answered, and not with a 2xx. */
export class Refused extends Error {
    constructor(
        readonly status: number,
        readonly problem: Problem,
        /** `Retry-After`, in milliseconds. */
        readonly retryAfter: number | undefined,
    ) {
        super(`${status}: ${problem.detail}`);
    }
}

export interface Answer {
    status: number;
    headers: Headers;
    body: unknown;
}

export type HeadersSource = () => Record<string, string> | Promise<Record<string, string>>;

export class Http {
    constructor(
        readonly environment: Environment,
        readonly url: string,
        /** Headers of each request, such as `Authorization`. */
        readonly headers: HeadersSource,
    ) {}

    /** Sends a request, and returns the answer if it is a 2xx. */
    async send(path: string, init: RequestInit, signal: AbortSignal): Promise<Answer> {
        return this.#within(signal, async (limited) => {
            const response = await this.#fetch(path, init, limited);
            const text = await response.text();
            // An answer that was cut is no answer.
            const body: unknown = text === "" ? undefined : JSON.parse(text);
            return { status: response.status, headers: response.headers, body };
        });
    }

    /** Opens a stream, which ends with the signal. The time-out is for its beginning. */
    async open(path: string, init: RequestInit, signal: AbortSignal): Promise<Response> {
        return this.#within(signal, (limited) => this.#fetch(path, init, limited), true);
    }

    async #fetch(path: string, init: RequestInit, signal: AbortSignal): Promise<Response> {
        const headers = { ...(await this.headers()), ...(init.headers as Record<string, string>) };
        const all: RequestInit = { ...init, headers, signal, cache: "no-store" };
        const response = await this.environment.fetch(this.url + path, all);
        if (response.ok) return response;
        throw new Refused(
            response.status,
            await problemOf(response),
            retryAfter(response.headers.get("retry-after"), this.environment.now()),
        );
    }

    /** Runs work that ends with the signal, and in time. What it leaves open lives on if it `stays`. */
    async #within<R>(
        signal: AbortSignal,
        work: (signal: AbortSignal) => Promise<R>,
        stays = false,
    ): Promise<R> {
        signal.throwIfAborted();
        const limit = new AbortController();
        const timer = new AbortController();
        const stop = () => limit.abort(signal.reason);
        signal.addEventListener("abort", stop, { once: true });
        const late = this.environment.sleep(TIMEOUT_MS, timer.signal).then(
            () => limit.abort(new Error(`no answer within ${TIMEOUT_MS} ms`)),
            () => {},
        );
        let isOpen = false;
        try {
            const result = await work(limit.signal);
            isOpen = stays;
            return result;
        } catch (error) {
            throw error instanceof Refused ? error : new Unreachable(error);
        } finally {
            timer.abort();
            await late;
            if (!isOpen) signal.removeEventListener("abort", stop);
        }
    }
}

async function problemOf(response: Response): Promise<Problem> {
    const { status } = response;
    const unknown = {
        type: "about:blank",
        title: `Status ${status}`,
        status,
        detail: "",
        correlation_id: "",
    };
    try {
        return { ...unknown, ...((await response.json()) as Partial<Problem>) };
    } catch {
        // A proxy may have answered.
        return unknown;
    }
}

/** Parses `Retry-After`: seconds, or a date. */
function retryAfter(header: string | null, now: number): number | undefined {
    if (header === null) return undefined;
    const seconds = Number(header);
    const milliseconds = Number.isNaN(seconds) ? Date.parse(header) - now : seconds * 1000;
    return milliseconds >= 0 ? milliseconds : undefined;
}
