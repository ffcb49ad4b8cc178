import { expect, test } from "vitest";
import { nothingAnnounced } from "../container/flv/metadata.ts";
import { Calls } from "./calls.ts";
import { RelayFeed } from "./publisher-relay.ts";
import type { MainMethods, WorkerMethods } from "./worker-messages.ts";

const publisher = {
  ...{ id: "c1", remoteAddress: "192.0.2.1", secure: true, open: true },
  disconnect: () => undefined,
  fail: () => undefined,
};

test.for([
  ["pictures", (feed: RelayFeed) => feed.video(0, Buffer.alloc(5_000))],
  ["announcements", (feed: RelayFeed) => feed.metadata(nothingAnnounced)],
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
