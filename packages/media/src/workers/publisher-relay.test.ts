import { expect, test } from "vitest";
import { nothingAnnounced } from "../port/media-unit.ts";
import { Calls } from "./calls.ts";
import { RelayFeed } from "./publisher-relay.ts";
import type { MainMethods, WorkerMethods } from "./worker-messages.ts";

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
