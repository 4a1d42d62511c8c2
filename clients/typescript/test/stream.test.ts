import assert from "node:assert/strict";
import { test } from "node:test";

import { makeId } from "../src/id.js";
import { parseEvents, type StreamEvent } from "../src/stream.js";

async function parse(pieces: Uint8Array[]): Promise<StreamEvent[]> {
    const body = (async function* () {
        yield* pieces;
    })();
    const events: StreamEvent[] = [];
    for await (const event of parseEvents(body)) if (event.name !== "" || event.retry) events.push(event);
    return events;
}

test("events are the same wherever the stream is cut", async () => {
    const text = `retry: 250\nevent: hello\ndata: {"seq":1}\n\n:\n\nevent: changes\r\nid: e.2\r\ndata: "ä\r\ndata: b"\r\n\r\n`;
    const bytes = new TextEncoder().encode(text);
    const whole = [
        { name: "hello", data: '{"seq":1}', retry: 250 },
        { name: "changes", data: '"ä\nb"', id: "e.2" },
    ];
    for (let cut = 0; cut <= bytes.length; cut += 1) {
        assert.deepEqual(await parse([bytes.slice(0, cut), bytes.slice(cut)]), whole, `cut at ${cut}`);
    }
});

test("an id is a UUID of version 7, and a later one sorts later", () => {
    const form = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    const ids = [1_900_000_000_000, 1_900_000_000_001].map((now) => makeId(now, Math.random));
    assert.ok(
        ids.every((id) => form.test(id)),
        `${ids}`,
    );
    assert.ok(ids[0]! < ids[1]!);
});
