// A server in memory that keeps the contract, and is never kinder than the real one: see functions/tasks,
// crates/actions and crates/frames. It has one user.

import type { Problem, Reminder, Task } from "../../src/api.js";
import type { Change, Page } from "../../src/copy.js";

const DAY_MS = 24 * 3600 * 1000;

export interface Request {
    method: string;
    path: string;
    query: URLSearchParams;
    headers: Headers;
    body: string;
}

export interface Response {
    status: number;
    headers: Record<string, string>;
    body?: unknown;
}

type Stored = { kind: "task"; data: Task; seq: number } | { kind: "reminder"; data: Reminder; seq: number };

/** All that a backup has. */
interface State {
    seq: number;
    items: Map<string, Stored>;
    tombstones: Map<string, { seq: number; kind: "task" | "reminder" }>;
    /** Highest `seq` of a tombstone that was forgotten. */
    forgotten: number;
    /** Positions on the way of a sync from the start. */
    fullSyncs: Set<number>;
    /** First answers to requests with client ids. */
    named: Map<string, { fingerprint: string; answer: unknown }>;
    /** Answers to requests with idempotency keys. */
    answers: Map<string, { fingerprint: string; at: number; response: Response }>;
    /** Keys of requests that have changed something, in order. A backup forgets those after it. */
    effects: { key: string; id: string }[];
}

/** Refusal inside a body: the answer is kept under an idempotency key. */
class Refusal extends Error {
    constructor(
        readonly status: number,
        readonly detail: string,
    ) {
        super(detail);
    }
}

export class Server {
    epoch = "history1";
    state: State = {
        seq: 0,
        items: new Map(),
        tombstones: new Map(),
        forgotten: 0,
        fullSyncs: new Set(),
        named: new Map(),
        answers: new Map(),
        effects: [],
    };
    isSignedIn = true;
    /** Keys of requests that were answered with a 2xx, ever. */
    readonly made = new Set<string>();
    /** Calls back when something has changed, or a write was lost. */
    readonly listeners = new Set<(conflict?: { type: string; task_id: string }) => void>();
    /** Items of refused requests, by their keys. */
    readonly #refusedDeletes = new Map<string, string>();
    #epochs = 1;
    #backup: State | undefined;
    readonly #now: () => number;

    constructor(now: () => number) {
        this.#now = now;
    }

    backUp(): void {
        this.#backup = structuredClone(this.state);
    }

    /** Becomes what it was at the last backup, as another history. */
    restore(): void {
        if (this.#backup === undefined) return;
        this.state = structuredClone(this.#backup);
        this.#epochs += 1;
        this.epoch = `history${this.#epochs}`;
    }

    /** Forgets the tombstones, as after 90 days. */
    forgetTombstones(): void {
        for (const { seq } of this.state.tombstones.values()) {
            this.state.forgotten = Math.max(this.state.forgotten, seq);
        }
        this.state.tombstones.clear();
        this.state.fullSyncs.clear();
    }

    handle(request: Request): Response {
        if (!this.isSignedIn) return problem(401, "You are not signed in");
        if (request.path === "/api/sync") return this.#sync(request.query);
        const before = this.state.seq;
        const response = this.#write(request);
        if (response.status < 300) {
            response.headers = { ...response.headers, "taskflow-seq": String(this.state.seq) };
            this.made.add(request.headers.get("x-correlation-id") ?? "");
        }
        const key = request.headers.get("x-correlation-id") ?? "";
        const id = request.path.split("/")[3]!;
        if (request.method === "DELETE" && [404, 412].includes(response.status))
            this.#refusedDeletes.set(key, id);
        for (const [refused, item] of this.#refusedDeletes) {
            const left = this.state.items.get(item);
            // There is nothing to delete any more.
            if (left === undefined || (left.kind === "task" && left.data.deleted_at)) this.made.add(refused);
        }
        if (this.state.seq > before) this.#tell();
        return response;
    }

    /** Returns the changes after a position, or undefined if the client must start again. */
    page(since: number, epoch: string | null, limit: number): Page | undefined {
        const { seq, items, tombstones, forgotten, fullSyncs } = this.state;
        if (since > seq || (epoch !== null && epoch !== this.epoch)) return undefined;
        if (since !== 0 && since < forgotten && !fullSyncs.has(since)) return undefined;
        const changes: Change[] = [];
        for (const [id, { kind, data, seq }] of items) {
            const deleted = kind === "task" && data.deleted_at !== null;
            if (seq > since) changes.push({ seq, kind, id, deleted, data });
        }
        for (const [id, { seq, kind }] of tombstones) {
            if (seq > since) changes.push({ seq, kind, id, deleted: true, data: null });
        }
        changes.sort((one, other) => one.seq - other.seq);
        const more = changes.length > limit;
        const page = structuredClone(changes.slice(0, limit));
        const last = more ? page.at(-1)!.seq : seq;
        if (more && last < forgotten) fullSyncs.add(last);
        return { changes: page, seq: last, more, epoch: this.epoch };
    }

    #sync(query: URLSearchParams): Response {
        const page = this.page(Number(query.get("since") ?? 0), query.get("epoch"), 7);
        return page === undefined
            ? problem(410, "Please start over")
            : { status: 200, headers: {}, body: page };
    }

    #write(request: Request): Response {
        const [, , resource, id, action] = request.path.split("/");
        const key = request.method === "POST" ? request.headers.get("idempotency-key") : null;
        const fingerprint = `${request.query}\n${request.body}`;
        const body = (request.body === "" ? {} : JSON.parse(request.body)) as Record<string, unknown>;
        const wrong = wrongMembers(body);
        if (wrong !== undefined) return problem(422, wrong);

        const kept = key === null ? undefined : this.state.answers.get(`${request.path}\n${key}`);
        if (kept !== undefined && this.#now() - kept.at < DAY_MS) {
            return kept.fingerprint === fingerprint ? { ...kept.response } : problem(422, "the key is used");
        }
        const lost = this.#checkVersion(id, request.headers.get("if-match"));
        if (lost !== undefined) return lost;

        const before = this.state.seq;
        let response: Response;
        try {
            response = this.#route(request.method, resource, id, action, body, request.query);
        } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            response = problem(error.status, error.detail);
        }
        if (this.state.seq > before) {
            const item = id ?? (body["id"] as string);
            this.state.effects.push({ key: request.headers.get("x-correlation-id") ?? "", id: item });
        }
        if (key !== null) {
            this.state.answers.set(`${request.path}\n${key}`, { fingerprint, at: this.#now(), response });
        }
        return { ...response };
    }

    #checkVersion(id: string | undefined, expected: string | null): Response | undefined {
        const item = this.state.items.get(id ?? "");
        if (expected === null || item?.kind !== "task" || expected === `"${item.data.version}"`)
            return undefined;
        this.state.seq += 1;
        for (const listener of this.listeners) listener({ type: "task.conflict", task_id: item.data.id });
        return problem(412, "It was changed in the meantime", { task: structuredClone(item.data) as never });
    }

