// Generated from the OpenAPI document by `npm run types`.

/** A task */
export type Task = {
    id: string;
    title: string;
    description: string | null;
    status: "active" | "completed";
    priority: "low" | "medium" | "high";
    tags: string[];
    due_date: string | null;
    /** True if it is due on a day, not at a time */
    all_day: boolean;
    /** Its series */
    recurring_task_id: string | null;
    /** True if the next occurrence was due before it was completed */
    missed: boolean;
    created_at: string;
    updated_at: string;
    completed_at: string | null;
    /** Set while it is in the trash */
    deleted_at: string | null;
    version: number;
    seq: number;
};

/** A series of recurring tasks */
export type RecurringTask = {
    id: string;
    title: string;
    description: string | null;
    priority: "low" | "medium" | "high";
    tags: string[];
    frequency: "daily" | "weekly" | "monthly" | "yearly";
    interval: number;
    by_weekday: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[] | null;
    day_of_month: number | "last" | null;
    anchor: "schedule" | "completion";
    start_date: string;
    end_date: string | null;
    timezone: string;
    reminders: {
        /** Time before the task is due, such as 15m, 1h, 2d or 1w. */
        before: string;
    }[];
    /** Due date of the open task; null after the end */
    next_occurrence: string | null;
    status: "active" | "ended";
    created_at: string;
    updated_at: string;
    version: number;
    seq: number;
};

/** A reminder: at a time, or some time before the due date of its task */
export type Reminder = {
    id: string;
    task_id: string;
    at?: string;
    before?: string;
    /** Time at which it is sent; null if it never is */
    remind_at: string | null;
    status: "pending" | "sent" | "failed" | "cancelled";
    attempts: number;
    sent_at: string | null;
    created_at: string;
};

/** A notification about one task (`task_id`) or several (`task_ids`) */
export type Notification = {
    id: string;
    kind: "reminder" | "digest" | "reminder_failed";
    title: string;
    task_id?: string;
    task_ids?: string[];
    due_date: string | null;
    url: string;
    /** True if it was sent later than planned */
    late: boolean;
    read_at: string | null;
    created_at: string;
};

/** A new task. */
export type NewTask = {
    /**
     * Id of the task, chosen by the client: a UUID of version 7. With an id, the request can be repeated at
     * any time, and makes one task. By default TaskFlow chooses one.
     */
    id?: string | null;
    /** Title of the task. */
    title: string;
    /** Details, with line breaks if needed. */
    description?: string | null;
    /** Priority. Defaults to `medium`. */
    priority?: string | null;
    /** Tags of the task. */
    tags?: string[] | null;
    /** Due date: a time, or a whole day. */
    due_date?: string | null;
    /** `true` allows a due date in the past. Defaults to `false`. */
    allow_past?: boolean | null;
    /** Reminders: at a time, or some time before the due date. */
    reminders?: ({
        /** Id of the reminder, chosen by the client: a UUID of version 7. */
        id?: string | null;
        at: string;
    } | {
        /** Id of the reminder, chosen by the client: a UUID of version 7. */
        id?: string | null;
        before: string;
    })[] | null;
    /** Recurrence: the task becomes the first one of a new series. */
    recurrence?: {
        /** Id of the series, chosen by the client: a UUID of version 7. By default TaskFlow chooses one. */
        id?: string | null;
        /** Unit of the interval. */
        frequency: "daily" | "weekly" | "monthly" | "yearly";
        /** Number of days, weeks, months or years between occurrences. Defaults to 1. */
        interval?: number;
        /** Days of a weekly recurrence. Defaults to the weekday of the start. */
        by_weekday?: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[] | null;
        /** Day of a monthly recurrence, 1 to 31 or `last`. Defaults to the day of the month of the start. */
        day_of_month?: number | "last" | null;
        /**
         * Start of the interval to the next occurrence: the `schedule` (default), or the `completion` of the
         * last one.
         */
        anchor?: "schedule" | "completion";
        /** Start of the series: the first occurrence is the first match on or after it. Defaults to today. */
        start_date?: string | null;
        /** End of the series: no occurrence is due after it. */
        end_date?: string | null;
        /** Time zone of the series. By default it follows the user's time zone, also when that changes. */
        timezone?: string | null;
    } | null;
};

