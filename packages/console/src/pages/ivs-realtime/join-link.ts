import { isLoopbackHost } from "../../session/signed-in.ts";

/** The page of the console that joins a stage for people who aren't signed in. */
export const JOIN_PATH = "/join";

/** A participant token's contents, as far as the page that joins with it needs them. */
export interface Invitation {
  readonly token: string;
  readonly participantId: string;
  readonly userId: string;
  readonly stageName: string;
  readonly canPublish: boolean;
  readonly canSubscribe: boolean;
  readonly expiresAt: Date;
  readonly endpoints: { readonly whip: string; readonly events: string };
}

/** The guest of a join link. */
export interface Guest {
  readonly userId: string;
  readonly onlyWatches: boolean;
}

/** A link that was made, and whether it is in the clipboard by now. */
export interface MadeLink extends Guest {
  readonly address: string;
  readonly isCopied: boolean;
}

interface Place {
  readonly protocol: string;
  readonly host: string;
  readonly hostname: string;
}

/**
 * The address that joins with a token. It stays in the fragment, which browsers send nowhere.
 * Browsers give cameras to pages from `https:` and from localhost only; the server speaks both
 * protocols at the same port.
 */
export function joinAddress(place: Place, token: string, stageName: string): string {
  const { protocol, host, hostname } = place;
  const scheme = isLoopbackHost(hostname) ? protocol : "https:";
  const query = new URLSearchParams({ token, ...(stageName === "" ? {} : { stage: stageName }) });
  return `${scheme}//${host}/#${JOIN_PATH}?${query}`;
}

/** Reads a join link's query; undefined if there is no participant token in it. */
export function invitationOf(query: URLSearchParams): Invitation | undefined {
  const token = query.get("token") ?? "";
  const claims = claimsOf(token);
  if (claims === undefined) return undefined;
  const { jti, user_id: userId, exp, events_url: events, whip_url: whip } = claims;
  const { capabilities } = claims;
  const allowed = (typeof capabilities === "object" ? capabilities : null) ?? {};
  const may = (name: string) =>
    Object.entries(allowed).some((one) => one.join() === `${name},true`);
  const isWhole = [jti, events, whip].every((claim) => typeof claim === "string");
  if (!isWhole || !Number.isSafeInteger(exp)) return undefined;
  return {
    token,
    participantId: String(jti),
    userId: typeof userId === "string" ? userId : "",
    stageName: (query.get("stage") ?? "").slice(0, NAME_CHARACTERS_MAX),
    canPublish: may("allow_publish"),
    canSubscribe: may("allow_subscribe"),
    expiresAt: new Date(Number(exp) * 1_000),
    endpoints: { whip: String(whip), events: String(events) },
  };
}

/** Source: IVS Real-Time API reference, Stage. */
const NAME_CHARACTERS_MAX = 128;

/** The server looks at the signature; here the claims only say what to show. */
function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  const [, payload = ""] = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(token) ?? [];
  try {
    const base64 = payload.replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === "object" && claims !== null ? { ...claims } : undefined;
  } catch {
    // Cut off, or not a token at all.
    return undefined;
  }
}
