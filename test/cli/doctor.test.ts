import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { rolecast } from "../support/rolecast-command.ts";

const accepted: Socket[] = [];
const silent = createServer((socket) => accepted.push(socket));
afterAll(() => {
  for (const socket of accepted) socket.destroy();
  silent.close();
});

test("doctor doesn't wait for what accepts a connection and says nothing", async () => {
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  const port = String((silent.address() as AddressInfo).port);
  const env = { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
  const { out } = await rolecast(["doctor", "--port", port], { env });
  expect(out).toContain(`${port} is in use, by something that doesn't answer\n`);
  expect(out).toMatch(/^ok +Clock +\d{4}-/m);
});

/** One that expired in 2020. */
const EXPIRED = `-----BEGIN CERTIFICATE-----
MIIBSTCB76ADAgECAhQp9124iykbYliJGBtCRqFjCyqWeDAKBggqhkjOPQQDAjAT
MREwDwYDVQQDDAhyb2xlY2FzdDAeFw0yMDAxMDEwMDAwMDBaFw0yMDAyMDEwMDAw
MDBaMBMxETAPBgNVBAMMCHJvbGVjYXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD
QgAE24bI1dTFvNdj+hkmT5H+VXid0WAKruRj+pd9be/z0i9523q3Wt5nS82e9iTe
ToMh+C62kwJ0pHdpF3uthqd1xKMhMB8wHQYDVR0OBBYEFFmgkVyjbYdtMolu+WAR
uT8y8l9mMAoGCCqGSM49BAMCA0kAMEYCIQDPDZ1q/CIT+a9cHU4kB+yctkqNTwR5
5QRByFpaPf3oXAIhAIbsvaTNUpQPC1RvhfXU6ylfYP1KQPlor86wXFlIb562
-----END CERTIFICATE-----
`;

test.each([
  ["the data folder", "", [], {}],
  ["nodes that share the data folder", "nodes/2", [], {}],
  ["a node with --node-dir", "own", ["--node-dir", "own"], {}],
  ["a node with ROLECAST_NODE_DIR", "own", [], { ROLECAST_NODE_DIR: "own" }],
])("doctor finds the expired certificate of %s", async (_, folder, flags, environment) => {
  const data = mkdtempSync(join(tmpdir(), "rolecast-doctor-"));
  try {
    mkdirSync(join(data, "nodes/1"), { recursive: true });
    if (folder === "") writeFileSync(join(data, "rolecast.db"), "");
    const tls = join(data, folder, "tls");
    mkdirSync(tls, { recursive: true });
    writeFileSync(join(tls, "rtmps.crt"), EXPIRED);
    const args = ["doctor", "--json", "--data", data, ...flags];
    const { code, out } = await rolecast(args, { env: environment, cwd: data });
    expect(code).toBe(1);
    expect(JSON.parse(out)).toContainEqual({
      ...{ check: "Certificate", state: "problem" },
      found: `${join(tls, "rtmps.crt")} has expired`,
      fix: `Remove the folder ${tls}: the next start makes a new one.`,
    });
  } finally {
    rmSync(data, { recursive: true });
  }
});
