import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { RecordedDisk } from "../kernel/files/testing/recorded-disk.ts";
import type { TlsCertificate } from "./tls-certificate.ts";
import { loadTlsCertificate } from "./tls-certificate.ts";

const recordedDisk = new RecordedDisk();
beforeAll(() => recordedDisk.install());

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-tls-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

function load(from = dir): Promise<TlsCertificate> {
  return loadTlsCertificate({
    certificateFile: undefined,
    keyFile: undefined,
    dir: from,
    sharedDir: dir,
    hostNames: [],
    nowMs: Date.UTC(2026, 0, 1),
  });
}

const fits = ({ key, cert }: TlsCertificate) =>
  new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));

test("a new pair survives a power cut and stays", async () => {
  const made = await load();
  expect(recordedDisk.lost(dir)).toEqual([]);
  expect(recordedDisk.hasty).toEqual([]);
  expect(fits(made)).toBe(true);
  expect(await load()).toEqual(made);
  for (const name of ["rtmps.key", "rtmps.crt"])
    expect(statSync(join(dir, "tls", name)).mode & 0o777).toBe(0o600);
});

test("processes that make one at the same time have one that fits", async () => {
  const made = await Promise.all(Array.from({ length: 4 }, () => load()));
  expect(new Set(made.map(({ cert }) => cert)).size).toBe(1);
  expect(made.every(fits)).toBe(true);
});

test("what a power cut left empty is made again, and the key stays if it can", async () => {
  const before = await load();
  for (const nothing of ["", "\0".repeat(241)]) {
    writeFileSync(join(dir, "tls/rtmps.crt"), nothing);
    const after = await load();
    expect(after.key).toBe(before.key);
    expect(fits(after)).toBe(true);
  }
  writeFileSync(join(dir, "tls/rtmps.key"), "");
  const after = await load();
  expect(fits(after)).toBe(true);
  expect(await load()).toEqual(after);
});

test("what somebody else put there is never replaced", async () => {
  const { cert } = await load();
  for (const [name, text] of [
    ["rtmps.key", "no key"],
    ["rtmps.crt", "no certificate"],
  ] as const) {
    const file = join(dir, "tls", name);
    const right = readFileSync(file);
    writeFileSync(file, text);
    await expect(load()).rejects.toThrow("remove both to have new ones made");
    expect(readFileSync(file, "utf8")).toBe(text);
    writeFileSync(file, right);
  }
  rmSync(join(dir, "tls"), { recursive: true });
  await load();
  writeFileSync(join(dir, "tls/rtmps.crt"), cert);
  await expect(load()).rejects.toThrow("don't fit together");
});

test("a node goes on with the certificate that all nodes had together", async () => {
  const before = await load();
  mkdirSync(join(dir, "nodes/1"), { recursive: true });
  const { key, cert, certificateFile } = await load(join(dir, "nodes/1"));
  expect({ key, cert }).toEqual({ key: before.key, cert: before.cert });
  expect(certificateFile).toBe(join(dir, "nodes/1/tls/rtmps.crt"));
});
