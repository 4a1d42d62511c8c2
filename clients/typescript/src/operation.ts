// Own changes: what each asks of the server, what it makes of the copy, and when it has been done.

import type {
    Kinds,
    NewRecurringTask,
    NewReminder,
    NewTask,
    Problem,
    RecurringTaskPatch,
    Reminder,
    Snooze,
    Task,
    TaskPatch,
} from "./api.js";
import type { Item, Kind } from "./copy.js";

/** What a change is to do. */
export type Intent =
    | { kind: "task"; action: "create"; id: string; body: NewTask }
    | { kind: "task"; action: "update"; id: string; body: TaskPatch }
    | { kind: "task"; action: "complete" | "reopen" | "delete" | "purge" | "restore"; id: string }
    | { kind: "recurring_task"; action: "create"; id: string; body: NewRecurringTask }
    | { kind: "recurring_task"; action: "update"; id: string; body: RecurringTaskPatch }
    | { kind: "recurring_task"; action: "stop"; id: string; deleteOpen: boolean }
    | { kind: "reminder"; action: "create"; id: string; task: string; body: NewReminder }
    | { kind: "reminder"; action: "snooze"; id: string; body: Snooze }
    | { kind: "reminder"; action: "delete"; id: string }
    | { kind: "notification"; action: "read"; id: string };

/** An own change in the outbox. */
export interface Operation {
    /** Place in the outbox. Changes that touch the same item are sent in this order. */
    number: number;
    /** Idempotency key, and correlation id in the server's logs. */
    key: string;
    intent: Intent;
    /** The item and others that must exist before, or are made with it. */
    touches: string[];
    made_at: number;
    /** What the change was made on. */
    base: Base;
    /** Set while a request may have reached the server and no answer says what became of it. */
    sent?: Sent;
    /** Set when the server has refused the change: it waits for a decision. */
    parked?: Parked;
}

export interface Base {
    /** Version of the server's state, if the item was known to it. */
    version: number | null;
    epoch: string | null;
    /** Values of what the change sets, before it. */
    values: Record<string, unknown>;
}

export interface Sent {
    /** Version in `If-Match`. It stays until an answer comes, so that the change is made once at the most. */
    version: number | null;
    /** Version of the first attempt, or null if the change may have been made on an older one. */
    first: number | null;
    epoch: string;
}

/** Why a change was not made. */
export interface Parked {
    /** Status of the answer, or 0 if the change was too old to be sent without asking. */
    status: number;
    problem: Problem;
    /** What the change sets. */
    yours: Record<string, unknown>;
    /** What the server has instead, or null if it has no such item. */
    theirs: Kinds[Kind] | null;
}

export interface ApiRequest {
    method: "POST" | "PATCH" | "DELETE";
    path: string;
    body?: unknown;
}

const PATHS: Record<Kind, string> = {
    task: "/api/tasks",
    recurring_task: "/api/recurring-tasks",
    reminder: "/api/reminders",
    notification: "/api/notifications",
};

/** Returns the request that makes a change. */
export function requestOf(intent: Intent): ApiRequest {
    const path = `${PATHS[intent.kind]}/${intent.id}`;
    switch (intent.action) {
        case "create":
            return {
                method: "POST",
                path: intent.kind === "reminder" ? `/api/tasks/${intent.task}/reminders` : PATHS[intent.kind],
                body: { ...intent.body, id: intent.id },
            };
        case "update":
            return { method: "PATCH", path, body: intent.body };
        case "delete":
            return { method: "DELETE", path };
        case "purge":
            return { method: "DELETE", path: `${path}?permanent=true` };
        case "stop":
            return { method: "DELETE", path: intent.deleteOpen ? `${path}?delete_open=true` : path };
        case "snooze":
            return { method: "POST", path: `${path}/snooze`, body: intent.body };
        default:
            return { method: "POST", path: `${path}/${intent.action}` };
    }
}

/** True if the server compares versions, so that no change is lost to another. */
export function isVersioned(intent: Intent): boolean {
    return (intent.kind === "task" || intent.kind === "recurring_task") && intent.action !== "create";
}

