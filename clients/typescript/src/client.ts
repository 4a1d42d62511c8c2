// The client: what an application calls.

import type { Kinds, NewRecurringTask, NewReminder, NewTask } from "./api.js";
import type { RecurringTaskPatch, Snooze, TaskPatch } from "./api.js";
import type { Kind } from "./copy.js";
import { defaultEnvironment, type Environment } from "./environment.js";
import { Http, type HeadersSource } from "./http.js";
import { makeId } from "./id.js";
import { lead } from "./leader.js";
import { touches, type Intent, type Operation } from "./operation.js";
import { discard, enqueue, retry } from "./outbox.js";
import { Sender } from "./sender.js";
import { Sync, type Conflict, type Connection } from "./sync.js";
import { View, type Written } from "./view.js";

export interface Options {
    /** Address of TaskFlow, as in `https://example.org`. */
    url: string;
    /** Name of the copy on this device: one for each account. */
    name: string;
    /** Headers of each request, such as `Authorization`. A browser adds the cookie by itself. */
    headers?: HeadersSource;
    /** Parts of the world around the client, in place of the browser's or Node's. */
    environment?: Partial<Environment>;
}

export interface Status {
    /** State of the connection, which the leading tab has for all. */
    connection: Connection;
    /** Why it is offline or stalled, or why changes are not sent. */
    reason?: string;
    /** True if this tab has the connection. */
    isLeader: boolean;
    /** Number of own changes that wait to be sent. */
    waiting: number;
}

/** `changed`: items, operations or status are other ones. */
export type ClientEvent = { type: "changed" } | { type: "conflict"; conflict: Conflict };

/** Messages between tabs. */
type Message =
    | { type: "written"; written: Written }
    | { type: "status"; status: Pick<Status, "connection" | "reason"> }
    | { type: "conflict"; conflict: Conflict }
    | { type: "hello" | "wake" | "resume" };

/** The item is not in the copy, nor was it made by an own change. */
export class NoSuchItem extends Error {
    constructor(id: string) {
        super(`there is no item ${id}`);
    }
}

/** Opens the copy of an account, and keeps it as the server has it. */
export async function openClient(options: Options): Promise<Client> {
    const given = options.environment ?? {};
    const isWhole = given.store && given.locks && given.channel;
    const environment = {
        ...(isWhole ? {} : await defaultEnvironment(options.name)),
        ...given,
    } as Environment;
    const client = new Client(environment, options);
    await client.open();
    // A device that was offline, or slept, does not wait for the next attempt.
    if (!isWhole && typeof document !== "undefined") {
        addEventListener("online", () => client.wake());
        document.addEventListener("visibilitychange", () => {
            if (document.visibilityState === "visible") client.wake();
        });
    }
    return client;
}

export class Client {
    readonly #environment: Environment;
    readonly #view: View;
    readonly #sync: Sync;
    readonly #sender: Sender;
    readonly #closing = new AbortController();
    readonly #listeners = new Set<(event: ClientEvent) => void>();
    readonly #resumed: (() => void)[] = [];
    readonly #name: string;
    #connection: Connection = "offline";
    /** Why there is no connection. */
    #reason: string | undefined;
    /** Why a change could not be sent. */
    #unsent: string | undefined;
    #isLeader = false;
    #last: Promise<unknown> = Promise.resolve();
    #led: Promise<void> = Promise.resolve();

