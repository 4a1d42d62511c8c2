import { execFileSync } from "node:child_process";
import { test } from "node:test";

test("the types are those of the OpenAPI document", () => {
    const root = new URL("../../", import.meta.url);
    execFileSync(process.execPath, ["scripts/generate-types.mjs", "--check"], {
        cwd: root,
        stdio: "inherit",
    });
});