/** Returns the ids that a change touches. Changes that share one are sent one after the other. */
export function touches(intent: Intent, items: ReadonlyMap<string, Item>): string[] {
    const ids = [intent.id];
    if (intent.kind === "reminder") {
        const task =
            intent.action === "create" ? intent.task : (items.get(intent.id)?.data as Reminder)?.task_id;
        if (task !== undefined) ids.push(task);
    }
    if (intent.kind === "task" && intent.action === "create") {
        if (intent.body.recurrence?.id) ids.push(intent.body.recurrence.id);
        for (const { id } of intent.body.reminders ?? []) if (id) ids.push(id);
    }
    return ids;
}

/** Returns what a change sets, by field. */
export function valuesOf(intent: Intent): Record<string, unknown> {
    switch (intent.action) {
        case "create":
        case "update": {
            const { allow_past: _, ...values } = intent.body as TaskPatch;
            return values;
        }
        case "complete":
            return { status: "completed" };
        case "reopen":
            return { status: "active" };
        case "stop":
            return { status: "ended" };
        case "delete":
        case "purge":
            return { deleted_at: true };
        case "restore":
            return { deleted_at: null };
        case "snooze":
            return { ...intent.body };
        case "read":
            return { read_at: true };
    }
}

/** Returns the fields that a change sets, as they are in an item. */
export function baseValues(intent: Intent, item: Item | undefined): Record<string, unknown> {
    const data = (item?.data ?? {}) as Record<string, unknown>;
    return Object.fromEntries(Object.keys(valuesOf(intent)).map((field) => [field, data[field] ?? null]));
}

/**
 * True if nobody else has changed what the change sets: each field is as it was, or as it is to be. Deleting
 * for good cannot be undone, so then nothing else may have changed either.
 */
export function isMergeable({ intent, base }: Operation, data: Kinds[Kind]): boolean {
    const current = data as unknown as Record<string, unknown>;
    if (intent.action === "purge") return current["version"] === base.version;
    return Object.entries(valuesOf(intent)).every(
        ([field, value]) =>
            isSame(field, current[field], base.values[field]) || isSame(field, current[field], value),
    );
}

/** True if the server's state is as the change wants it. */
export function isDone(intent: Intent, item: Item | undefined): boolean {
    const data = item?.data as unknown as Record<string, unknown> | undefined;
    switch (intent.action) {
        case "purge":
            return data === undefined;
        case "delete":
            return data === undefined || (intent.kind === "task" && data["deleted_at"] !== null);
        default:
            return (
                data !== undefined &&
                Object.entries(valuesOf(intent)).every(([field, value]) => isSame(field, data[field], value))
            );
    }
}

