//! Tasks over HTTP. This file has the routes; each handler is in the file of its name.

mod complete;
mod create;
mod delete;
mod get;
mod list;
mod patch;
mod reminders;
mod reopen;
mod restore;
mod series;
mod sync;
mod tag;
mod untag;

use actions::reminders as remind;
use actions::series::{self as recur, NewSeries, SeriesPatch, SeriesQuery, StopOptions};
use actions::tasks::{
    self, MoreTags, NewDueDate, NewPriority, NewTask, Since, TaskPatch, TaskQuery, list as listing, schema,
    sync as syncing,
};
use actions::{Clock, Page};
use domain::{Field, NewReminder, Snooze};
use web::Method::{Delete, Get, Patch, Post};
use web::{Problem, Route};

/// Routes of this function.
pub const ROUTES: &[Route] = &[
    Route::new(Post, "/api/tasks", create::run, "Create a task")
        .takes(NewTask::schema)
        .gives(201, schema)
        .refuses(&[409])
        .versioned(),
    Route::new(Get, "/api/tasks", list::run, "List tasks")
        .query(TaskQuery::schema)
        .gives(200, listing::schema),
    Route::new(Get, "/api/tasks/{id}", get::run, "Get a task").gives(200, schema).versioned(),
    Route::new(Patch, "/api/tasks/{id}", patch::run, "Update a task")
        .takes(TaskPatch::schema)
        .gives(200, schema)
        .versioned(),
    Route::new(Delete, "/api/tasks/{id}", delete::run, "Move a task to the trash, or delete it permanently")
        .query(delete::Deletion::schema)
        .versioned(),
    Route::new(Post, "/api/tasks/{id}/restore", restore::run, "Restore a task from the trash")
        .gives(200, schema)
        .versioned(),
    Route::new(Post, "/api/tasks/{id}/complete", complete::run, "Complete a task")
        .gives(200, tasks::complete::schema)
        .versioned(),
    Route::new(Post, "/api/tasks/{id}/reopen", reopen::run, "Reopen a completed task")
        .gives(200, schema)
        .versioned(),
    Route::new(Patch, "/api/tasks/{id}/priority", patch::priority, "Set the priority of a task")
        .takes(NewPriority::schema)
        .gives(200, schema)
        .versioned(),
    Route::new(Patch, "/api/tasks/{id}/due-date", patch::due_date, "Set the due date of a task")
        .takes(NewDueDate::schema)
        .gives(200, schema)
        .versioned(),
    Route::new(Post, "/api/tasks/{id}/tags", tag::run, "Add tags to a task")
        .takes(MoreTags::schema)
        .gives(200, schema)
        .versioned(),
    Route::new(Delete, "/api/tasks/{id}/tags/{tag}", untag::run, "Remove a tag from a task")
        .gives(200, schema)
        .versioned(),
    Route::new(Post, "/api/tasks/{id}/reminders", reminders::add, "Add a reminder to a task")
        .takes(NewReminder::schema)
        .gives(201, remind::schema)
        .refuses(&[409, 412]),
    Route::new(Get, "/api/tasks/{id}/reminders", reminders::of_task, "List the reminders of a task")
        .gives(200, remind::list::schema),
    Route::new(Get, "/api/reminders", reminders::upcoming, "List upcoming reminders")
        .query(Page::schema)
        .gives(200, remind::list::page_schema),
    Route::new(Delete, "/api/reminders/{id}", reminders::delete, "Delete a reminder"),
    Route::new(Post, "/api/reminders/{id}/snooze", reminders::snooze, "Snooze a reminder")
        .takes(Snooze::schema)
        .gives(200, remind::schema)
        .refuses(&[409]),
    Route::new(Post, "/api/recurring-tasks", series::create, "Create a series")
        .takes(NewSeries::schema)
        .gives(201, recur::schema)
        .refuses(&[409])
        .versioned(),
    Route::new(Get, "/api/recurring-tasks", series::list, "List series")
        .query(SeriesQuery::schema)
        .gives(200, recur::list::schema),
    Route::new(
        Get,
        "/api/recurring-tasks/{id}",
        series::get,
        "Get a series with its past and next occurrences",
    )
    .gives(200, recur::get::schema)
    .versioned(),
    Route::new(Patch, "/api/recurring-tasks/{id}", series::patch, "Update a series, from its open task on")
        .takes(SeriesPatch::schema)
        .gives(200, recur::schema)
        .refuses(&[409])
        .versioned(),
    Route::new(Delete, "/api/recurring-tasks/{id}", series::stop, "Stop a series")
        .query(StopOptions::schema)
        .versioned(),
    Route::new(
        Post,
        "/api/recurring-tasks/{id}/dismiss-missed",
        series::dismiss_missed,
        "Move the missed tasks of a series to the trash",
    )
    .gives(200, recur::dismiss::schema)
    .refuses(&[412]),
    Route::new(Get, "/api/sync", sync::run, "Get changes since the last sync")
        .query(Since::schema)
        .gives(200, syncing::schema)
        .refuses(&[410]),
];

web::export!("tasks", ROUTES);

/// Returns the id in the path and the versions in `If-Match`.
fn target(request: &web::Request) -> Result<tasks::Target, Problem> {
    Ok(tasks::Target { id: request.parameter("id")?, expected: web::expected_versions(request)? })
}

/// Returns the current time, and ids for new tasks.
fn clock() -> Clock {
    Clock::new(web::now_ms(), web::random)
}
