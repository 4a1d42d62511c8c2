//! Tasks over HTTP: routes only. What each does is in the file of its name.

mod complete;
mod create;
mod delete;
mod get;
mod list;
mod patch;
mod reopen;

use actions::tasks::{ListTasks, NewTask, TaskPatch, list as listing, schema};
use domain::Field;
use web::Method::{Delete, Get, Patch, Post};
use web::Route;

/// What this function answers.
pub const ROUTES: &[Route] = &[
    Route::new(Post, "/api/tasks", create::run, "Create a task").takes(NewTask::schema).gives(201, schema),
    Route::new(Get, "/api/tasks", list::run, "List tasks").query(ListTasks::schema).gives(200, listing::schema),
    Route::new(Get, "/api/tasks/{id}", get::run, "Look at a task").gives(200, schema),
    Route::new(Patch, "/api/tasks/{id}", patch::run, "Change a task")
        .takes(TaskPatch::schema)
        .gives(200, schema)
        .refuses(&[412]),
    Route::new(Delete, "/api/tasks/{id}", delete::run, "Move a task to the trash").refuses(&[412, 422]),
    Route::new(Post, "/api/tasks/{id}/complete", complete::run, "Complete a task")
        .gives(200, schema)
        .refuses(&[412, 422]),
    Route::new(Post, "/api/tasks/{id}/reopen", reopen::run, "Open a completed task again")
        .gives(200, schema)
        .refuses(&[412, 422]),
];

#[cfg(target_family = "wasm")]
#[allow(unsafe_code, reason = "what exports the component is generated")]
mod component {
    use spin_sdk::http::{IncomingRequest, ResponseOutparam};

    #[spin_sdk::http_component]
    async fn handle(request: IncomingRequest, out: ResponseOutparam) {
        web::serve("tasks", super::ROUTES, request, out).await;
    }
}

/// The task that the path names, in the version that the client has seen.
fn named(request: &web::Request) -> Result<actions::tasks::Named, web::Problem> {
    Ok(actions::tasks::Named { id: request.parameter("id")?, expected: web::expected_version(request)? })
}
