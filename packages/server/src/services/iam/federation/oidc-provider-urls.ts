import { isLoopback } from "../../../kernel/loopback.ts";
import { validationError } from "../errors.ts";

/**
 * A provider's URL as it is stored and stands in the ARN: without scheme, otherwise as written.
 * @throws ValidationError in AWS's words
 */
export function oidcProviderUrl(url: string): string {
  const plain = withoutScheme(url);
  if (plain === undefined) throw validationError("Invalid Open ID Connect Provider URL");
  return plain;
}

/** Undefined unless it can be an issuer: `https`, or for developers `http` on this machine. */
export function withoutScheme(url: string): string | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || parsed.username || parsed.password || /[?#\s]/.test(url)) return undefined;
  const host = parsed.hostname.replace(/^\[|\]$/g, "");
  const trusted = parsed.protocol === "https:" || (parsed.protocol === "http:" && isLoopback(host));
  const scheme = `${parsed.protocol}//`;
  return trusted && url.startsWith(scheme) ? url.slice(scheme.length) : undefined;
}
