-- Reminders, notifications, and e-mails.

create table app.reminders (
    id              uuid primary key default gen_random_uuid(),
    user_id         uuid not null references app.users on delete cascade,
    task_id         uuid not null references app.tasks on delete cascade,
    at              timestamptz,
    before          text,
    remind_at       timestamptz,
    status          text not null default 'pending',
    attempts        int not null default 0,
    sent_at         timestamptz,
    snoozed_at      timestamptz,
    claimed_until   timestamptz,
    notification_id uuid,
    created_at      timestamptz not null default now(),
    seq             bigint not null default 0,
    constraint reminders_are_absolute_or_relative check ((at is null) <> (before is null)),
    constraint reminders_status_is_known check (status in ('pending', 'sent', 'failed', 'cancelled'))
) with (fillfactor = 70);
create index reminders_of_a_task on app.reminders (task_id);
create index reminders_of_a_user_by_seq on app.reminders (user_id, seq);
create index reminders_to_come on app.reminders (user_id, remind_at, id)
 where status = 'pending' and notification_id is null;
create index reminders_due on app.reminders (remind_at) where status = 'pending' and notification_id is null;
create index reminders_of_a_notification on app.reminders (notification_id) where notification_id is not null;
comment on table app.reminders is 'Reminders of tasks.';
comment on column app.reminders.at is 'Instant of an absolute reminder.';
comment on column app.reminders.before is
    'Offset of a relative reminder before the due date: a number of `m`, `h`, `d` or `w`.';
comment on column app.reminders.remind_at is
    'Moment of the reminder. Null for a relative one of a task without a due date.';
comment on column app.reminders.claimed_until is
    'End of the claim. Its event is on its way; if that is lost, the reminder is claimed again afterwards.';

create table app.notifications (
    id         uuid primary key default gen_random_uuid(),
    user_id    uuid not null references app.users on delete cascade,
    kind       text not null,
    title      text not null,
    task_ids   uuid[] not null,
    due_date   timestamptz,
    late       boolean not null default false,
    minute     timestamptz not null,
    read_at    timestamptz,
    created_at timestamptz not null default clock_timestamp(),
    seq        bigint not null default 0,
    constraint notifications_kind_is_known check (kind in ('reminder', 'digest', 'reminder_failed')),
    constraint notifications_have_a_few_tasks check (cardinality(task_ids) between 1 and 10)
);
create index notifications_of_a_user_by_age on app.notifications (user_id, created_at desc, id desc);
create index notifications_of_a_user_by_seq on app.notifications (user_id, seq);
create index notifications_of_a_minute on app.notifications (user_id, minute);
create index notifications_by_age on app.notifications (created_at);
create index notifications_unread on app.notifications (user_id, created_at desc, id desc)
 where read_at is null;
comment on table app.notifications is 'The inbox of each user.';
comment on column app.notifications.late is
    'True if it was created more than 30 seconds after its first reminder was due.';
comment on column app.notifications.minute is
    'Minute of its reminders: those of the same minute share a notification.';

create table app.mails (
    id              uuid primary key default gen_random_uuid(),
    user_id         uuid not null references app.users on delete cascade,
    kind            text not null default 'reminder',
    notification_id uuid unique references app.notifications on delete cascade,
    email           text,
    next_at         timestamptz not null default now(),
    attempts        int not null default 0,
    claimed_until   timestamptz not null default '-infinity',
    constraint mails_kind_is_known check (
        kind in ('reminder', 'confirm_email', 'reset_password', 'password_changed', 'email_changes')),
    constraint mails_are_about_a_notification_or_the_account check (
        (kind = 'reminder') = (notification_id is not null) and (kind = 'reminder') = (email is null))
);
create index mails_by_time on app.mails (next_at);
create unique index mails_of_a_user on app.mails (user_id, kind, notification_id) nulls not distinct;
comment on table app.mails is
    'E-mails to be sent: about a notification, or about the account, one of each kind. The text is made when '
    'it is sent, and so is the token of a link.';
comment on column app.mails.email is
    'Address that an e-mail about the account goes to. Others go to that of the user.';
comment on column app.mails.claimed_until is
    'End of the claim. A request is sending it; if that dies, another one claims it afterwards.';

-- Reminders and notifications as clients see them: these fields in this order.
create type app.absolute_reminder as (
    id uuid, task_id uuid, at timestamptz, remind_at timestamptz, status text, attempts int,
    sent_at timestamptz, created_at timestamptz
);
create type app.relative_reminder as (
    id uuid, task_id uuid, before text, remind_at timestamptz, status text, attempts int, sent_at timestamptz,
    created_at timestamptz
);
create type app.notification as (
    id uuid, kind text, title text, task_id uuid, due_date timestamptz, url text, late boolean,
    read_at timestamptz, created_at timestamptz
);
create type app.notification_of_several as (
    id uuid, kind text, title text, task_ids uuid[], due_date timestamptz, url text, late boolean,
    read_at timestamptz, created_at timestamptz
);
comment on type app.absolute_reminder is 'A reminder at an instant, as clients see it.';
comment on type app.relative_reminder is 'A reminder before the due date, as clients see it.';
comment on type app.notification is 'A notification about one task, as clients see it.';
comment on type app.notification_of_several is 'A notification about several tasks, as clients see it.';
