//! Tasks over HTTP: routes only. What each does is in the file of its name.

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

use actions::Clock;
use actions::reminders as remind;
use actions::series::{self as recur, ListSeries, NewSeries, SeriesPatch, Stopping};
use actions::tasks::{
    self, ListTasks, MoreTags, NewDueDate, NewPriority, NewTask, Since, TaskPatch, list as listing, schema,
    sync as syncing,
};
use domain::{Field, Moment, NewReminder, Snooze, TaskId};
use web::Method::{Delete, Get, Patch, Post};
use web::{Problem, Route};

/// What this function answers.
pub const ROUTES: &[Route] = &[
    Route::new(Post, "/api/tasks", create::run, "Create a task").takes(NewTask::schema).gives(201, schema).versioned(),
    Route::new(Get, "/api/tasks", list::run, "List tasks").query(ListTasks::schema).gives(200, listing::schema),
    Route::new(Get, "/api/tasks/{id}", get::run, "Look at a task").gives(200, schema).versioned(),
    Route::new(Patch, "/api/tasks/{id}", patch::run, "Change a task")
        .takes(TaskPatch::schema)
        .gives(200, schema)
        .versioned(),
    Route::new(Delete, "/api/tasks/{id}", delete::run, "Move a task to the trash, or delete it for good")
        .query(delete::Deletion::schema)
        .versioned(),
    Route::new(Post, "/api/tasks/{id}/restore", restore::run, "Take a task out of the trash")
        .gives(200, schema)
        .versioned(),
    Route::new(Post, "/api/tasks/{id}/complete", complete::run, "Complete a task")
        .gives(200, tasks::complete::schema)
        .versioned(),
    Route::new(Post, "/api/tasks/{id}/reopen", reopen::run, "Open a completed task again")
        .gives(200, schema)
        .versioned(),
    Route::new(Patch, "/api/tasks/{id}/priority", patch::priority, "Say how much a task matters")
        .takes(NewPriority::schema)
        .gives(200, schema)
        .versioned(),
    Route::new(Patch, "/api/tasks/{id}/due-date", patch::due_date, "Say when a task is due")
        .takes(NewDueDate::schema)
        .gives(200, schema)
        .versioned(),
    Route::new(Post, "/api/tasks/{id}/tags", tag::run, "File a task under more tags")
        .takes(MoreTags::schema)
        .gives(200, schema)
        .versioned(),
    Route::new(Delete, "/api/tasks/{id}/tags/{tag}", untag::run, "Take a tag off a task")
        .gives(200, schema)
        .versioned(),
    Route::new(Post, "/api/tasks/{id}/reminders", reminders::add, "Add a reminder of a task")
        .takes(NewReminder::schema)
        .gives(201, remind::schema)
        .refuses(&[409]),
    Route::new(Get, "/api/tasks/{id}/reminders", reminders::of_task, "Look at the reminders of a task")
        .gives(200, remind::list::schema),
    Route::new(Get, "/api/reminders", reminders::upcoming, "List the reminders that are to come")
        .query(remind::ListReminders::schema)
        .gives(200, remind::list::page_schema),
    Route::new(Delete, "/api/reminders/{id}", reminders::delete, "Delete a reminder"),
    Route::new(Post, "/api/reminders/{id}/snooze", reminders::snooze, "Have a reminder come later")
        .takes(Snooze::schema)
        .gives(200, remind::schema)
        .refuses(&[409]),
    Route::new(Post, "/api/recurring-tasks", series::create, "Create a series of tasks")
        .takes(NewSeries::schema)
        .gives(201, recur::schema)
        .versioned(),
    Route::new(Get, "/api/recurring-tasks", series::list, "List series")
        .query(ListSeries::schema)
        .gives(200, recur::list::schema),
    Route::new(Get, "/api/recurring-tasks/{id}", series::get, "Look at a series, what was of it and what comes")
        .gives(200, recur::get::schema)
        .versioned(),
    Route::new(Patch, "/api/recurring-tasks/{id}", series::patch, "Change a series: the open task and all later ones")
        .takes(SeriesPatch::schema)
        .gives(200, recur::schema)
        .refuses(&[409])
        .versioned(),
    Route::new(Delete, "/api/recurring-tasks/{id}", series::stop, "Stop a series").query(Stopping::schema).versioned(),
    Route::new(
        Post,
        "/api/recurring-tasks/{id}/dismiss-missed",
        series::dismiss_missed,
        "Move what was missed of a series to the trash",
    )
    .gives(200, recur::dismiss::schema),
    Route::new(Get, "/api/sync", sync::run, "Catch up with what has changed")
        .query(Since::schema)
        .gives(200, syncing::schema)
        .refuses(&[410]),
];

#[cfg(target_family = "wasm")]
#[allow(unsafe_code, reason = "what exports the component is generated")]
mod component {
    use spin_sdk::http::{IncomingRequest, ResponseOutparam};

    #[spin_sdk::http_component]
    async fn handle(request: IncomingRequest, out: ResponseOutparam) {
        web::serve("tasks", super::ROUTES, request, out).await;
        events::publish("tasks").await;
    }
}

/// The task that the path names, in the versions that the client has seen.
fn named(request: &web::Request) -> Result<tasks::Named, Problem> {
    Ok(tasks::Named { id: request.parameter("id")?, expected: web::expected_versions(request)? })
}

/// The time, and names for what is made.
fn clock() -> Clock {
    let ms = web::now_ms();
    Clock { now: Moment::from_ms(ms), ids: [(); 2].map(|()| TaskId::new(ms, web::random())) }
}
