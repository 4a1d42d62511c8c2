use std::collections::HashSet;

use serde_json::json;
use tests::{App, Person};

use super::{find_titles, wrong_parameter};

/// Returns the titles on all pages of a list, of two tasks each.
async fn titles_of_all_pages(person: &Person, query: &str) -> Vec<String> {
    let mut titles = Vec::new();
    let mut path = format!("/api/tasks?{query}&limit=2");
    loop {
        let page = person.get(&path).await.expect(200).json();
        let items = page["items"].as_array().expect("a page has items");
        titles.extend(items.iter().map(|task| task["title"].as_str().expect("a title").to_owned()));
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/api/tasks?{query}&limit=2&cursor={cursor}"),
            None => return titles,
        }
    }
}

#[tokio::test]
async fn a_search_matches_prefixes_of_all_words() {
    let app = App::start().await;
    let ada = app.guest().await;
    ada.create(json!({ "title": "Buy oat milk", "description": "from the farmer" })).await;
    ada.task("buy bread").await;
    ada.task("renew well-known passport").await;

    assert_eq!(find_titles(&ada, "search=buy").await.len(), 2);
    assert_eq!(find_titles(&ada, "search=MIL").await, ["Buy oat milk"]);
    assert_eq!(find_titles(&ada, "search=milk%20bu").await, ["Buy oat milk"]);
    assert_eq!(
        find_titles(&ada, "search=oat%20farm").await,
        ["Buy oat milk"],
        "one in the title, one in the description"
    );
    assert_eq!(find_titles(&ada, "search=milk%20bread").await, [] as [&str; 0]);
    assert_eq!(find_titles(&ada, "search=ilk").await, [] as [&str; 0]);
    assert_eq!(find_titles(&ada, "search=well-kno").await, ["renew well-known passport"]);
}

#[tokio::test]
async fn a_search_stems_english_but_finds_names_that_are_common_words() {
    let app = App::start().await;
    let ada = app.guest().await;
    ada.task("run a mile").await;
    ada.task("ask Will about it").await;

    assert_eq!(find_titles(&ada, "search=running").await, ["run a mile"]);
    assert_eq!(find_titles(&ada, "search=runs%20miles").await, ["run a mile"]);
    assert_eq!(find_titles(&ada, "search=will").await, ["ask Will about it"]);
    assert_eq!(find_titles(&ada, "search=Wil").await, ["ask Will about it"]);
}

#[tokio::test]
async fn a_search_matches_the_current_text_of_a_task() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.create(json!({ "title": "paint", "description": "the fence" })).await;

    ada.patch(task.header("location"), json!({ "title": "repair", "description": null })).await.expect(200);

    assert_eq!(find_titles(&ada, "search=repair").await, ["repair"]);
    assert_eq!(find_titles(&ada, "search=paint").await, [] as [&str; 0]);
    assert_eq!(find_titles(&ada, "search=fence").await, [] as [&str; 0]);
}

#[tokio::test]
async fn a_search_accepts_any_characters() {
    let app = App::start().await;
    let ada = app.guest().await;
    ada.task(r"ask O'Brien about C:\temp and 'quotes'").await;
    ada.create(json!({ "title": "long", "description": format!("{} before", "ä".repeat(4000)) }))
        .await
        .expect(201);
    ada.create(json!({ "title": "longer", "description": "many words ".repeat(400) })).await.expect(201);

    assert_eq!(find_titles(&ada, "search=o%27brien").await.len(), 1);
    assert_eq!(find_titles(&ada, "search=%27quotes%27").await.len(), 1);
    assert_eq!(find_titles(&ada, "search=c:%5Ctemp").await.len(), 1);
    assert_eq!(
        find_titles(&ada, "search=before").await,
        ["long"],
        "next to a text that is too long for a word"
    );
    assert_eq!(find_titles(&ada, "search=many").await, ["longer"]);
}

#[tokio::test]
async fn a_match_in_the_title_ranks_above_one_in_the_description() {
    let app = App::start().await;
    let ada = app.guest().await;
    ada.task("milk").await;
    ada.create(json!({ "title": "shopping", "description": "milk" })).await;

    assert_eq!(find_titles(&ada, "search=milk").await, ["milk", "shopping"]);
    assert_eq!(find_titles(&ada, "search=milk&sort_by=relevance").await, ["milk", "shopping"]);
    assert_eq!(find_titles(&ada, "search=milk&sort_by=relevance&sort_order=asc").await, ["shopping", "milk"]);
    assert_eq!(
        find_titles(&ada, "search=milk&sort_by=created_at&sort_order=desc").await,
        ["shopping", "milk"]
    );
}

