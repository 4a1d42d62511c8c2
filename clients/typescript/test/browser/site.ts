// The site of the page: it serves the page and the client library, and passes on what is for TaskFlow.

import { readFile } from "node:fs/promises";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

const PACKAGE = new URL("../../../", import.meta.url);

export class Site {
    /** Open streams. */
    readonly streams = new Set<ServerResponse>();
    readonly #taskflow: string;
    readonly #server: Server;
    readonly #sockets = new Set<Socket>();
    #isOnline = true;

    private constructor(taskflow: string) {
        this.#taskflow = taskflow;
        this.#server = createServer((request, response) => {
            if (request.url!.startsWith("/api/")) this.#passOn(request, response);
            else void serve(request.url!, response);
        });
    }

    static async start(taskflow: string): Promise<Site> {
        const site = new Site(taskflow);
        await new Promise<void>((resolve) => site.#server.listen(0, "127.0.0.1", resolve));
        return site;
    }

    /** URL of the page. */
    get url(): string {
        return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
    }

    /** Without a network TaskFlow cannot be reached, but the page is there, as a service worker would have it. */
    setOnline(isOnline: boolean): void {
        this.#isOnline = isOnline;
        if (!isOnline) for (const socket of this.#sockets) socket.destroy();
    }

    stop(): void {
        this.#server.close();
        this.#server.closeAllConnections();
    }

    #passOn(from: IncomingMessage, to: ServerResponse): void {
        const { socket, method, url, headers } = from;
        if (!this.#isOnline) return void socket.destroy();
        this.#sockets.add(socket);
        if (url!.startsWith("/api/events")) this.streams.add(to);
        const onward = request(this.#taskflow + url, { method: method!, headers }, (answer) => {
            to.writeHead(answer.statusCode!, answer.headers);
            to.flushHeaders();
            answer.pipe(to);
        });
        onward.on("error", () => to.destroy());
        to.on("close", () => {
            this.#sockets.delete(socket);
            this.streams.delete(to);
            onward.destroy();
        });
        from.pipe(onward);
    }
}

async function serve(url: string, response: ServerResponse): Promise<void> {
    const [file, type] = fileOf(new URL(url, "http://site").pathname);
    try {
        const content = await readFile(new URL(file, PACKAGE));
        response.writeHead(200, { "content-type": type, "cache-control": "no-store" }).end(content);
    } catch {
        response.writeHead(404).end();
    }
}

function fileOf(path: string): [file: string, type: string] {
    if (path === "/") return ["test/browser/page.html", "text/html"];
    const file = path === "/idb.js" ? "node_modules/idb/build/index.js" : `build${path}`;
    return [file, "text/javascript"];
}