/** True if repeating the request would be refused, although the state is as the change wants it. */
export function isGoneWhenDone(intent: Intent): boolean {
    return intent.action === "delete" || intent.action === "purge";
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const HALF_DAY_MS = 14 * 3600 * 1000;

/** Compares two values of a field, which may be written differently. */
function isSame(field: string, one: unknown, other: unknown): boolean {
    if (one === other) return true;
    if (field === "deleted_at" || field === "read_at") return Boolean(one) === Boolean(other);
    if (typeof one === "string" && typeof other === "string") {
        if (field.endsWith("_date")) return isSameTime(one, other);
        if (field === "priority") return one.toLowerCase() === other.toLowerCase();
        return one.trim() === other.trim();
    }
    if (field === "tags" && Array.isArray(one) && Array.isArray(other)) {
        const trimmed = (tags: unknown[]) => [...new Set(tags.map((tag) => String(tag).trim()))];
        return JSON.stringify(trimmed(one)) === JSON.stringify(trimmed(other));
    }
    return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

/** Compares times. A plain day is due at its end in the user's zone, which only the server knows. */
function isSameTime(one: string, other: string): boolean {
    if (DAY.test(one) && DAY.test(other)) return false;
    const time = (text: string) => Date.parse(DAY.test(text) ? `${text}T23:59:00Z` : text);
    const between = Math.abs(time(one) - time(other));
    return DAY.test(one) || DAY.test(other) ? between <= HALF_DAY_MS : between === 0;
}

/** Applies a change to items. A change of an item that is not there does nothing. */
export function applyTo(items: Map<string, Item>, { intent, made_at }: Operation): void {
    const at = new Date(made_at).toISOString();
    const set = (values: object) => {
        const item = items.get(intent.id);
        if (item) items.set(intent.id, { ...item, data: { ...item.data, ...values } } as Item);
    };
    switch (intent.action) {
        case "create":
            // An item that the server has made already is better than our guess at it.
            if (!items.has(intent.id)) create(items, intent, at);
            break;
        case "update":
            set(shown(intent.body));
            break;
        case "complete":
            set({ status: "completed", completed_at: at });
            break;
        case "reopen":
            set({ status: "active", completed_at: null });
            break;
        case "restore":
            set({ deleted_at: null });
            break;
        case "stop":
            set({ status: "ended", next_occurrence: null });
            if (intent.deleteOpen) deleteOpen(items, intent.id, at);
            break;
        case "delete":
            if (intent.kind === "task") set({ deleted_at: at });
            else items.delete(intent.id);
            break;
        case "purge":
            items.delete(intent.id);
            break;
        case "snooze":
            if ("until" in intent.body && intent.body.until !== "tomorrow")
                set({ remind_at: intent.body.until });
            break;
        case "read":
            set({ read_at: at });
            break;
    }
}

function create(items: Map<string, Item>, intent: Intent & { action: "create" }, at: string): void {
    const put = <K extends Kind>(kind: K, id: string, data: Kinds[K]) =>
        items.set(id, { id, kind, data, generation: 0 } as Item);
    const common = { description: null, created_at: at, updated_at: at, version: 0, seq: 0 };
    const addReminder = (id: string, task_id: string, { id: _, ...time }: NewReminder) =>
        put("reminder", id, {
            id,
            task_id,
            ...time,
            remind_at: "at" in time ? time.at : null,
            status: "pending",
            attempts: 0,
            sent_at: null,
            created_at: at,
        });
    switch (intent.kind) {
        case "task": {
            const { allow_past: _, reminders, recurrence, ...body } = intent.body;
            const series = recurrence?.id ?? null;
            put("task", intent.id, {
                ...common,
                status: "active",
                recurring_task_id: series,
                missed: false,
                completed_at: null,
                deleted_at: null,
                due_date: null,
                all_day: false,
                priority: "medium",
                tags: [],
                ...(shown(body) as object),
                title: body.title,
                id: intent.id,
            });
            for (const reminder of reminders ?? []) {
                if (reminder.id) addReminder(reminder.id, intent.id, reminder);
            }
            break;
        }
        case "recurring_task": {
            const { allow_past: _, ...body } = intent.body;
            const none = {
                by_weekday: null,
                day_of_month: null,
                end_date: null,
                timezone: "",
                reminders: [],
            };
            put("recurring_task", intent.id, {
                ...common,
                ...none,
                interval: 1,
                anchor: "schedule",
                start_date: at,
                next_occurrence: null,
                status: "active",
                ...(shown(body) as object),
                title: body.title,
                frequency: body.frequency,
                priority: "medium",
                tags: body.tags ?? [],
                id: intent.id,
            });
            break;
        }
        case "reminder":
            addReminder(intent.id, intent.task, intent.body);
            break;
    }
}

/** Returns the values of a body as the server will show them. */
function shown(body: object): Record<string, unknown> {
    const { allow_past: _, ...values } = body as TaskPatch & Record<string, unknown>;
    const result: Record<string, unknown> = { ...values };
    if ("priority" in values) result["priority"] = values.priority?.toLowerCase() ?? "medium";
    if ("tags" in values) result["tags"] = values.tags ?? [];
    if ("due_date" in values) result["all_day"] = DAY.test(values.due_date ?? "");
    return result;
}

function deleteOpen(items: Map<string, Item>, series: string, at: string): void {
    for (const item of items.values()) {
        const task = item.data as Task;
        if (item.kind === "task" && task.recurring_task_id === series && task.status === "active") {
            items.set(item.id, { ...item, data: { ...task, deleted_at: task.deleted_at ?? at } });
        }
    }
}
