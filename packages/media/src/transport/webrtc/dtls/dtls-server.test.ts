import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PROFILES_TO_RECEIVE, PROFILES_TO_SEND, type SrtpMasters } from "../srtp/srtp-keys.ts";
import { fingerprintOf, makeDtlsCertificate } from "./dtls-certificate.ts";
import type { DtlsEnd } from "./dtls-handshake.ts";
import { DtlsServer } from "./dtls-server.ts";

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
/** Node 20.12 encrypts it fastest. */
const PREFERRED = PROFILES_TO_RECEIVE[0]?.name ?? "";
const PREFERRED_TO_SEND = PROFILES_TO_SEND[0]?.name ?? "";
const KEY_TYPES = {
  ec: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
  rsa: ["-newkey", "rsa:2048"],
} as const;

interface Attempt {
  readonly keyType?: keyof typeof KEY_TYPES;
  /** The client's. */
  readonly profiles?: string;
  readonly ours?: typeof PROFILES_TO_SEND;
  readonly options?: readonly string[];
  /** Announced instead of the client's. */
  readonly fingerprint?: string;
  /** Datagrams that are lost, in both directions, by their number. */
  readonly isLost?: (number: number) => boolean;
}

describe.skipIf(!hasOpenssl)("DTLS with openssl s_client", () => {
  const folder = mkdtempSync(join(tmpdir(), "rolecast-dtls-"));
  const file = (name: string): string => join(folder, name);
  beforeAll(() => {
    for (const [name, type] of Object.entries(KEY_TYPES)) {
      const names = ["-keyout", file(`${name}.key`), "-out", file(`${name}.crt`), "-subj", "/CN=x"];
      execFileSync("openssl", ["req", "-x509", "-nodes", ...type, ...names], { stdio: "ignore" });
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function handshake(attempt: Attempt) {
    const { keyType = "ec", ours = PROFILES_TO_RECEIVE } = attempt;
    const { profiles = "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM" } = attempt;
    const der = execFileSync("openssl", ["x509", "-in", file(`${keyType}.crt`), "-outform", "der"]);
    const socket = createSocket("udp4").bind(0, "127.0.0.1");
    await once(socket, "listening");
    let peer: RemoteInfo | undefined;
    let keys: SrtpMasters | undefined;
    let datagrams = 0;
    const passes = (): boolean => {
      datagrams += 1;
      return attempt.isLost?.(datagrams) !== true;
    };
    const ended = new Promise<DtlsEnd>((resolve) => {
      const value = attempt.fingerprint ?? fingerprintOf("sha256", der);
      const server = new DtlsServer(makeDtlsCertificate(), {
        peerFingerprints: [{ algorithm: "sha256", value }],
        profiles: ours,
        send: (datagram) => peer && passes() && socket.send(datagram, peer.port, peer.address),
        onKeys: (agreed) => {
          keys = agreed;
          client.stdin.end("Q\n");
        },
        onEnd: (end) => resolve(end),
      });
      socket.on("message", (datagram, from) => {
        peer = from;
        if (passes()) server.receive(datagram, performance.now());
      });
      const ticker = setInterval(() => server.tick(performance.now()), 20);
      socket.on("close", () => clearInterval(ticker));
    });
    const identity = ["-cert", file(`${keyType}.crt`), "-key", file(`${keyType}.key`)];
    const exported = ["-keymatexport", "EXTRACTOR-dtls_srtp", "-keymatexportlen", "60"];
    const { port } = socket.address();
    const client = spawn("openssl", [
      ...["s_client", "-dtls1_2", "-connect", `127.0.0.1:${port}`, "-use_srtp", profiles],
      ...[...identity, ...exported, ...(attempt.options ?? [])],
    ]);
    let said = "";
    client.stdout.on("data", (chunk) => {
      said += String(chunk);
    });
    const closed = once(client, "close");
    const end = await ended;
    await closed;
    socket.close();
    return { keys, end, exported: /Keying material: (\w+)/.exec(said)?.[1]?.toLowerCase() };
  }

  test.each<[string, Attempt]>([
    [PREFERRED, {}],
    [PREFERRED_TO_SEND, { ours: PROFILES_TO_SEND }],
    ["AES128_CM_HMAC_SHA1_80", { profiles: "SRTP_AES128_CM_SHA1_80" }],
    ["AEAD_AES_128_GCM", { profiles: "SRTP_AEAD_AES_128_GCM" }],
    [PREFERRED, { keyType: "rsa" }],
    [PREFERRED, { options: ["-curves", "P-256"] }],
    [PREFERRED, { options: ["-mtu", "256"] }],
    [PREFERRED, { options: ["-no_ems"] }],
    // The hello, the first flight, and each side's last one.
    [PREFERRED, { isLost: (number) => [1, 3, 5, 8].includes(number) }],
  ])("agrees on the keys of %s: %o", async (name, attempt) => {
    const { keys, end } = await handshake(attempt);
    expect(keys?.receive.profile.name).toBe(name);
    expect(end).toEqual({ isFailure: false, message: "the peer has closed the connection" });
  });

  test("exports the keys that the client exports", async () => {
    const { keys, exported } = await handshake({ profiles: "SRTP_AEAD_AES_128_GCM" });
    const parts = [keys?.receive.key, keys?.send.key, keys?.receive.salt, keys?.send.salt];
    const ours = Buffer.concat(parts.map((part) => part ?? Buffer.alloc(0))).toString("hex");
    expect(exported?.startsWith(ours)).toBe(true);
    expect(ours).toHaveLength(2 * 56);
  });

  test.each<[RegExp, Attempt]>([
    [/isn't the one that its offer announces/, { fingerprint: "00:11" }],
    [/offers no profile of SRTP/, { profiles: "SRTP_AES128_CM_SHA1_32" }],
    [/doesn't offer TLS_ECDHE_ECDSA/, { options: ["-cipher", "ECDHE-RSA-AES128-GCM-SHA256"] }],
    [/neither X25519 nor P-256/, { options: ["-curves", "P-384"] }],
  ])("fails: %s", async (message, attempt) => {
    const { keys, end } = await handshake(attempt);
    expect(keys).toBeUndefined();
    expect(end.isFailure).toBe(true);
    expect(end.message).toMatch(message);
  });
});
