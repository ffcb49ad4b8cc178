import { expect, test } from "vitest";
import { MediaError } from "../port/media-error.ts";
import { nothingAnnounced } from "../port/media-unit.ts";
import { Calls } from "./calls.ts";
import { RelayedPublisher, RelayFeed } from "./publisher-relay.ts";
import type { MainMethods, RelaySource, WorkerMethods } from "./worker-messages.ts";

const picture = { track: 0, dts: 0, pts: 0, key: false, data: [Buffer.alloc(5_000)] };
const publisher = {
  ...{ id: "c1", remoteAddress: "192.0.2.1", secure: true, open: true },
  disconnect: () => undefined,
  fail: () => undefined,
};

test.for([
  ["pictures", (feed: RelayFeed) => feed.write(picture)],
  ["announcements", (feed: RelayFeed) => feed.announce(nothingAnnounced)],
] as const)("%s wait to leave the process within a bound", ([_name, send]) => {
  const waiting: (() => void)[] = [];
  const main = new Calls<WorkerMethods, MainMethods>((_message, _handle, sent) => {
    waiting.push(() => sent());
  });
  const feed = new RelayFeed(publisher, main, () => undefined);
  const flood = (): void => {
    while (waiting.length < 20_000) {
      send(feed);
    }
  };
  expect(flood).toThrow("the media can't be handed on as fast as it comes");
  for (const sent of waiting.splice(0)) {
    sent();
  }
  send(feed);
});

test.for([
  ["tracks", new MediaError("video-codec", "no"), "video-codec", "video-codec"],
  ["unit", new MediaError("limit", "no"), "limit", "protocol-error"],
  ["unit", new Error("no"), "engine", "internal-error"],
] as const)(
  "%s that can't be taken end the publisher once: %s",
  ([method, error, code, reason]) => {
    const seen: unknown[] = [];
    const refuse = () => {
      throw error;
    };
    const relayed = new RelayedPublisher(publisher, {
      failPublisher: (...failure: unknown[]) => seen.push(failure),
    } as unknown as RelaySource);
    relayed.begin({
      ...{ publisher: relayed, takes: new Set(), announce: refuse },
      ...{ configure: refuse, write: refuse, end: (...end: unknown[]) => seen.push(end) },
    } as never);
    expect(relayed.open).toBe(true);
    const send = () => (method === "unit" ? relayed.unit(picture) : relayed.tracks([]));
    send();
    expect(seen).toEqual([
      [reason, "no"],
      ["c1", code, "no"],
    ]);
    expect(relayed.open).toBe(false);
    send();
    expect(seen).toHaveLength(2);
  },
);
