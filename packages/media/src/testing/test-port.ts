import type { IngestPort } from "../ingest/protocol.ts";

/** A port for one protocol without an engine: no publisher is let in unless `change` says so. */
export function testPort(change: Partial<IngestPort> = {}): IngestPort {
  let ids = 0;
  return {
    carriesStreams: true,
    newConnectionId: () => {
      ids += 1;
      return `c${ids}`;
    },
    secretOf: async () => undefined,
    publish: () => Promise.reject(new Error("nobody should come this far")),
    answer: async () => undefined,
    forwarded: () => undefined,
    refused: () => undefined,
    addressOf: ({ remoteAddress = "" }) => remoteAddress,
    listen: async () => ({ port: undefined }),
    ...change,
  };
}
