//! Accounts over HTTP. This file has the routes; each handler is in the file of its name.

mod change_me;
mod confirm_email;
mod current_password;
mod delete_me;
mod forgot_password;
mod guest;
mod link;
mod login;
mod logout;
mod me;
mod pages;
mod password;
mod permit;
mod register;
mod reset_password;
mod session;
mod sessions;
mod sign_up;
mod tokens;
mod upgrade;

use domain::{Field, NoMembers};
use web::Method::{Delete, Get, Patch, Post};
use web::Route;

/// Routes of this function.
pub const ROUTES: &[Route] = &[
    Route::new(Post, "/api/auth/guest", guest::run, "Start as a guest")
        .takes(guest::NewGuest::schema)
        .gives(201, session::schema)
        .refuses(&[429, 503])
        .open(),
    Route::new(Post, "/api/auth/register", register::run, "Create an account")
        .takes(register::NewAccount::schema)
        .gives(201, session::schema)
        .refuses(&[409, 429, 503])
        .open(),
    Route::new(Post, "/api/auth/login", login::run, "Sign in")
        .takes(login::Credentials::schema)
        .gives(200, session::schema)
        .refuses(&[401, 429, 503])
        .open(),
    Route::new(Post, "/api/auth/logout", logout::run, "Sign out").takes(NoMembers::schema),
    Route::new(Post, "/api/auth/upgrade", upgrade::run, "Turn a guest into an account")
        .takes(upgrade::Upgrade::schema)
        .gives(200, session::schema)
        .refuses(&[409]),
    Route::new(Post, "/api/auth/confirm-email", confirm_email::run, "Confirm an e-mail address")
        .takes(link::Link::schema)
        .refuses(&[409, 410, 429, 503])
        .open(),
    Route::new(
        Post,
        "/api/auth/confirm-email/resend",
        confirm_email::resend,
        "Send the link that confirms the e-mail address again",
    )
    .takes(NoMembers::schema)
    .accepts()
    .refuses(&[409]),
    Route::new(
        Post,
        "/api/auth/forgot-password",
        forgot_password::run,
        "Send a link that sets a new password",
    )
    .takes(forgot_password::ForgottenPassword::schema)
    .accepts()
    .refuses(&[429, 503])
    .open(),
    Route::new(Post, "/api/auth/reset-password", reset_password::run, "Set a new password by a link")
        .takes(reset_password::NewPassword::schema)
        .refuses(&[410, 429, 503])
        .open(),
    Route::new(Get, "/api/auth/me", me::run, "Get the current user").gives(200, session::user_schema),
    Route::new(Patch, "/api/auth/me", change_me::run, "Update the current user")
        .takes(change_me::UserPatch::schema)
        .gives(200, session::user_schema)
        .refuses(&[409]),
    Route::new(Delete, "/api/auth/me", delete_me::run, "Delete the current user and all of their data")
        .takes(delete_me::Deletion::schema),
    Route::new(Get, "/api/auth/sessions", sessions::list, "List sessions").gives(200, sessions::schema),
    Route::new(Delete, "/api/auth/sessions", sessions::revoke_others, "End all other sessions"),
    Route::new(Delete, "/api/auth/sessions/{id}", sessions::revoke, "End a session"),
    Route::new(Post, "/api/auth/tokens", tokens::create, "Create a personal access token")
        .takes(tokens::NewToken::schema)
        .gives(201, tokens::new_token_schema)
        .refuses(&[409]),
    Route::new(Get, "/api/auth/tokens", tokens::list, "List personal access tokens")
        .gives(200, tokens::schema),
    Route::new(Delete, "/api/auth/tokens", tokens::revoke_all, "Revoke all personal access tokens"),
    Route::new(Delete, "/api/auth/tokens/{id}", tokens::revoke, "Revoke a personal access token"),
    Route::new(Get, "/confirm-email", pages::confirm_form, "Show the form behind a link").linked().page(),
    Route::new(Post, "/confirm-email", pages::confirm, "Confirm an e-mail address by a form")
        .page()
        .takes_bytes(),
    Route::new(Get, "/reset-password", pages::password_form, "Show the form behind a link").linked().page(),
    Route::new(Post, "/reset-password", pages::set_password, "Set a new password by a form")
        .page()
        .takes_bytes(),
];

web::export!("auth", ROUTES);
