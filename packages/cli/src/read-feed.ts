import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { type Connection, jsonOf } from "./connection.ts";
import { dataOf } from "./feed-lines.ts";
import { fetchSigned, refusal } from "./signed-request.ts";

interface FeedOptions {
  readonly follow?: boolean;
}

/**
 * Reads a feed of the server: the JSON of what it keeps, and of each later item if it is followed.
 *
 * @throws CommandError when the server refuses.
 */
export async function* readFeed(
  connection: Connection,
  name: string,
  options: FeedOptions = {},
): AsyncGenerator<string> {
  yield* await openFeed(connection, name, options);
}

/** Like `readFeed`; resolves when the server answers: from then on nothing is missed. */
export async function openFeed(
  connection: Connection,
  name: string,
  { follow = true }: FeedOptions = {},
): Promise<AsyncGenerator<string>> {
  const path = `/_rolecast/${name}${follow ? "" : "?follow=false"}`;
  const response = await fetchSigned(connection, { path });
  const type = response.headers.get("content-type") ?? "";
  if (!response.body || !type.startsWith("text/event-stream"))
    throw refusal(response, await jsonOf(response));
  return itemsOf(Readable.fromWeb(response.body as ReadableStream<Uint8Array>));
}

async function* itemsOf(body: Readable): AsyncGenerator<string> {
  try {
    for await (const line of createInterface({ input: body })) {
      const json = dataOf(line);
      if (json !== undefined) yield json;
    }
  } finally {
    // The lines' end isn't the body's: its connection would keep the process from ending.
    body.destroy();
  }
}
