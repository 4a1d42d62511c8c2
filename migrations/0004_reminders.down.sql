-- Removes reminders and notifications with all of their data.
drop type app.absolute_reminder, app.relative_reminder, app.notification, app.notification_of_several;
drop table app.mails, app.notifications, app.reminders;
