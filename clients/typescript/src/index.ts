// @taskflow/client: see README.md.

export type * from "./api.js";
export { Client, NoSuchItem, openClient } from "./client.js";
export type { ClientEvent, Options, Status } from "./client.js";
export type { Item, Kind } from "./copy.js";
export type { Channel, Environment, Locks } from "./environment.js";
export type { Base, Intent, Operation, Parked } from "./operation.js";
export { OutboxFull } from "./outbox.js";
export { MemoryStore } from "./store.js";
export type { Store, Transaction } from "./store.js";
export type { Conflict, Connection } from "./sync.js";
