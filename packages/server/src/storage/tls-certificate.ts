import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathBelow } from "../kernel/files/path-below.ts";
import {
  makeFolderDurably,
  readOrWriteDurably,
  writeDurably,
} from "../kernel/files/write-durably.ts";
import { DataFolderError } from "./data-folder-error.ts";
import { makePrivateKey, makeSelfSigned } from "./self-signed-certificate.ts";

/** Validity of a self-signed certificate; clients are configured to trust this very file. */
const VALIDITY_MS = 825 * 24 * 60 * 60 * 1000;

/** PEM texts. */
export interface TlsCertificate {
  readonly key: string;
  readonly cert: string;
  /** The file that clients can be configured to trust. */
  readonly certificateFile: string;
}

export interface TlsCertificateOptions {
  /** The user's own files; both or neither. */
  readonly certificateFile: string | undefined;
  readonly keyFile: string | undefined;
  /** The folder of a self-signed one. */
  readonly dir: string;
  /** The folder in which earlier versions kept one for all nodes, which clients may trust. */
  readonly sharedDir: string;
  /** Names beside localhost and the loopback addresses. */
  readonly hostNames: readonly string[];
  readonly nowMs: number;
}

/** Loads the user's certificate, or a self-signed one, which the first start makes. */
export async function loadTlsCertificate(options: TlsCertificateOptions): Promise<TlsCertificate> {
  const { certificateFile, keyFile } = options;
  if (certificateFile !== undefined && keyFile !== undefined) {
    const [key, cert] = await Promise.all([read(keyFile), read(certificateFile)]);
    return { key, cert, certificateFile };
  }
  const dir = join(options.dir, "tls");
  await makeFolderDurably(dir);
  if (options.sharedDir !== options.dir) await copyPair(join(options.sharedDir, "tls"), dir);
  return keptPair(dir, options);
}

/**
 * The certificate is made for the key that is there, so both fit also when processes make them at
 * the same time, and when one of them was lost in a power cut.
 */
async function keptPair(dir: string, options: TlsCertificateOptions): Promise<TlsCertificate> {
  const [keyFile, certificateFile] = [join(dir, "rtmps.key"), join(dir, "rtmps.crt")];
  const { text: key, isReplaced } = await readWhole(keyFile, makePrivateKey);
  const privateKey = parse(dir, () => createPrivateKey(key));
  const make = () =>
    makeSelfSigned({
      key,
      commonName: "Rolecast RTMPS",
      names: [...new Set(["localhost", ...options.hostNames, "127.0.0.1", "::1"])],
      notBefore: new Date(options.nowMs - 60_000),
      notAfter: new Date(options.nowMs + VALIDITY_MS),
    });
  // The certificate of a lost key is lost with it.
  if (isReplaced) await writeDurably(certificateFile, make(), { ifExists: "replace" });
  const { text: cert } = await readWhole(certificateFile, make);
  if (!parse(dir, () => new X509Certificate(cert)).checkPrivateKey(privateKey)) throw unusable(dir);
  return { key, cert, certificateFile };
}

/** Reads a file of ours, and makes it if it is missing or empty after a power cut. */
async function readWhole(file: string, make: () => string) {
  const found = await readOrWriteDurably(file, make);
  if (found.some((byte) => byte !== 0)) return { text: found.toString("utf8"), isReplaced: false };
  const made = make();
  await writeDurably(file, made, { ifExists: "replace" });
  return { text: made, isReplaced: true };
}

async function copyPair(from: string, to: string): Promise<void> {
  for (const name of ["rtmps.key", "rtmps.crt"]) {
    const found = await read(pathBelow(from, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (found === undefined) return;
    await writeDurably(pathBelow(to, name), found, { ifExists: "keep" });
  }
}

function parse<Part extends KeyObject | X509Certificate>(dir: string, run: () => Part): Part {
  try {
    return run();
  } catch {
    throw unusable(dir);
  }
}

function unusable(dir: string): DataFolderError {
  return new DataFolderError(
    `The key rtmps.key and the certificate rtmps.crt in ${dir} are damaged or don't fit together. Put the right ones there, or remove both to have new ones made.`,
  );
}

function read(file: string): Promise<string> {
  return readFile(file, "utf8");
}