    constructor(environment: Environment, options: Options) {
        this.#environment = environment;
        this.#name = options.name;
        const http = new Http(environment, options.url.replace(/\/$/, ""), options.headers ?? (() => ({})));
        this.#view = new View(environment.store, (written) => {
            this.#post({ type: "written", written });
            this.#show();
        });
        const pause = (signal: AbortSignal) => this.#pause(signal);
        this.#sync = new Sync(http, this.#view, {
            connection: (connection, error) => this.#setConnection(connection, error),
            reached: () => this.#sender.notice(),
            conflict: (conflict) => {
                this.#post({ type: "conflict", conflict });
                this.#emit({ type: "conflict", conflict });
            },
            pause,
        });
        this.#sender = new Sender(http, this.#view, this.#sync, {
            pause,
            failed: (error) => {
                this.#unsent = reasonOf(error);
                this.#postStatus();
            },
        });
    }

    /** Reads the copy, and begins to lead or to follow. */
    async open(): Promise<void> {
        this.#environment.channel.onmessage = ({ data }) => void this.#receive(data as Message);
        await this.#view.load();
        this.#post({ type: "hello" });
        this.#led = lead(this.#environment.locks, this.#name, this.#closing.signal, async (signal) => {
            this.#isLeader = true;
            await this.#reload();
            // The former leader may have died before it told what it had stored.
            this.#post({ type: "hello" });
            await Promise.all([this.#sync.run(signal), this.#sender.run(signal)]);
        });
    }

    /** Stops. Another tab takes over. What waits to be sent stays stored. */
    async close(): Promise<void> {
        this.#closing.abort();
        await this.#led;
        this.#environment.channel.close();
        this.#environment.store.close();
    }

    /** Returns an item as the user sees it: with own changes over what the server said. */
    get<K extends Kind>(kind: K, id: string): Kinds[K] | undefined {
        const item = this.#view.shown().get(id);
        return item?.kind === kind ? (item.data as Kinds[K]) : undefined;
    }

    /** Returns all items of a kind. Tasks in the trash have `deleted_at`. */
    list<K extends Kind>(kind: K): Kinds[K][] {
        const items = [...this.#view.shown().values()];
        return items.filter((item) => item.kind === kind).map((item) => item.data as Kinds[K]);
    }

    /** Own changes that the server has not made, in order. Those with `parked` wait for a decision. */
    operations(): Operation[] {
        return [...this.#view.operations.values()];
    }

    status(): Status {
        return { ...this.#shared(), isLeader: this.#isLeader, waiting: this.#view.waiting() };
    }

    /** Calls back at each event. Returns what ends that. */
    subscribe(listener: (event: ClientEvent) => void): () => void {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
    }

    /** Goes on after a 401, as when the user has signed in again. */
    resume(): void {
        this.#post({ type: "resume" });
        this.#resume();
    }

    /** Tries again now, as when the device is online again. */
    wake(): void {
        this.#post({ type: "wake" });
        this.#wake();
    }

    /** Creates a task, and returns its id. */
    async createTask(task: NewTask): Promise<string> {
        const { recurrence } = task;
        const named = {
            ...task,
            ...(recurrence ? { recurrence: { ...recurrence, id: recurrence.id ?? this.#id() } } : {}),
            ...(task.reminders ? { reminders: task.reminders.map((one) => this.#named(one)) } : {}),
        };
        return this.#change({ kind: "task", action: "create", id: task.id ?? this.#id(), body: named });
    }

    async updateTask(id: string, body: TaskPatch): Promise<void> {
        await this.#change({ kind: "task", action: "update", id, body });
    }

    async completeTask(id: string): Promise<void> {
        await this.#change({ kind: "task", action: "complete", id });
    }

    async reopenTask(id: string): Promise<void> {
        await this.#change({ kind: "task", action: "reopen", id });
    }

    /** Moves a task to the trash, or deletes it for good. */
    async deleteTask(id: string, { permanent = false } = {}): Promise<void> {
        await this.#change({ kind: "task", action: permanent ? "purge" : "delete", id });
    }

    async restoreTask(id: string): Promise<void> {
        await this.#change({ kind: "task", action: "restore", id });
    }

    /** Creates a series, and returns its id. */
    async createSeries(body: NewRecurringTask): Promise<string> {
        return this.#change({ kind: "recurring_task", action: "create", id: body.id ?? this.#id(), body });
    }

    async updateSeries(id: string, body: RecurringTaskPatch): Promise<void> {
        await this.#change({ kind: "recurring_task", action: "update", id, body });
    }

    async stopSeries(id: string, { deleteOpen = false } = {}): Promise<void> {
        await this.#change({ kind: "recurring_task", action: "stop", id, deleteOpen });
    }

    /** Adds a reminder to a task, and returns its id. */
    async addReminder(task: string, reminder: NewReminder): Promise<string> {
        const id = reminder.id ?? this.#id();
        return this.#change({ kind: "reminder", action: "create", id, task, body: reminder });
    }

    async snoozeReminder(id: string, body: Snooze): Promise<void> {
        await this.#change({ kind: "reminder", action: "snooze", id, body });
    }

    async deleteReminder(id: string): Promise<void> {
        await this.#change({ kind: "reminder", action: "delete", id });
    }

    async readNotification(id: string): Promise<void> {
        await this.#change({ kind: "notification", action: "read", id });
    }

    /** Sends a parked change again, over what the server has, and with another body if one is given. */
    async retry(number: number, body?: object): Promise<void> {
        const change = { key: this.#id(), now: this.#environment.now(), ...(body ? { body } : {}) };
        await this.#view.write((transaction) => retry(transaction, number, change));
    }

    /** Gives a parked change up, with those that cannot be made without it. Returns their numbers. */
    async discard(number: number): Promise<number[]> {
        return this.#view.write((transaction) => discard(transaction, number));
    }

    /** Stores a change, after those before it, and returns the id of its item. */
    async #change(intent: Intent): Promise<string> {
        const run = this.#last.then(async () => {
            const items = this.#view.shown();
            const item = items.get(intent.id);
            if (item === undefined && intent.action !== "create") throw new NoSuchItem(intent.id);
            const [key, made_at] = [this.#id(), this.#environment.now()];
            const change = { key, intent, touches: touches(intent, items), made_at };
            await this.#view.write((transaction) => enqueue(transaction, change, item));
            return intent.id;
        });
        this.#last = run.catch(() => {});
        return run;
    }

    #id(): string {
        return makeId(this.#environment.now(), this.#environment.random);
    }

    #named<R extends NewReminder>(reminder: R): R {
        return { ...reminder, id: reminder.id ?? this.#id() };
    }

    async #receive(message: Message): Promise<void> {
        switch (message.type) {
            case "written":
                await this.#view.refresh(message.written);
                this.#show();
                break;
            case "status":
                this.#connection = message.status.connection;
                this.#reason = message.status.reason;
                this.#emit({ type: "changed" });
                break;
            case "conflict":
                this.#emit(message);
                break;
            case "hello":
                await this.#reload();
                if (this.#isLeader) this.#postStatus();
                break;
            case "wake":
                this.#wake();
                break;
            case "resume":
                this.#resume();
                break;
        }
    }

    async #reload(): Promise<void> {
        await this.#view.load();
        this.#show();
    }

    #show(): void {
        this.#sender.notice();
        this.#emit({ type: "changed" });
    }

    #setConnection(connection: Connection, error?: unknown): void {
        this.#connection = connection;
        this.#reason = reasonOf(error);
        this.#postStatus();
    }

    /** Part of the status that the leader has for all tabs. */
    #shared(): Pick<Status, "connection" | "reason"> {
        const reason = this.#reason ?? this.#unsent;
        return { connection: this.#connection, ...(reason === undefined ? {} : { reason }) };
    }

    #postStatus(): void {
        this.#post({ type: "status", status: this.#shared() });
        this.#emit({ type: "changed" });
    }

    /** Waits for `resume`. */
    async #pause(signal: AbortSignal): Promise<void> {
        const before = this.#connection;
        this.#setConnection("paused");
        await new Promise<void>((resolve, reject) => {
            const abort = () => reject(signal.reason);
            signal.addEventListener("abort", abort, { once: true });
            this.#resumed.push(() => {
                signal.removeEventListener("abort", abort);
                resolve();
            });
        });
        // The stream may have gone on meanwhile.
        if (this.#connection === "paused" && before !== "paused") this.#setConnection(before);
    }

    #resume(): void {
        this.#resumed.splice(0).forEach((go) => go());
        this.#wake();
    }

    #wake(): void {
        this.#sync.wake();
        this.#sender.wake();
    }

    #post(message: Message): void {
        if (!this.#closing.signal.aborted) this.#environment.channel.postMessage(message);
    }

    #emit(event: ClientEvent): void {
        for (const listener of this.#listeners) listener(event);
    }
}

/** Returns what an error says. The cause of a failed request says more than that it failed. */
function reasonOf(error: unknown): string | undefined {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return cause instanceof Error ? cause.message : undefined;
}
