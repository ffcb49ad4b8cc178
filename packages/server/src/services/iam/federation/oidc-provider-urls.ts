import { isLoopback } from "../../../kernel/loopback.ts";
import { OUTBOUND_ISSUERS_PATH } from "../../../kernel/outbound-issuers.ts";
import type { OutgoingClient } from "../../../kernel/outgoing/outgoing-client.ts";
import { OutgoingError } from "../../../kernel/outgoing/outgoing-error.ts";
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

/**
 * Refuses an issuer whose keys would never be fetched: a link-local address, this server itself, or
 * a private one that the setting `outgoing` doesn't list. Only this server's own issuers are read
 * without a request. @throws ValidationError
 */
export function refuseUnreachableIssuer(
  url: string,
  outgoing: Pick<OutgoingClient, "check">,
): void {
  if (new URL(url).pathname.startsWith(OUTBOUND_ISSUERS_PATH)) return;
  try {
    outgoing.check(url);
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error;
    throw validationError(
      `Invalid Open ID Connect Provider URL: nothing is sent there, because ${error.reason}.`,
    );
  }
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