#[tokio::test]
async fn equally_good_matches_are_sorted_newest_first() {
    let app = App::start().await;
    let ada = app.guest().await;
    let insert = format!(
        "insert into app.tasks (id, user_id, title)
         select ('019a0000-0000-7000-8000-00000000000' || n)::uuid, '{}', 'milk ' || n
           from unnest(array[2, 1, 3]) as n",
        ada.id()
    );
    app.database.change(&insert).await;

    assert_eq!(find_titles(&ada, "search=milk").await, ["milk 3", "milk 2", "milk 1"]);
}

#[tokio::test]
async fn a_search_without_words_matches_the_literal_text() {
    let app = App::start().await;
    let ada = app.guest().await;
    ada.task("call mom 👋").await;
    ada.create(json!({ "title": "call dad", "description": "never ever ?!" })).await;

    assert_eq!(find_titles(&ada, "search=%F0%9F%91%8B").await, ["call mom 👋"]);
    assert_eq!(find_titles(&ada, "search=%3F%21").await, ["call dad"]);
    assert_eq!(find_titles(&ada, "search=%21%3F").await, [] as [&str; 0]);
}

#[tokio::test]
async fn a_search_without_words_reads_no_long_description() {
    let app = App::start().await;
    let ada = app.guest().await;
    for (title, words) in [("short", 399), ("long", 400), ("long ?!", 3999)] {
        let description = format!("{}?!", "milk ".repeat(words));
        ada.create(json!({ "title": title, "description": description })).await.expect(201);
    }

    assert_eq!(find_titles(&ada, "search=%3F%21").await, ["long ?!", "short"]);
    assert_eq!(find_titles(&ada, "search=milk").await.len(), 3, "words are in an index");
}

#[tokio::test]
async fn a_search_without_words_has_more_than_one_page() {
    let app = App::start().await;
    let ada = app.guest().await;
    for number in 1..=3 {
        ada.task(&format!("call {number} ?!")).await;
    }

    assert_eq!(titles_of_all_pages(&ada, "search=%3F%21").await, ["call 3 ?!", "call 2 ?!", "call 1 ?!"]);
}

#[tokio::test]
async fn of_very_many_long_texts_that_match_many_words_only_the_newest_are_ranked() {
    let app = App::start().await;
    let ada = app.guest().await;
    // Descriptions of 20 000 characters, whose words begin with 20 prefixes. The oldest task would be the best
    // match, and ranks above a short one only if it is read.
    let insert = format!(
        "insert into app.tasks (id, user_id, title, description)
         select ('019a0000-0000-7000-8000-0000000000' || lpad(n::text, 2, '0'))::uuid, '{}',
                case n when 1 then (select string_agg('a' || chr(97 + k), ' ') from generate_series(0, 19) as k)
                       else 'number ' || n end,
                (select string_agg('a' || chr(97 + k % 20) || substr(md5((n * 10000 + k)::text), 1, 4), ' ')
                   from generate_series(0, 2800) as k)
           from generate_series(1, 60) as n",
        ada.id()
    );
    app.database.change(&insert).await;
    let prefixes: Vec<String> = ('a'..='t').map(|letter| format!("a{letter}")).collect();
    let search = format!("search={}", prefixes.join("+"));

    let all = titles_of_all_pages(&ada, &search).await;

    let titles: HashSet<&String> = all.iter().collect();
    assert_eq!((all.len(), titles.len()), (60, 60), "each is on one page: {all:?}");
    assert_eq!(all[58..], ["number 2".to_owned(), prefixes.join(" ")], "the oldest come last");
}

#[tokio::test]
async fn quotes_and_operators_in_a_search_are_plain_text() {
    let app = App::start().await;
    let ada = app.guest().await;
    ada.task("foobar").await;
    ada.task("it's (100%) \"so\" \\ & | ! :*").await;

    assert_eq!(find_titles(&ada, "search=foo%20%26%20%7C%20%21%20%27%20%3A%2A").await, ["foobar"]);
    for alone in ["%27", "%22", "%5C", "%26", "%7C", "%21", "%3A%2A", "%28", "%29", "%25"] {
        assert_eq!(
            find_titles(&ada, &format!("search={alone}")).await,
            ["it's (100%) \"so\" \\ & | ! :*"],
            "{alone}"
        );
    }
    for odd in ["foo%27", "%27foo", "foo%5C", "foo%3A%2AA", "%21foo", "%28foo", "foo%3C-%3E", "%22foo"] {
        ada.get(&format!("/api/tasks?search={odd}")).await.expect(200);
    }
    assert_eq!(wrong_parameter(&ada, "search=%20").await, "search");
}

#[tokio::test]
async fn sorting_by_relevance_needs_a_search() {
    let app = App::start().await;
    let ada = app.guest().await;
    let problem = ada.get("/api/tasks?sort_by=relevance").await.problem(422);
    let detail = "can be relevance only with a `search`";
    assert_eq!(problem["errors"], json!([{ "parameter": "sort_by", "detail": detail }]));
}
