import type { RecordedCall } from "./call-log.ts";

/** Members whose values are never written down; what continues a list isn't one. */
const SECRET = /password|secret|privatekey|(?:session|identity)token$|^certificatebody$/i;

/** Operations that answer with a stream: the AWS CLI wants to know which file it goes into. */
const INTO_FILE: ReadonlySet<string> = new Set(["GetObject"]);

/** The AWS CLI's line for a call: `aws ivs get-channel --arn '…'`, which a shell takes as it is. */
export function cliLine(call: RecordedCall, endpoint: string): string {
  const words = ["aws", call.service, kebab(call.operation)];
  if (INTO_FILE.has(call.operation)) words.push(quote(fileNameOf(call.input.Key)));
  const asJson: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(call.input)) {
    if (value === undefined) continue;
    if (isFetched(value) && !SECRET.test(name)) asJson[name] = value;
    else words.push(...argument(name, value));
  }
  if (Object.keys(asJson).length > 0) {
    words.push("--cli-input-json", quote(JSON.stringify(asJson)));
  }
  // IAM's too: with an endpoint of its own the CLI wants a Region, which not everybody has set.
  words.push("--region", call.region, "--endpoint-url", endpoint);
  return words.join(" ");
}

/** Names an option as the AWS CLI does (`xform_name`): `MFADevices` → `mfa-devices`. */
export function kebab(name: string): string {
  return name
    .replace(/ARNs$/, "Arns")
    .replace(/(.)([A-Z][a-z]+)/g, "$1-$2")
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase();
}

function argument(name: string, value: unknown): readonly string[] {
  const flag = `--${kebab(name)}`;
  if (SECRET.test(name)) return [flag, "'…'"];
  if (value === true) return [flag];
  if (value === false) return [`--no-${kebab(name)}`];
  if (value instanceof Blob || value instanceof Uint8Array) return [flag, "'<file>'"];
  if (value instanceof Date) return [flag, value.toISOString()];
  if (Array.isArray(value) && value.length > 0 && value.every(isWord)) {
    return [flag, ...value.map(String)];
  }
  if (typeof value === "object" && value !== null) return [flag, quote(JSON.stringify(value))];
  // The CLI encodes a copy's source itself.
  const text = name === "CopySource" ? decodeURIComponent(String(value)) : String(value);
  // A value that begins with a hyphen would be taken for the next option.
  return text.startsWith("-") ? [`${flag}=${quote(text)}`] : [flag, quote(text)];
}

/** Names a file after the last part of a key, in the folder that the line is run in. */
function fileNameOf(key: unknown): string {
  const name = String(key).split("/").at(-1) ?? "";
  if (name === "") return "object";
  return name.startsWith("-") ? `./${name}` : name;
}

/**
 * True for a word that neither the shell nor the CLI takes for more than itself; lists of others
 * are written as JSON.
 */
function isWord(value: unknown): boolean {
  if (typeof value === "number") return true;
  return typeof value === "string" && /^\w[\w./:@+-]*$/.test(value) && !isFetched(value);
}

/**
 * As an option's value, the CLI reads such a file in its place; its version 1, which may well be
 * whose line is run, fetches such a URL too. Inside JSON both are texts.
 */
function isFetched(value: unknown): boolean {
  return typeof value === "string" && /^(?:fileb?|https?):\/\//.test(value);
}

/** Quotes a text for a POSIX shell. */
function quote(text: string): string {
  return /^[\w./:@=,+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
