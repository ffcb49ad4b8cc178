import { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { PlainRequest } from "../kernel/service.ts";
import { strangeness } from "./own-machine.ts";

function request(
  headers: Readonly<Record<string, string>>,
  remoteAddress = "127.0.0.1",
): PlainRequest {
  return {
    ...{ method: "POST", path: "/_rolecast/state/reset", query: new URLSearchParams() },
    ...{ headers, remoteAddress, scheme: "http", isSigned: false, body: Readable.from([]) },
  };
}

test.each([
  [{ host: "127.0.0.1:4566" }],
  [{ host: "127.8.9.1" }],
  [{ host: "localhost:4566" }],
  [{ host: "LOCALHOST" }],
  [{ host: "[::1]:4566" }],
  [{ host: "localhost.localstack.cloud:4566" }],
  [{ host: "localhost", "sec-fetch-site": "same-origin" }],
  [{ host: "localhost", "sec-fetch-site": "none" }],
])("%j is of a program on this machine", (headers) => {
  expect(strangeness(request(headers))).toBeUndefined();
  expect(strangeness(request(headers, "::1"))).toBeUndefined();
});

test.each([
  [{}, /loopback address only/],
  [{ host: "" }, /loopback address only/],
  [{ host: "rebound.example:4566" }, /loopback address only/],
  [{ host: "127.0.0.1.rebound.example" }, /loopback address only/],
  [{ host: "localhost.rebound.example:4566" }, /loopback address only/],
  [{ host: "localhost@rebound.example" }, /loopback address only/],
  [{ host: "localhost:4566:4566" }, /loopback address only/],
  [{ host: "[::1" }, /loopback address only/],
  [{ host: "[::2]:4566" }, /loopback address only/],
  [{ host: "10.0.0.1:4566" }, /loopback address only/],
  [{ host: "localhost", "x-forwarded-for": "" }, /through a proxy/],
  [{ host: "localhost", "x-forwarded-for": "127.0.0.1" }, /through a proxy/],
  [{ host: "localhost", "x-forwarded-host": "localhost" }, /through a proxy/],
  [{ host: "localhost", "x-forwarded-proto": "https" }, /through a proxy/],
  [{ host: "localhost", "x-real-ip": "127.0.0.1" }, /through a proxy/],
  [{ host: "localhost", forwarded: "for=127.0.0.1" }, /through a proxy/],
  [{ host: "localhost", via: "1.1 cache" }, /through a proxy/],
  [{ host: "localhost", "cdn-loop": "cdn" }, /through a proxy/],
  [{ host: "localhost", "client-ip": "203.0.113.7" }, /through a proxy/],
  [{ host: "localhost", "fastly-client-ip": "203.0.113.7" }, /through a proxy/],
  [{ host: "localhost", "x-azure-clientip": "203.0.113.7" }, /through a proxy/],
  [{ host: "localhost", "x-appengine-remote-addr": "203.0.113.7" }, /through a proxy/],
  [{ host: "localhost", "x-http-forwarded-for": "203.0.113.7" }, /through a proxy/],
  [{ host: "localhost", origin: "http://evil.example" }, /other sites/],
  [{ host: "localhost", origin: "null" }, /other sites/],
  [{ host: "localhost", "sec-fetch-site": "cross-site" }, /other sites/],
  [{ host: "localhost", "sec-fetch-site": "same-site" }, /other sites/],
] as const)("%j may be of somebody else", (headers, sentence) => {
  expect(strangeness(request(headers as Record<string, string>))).toMatch(sentence);
});

test.each(["10.0.0.2", "172.17.0.1", "::ffff:10.0.0.2", "fe80::1", "", "128.0.0.1"])(
  "the peer %j isn't this machine",
  (peer) => {
    expect(strangeness(request({ host: "localhost" }, peer))).toMatch(/own machine only/);
  },
);
