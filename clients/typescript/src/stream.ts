// The live stream: server-sent events, read by `fetch`, since `EventSource` cannot send a token.

/** A server-sent event. A comment, which keeps the connection alive, has neither name nor data. */
export interface StreamEvent {
    name: string;
    data: string;
    id?: string;
    /** Time that the server asks to wait before the next connection, in milliseconds. */
    retry?: number;
}

/** Parses a stream of server-sent events. Each chunk yields at least one event, which may be empty. */
export async function* parseEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of body) {
        rest += decoder.decode(chunk, { stream: true });
        const blocks = rest.split(/\r\n\r\n|\n\n|\r\r/);
        rest = blocks.pop()!;
        // Bytes show that the connection lives, even if they end no event.
        if (blocks.length === 0) yield { name: "", data: "" };
        for (const block of blocks) yield parseBlock(block);
    }
}

function parseBlock(block: string): StreamEvent {
    const event: StreamEvent = { name: "", data: "" };
    const data: string[] = [];
    for (const line of block.split(/\r\n|\n|\r/)) {
        const colon = line.indexOf(":");
        const field = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
        if (field === "event") event.name = value;
        else if (field === "data") data.push(value);
        else if (field === "id") event.id = value;
        else if (field === "retry" && /^\d+$/.test(value)) event.retry = Number(value);
    }
    return { ...event, data: data.join("\n") };
}

/** Yields the chunks of a body. Not every browser can iterate over a stream itself. */
export async function* chunks(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
    const reader = body.getReader();
    try {
        for (;;) {
            const { done, value } = await reader.read();
            if (done) return;
            yield value;
        }
    } finally {
        await reader.cancel().catch(() => {});
    }
}
