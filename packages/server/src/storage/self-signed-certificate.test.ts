import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { expect, test } from "vitest";
import { makePrivateKey, makeSelfSigned } from "./self-signed-certificate.ts";

const names = ["localhost", "ingest.example.org", "127.0.0.1", "::1", "2001:db8::a:1"];
const key = makePrivateKey();
const made = {
  key,
  cert: makeSelfSigned({
    key,
    commonName: "Rolecast RTMPS",
    names,
    notBefore: new Date("2026-01-02T03:04:05Z"),
    notAfter: new Date("2051-06-07T08:09:10Z"),
  }),
};

test("the certificate says what it was given, and is signed by its own key", () => {
  const read = new X509Certificate(made.cert);
  expect(read.subject).toBe("CN=Rolecast RTMPS");
  expect(read.subjectAltName).toBe(
    "DNS:localhost, DNS:ingest.example.org, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, IP Address:2001:DB8:0:0:0:0:A:1",
  );
  expect(new Date(read.validFrom)).toEqual(new Date("2026-01-02T03:04:05Z"));
  expect(new Date(read.validTo)).toEqual(new Date("2051-06-07T08:09:10Z"));
  expect(read.ca).toBe(true);
  expect(read.verify(read.publicKey)).toBe(true);
  for (const name of names.slice(0, 2)) expect(read.checkHost(name)).toBe(name);
});

test("a client that trusts this file alone connects by each of its names", async () => {
  const server = createServer({ key: made.key, cert: made.cert });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  for (const servername of ["localhost", "ingest.example.org"]) {
    const socket = connect({ port, host: "127.0.0.1", servername, ca: made.cert });
    await new Promise((resolve, reject) => {
      socket.once("secureConnect", resolve);
      socket.once("error", reject);
    });
    expect(socket.authorized).toBe(true);
    socket.destroy();
  }
  server.close();
});

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

test.skipIf(!hasOpenssl)("OpenSSL verifies it strictly (skipped without openssl)", () => {
  const dir = mkdtempSync(join(tmpdir(), "rolecast-certificate-"));
  const file = join(dir, "made.crt");
  writeFileSync(file, made.cert);
  const verified = spawnSync("openssl", ["verify", "-x509_strict", "-CAfile", file, file]);
  rmSync(dir, { recursive: true });
  expect(String(verified.stderr)).toBe("");
  expect(verified.status).toBe(0);
});