/** Changes to a task, as a JSON merge patch: omitted members keep their value. */
export type TaskPatch = {
    /** Title of the task. */
    title?: string;
    /** Details; `null` clears them. */
    description?: string | null;
    /** Priority; `null` resets it to `medium`. */
    priority?: string | null;
    /** Tags, which replace the current ones; `null` removes all. */
    tags?: string[] | null;
    /** Due date: a time, or a whole day; `null` clears it. */
    due_date?: string | null;
    /** `true` allows a due date in the past. */
    allow_past?: boolean | null;
};

/** A new series of recurring tasks. */
export type NewRecurringTask = {
    /**
     * Id of the series, chosen by the client: a UUID of version 7. With an id, the request can be repeated at
     * any time, and makes one series. By default TaskFlow chooses one.
     */
    id?: string | null;
    /** Title of the task. */
    title: string;
    /** Details, with line breaks if needed. */
    description?: string | null;
    /** Priority. Defaults to `medium`. */
    priority?: string | null;
    /** Tags of its tasks. */
    tags?: string[] | null;
    /** Unit of the interval. */
    frequency: "daily" | "weekly" | "monthly" | "yearly";
    /** Number of days, weeks, months or years between occurrences. Defaults to 1. */
    interval?: number;
    /** Days of a weekly recurrence. Defaults to the weekday of the start. */
    by_weekday?: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[] | null;
    /** Day of a monthly recurrence, 1 to 31 or `last`. Defaults to the day of the month of the start. */
    day_of_month?: number | "last" | null;
    /**
     * Start of the interval to the next occurrence: the `schedule` (default), or the `completion` of the last
     * one.
     */
    anchor?: "schedule" | "completion";
    /** Start of the series: the first occurrence is the first match on or after it. Defaults to today. */
    start_date?: string | null;
    /** End of the series: no occurrence is due after it. */
    end_date?: string | null;
    /** Time zone of the series. By default it follows the user's time zone, also when that changes. */
    timezone?: string | null;
    /** Reminders of each of its tasks. */
    reminders?: {
        /** Time before the task is due, such as 15m, 1h, 2d or 1w. */
        before: string;
    }[] | null;
    /** `false` rejects a start in the past. Defaults to `true`. */
    allow_past?: boolean | null;
};

/** Changes to a series, as a JSON merge patch: omitted members keep their value. */
export type RecurringTaskPatch = {
    /** Title of the task. */
    title?: string;
    /** Details; `null` clears them. */
    description?: string | null;
    /** Priority; `null` resets it to `medium`. */
    priority?: string | null;
    /** Tags of its tasks, which replace the current ones; `null` removes all. */
    tags?: string[] | null;
    /** Unit of the interval. */
    frequency?: "daily" | "weekly" | "monthly" | "yearly";
    /** Number of days, weeks, months or years between occurrences. */
    interval?: number;
    /** Days of a weekly recurrence; `null` uses the weekday of the start. */
    by_weekday?: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[] | null;
    /** Day of a monthly recurrence; `null` uses the day of the month of the start. */
    day_of_month?: number | "last" | null;
    /** Start of the interval to the next occurrence: `schedule`, or `completion` of the last one. */
    anchor?: "schedule" | "completion";
    /** Start of the series, with the time of day of its tasks if they have one. */
    start_date?: string;
    /** End of the series: no occurrence is due after it; `null` removes the end. */
    end_date?: string | null;
    /** Time zone of the series; `null` follows the user's time zone. */
    timezone?: string | null;
    /** Reminders of each of its tasks, which replace the current ones; `null` removes all. */
    reminders?: {
        /** Time before the task is due, such as 15m, 1h, 2d or 1w. */
        before: string;
    }[] | null;
};

export type NewReminder = {
    /** Id of the reminder, chosen by the client: a UUID of version 7. */
    id?: string | null;
    at: string;
} | {
    /** Id of the reminder, chosen by the client: a UUID of version 7. */
    id?: string | null;
    before: string;
};

export type Snooze = {
    until: string | "tomorrow";
} | {
    for: string;
};

/** Error details (RFC 9457) */
export type Problem = {
    type: string;
    title: string;
    status: number;
    detail: string;
    correlation_id: string;
    /** Current state of the task, if its version is not the expected one */
    task?: Record<string, unknown>;
    /** Current state of the series, if its version is not the expected one */
    recurring_task?: Record<string, unknown>;
    errors?: {
        pointer?: string;
        parameter?: string;
        header?: string;
        detail: string;
    }[];
};

/** What clients keep, by kind. */
export interface Kinds {
    task: Task;
    recurring_task: RecurringTask;
    reminder: Reminder;
    notification: Notification;
}
