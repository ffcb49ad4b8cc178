import type { RequestContext } from "../../kernel/request-context.ts";
import { noSuchKey } from "./errors.ts";
import { selectObject } from "./object-writes.ts";
import type { ObjectRow, S3Tables } from "./tables.ts";

/** `authorize` and `handle` of one request see the same row. */
const found = new WeakMap<RequestContext, Map<string, Promise<ObjectRow | undefined>>>();

/** The object; `fresh` looks again, for whoever found its files gone. */
export function findObject(
  bucket: string,
  key: string,
  context: RequestContext,
  { fresh = false } = {},
): Promise<ObjectRow | undefined> {
  let ofRequest = found.get(context);
  if (!ofRequest) {
    ofRequest = new Map();
    found.set(context, ofRequest);
  }
  const name = `${bucket}/${key}`;
  const known = fresh ? undefined : ofRequest.get(name);
  if (known) return known;
  const row = selectObject(bucket, key, context.db<S3Tables>());
  ofRequest.set(name, row);
  return row;
}

export async function requireObject(
  bucket: string,
  key: string,
  context: RequestContext,
): Promise<ObjectRow> {
  const row = await findObject(bucket, key, context);
  if (!row) throw noSuchKey(key);
  return row;
}