    #route(
        method: string,
        resource: string | undefined,
        id: string | undefined,
        action: string | undefined,
        body: Record<string, unknown>,
        query: URLSearchParams,
    ): Response {
        if (resource === "reminders") {
            if (this.state.items.get(id!)?.kind !== "reminder") throw new Refusal(404, "Not found");
            this.#bury(id!);
            return { status: 204, headers: {} };
        }
        if (method === "POST" && id === undefined) return this.#named(body, () => this.#create(body));
        const item = this.state.items.get(id!);
        const task = item?.kind === "task" ? item.data : undefined;
        const isPermanent = query.get("permanent") === "true";
        const findsTrash = action === "restore" || isPermanent;
        if (method === "POST" && action === "reminders") {
            return this.#named(body, () => this.#remind(task, body));
        }
        if (task === undefined || (task.deleted_at !== null && !findsTrash))
            throw new Refusal(404, "Not found");
        if (method === "DELETE") {
            if (isPermanent) this.#purge(task);
            else this.#update(task, { deleted_at: this.#time() });
            return { status: 204, headers: {} };
        }
        if (method === "PATCH") this.#patch(task, body);
        else if (action === "complete" && task.status === "active") {
            this.#update(task, { status: "completed", completed_at: this.#time() });
            this.#cancelReminders(task.id);
        } else if (action === "reopen") this.#update(task, { status: "active", completed_at: null });
        else if (action === "restore") this.#update(task, { deleted_at: null });
        return { status: 200, headers: {}, body: structuredClone(this.state.items.get(task.id)!.data) };
    }

    /** Makes something under the client's id, or answers a repeat as the first time. */
    #named(body: Record<string, unknown>, make: () => unknown): Response {
        const id = body["id"] as string;
        const fingerprint = JSON.stringify(body);
        const first = this.state.named.get(id);
        if (first?.fingerprint === fingerprint) {
            return { status: 201, headers: {}, body: structuredClone(first.answer) };
        }
        if (first !== undefined || this.state.items.has(id)) throw new Refusal(409, "The id is taken");
        const made = structuredClone(make());
        this.state.named.set(id, { fingerprint, answer: made });
        return { status: 201, headers: {}, body: made };
    }

    #create(body: Record<string, unknown>): Task {
        const at = this.#time();
        const { reminders, ...own } = body;
        const values = this.#normal(own, null);
        const seq = this.#next();
        const data: Task = {
            id: body["id"] as string,
            title: "",
            description: null,
            status: "active",
            priority: "medium",
            tags: [],
            due_date: null,
            all_day: false,
            recurring_task_id: null,
            missed: false,
            created_at: at,
            updated_at: at,
            completed_at: null,
            deleted_at: null,
            ...values,
            version: 1,
            seq,
        };
        this.state.items.set(data.id, { kind: "task", data, seq });
        for (const reminder of (reminders ?? []) as { id: string }[]) this.#remind(data, { ...reminder });
        return data;
    }

    #patch(task: Task, body: Record<string, unknown>): void {
        const values = this.#normal(body, task.due_date);
        const isSame = Object.entries(values).every(
            ([field, value]) => JSON.stringify(task[field as keyof Task]) === JSON.stringify(value),
        );
        if (isSame) return;
        const isMoved = values.due_date !== undefined && values.due_date !== task.due_date;
        this.#update(task, values);
        if (!isMoved) return;
        // Relative reminders move with the due date.
        for (const [id, { kind, data }] of this.state.items) {
            if (kind !== "reminder" || data.task_id !== task.id || data.before === undefined) continue;
            const moved = values.due_date === null ? null : values.due_date;
            this.#put(id, { ...data, remind_at: moved ?? null, status: moved ? "pending" : "cancelled" });
        }
    }

    #remind(task: Task | undefined, body: Record<string, unknown>): Reminder {
        if (task === undefined || task.deleted_at !== null) throw new Refusal(404, "Not found");
        if (task.status !== "active") throw new Refusal(409, "The task is done");
        if (body["before"] !== undefined && task.due_date === null)
            throw new Refusal(422, "needs a due date");
        const reminder: Reminder = {
            ...(body as { id: string }),
            task_id: task.id,
            remind_at: (body["at"] as string | undefined) ?? task.due_date,
            status: "pending",
            attempts: 0,
            sent_at: null,
            created_at: this.#time(),
        };
        this.#put(reminder.id, reminder);
        return reminder;
    }

    /** Returns values as the server keeps them. */
    #normal(body: Record<string, unknown>, old: string | null): Partial<Task> {
        const { id: _, allow_past, due_date, ...rest } = body;
        const values: Partial<Task> = { ...rest };
        if (typeof values.title === "string") values.title = values.title.trim();
        if ("priority" in rest)
            values.priority = (values.priority?.toLowerCase() ?? "medium") as Task["priority"];
        if ("tags" in rest) values.tags = [...new Set((values.tags ?? []).map((tag) => tag.trim()))];
        if (due_date !== undefined) {
            const text = due_date as string | null;
            const isDay = text !== null && text.length === 10;
            // The user lives two hours east of Greenwich.
            const at = isDay ? Date.parse(`${text}T21:59:00Z`) : Date.parse(text ?? "");
            values.due_date = text === null ? null : new Date(at).toISOString().replace(".000Z", "+00:00");
            values.all_day = isDay;
            const isPast = text !== null && at < this.#now() && values.due_date !== old;
            if (isPast && allow_past !== true) throw new Refusal(422, "is in the past");
        }
        return values;
    }

    #update(task: Task, values: Partial<Task>): void {
        const isSame = Object.entries(values).every(([field, value]) => task[field as keyof Task] === value);
        if (isSame) return;
        const seq = this.#next();
        const data = { ...task, ...values, version: task.version + 1, updated_at: this.#time(), seq };
        this.state.items.set(task.id, { kind: "task", data, seq });
    }

    #put(id: string, data: Reminder): void {
        this.state.items.set(id, { kind: "reminder", data, seq: this.#next() });
    }

    #cancelReminders(task: string): void {
        for (const [id, { kind, data }] of this.state.items) {
            if (kind === "reminder" && data.task_id === task && data.status === "pending") {
                this.#put(id, { ...data, status: "cancelled" });
            }
        }
    }

    #purge(task: Task): void {
        for (const [id, { kind, data }] of this.state.items) {
            if (kind === "reminder" && data.task_id === task.id) this.#bury(id);
        }
        this.#bury(task.id);
    }

    #bury(id: string): void {
        const { kind } = this.state.items.get(id)!;
        this.state.items.delete(id);
        this.state.tombstones.set(id, { seq: this.#next(), kind });
        if (!this.state.named.has(id)) this.state.named.set(id, { fingerprint: "", answer: undefined });
    }

    #next(): number {
        this.state.seq += 1;
        return this.state.seq;
    }

    #time(): string {
        return new Date(this.#now()).toISOString();
    }

    #tell(): void {
        for (const listener of this.listeners) listener();
    }
}

/** Checks a body as the edge does, before the database is asked. */
function wrongMembers(body: Record<string, unknown>): string | undefined {
    const { title, tags } = body;
    if (typeof title === "string" && (title.trim() === "" || title.length > 500)) return "title is not valid";
    if (Array.isArray(tags) && tags.length > 10) return "tags are too many";
    return undefined;
}

function problem(status: number, detail: string, more: Partial<Problem> = {}): Response {
    const body = {
        type: "urn:taskflow:problem:test",
        title: detail,
        status,
        detail,
        correlation_id: "",
        ...more,
    };
    return { status, headers: { "content-type": "application/problem+json" }, body };
}
