//! `POST /api/tasks`

use actions::tasks::{self, NewTask};
use domain::{Errors, FieldError, NewReminder, TaskId};
use web::{Problem, Request, Response};

use crate::series;

pub fn run(request: &Request) -> Result<Response, Problem> {
    let caller = request.caller()?;
    let task = request.body::<NewTask>()?;
    check_reminders(&task)?;
    let now = series::now();
    let made = match &task.recurrence {
        Some(recurrence) => actions::series::create_from_task(&caller, series::ids(), &task, recurrence, now)
            .map_err(series::refused)?,
        None => {
            let id = TaskId::new(web::now_ms(), web::random());
            tasks::create(&caller, id, &task).map_err(crate::refused)?
        }
    };
    // Where the same request came before, it is the task of that time.
    let location = format!("/api/tasks/{}", made.id);
    Ok(Response::versioned(201, made.json, made.version).with("location", location))
}

/// Refuses reminders that could never come.
fn check_reminders(task: &NewTask) -> Result<(), Problem> {
    let is_due = task.due_date.is_some() || task.recurrence.is_some();
    let mut errors = Errors::new();
    for (number, reminder) in task.reminders.iter().flat_map(|reminders| &reminders.0).enumerate() {
        let found = match reminder {
            NewReminder::Before(_) if !is_due => {
                vec![FieldError { pointer: "/before".into(), detail: "needs a task that is due at some time".into() }]
            }
            reminder => reminder.check(series::now()).err().unwrap_or_default(),
        };
        errors.extend(
            found
                .into_iter()
                .map(|error| FieldError { pointer: format!("/reminders/{number}{}", error.pointer), ..error }),
        );
    }
    if errors.is_empty() { Ok(()) } else { Err(Problem::invalid_body(errors)) }
}
