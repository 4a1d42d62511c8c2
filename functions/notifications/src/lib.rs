//! Notifications over HTTP. This file has the routes; each handler is in the file of its name.

mod list;
mod mail;
mod mails;
mod notify;
mod unsubscribe;

use actions::notifications::{NotificationQuery, list as listing, schema};
use domain::Field;
use web::Method::{Get, Post};
use web::Route;

/// Routes of this function.
pub const ROUTES: &[Route] = &[
    Route::new(Get, "/api/notifications", list::run, "List notifications")
        .query(NotificationQuery::schema)
        .gives(200, listing::schema),
    Route::new(Post, "/api/notifications/{id}/read", list::read, "Mark a notification as read")
        .gives(200, schema),
    Route::new(Post, "/api/notifications/read-all", list::read_all, "Mark all notifications as read")
        .gives(200, list::read_schema),
    Route::new(
        Get,
        "/api/notifications/unsubscribe/{key}",
        unsubscribe::confirmation,
        "Show the unsubscribe page",
    )
    .linked()
    .gives_text("text/html; charset=utf-8")
    .refuses(&[429])
    .open(),
    Route::new(
        Post,
        "/api/notifications/unsubscribe/{key}",
        unsubscribe::run,
        "Unsubscribe from reminder e-mails",
    )
    // Browsers and mail programs send a form.
    .takes_bytes()
    .linked()
    .gives_text("text/html; charset=utf-8")
    .refuses(&[429, 503])
    .open(),
    Route::new(Post, "/internal/notifications/events", notify::run, "Notify users of due reminders")
        .internal(),
    Route::new(Post, "/internal/notifications/mail", mails::run, "Send pending e-mails").internal(),
];

web::export!("notifications", ROUTES);
