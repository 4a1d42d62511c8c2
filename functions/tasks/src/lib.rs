//! Tasks over HTTP: routes only. What each does is in the file of its name.

mod complete;
mod create;
mod delete;
mod get;
mod list;
mod patch;
mod reopen;
mod restore;
mod sync;
mod tag;
mod untag;

use actions::tasks::{
    ListTasks, MoreTags, NewDueDate, NewPriority, NewTask, Since, TaskPatch, list as listing, schema, sync as syncing,
};
use domain::Field;
use store::Refusal;
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
    Route::new(Post, "/api/tasks/{id}/complete", complete::run, "Complete a task").gives(200, schema).versioned(),
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
fn named(request: &web::Request) -> Result<actions::tasks::Named, Problem> {
    Ok(actions::tasks::Named { id: request.parameter("id")?, expected: web::expected_versions(request)? })
}

/// What a body refused, in the words of HTTP.
fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Said(reason) if reason == "past_due_date" => {
            Problem::invalid_member("/due_date", "is in the past; if that is meant, send `\"allow_past\": true` too")
        }
        Refusal::Said(reason) if reason == "too_many_tags" => {
            Problem::invalid_member("/tags", "would be more than 10 tags, with those that the task has")
        }
        other => other.into(),
    }
}
