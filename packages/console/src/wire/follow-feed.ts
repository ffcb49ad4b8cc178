import type { AwsClients } from "./aws-clients.ts";
import { fetchSigned, refusalOf } from "./fetch-signed.ts";

/** A lost connection is made again after this time; a refused one isn't. */
const RECONNECT_MS = 3_000;
const REFUSED_FROM = 400;
const REFUSED_TO = 429;

export interface FeedListener {
  readonly onOpen: () => void;
  readonly onLost: () => void;
  /** The server refuses: nothing more comes. */
  readonly onRefused: (refusal: Error) => void;
  readonly onItem: (value: unknown) => void;
}

/**
 * Reads server-sent events below `/_rolecast/`, signed, which the browser's own EventSource can't.
 * Connects again when the connection is lost, and continues after the last item. Never rejects.
 */
export async function followFeed(
  aws: AwsClients,
  path: string,
  listener: FeedListener,
  signal: AbortSignal,
): Promise<void> {
  const place: { lastId?: string } = {};
  while (!signal.aborted) {
    try {
      const headers = place.lastId === undefined ? {} : { "last-event-id": place.lastId };
      const response = await fetchSigned(aws, { path, service: "rolecast", headers, signal });
      if (response.status >= REFUSED_FROM && response.status < REFUSED_TO) {
        listener.onRefused(await refusalOf(response));
        return;
      }
      if (response.ok) await readEvents(response, place, listener);
    } catch {
      // The connection broke, or never came about: the next one may do better.
    }
    if (signal.aborted) return;
    listener.onLost();
    await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
  }
}

/** Source: HTML standard, section 9.2; each event of the server has its data in one line. */
async function readEvents(
  response: Response,
  place: { lastId?: string },
  { onOpen, onItem }: FeedListener,
): Promise<void> {
  onOpen();
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("id: ")) place.lastId = line.slice("id: ".length);
    }
    for (const item of itemsIn(lines)) onItem(item);
  }
}

/** The items of a feed that has ended. */
export function feedItems(text: string): readonly unknown[] {
  return itemsIn(text.split("\n"));
}

function itemsIn(lines: readonly string[]): readonly unknown[] {
  return lines
    .filter((line) => line.startsWith("data: "))
    .map((line): unknown => JSON.parse(line.slice("data: ".length)));
}
