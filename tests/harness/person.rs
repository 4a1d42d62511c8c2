//! Users.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{Call, Client, Response, Stream};

/// A user with the credentials of a session or token.
#[derive(Clone, Debug)]
pub struct Person {
    client: Client,
    /// The user as the API shows it.
    pub user: Value,
    /// Bearer token of its requests.
    pub token: String,
}

impl Person {
    pub(crate) fn new(client: Client, session: &Value) -> Self {
        let token = session["token"].as_str().expect("a session has a token").to_owned();
        Self { client, user: session["user"].clone(), token }
    }

    /// Returns the id of the user.
    pub fn id(&self) -> String {
        self.user["id"].as_str().expect("a user has an id").to_owned()
    }

    /// Builds a request of this user.
    pub fn call(&self, method: &str, path: &str) -> Call<'_> {
        self.client.call(method, path).header("authorization", format!("Bearer {}", self.token))
    }

    /// Returns the same user behind another client, such as that of a proxy.
    pub(crate) fn through(&self, client: Client) -> Self {
        Self { client, ..self.clone() }
    }

    /// Returns the same user with a client that takes very little from the network before a test reads it.
    pub fn reading_slowly(&self) -> Self {
        self.through(self.client.reading_slowly())
    }

    /// Opens a live stream, which must begin.
    pub async fn stream(&self, query: &str) -> Stream {
        let stream = self.call("GET", &format!("/api/events{query}")).open().await;
        assert_eq!(stream.status, 200, "{:?}", stream.headers);
        stream
    }

    /// Returns true if the server answers a GET request with success: one that is starting may not.
    pub async fn is_answered(&self, path: &str) -> bool {
        self.call("GET", path).try_send().await.is_some_and(|status| status == 200)
    }

    /// Sends a GET request.
    pub async fn get(&self, path: &str) -> Response {
        self.call("GET", path).send().await
    }

    /// Sends a POST request.
    pub async fn post(&self, path: &str, body: Value) -> Response {
        self.call("POST", path).json(&body).send().await
    }

    /// Sends a PATCH request.
    pub async fn patch(&self, path: &str, body: Value) -> Response {
        self.call("PATCH", path).json(&body).send().await
    }

    /// Sends a DELETE request.
    pub async fn delete(&self, path: &str) -> Response {
        self.call("DELETE", path).send().await
    }

    /// Creates a task, as clients do: again if too many changes of the user wait for each other.
    pub async fn create(&self, task: Value) -> Response {
        for _ in 0..20 {
            let created = self.post("/api/tasks", task.clone()).await;
            if created.status != 429 || created.json()["type"] != "urn:taskflow:problem:busy" {
                return created.expect(201);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the changes of a user wait for each other for too long")
    }

    /// Creates a task with a title and returns its path.
    pub async fn task(&self, title: &str) -> String {
        format!("/api/tasks/{}", self.create(json!({ "title": title })).await.id())
    }

    /// Returns the titles of a list, in order.
    pub async fn titles(&self, path: &str) -> Vec<String> {
        let list = self.get(path).await.expect(200).json();
        let items = list["items"].as_array().expect("a list has items");
        items.iter().map(|task| task["title"].as_str().unwrap_or_default().to_owned()).collect()
    }
}
