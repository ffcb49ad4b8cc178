import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeSelfSigned } from "./self-signed-certificate.ts";

/** How long a certificate made here is good for; clients are told to trust this very file. */
const VALIDITY_MS = 825 * 24 * 60 * 60 * 1000;

/** PEM texts. */
export interface TlsCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface TlsCertificateOptions {
  /** The user's own files; both or neither. */
  readonly certificateFile: string | undefined;
  readonly keyFile: string | undefined;
  /** Where a self-signed one is kept. */
  readonly dataDir: string;
  /** Names beside localhost and the loopback addresses. */
  readonly hostNames: readonly string[];
  readonly nowMs: number;
}

/** The user's certificate, or a self-signed one that is made at first start and kept. */
export function loadTlsCertificate(options: TlsCertificateOptions): TlsCertificate {
  if (options.certificateFile !== undefined && options.keyFile !== undefined) {
    return {
      key: readFileSync(options.keyFile, "utf8"),
      cert: readFileSync(options.certificateFile, "utf8"),
    };
  }
  const dir = join(options.dataDir, "tls");
  const [certFile, keyFile] = [join(dir, "rtmps.crt"), join(dir, "rtmps.key")];
  const isThere = () => existsSync(certFile) && existsSync(keyFile);
  if (!isThere()) {
    const made = makeSelfSigned({
      commonName: "Rolecast RTMPS",
      names: [...new Set(["localhost", ...options.hostNames, "127.0.0.1", "::1"])],
      notBefore: new Date(options.nowMs - 60_000),
      notAfter: new Date(options.nowMs + VALIDITY_MS),
    });
    const own = mkdtempSync(`${dir}-`);
    writeFileSync(join(own, "rtmps.key"), made.key, { mode: 0o600 });
    writeFileSync(join(own, "rtmps.crt"), made.cert);
    try {
      renameSync(own, dir);
    } catch (error) {
      // Another node on the same folder was first: its pair is everybody's.
      rmSync(own, { recursive: true });
      if (!isThere()) throw error;
    }
  }
  return { key: readFileSync(keyFile, "utf8"), cert: readFileSync(certFile, "utf8") };
}
