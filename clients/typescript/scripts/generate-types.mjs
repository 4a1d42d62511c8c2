// Writes src/api.ts from the OpenAPI document: the types of what clients keep and send.
// `--check` compares instead, and fails if the file is outdated.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const DOCUMENT = new URL("../../../functions/ops/openapi.json", import.meta.url);
const RESULT = new URL("../src/api.ts", import.meta.url);
const MAX_WIDTH = 110;

/** Returns the source of `api.ts` for an OpenAPI document. */
export function generate(document) {
    const body = (path, method) => schemaOf(document.paths[path][method].requestBody);
    const page = schemaOf(document.paths["/api/sync"].get.responses["200"]);
    const kinds = page.properties.changes.items.anyOf.map(({ properties }) => [
        properties.kind.const,
        properties.data.anyOf.find((schema) => schema.type !== "null"),
    ]);
    const data = Object.fromEntries(kinds);
    const types = {
        Task: data.task,
        RecurringTask: data.recurring_task,
        Reminder: data.reminder,
        Notification: data.notification,
        NewTask: body("/api/tasks", "post"),
        TaskPatch: body("/api/tasks/{id}", "patch"),
        NewRecurringTask: body("/api/recurring-tasks", "post"),
        RecurringTaskPatch: body("/api/recurring-tasks/{id}", "patch"),
        NewReminder: body("/api/tasks/{id}/reminders", "post"),
        Snooze: body("/api/reminders/{id}/snooze", "post"),
        Problem: document.components.schemas.Problem,
    };
    const lines = ["// Generated from the OpenAPI document by `npm run types`.", ""];
    for (const [name, schema] of Object.entries(types)) {
        const declaration = `export type ${name} = ${type(schema, "", document)};`;
        lines.push(...comment(schema.description, ""), declaration, "");
    }
    lines.push("/** What clients keep, by kind. */", "export interface Kinds {");
    const names = ["Task", "RecurringTask", "Reminder", "Notification"];
    kinds.forEach(([kind], index) => lines.push(`    ${kind}: ${names[index]};`));
    lines.push("}", "");
    return lines.join("\n");
}

function schemaOf(content) {
    return content.content["application/json"].schema;
}

/** Returns the TypeScript type of a JSON schema. */
function type(schema, indent, document) {
    if (schema.$ref !== undefined) {
        const name = schema.$ref.split("/").at(-1);
        const target = document.components.schemas[name];
        // The list of time zones changes with the database of zones.
        return name === "Timezone" ? "string" : type(target, indent, document);
    }
    if ("const" in schema) return JSON.stringify(schema.const);
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices) return unique(choices.map((choice) => type(choice, indent, document))).join(" | ");
    if (Array.isArray(schema.type)) {
        return unique(schema.type.map((one) => type({ ...schema, type: one }, indent, document))).join(" | ");
    }
    switch (schema.type) {
        case "object":
            return object(schema, indent, document);
        case "array":
            return array(schema.items, indent, document);
        case "integer":
            return "number";
        default:
            return schema.type ?? "unknown";
    }
}

function array(items, indent, document) {
    const item = type(items, indent, document);
    return items.anyOf || items.enum ? `(${item})[]` : `${item}[]`;
}

function object({ properties, required = [] }, indent, document) {
    if (!properties) return "Record<string, unknown>";
    const inner = `${indent}    `;
    const members = Object.entries(properties).flatMap(([name, schema]) => {
        const optional = required.includes(name) ? "" : "?";
        const member = `${inner}${name}${optional}: ${type(schema, inner, document)};`;
        return [...comment(schema.description, inner), member];
    });
    return ["{", ...members, `${indent}}`].join("\n");
}

/** Returns the lines of a doc comment, wrapped. */
function comment(text, indent) {
    if (!text) return [];
    if (indent.length + text.length + 7 <= MAX_WIDTH) return [`${indent}/** ${text} */`];
    const lines = [];
    for (const word of text.split(" ")) {
        const last = lines.at(-1);
        if (last !== undefined && indent.length + last.length + word.length + 4 <= MAX_WIDTH) {
            lines[lines.length - 1] = `${last} ${word}`;
        } else {
            lines.push(word);
        }
    }
    return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`), `${indent} */`];
}

function unique(values) {
    return [...new Set(values)];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const made = generate(JSON.parse(readFileSync(DOCUMENT, "utf8")));
    if (!process.argv.includes("--check")) {
        writeFileSync(RESULT, made);
    } else if (readFileSync(RESULT, "utf8") !== made) {
        console.error("error: src/api.ts is outdated: run `npm run types` and commit it");
        process.exitCode = 1;
    }
}
