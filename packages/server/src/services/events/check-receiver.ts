import type { OutgoingClient } from "../../kernel/outgoing/outgoing-client.ts";
import { OutgoingError } from "../../kernel/outgoing/outgoing-error.ts";
import { validation } from "./errors.ts";

/** Wildcards are for the path: in the host they would name another receiver each time. */
const RECEIVER = /^https?:\/\/[^\s\\/?#*]+(?:[/?][^\s\\#]*)?$/;

/**
 * Throws ValidationException for a URL that isn't one, or to which nothing would ever be sent.
 * Plain HTTP is taken, which AWS refuses: a receiver on this machine seldom has a certificate.
 */
export function checkReceiver(parameter: string, url: string, outgoing: OutgoingClient): void {
  const filled = url.replaceAll("*", "x");
  if (!RECEIVER.test(url) || !URL.canParse(filled))
    throw validation(`Parameter ${parameter} ${url} is not a valid URL.`);
  try {
    outgoing.check(filled);
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error;
    const reason = `nothing is sent there, because ${error.reason}.`;
    throw validation(`Parameter ${parameter} is not valid. Reason: ${reason}`);
  }
}
