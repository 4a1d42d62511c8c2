// A running TaskFlow at `TASKFLOW_URL`, and its users.

import assert from "node:assert/strict";

export const URL = process.env["TASKFLOW_URL"];
export const WAIT_MS = 20_000;

/** Creates a user, and returns the headers of its requests. */
export async function guest(): Promise<Record<string, string>> {
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
    const response = await fetch(`${URL}/api/auth/guest`, init);
    const { token } = (await response.json()) as { token: string };
    return { authorization: `Bearer ${token}` };
}

export async function until(what: string, isSo: () => boolean): Promise<void> {
    for (const end = Date.now() + WAIT_MS; !isSo();) {
        assert.ok(Date.now() < end, `${what} did not happen`);
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}
