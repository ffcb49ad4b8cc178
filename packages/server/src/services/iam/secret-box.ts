import assert from "node:assert";
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

const KEY_BYTES = 32;
/** Sources of both: NIST SP 800-38D, sections 5.2.1.1 and 5.2.1.2. */
const IV_BYTES = 12;
const TAG_BYTES = 16;
const ALGORITHM = "aes-256-gcm";
const KEY_FILE = "secrets.key";
/** Only the owner may read it. */
const KEY_FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/**
 * Seals secrets that must be readable again: SigV4 needs the secret access key itself, so a hash
 * wouldn't do. AES-256-GCM with a key that lies in a file beside the database, so that a copy of
 * the database alone tells no secret. `label` (the access key id) is bound to the sealed text.
 */
export class SecretBox {
  readonly #folder: string | undefined;
  #key: Buffer | undefined;

  /** `folder` is made when needed; undefined keeps the key in memory. */
  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  seal(secret: string, label: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.#readKey(), iv);
    cipher.setAAD(Buffer.from(label));
    const sealed = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64");
  }

  /** Throws when the key file isn't the one that the secret was sealed with. */
  open(sealed: string, label: string): string {
    const bytes = Buffer.from(sealed, "base64");
    const iv = bytes.subarray(0, IV_BYTES);
    const decipher = createDecipheriv(ALGORITHM, this.#readKey(), iv);
    decipher.setAAD(Buffer.from(label));
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    const rest = bytes.subarray(IV_BYTES + TAG_BYTES);
    return Buffer.concat([decipher.update(rest), decipher.final()]).toString("utf8");
  }

  #readKey(): Buffer {
    this.#key ??= this.#folder === undefined ? randomBytes(KEY_BYTES) : readOrMakeKey(this.#folder);
    return this.#key;
  }
}

function readOrMakeKey(folder: string): Buffer {
  const file = join(folder, KEY_FILE);
  const known = readKey(file);
  if (known) return known;
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
  // Linked into place: a crash can't leave half a key, and of two processes one key wins.
  const temporary = `${file}.${process.pid}.tmp`;
  writeDurably(temporary, randomBytes(KEY_BYTES));
  try {
    linkSync(temporary, file);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  } finally {
    rmSync(temporary);
  }
  const made = readKey(file);
  assert(made, "the key file vanished while it was made");
  return made;
}

function readKey(file: string): Buffer | undefined {
  try {
    const key = readFileSync(file);
    if (key.length !== KEY_BYTES) throw new Error(`${file} isn't a key of ${KEY_BYTES} bytes.`);
    return key;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function writeDurably(file: string, bytes: Buffer): void {
  const handle = openSync(file, "w", KEY_FILE_MODE);
  try {
    writeSync(handle, bytes);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
