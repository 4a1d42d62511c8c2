"""The story of steps.mjs with the official Python client: python story.py legacy, or auto."""

import json
import os
import sys
import time

import anyio
import httpx2
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp_types import Implementation, PromptReference, ResourceTemplateReference

URL = os.environ["TASKFLOW_URL"]
READ_ONLY = [
    "list_tasks",
    "get_task",
    "search_tasks",
    "filter_tasks",
    "sort_tasks",
    "list_recurring_tasks",
    "list_reminders",
    "get_task_history",
    "list_notifications",
]
TOOL_COUNT = 22
# The audit trail has a change within seconds.
HISTORY_WITHIN = 30


class Story:
    """The story with a client in one of its modes."""

    def __init__(self, mode, revision, unknown_resource):
        self.name = f"python-mcp-{mode}"
        self.mode, self.revision, self.unknown_resource = mode, revision, unknown_resource
        self.step = "connect"

    def done(self, next_step=None):
        print(f"ok  {self.name}: {self.step}", flush=True)
        self.step = next_step

    def http(self, token):
        return httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=30, trust_env=False)

    def client(self, http):
        # Without a cache, so that every call reaches TaskFlow.
        transport = streamable_http_client(f"{URL}/mcp", http_client=http)
        info = Implementation(name=self.name, version="2.3.0")
        return Client(transport, client_info=info, mode=self.mode, cache=None)

    async def succeed(self, client, tool, **arguments):
        """Calls a tool, asserts success and returns the structured result."""
        result = await client.call_tool(tool, arguments)
        assert not result.is_error, (tool, arguments, text(result))
        assert text(result), f"{tool} returns a text"
        return result.structured_content

    async def refuse(self, client, kind, tool, **arguments):
        """Calls a tool and asserts a refusal of the given kind."""
        result = await client.call_tool(tool, arguments)
        assert result.is_error and result.structured_content is None, (tool, arguments, result)
        problem = result.meta["taskflow/problem"]
        assert problem["kind"] == kind, problem
        return problem, text(result)

    async def tell(self, token, read_token):
        began = time.monotonic()
        try:
            await self.steps(token, read_token)
        except BaseException:
            print(f"WRONG  {self.name}: {self.step}", file=sys.stderr)
            raise
        print(f"    {self.name}: finished in {time.monotonic() - began:.1f} s")

    async def steps(self, token, read_token):
        async with self.http(token) as http, self.client(http) as client:
            await self.manage(client)
            await self.read(client)
        async with self.http(read_token) as http, self.client(http) as client:
            await self.only_read(client)
        await self.be_anonymous()

    async def manage(self, client):
        succeed, refuse = self.succeed, self.refuse
        assert client.protocol_version == self.revision, client.protocol_version
        assert client.server_info.name == "taskflow" and client.instructions
        self.done("list tools")

        tools = await pages(client.list_tools, "tools")
        assert len(tools) == TOOL_COUNT, [tool.name for tool in tools]
        assert [tool.name for tool in tools if tool.annotations.read_only_hint] == READ_ONLY
        assert all(tool.title and tool.description and tool.output_schema for tool in tools)
        self.done("add")

        due = "2099-07-01T09:00:00Z"
        ferns = await succeed(client, "add_task", title="Water the ferns", tags=["garden-work"], due_date=due)
        assert (ferns["title"], ferns["status"]) == ("Water the ferns", "active")
        assert ferns["tags"] == ["garden-work"]
        assert ferns["due_date"] == "2099-07-01T11:00:00+02:00", "times are in the user's zone"
        self.done("find by words")

        found = await succeed(client, "search_tasks", search="fern")
        assert [task["id"] for task in found["items"]] == [ferns["id"]]
        assert (await succeed(client, "get_task", task="ferns water"))["id"] == ferns["id"]
        await refuse(client, "no_match", "get_task", task="xylophone")
        self.done("complete and reopen")

        completed = await succeed(client, "complete_task", task="the ferns")
        assert (completed["id"], completed["status"]) == (ferns["id"], "completed")
        assert (await succeed(client, "reopen_task", task="the ferns"))["status"] == "active"
        self.done("ambiguous words change nothing")

        for place in ["sink", "bath"]:
            await succeed(client, "add_task", title=f"Call the plumber about the {place}")
        problem, message = await refuse(client, "ambiguous", "complete_task", task="call plumber")
        candidates = problem["candidates"]
        assert len(candidates) == 2 and all(candidate["id"] in message for candidate in candidates), message
        for candidate in candidates:
            assert (await succeed(client, "get_task", task=candidate["id"]))["status"] == "active"
        self.done("an invalid argument is reported")

        urgent = {"task": ferns["id"], "priority": "urgent"}
        problem, message = await refuse(client, "invalid", "set_task_priority", **urgent)
        assert problem["errors"][0]["pointer"] == "/priority" and "high" in message, (problem, message)
        self.done("delete needs a confirmation")

        unconfirmed = await succeed(client, "delete_task", task="ferns")
        assert (unconfirmed["deleted"], unconfirmed["needs_confirmation"]) == (False, True), unconfirmed
        assert (await succeed(client, "get_task", task=ferns["id"]))["deleted_at"] is None
        self.done("delete")

        deleted = await succeed(client, "delete_task", task=ferns["id"], confirm=True)
        assert (deleted["deleted"], deleted["needs_confirmation"]) == (True, False), deleted
        assert (await succeed(client, "search_tasks", search="fern"))["total"] == 0
        self.done("history")

        expected = ["task.created", "task.completed", "task.reopened", "task.deleted"]
        deadline, items = time.monotonic() + HISTORY_WITHIN, []
        while len(items) < len(expected) and time.monotonic() < deadline:
            await anyio.sleep(0.1)
            items = (await succeed(client, "get_task_history", task=ferns["id"]))["items"]
        events = [(item["event_type"], item["data"]["actor"], item["data"]["actor_name"]) for item in items]
        assert events == [(kind, "agent", self.name) for kind in expected], events
        self.done("resources")

    async def read(self, client):
        uris = {str(resource.uri) for resource in await pages(client.list_resources, "resources")}
        assert uris == {"taskflow://today", "taskflow://overdue"}, uris
        templates = await pages(client.list_resource_templates, "resource_templates")
        assert [template.uri_template for template in templates] == ["taskflow://task/{task}"]
        await self.succeed(client, "add_task", title="Pay the rent", due_date="2020-01-31", allow_past=True)
        overdue = await self.resource(client, "taskflow://overdue")
        assert [task["title"] for task in overdue["items"]] == ["Pay the rent"]
        assert (await self.resource(client, "taskflow://today"))["items"] == []
        sink = await self.resource(client, "taskflow://task/plumber%20sink")
        assert sink["title"] == "Call the plumber about the sink"
        try:
            await client.read_resource("taskflow://nothing")
        except MCPError as error:
            assert error.code == self.unknown_resource, error.error
            assert error.data["uri"] == "taskflow://nothing", error.error
        else:
            raise AssertionError("an unknown resource can be read")
        self.done("prompts")

        assert [prompt.name for prompt in await pages(client.list_prompts, "prompts")] == [
            "plan_my_day",
            "weekly_review",
        ]
        plan = await client.get_prompt("plan_my_day", {"tag": "garden-work"})
        assert any("garden-work" in message.content.text for message in plan.messages)
        self.done("completion")

        await self.succeed(client, "add_task", title="Mow the lawn", tags=["garden-work"])
        plan = PromptReference(type="ref/prompt", name="plan_my_day")
        result = await client.complete(plan, {"name": "tag", "value": "gard"})
        assert result.completion.values == ["garden-work"], result
        task = ResourceTemplateReference(type="ref/resource", uri="taskflow://task/{task}")
        result = await client.complete(task, {"name": "task", "value": "Mow"})
        assert result.completion.values == ["Mow the lawn"], result
        self.done("a read-only token")

    async def resource(self, client, uri):
        (content,) = (await client.read_resource(uri)).contents
        assert (str(content.uri), content.mime_type) == (uri, "application/json"), content
        return json.loads(content.text)

    async def only_read(self, client):
        assert [tool.name for tool in await pages(client.list_tools, "tools")] == READ_ONLY
        assert (await self.succeed(client, "search_tasks", search="lawn"))["total"] == 1
        try:
            await client.call_tool("add_task", {"title": "Not this"})
        except MCPError as error:
            assert "scope `write`" in error.message, error.error
        else:
            raise AssertionError("a read-only token changes data")
        self.done("an invalid token")

    async def be_anonymous(self):
        try:
            async with self.http("tfp_nobody") as http, self.client(http) as client:
                await client.list_tools()
        except* MCPError:
            self.done()
        else:
            raise AssertionError("an invalid token lists tools")


def text(result):
    return "\n".join(block.text for block in result.content)


async def pages(get, member):
    """Returns all items of a paged list."""
    found, cursor = [], None
    while True:
        page = await get(cursor=cursor)
        found += getattr(page, member)
        cursor = page.next_cursor
        if cursor is None:
            return found


STORIES = {
    # Starts with `initialize`.
    "legacy": Story("legacy", "2025-11-25", unknown_resource=-32002),
    # Asks for the supported revisions first, and uses the newest.
    "auto": Story("auto", "2026-07-28", unknown_resource=-32602),
}

if __name__ == "__main__":
    tokens = os.environ["TASKFLOW_TOKEN"], os.environ["TASKFLOW_READ_TOKEN"]
    anyio.run(STORIES[sys.argv[1]].tell, *tokens)
