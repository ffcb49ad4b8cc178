import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Secrets that a test gives, and whether a text shows one of them, in any form. */
export class KnownSecrets {
  /** The forms of each secret, by what it is. */
  readonly #forms = new Map<string, readonly Buffer[]>();

  /** A secret of letters and digits alone, which nothing has to encode. */
  make(what: string): string {
    const secret = `Kept${randomBytes(12).toString("hex")}`;
    this.add(what, secret);
    return secret;
  }

  add(what: string, secret: string): void {
    const hex = Buffer.from(secret).toString("hex");
    const texts = [secret, encodeURIComponent(secret), hex, ...[0, 1, 2].map(base64At(secret))];
    this.#forms.set(
      what,
      texts.map((text) => Buffer.from(text)),
    );
  }

  /** The secrets that are in the text. */
  in(text: string | Buffer): readonly string[] {
    const bytes = typeof text === "string" ? Buffer.from(text) : text;
    const found = [...this.#forms].filter(([, forms]) => forms.some((one) => bytes.includes(one)));
    return found.map(([what]) => what);
  }

  /** The files below a folder that have a secret in them, with what it is. */
  async inFolder(dir: string): Promise<readonly string[]> {
    const entries = await readdir(dir, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const found: string[] = [];
    for (const { parentPath, name } of files) {
      const path = join(parentPath, name);
      const secrets = this.in(await readFile(path).catch(() => ""));
      found.push(...secrets.map((what) => `${path.slice(dir.length + 1)}: ${what}`));
    }
    return found;
  }
}

/** The characters that are the same whatever follows, where `shift` bytes go before the text. */
function base64At(text: string): (shift: number) => string {
  return (shift) => {
    const encoded = Buffer.from("x".repeat(shift) + text).toString("base64");
    const bits = 8 * (shift + Buffer.byteLength(text));
    return encoded.slice(Math.ceil((8 * shift) / 6), Math.floor(bits / 6));
  };
}

/** The command lines of a process and all that it has started, by Linux's list of them. */
export async function commandLines(pid: number): Promise<readonly string[]> {
  const read = (path: string) => readFile(path, "utf8").catch(() => "");
  const children = (await read(`/proc/${pid}/task/${pid}/children`)).split(" ").filter(Boolean);
  const below = await Promise.all(children.map((child) => commandLines(Number(child))));
  return [await read(`/proc/${pid}/cmdline`), await read(`/proc/${pid}/comm`), ...below.flat()];
}
