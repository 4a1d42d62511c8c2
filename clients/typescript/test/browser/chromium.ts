// Chromium with a profile of its own, which outlives it.

import { accessSync, constants } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { chromium, type BrowserContext, type Page } from "playwright-core";

/** Path of the `chromium` on the PATH, if there is one. */
export const CHROMIUM = (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "chromium"))
    .find(isExecutable);

export class Chromium {
    readonly #profile: string;
    #context: BrowserContext;

    private constructor(profile: string, context: BrowserContext) {
        this.#profile = profile;
        this.#context = context;
    }

    static async start(): Promise<Chromium> {
        const profile = await mkdtemp(join(tmpdir(), "taskflow-chromium-"));
        return new Chromium(profile, await launch(profile));
    }

    openTab(): Promise<Page> {
        return this.#context.newPage();
    }

    /** Lets the process of a tab crash. */
    async crash(page: Page): Promise<void> {
        const session = await this.#context.newCDPSession(page);
        const isGone = new Promise((resolve) => page.once("crash", resolve));
        // It never answers.
        session.send("Page.crash").catch(() => {});
        await isGone;
    }

    /** Kills all of its processes, and starts it again with what its profile has. */
    async killAndRestart(): Promise<void> {
        const browser = this.#context.browser()!;
        const session = await browser.newBrowserCDPSession();
        const { processInfo } = await session.send("SystemInfo.getProcessInfo");
        const { id } = processInfo.find(({ type }) => type === "browser")!;
        const isGone = new Promise((resolve) => browser.once("disconnected", resolve));
        // It leads its process group.
        process.kill(-id, "SIGKILL");
        await isGone;
        this.#context = await launch(this.#profile);
    }

    async stop(): Promise<void> {
        await this.#context.close();
        await rm(this.#profile, { recursive: true, force: true });
    }
}

/** Chromium's sandbox is off, which is Playwright's default, and which root needs. */
function launch(profile: string): Promise<BrowserContext> {
    return chromium.launchPersistentContext(profile, { executablePath: CHROMIUM! });
}

function isExecutable(path: string): boolean {
    try {
        accessSync(path, constants.X_OK);
        return true;
    } catch {
        return false;
    }
}
