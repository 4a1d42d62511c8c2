// The way between clients and server, where all goes wrong that can.

import type { Clock } from "./clock.js";
import { integer, type Random } from "./random.js";
import type { Request, Response as Reply, Server } from "./server.js";

/** Rates of faults, from 0 to 1. */
export interface Faults {
    rate: number;
}

/** How requests of a device, or of the tab that sends them, end. */
export interface Link {
    isOnline(): boolean;
    isDead(): boolean;
    /** Open streams, which end when the device goes offline. */
    streams: Set<Stream>;
}

interface Stream {
    fail(): void;
}

export class Network {
    requests = 0;
    /** Answers in place of the server, if it returns something. */
    intercept: (request: Request) => Reply | undefined = () => undefined;
    readonly #clock: Clock;
    readonly #server: Server;
    readonly #random: Random;
    readonly #faults: Faults;
    readonly #note: (line: string) => void;
    readonly #streams = new Set<Stream>();
    /** Requests that are under way end with the server. */
    #life = new Set<() => void>();

    constructor(clock: Clock, server: Server, random: Random, faults: Faults, note: (line: string) => void) {
        this.#clock = clock;
        this.#server = server;
        this.#random = random;
        this.#faults = faults;
        this.#note = note;
    }

    /** Ends all that is under way, as when the server restarts. */
    restart(): void {
        const ended = this.#life;
        this.#life = new Set();
        ended.forEach((end) => end());
        for (const stream of [...this.#streams]) stream.fail();
    }

    fetch(link: Link, url: string, init: RequestInit): Promise<Response> {
        return new Promise((resolve, reject) => {
            const fail = (why: string) => !link.isDead() && reject(new TypeError(why));
            init.signal?.addEventListener("abort", () => !link.isDead() && reject(init.signal!.reason));
            if (init.signal?.aborted) return reject(init.signal.reason);
            this.requests += 1;
            const life = this.#life;
            const isOver = () => life !== this.#life;
            life.add(() => fail("the server is gone"));
            if (!link.isOnline()) return void this.#clock.after(5, () => fail("the device is offline"));

            const answer = (reply: Reply | (() => Response)) => {
                if (isOver() || link.isDead()) return;
                if (!link.isOnline()) return fail("the device is offline");
                if (typeof reply === "function") return resolve(reply());
                const body = reply.body === undefined ? null : JSON.stringify(reply.body);
                resolve(new Response(body, { status: reply.status, headers: reply.headers }));
            };
            const arrive = (handle: () => Reply | (() => Response)) => {
                if (isOver()) return;
                const reply = handle();
                if (this.#happens(0.08)) return fail("the answer was lost");
                if (this.#happens(0.04)) return this.#later(() => answer({ status: 502, headers: {} }));
                this.#later(() => answer(reply));
            };
            if (this.#happens(0.08)) return void this.#later(() => fail("the request was lost"));
            const parsed = new URL(url);
            const request = {
                method: init.method ?? "GET",
                path: parsed.pathname,
                query: parsed.searchParams,
                headers: new Headers(init.headers as Record<string, string>),
                body: (init.body as string | undefined) ?? "",
            };
            const instead = this.intercept(request);
            if (instead !== undefined) return this.#later(() => answer(instead));
            if (request.path === "/api/events") {
                return this.#later(() => arrive(() => this.#stream(link, request.headers)));
            }
            const handle = () => {
                if (this.#happens(0.03)) {
                    return { status: 429, headers: { "retry-after": "1" } };
                }
                if (this.#happens(0.03)) return { status: 503, headers: { "retry-after": "2" } };
                const reply = this.#server.handle(request);
                const version = request.headers.get("if-match") ?? "";
                const key = request.headers.get("x-correlation-id")?.slice(-6) ?? "";
                this.#note(
                    `${request.method} ${request.path}${parsed.search} ${version} ${key} ${reply.status}`,
                );
                return reply;
            };
            // A proxy may send a request twice, even long after.
            if (this.#happens(0.05)) this.#later(() => !isOver() && handle(), 40_000);
            this.#later(() => arrive(handle));
        });
    }

    #happens(rate: number): boolean {
        return this.#random() < rate * this.#faults.rate;
    }

    /** Does something after the time that a message takes, which is long now and then. */
    #later(work: () => void, longest = 400): void {
        const most = this.#happens(0.03) ? 45_000 : longest;
        this.#clock.after(integer(this.#random, 1, this.#faults.rate > 0 ? most : 50), work);
    }

    #stream(link: Link, headers: Headers): Reply | (() => Response) {
        const server = this.#server;
        if (!server.isSignedIn) return { status: 401, headers: {} };
        const [epoch, position] = (headers.get("last-event-id") ?? "").split(".");
        let seq = Number(position);
        if (server.page(seq, epoch ?? null, 1) === undefined) return { status: 410, headers: {} };
        let controller: ReadableStreamDefaultController<Uint8Array>;
        let isOpen = true;
        let lastAt = 0;
        const send = (text: string) => {
            const bytes = new TextEncoder().encode(text);
            // Bytes come in order, in pieces of any size.
            const cut = integer(this.#random, 0, bytes.length);
            const at = Math.max(lastAt, this.#clock.now + integer(this.#random, 1, 200));
            lastAt = at;
            for (const piece of [bytes.slice(0, cut), bytes.slice(cut)]) {
                if (piece.length === 0) continue;
                this.#clock.after(
                    at - this.#clock.now,
                    () => isOpen && !link.isDead() && controller.enqueue(piece),
                );
            }
        };
        const end = () => {
            isOpen = false;
            this.#streams.delete(stream);
            link.streams.delete(stream);
            server.listeners.delete(changed);
        };
        const stream: Stream = {
            fail: () => {
                if (!isOpen) return;
                end();
                if (!link.isDead()) controller.error(new TypeError("the stream broke"));
            },
        };
        const changed = (conflict?: { type: string; task_id: string }) => {
            if (!isOpen) return;
            if (this.#happens(0.05)) return stream.fail();
            if (conflict) return send(`event: conflict\ndata: ${JSON.stringify(conflict)}\n\n`);
            if (this.#happens(0.05)) {
                seq = server.state.seq;
                return send("event: resync\ndata: {}\n\n");
            }
            for (let more = true; more;) {
                const page = server.page(seq, epoch!, 3);
                if (page === undefined) return stream.fail();
                if (page.seq === seq) break;
                ({ seq, more } = page);
                const data = JSON.stringify({ ...page, more: false });
                send(`event: changes\nid: ${page.epoch}.${seq}\ndata: ${data}\n\n`);
            }
        };
        const beat = () => {
            if (!isOpen) return;
            if (!server.isSignedIn) return stream.fail();
            send(":\n\n");
            this.#clock.after(20_000, beat);
        };
        return () => {
            const body = new ReadableStream<Uint8Array>({
                start: (given) => {
                    controller = given;
                },
                cancel: end,
            });
            this.#streams.add(stream);
            link.streams.add(stream);
            server.listeners.add(changed);
            send(`retry: 300\nevent: hello\ndata: ${JSON.stringify({ epoch: server.epoch, seq })}\n\n`);
            changed();
            this.#clock.after(20_000, beat);
            return new Response(body, { status: 200, headers: { "content-type": "text/event-stream" } });
        };
    }
}
