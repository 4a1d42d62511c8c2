//! Accounts over HTTP: routes only. What each does is in the file of its name.

mod guest;
mod login;
mod logout;
mod me;
mod password;
mod register;
mod session;
mod sign_up;

use domain::Field;
use web::Method::{Get, Post};
use web::Route;

/// What this function answers.
pub const ROUTES: &[Route] = &[
    Route::new(Post, "/api/auth/guest", guest::run, "Start without an account")
        .takes(guest::NewGuest::schema)
        .gives(201, session::schema)
        .refuses(&[503])
        .open(),
    Route::new(Post, "/api/auth/register", register::run, "Make an account")
        .takes(register::NewAccount::schema)
        .gives(201, session::schema)
        .refuses(&[409, 503])
        .open(),
    Route::new(Post, "/api/auth/login", login::run, "Sign in")
        .takes(login::Credentials::schema)
        .gives(200, session::schema)
        .refuses(&[401, 503])
        .open(),
    Route::new(Post, "/api/auth/logout", logout::run, "Sign out"),
    Route::new(Get, "/api/auth/me", me::run, "Who am I?").gives(200, session::user_schema),
];

#[cfg(target_family = "wasm")]
#[allow(unsafe_code, reason = "what exports the component is generated")]
mod component {
    use spin_sdk::http::{IncomingRequest, ResponseOutparam};

    #[spin_sdk::http_component]
    async fn handle(request: IncomingRequest, out: ResponseOutparam) {
        web::serve("auth", super::ROUTES, request, out).await;
    }
}
