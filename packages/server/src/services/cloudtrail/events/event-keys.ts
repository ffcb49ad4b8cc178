import { createHash } from "node:crypto";
import { type Attribute, attributesOf, type Findable } from "../record/event-attributes.ts";
import { holdsTime } from "../record/event-ids.ts";
import { resourceName } from "../record/resource-names.ts";
import type { EventBatchRow } from "../tables.ts";
import type { UnpackedBatch } from "./unpacked-batches.ts";

/** The bytes of a hash that a number holds exactly. Batches with an equal key are read in vain. */
const KEY_BYTES = 6;

/** The key of every event: a search without an attribute finds all batches of a place by it. */
export const EVERY_EVENT: Attribute = { key: "*", value: "" };

type Place = Pick<UnpackedBatch, "accountId" | "region">;

/** Makes the number by which LookupEvents finds batches with an attribute's value. */
export function eventKey({ accountId, region }: Place, { key, value }: Attribute): number {
  const text = `${accountId}\t${region}\t${key}\t${keyedValue({ key, value })}`;
  return createHash("sha256").update(text).digest().readUIntBE(0, KEY_BYTES);
}

/** Resources are found by name, also those that are looked up by their whole ARN. */
function keyedValue({ key, value }: Attribute): string {
  return key === "ResourceName" && value.startsWith("arn:") ? resourceName(value) : value;
}

/** The keys of all of a batch's events, each once. */
export function keysOf(batch: UnpackedBatch): readonly number[] {
  const attributes = new Map<string, Attribute>([["", EVERY_EVENT]]);
  let before: Findable | undefined;
  const add = (attribute: Attribute) =>
    attributes.set(`${attribute.key}\t${keyedValue(attribute)}`, attribute);
  for (const { eventId, findable } of batch.records) {
    // An id that contains its time needs no key.
    if (!holdsTime(eventId)) add({ key: "EventId", value: eventId });
    if (findable !== before) attributesOf(findable).forEach(add);
    before = findable;
  }
  return [...attributes.values()].map((attribute) => eventKey(batch, attribute));
}

/** The rows that lead from a batch's keys to it. */
export function keyRowsOf({ batch_id, last_ms, keys }: KeyedBatch) {
  return keyNumbers({ keys }).map((key) => ({ key, last_ms, batch_id }));
}

export function keyNumbers({ keys }: Pick<EventBatchRow, "keys">): readonly number[] {
  return keys === "" ? [] : [...new Set(keys.split(",").map(Number))];
}

type KeyedBatch = Pick<EventBatchRow, "batch_id" | "last_ms" | "keys">;
