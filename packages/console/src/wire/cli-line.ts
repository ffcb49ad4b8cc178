import type { RecordedCall } from "./call-log.ts";

/** Members whose values are never written down. */
const SECRET = /password|secret|privatekey|token$|^certificatebody$/i;

/** The AWS CLI's line for a call: `aws ivs get-channel --arn '…'`. */
export function cliLine(call: RecordedCall, endpoint: string): string {
  const words = ["aws", call.service, kebab(call.operation)];
  for (const [name, value] of Object.entries(call.input)) {
    if (value === undefined) continue;
    words.push(...argument(name, value));
  }
  if (call.service !== "iam") words.push("--region", call.region);
  words.push("--endpoint-url", endpoint);
  return words.join(" ");
}

/** As the AWS CLI derives its names (`xform_name`): `MFADevices` → `mfa-devices`. */
export function kebab(name: string): string {
  return name
    .replace(/ARNs$/, "Arns")
    .replace(/(.)([A-Z][a-z]+)/g, "$1-$2")
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase();
}

function argument(name: string, value: unknown): string[] {
  const flag = `--${kebab(name)}`;
  if (SECRET.test(name)) return [flag, "'…'"];
  if (value === true) return [flag];
  if (value === false) return [`--no-${kebab(name)}`];
  if (value instanceof Blob || value instanceof Uint8Array) return [flag, "'<file>'"];
  if (value instanceof Date) return [flag, quote(value.toISOString())];
  if (Array.isArray(value) && value.every(isPlain)) {
    return [flag, ...value.map((item) => quote(String(item)))];
  }
  if (typeof value === "object" && value !== null) return [flag, quote(JSON.stringify(value))];
  return [flag, quote(String(value))];
}

function isPlain(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number";
}

/** For a POSIX shell. */
function quote(text: string): string {
  return /^[\w./:@=,+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
