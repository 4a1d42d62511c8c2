//! Somebody who uses TaskFlow.

use serde_json::{Value, json};

use crate::{Answer, Call, Client};

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct Person {
    client: Client,
    /// Who they are.
    pub user: Value,
    /// What they sign in with.
    pub token: String,
}

impl Person {
    pub(crate) fn new(client: Client, session: &Value) -> Self {
        let token = session["token"].as_str().expect("a session has a token").to_owned();
        Self { client, user: session["user"].clone(), token }
    }

    /// Their id.
    pub fn id(&self) -> String {
        self.user["id"].as_str().expect("a user has an id").to_owned()
    }

    /// Begins a request of theirs.
    pub fn call(&self, method: &str, path: &str) -> Call<'_> {
        self.client.call(method, path).header("authorization", format!("Bearer {}", self.token))
    }

    /// Gets something.
    pub async fn get(&self, path: &str) -> Answer {
        self.call("GET", path).send().await
    }

    /// Posts something.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path).json(&body).send().await
    }

    /// Changes something.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call("PATCH", path).json(&body).send().await
    }

    /// Deletes something.
    pub async fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path).send().await
    }

    /// Makes a task, which has to work.
    pub async fn create(&self, task: Value) -> Answer {
        self.post("/api/tasks", task).await.expect(201)
    }

    /// Makes a task of that title, which has to work, and returns its path.
    pub async fn task(&self, title: &str) -> String {
        format!("/api/tasks/{}", self.create(json!({ "title": title })).await.id())
    }

    /// The titles of a list, in its order.
    pub async fn titles(&self, path: &str) -> Vec<String> {
        let list = self.get(path).await.expect(200).json();
        let items = list["items"].as_array().expect("a list has items");
        items.iter().map(|task| task["title"].as_str().unwrap_or_default().to_owned()).collect()
    }
}
