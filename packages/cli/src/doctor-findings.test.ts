import { expect, test } from "vitest";
import {
  certificateFinding,
  clockFinding,
  diskFinding,
  ffmpegFinding,
  nodeFinding,
  portFinding,
  storeFinding,
} from "./doctor-findings.ts";

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 5, 1);

test.each([
  ["18.20.0", "problem"],
  ["20.18.9", "problem"],
  ["20.19.0", "ok"],
  ["21.0.0", "ok"],
  ["24.1.2", "ok"],
])("Node.js %s: %s", (version, state) => {
  expect(nodeFinding(version)).toMatchObject({ state, found: `v${version}` });
});

test.each([
  ["", "ok", "1935 is free"],
  ["EADDRINUSE", "warning", "1935 is in use"],
  ["EACCES", "warning", "1935: EACCES"],
])("a port that answers %j: %s", (code, state, found) => {
  const port = { check: "RTMP port", number: 1935, flag: "--rtmp-port" };
  const finding = portFinding({ ...port, code, own: new Set([4566]), silent: 4566 });
  expect(finding).toMatchObject({ check: "RTMP port", state, found });
  if (state !== "ok") expect(finding.fix).toContain("--rtmp-port 0");
});

test("an object store is there, or away for a reason", () => {
  const place = "s3://bytes/ at ceph:7480";
  expect(storeFinding({ place, condition: "ok" })).toMatchObject({ state: "ok", found: place });
  const away = storeFinding({ place, condition: "away", message: "it doesn't answer" });
  expect(away).toMatchObject({ state: "problem", found: `${place}: it doesn't answer` });
});

test("a port in use may be a Rolecast server's, or a program's that doesn't answer", () => {
  const port = { check: "API port", number: 4566, flag: "--port", code: "EADDRINUSE" };
  const own = portFinding({ ...port, own: new Set([4566]), silent: undefined });
  expect(own).toEqual({ check: "API port", state: "ok", found: "4566: a Rolecast server answers" });
  const silent = portFinding({ ...port, own: new Set(), silent: 4566 });
  expect(silent.found).toBe("4566 is in use, by something that doesn't answer");
});

test.each([
  [undefined, "warning", "none: no transcoding, no thumbnails, no broadcast"],
  [{ version: "ffmpeg version 7.1 Copyright", encoders: "V libx264" }, "ok", "/f 7.1"],
  [{ version: "ffmpeg version 7.1", encoders: "V vp8" }, "warning", "/f 7.1 has no libx264"],
])("ffmpeg %j: %s", (ffmpeg, state, found) => {
  const finding = ffmpegFinding(ffmpeg && { program: "/f", ...ffmpeg });
  expect(finding).toMatchObject({ state, found });
  expect("fix" in finding).toBe(state !== "ok");
});

test.each([
  [14 * DAY_MS, "ok", "/d/tls/c.crt for 14 days; browsers and OBS must trust it (docs/publish.md)"],
  [14 * DAY_MS - 1, "warning", "/d/tls/c.crt expires in 13 days"],
  [0, "warning", "/d/tls/c.crt expires in 0 days"],
  [-1, "problem", "/d/tls/c.crt has expired"],
])("a certificate that ends in %d ms: %s", (leftMs, state, found) => {
  const finding = certificateFinding({ file: "/d/tls/c.crt", endsMs: NOW_MS + leftMs }, NOW_MS);
  expect(finding).toMatchObject({ state, found });
  if (state !== "ok") expect(finding.fix).toContain("folder /d/tls:");
});

test("a certificate that isn't there is made", () => {
  expect(certificateFinding(undefined, NOW_MS).state).toBe("ok");
});

test.each([
  [2_000_000_000, "ok", "2.0 GB free at /d"],
  [1_999_999_999, "warning", "2.0 GB free at /d"],
])("%d bytes free: %s", (bytes, state, found) => {
  expect(diskFinding(bytes, "/d")).toMatchObject({ state, found });
});

test.each([
  [0, "ok", "agrees with http://h"],
  [899_999, "ok", "agrees with http://h"],
  [900_000, "problem", "900 s from http://h's"],
  [-900_000, "problem", "900 s from http://h's"],
  [Number.NaN, "problem", "NaN s from http://h's"],
])("a server's clock %d ms ahead: %s", (aheadMs, state, found) => {
  const server = { endpoint: "http://h", atMs: NOW_MS + aheadMs };
  expect(clockFinding(NOW_MS, server)).toMatchObject({ state, found });
});

test.each([
  [Date.UTC(2026, 0, 1), "ok", "2026-01-01T00:00:00.000Z"],
  [Date.UTC(2026, 0, 1) - 1, "problem", "2025-12-31T23:59:59.999Z"],
])("without a server the year decides: %d: %s", (nowMs, state, found) => {
  expect(clockFinding(nowMs, undefined)).toMatchObject({ state, found });
});
