import { expect, test } from "vitest";
import { HIDDEN } from "./encoder-commands.ts";
import { ingestUrl, srtUrl } from "./ingest-url.ts";

const PORTS = { rtmpPort: 1935, rtmpsPort: 4443, srtPort: 9000 };
const CHANNEL = {
  ingestEndpoint: "in.example",
  srt: { endpoint: "srt.example", passphrase: "pass" },
};

test.each([
  [CHANNEL, "rtmps://in.example:4443/app/"],
  [{ ...CHANNEL, insecureIngest: true }, "rtmp://in.example:1935/app/"],
  [{}, "rtmps://localhost:4443/app/"],
])("the encoder of %j sends to %s", (channel, expected) => {
  expect(ingestUrl(channel, PORTS)).toBe(expected);
});

test("an SRT address has the passphrase only where it has the key", () => {
  const before = "srt://srt.example:9000?streamid=";
  const after = "&pbkeylen=16&latency=500000";
  expect(srtUrl(CHANNEL, 9000, "sk_1")).toBe(`${before}sk_1&passphrase=pass${after}`);
  expect(srtUrl(CHANNEL, 9000, undefined)).toBe(`${before}${HIDDEN}&passphrase=${HIDDEN}${after}`);
});
