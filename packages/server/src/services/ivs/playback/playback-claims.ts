/** Source of all: IVS user guide, "Generate and sign IVS playback tokens". */
const HEIGHTS: ReadonlyMap<unknown, number> = new Map([
  ["SD", 480],
  ["HD", 720],
  ["FULL_HD", 1080],
]);
const VIEWER_ID_CHARACTERS_MAX = 40;
const STRICT_ORIGINS_MAX = 5;
const SINGLE_USE_ID_CHARACTERS_MAX = 128;
/** A token for one use or for one viewer lives this long at most, so that it can be remembered. */
const REMEMBERED_TOKEN_MAX_MS = 10 * 60_000;
/** Clocks of those who sign may be ahead of ours by this. */
const CLOCK_SKEW_MS = 30_000;
/**
 * An `exp` beyond it can only be in milliseconds: AWS's own sample signs those. In seconds: year
 * 5138.
 */
const MILLISECONDS_FROM = 100_000_000_000;

/** The claims of a playback token, checked. */
export interface PlaybackClaims {
  readonly channelArn: string;
  /** Undefined: any. */
  readonly origins: readonly string[] | undefined;
  /** Every request must show an allowed origin, not only the first. */
  readonly strictOrigin: boolean;
  readonly singleUse: { readonly uuid: string; readonly expiresAtMs: number } | undefined;
  readonly viewer: { readonly id: string; readonly version: number } | undefined;
  /** In lines; undefined: no limit. */
  readonly heightMax: number | undefined;
}

type Claims = Readonly<Record<string, unknown>>;

/** Reads a verified token's payload; text says why it is refused. */
export function readPlaybackClaims(claims: Claims, nowMs: number): PlaybackClaims | string {
  const { exp } = claims;
  if (typeof exp !== "number" || !Number.isFinite(exp)) return "exp is missing";
  // As on AWS: milliseconds read as seconds lie far in the future.
  if (exp * 1_000 <= nowMs) return "Token is expired";
  const notBefore = claims.nbf ?? 0;
  // RFC 7519, section 4.1.5.
  if (typeof notBefore !== "number" || notBefore * 1_000 > nowMs + CLOCK_SKEW_MS)
    return "Token is not valid yet";
  const channelArn = claims["aws:channel-arn"];
  if (typeof channelArn !== "string") return "aws:channel-arn is missing";
  const originList = claims["aws:access-control-allow-origin"] ?? "";
  if (typeof originList !== "string") return "aws:access-control-allow-origin must be a string";
  const origins = readOrigins(originList);
  const strict = claims["aws:strict-origin-enforcement"] ?? false;
  if (typeof strict !== "boolean") return "aws:strict-origin-enforcement must be a boolean";
  if (strict && (origins?.length ?? 0) > STRICT_ORIGINS_MAX)
    return `aws:strict-origin-enforcement allows at most ${STRICT_ORIGINS_MAX} origins`;
  const expiresAtMs = exp >= MILLISECONDS_FROM ? exp : exp * 1_000;
  const singleUse = claims["aws:single-use-uuid"];
  const viewer = readViewer(claims);
  if (typeof viewer === "string") return viewer;
  if (singleUse !== undefined || viewer) {
    if (expiresAtMs <= nowMs) return "Token is expired";
    if (expiresAtMs > nowMs + REMEMBERED_TOKEN_MAX_MS + CLOCK_SKEW_MS)
      return "exp must be at most 10 minutes ahead with aws:single-use-uuid or aws:viewer-id";
  }
  if (singleUse !== undefined && !isShortText(singleUse, SINGLE_USE_ID_CHARACTERS_MAX))
    return "aws:single-use-uuid is invalid";
  const heightMax = readHeight(claims["aws:maximum-resolution"]);
  if (typeof heightMax === "string") return heightMax;
  return {
    channelArn,
    origins,
    strictOrigin: strict && origins !== undefined,
    singleUse: isShortText(singleUse, SINGLE_USE_ID_CHARACTERS_MAX)
      ? { uuid: singleUse, expiresAtMs }
      : undefined,
    viewer,
    heightMax,
  };
}

/** One text with commas; nothing and `*` mean any origin. */
function readOrigins(claim: string): readonly string[] | undefined {
  const origins = claim
    .split(",")
    .map((origin) => origin.trim())
    .filter((origin) => origin !== "");
  return origins.length === 0 || origins.includes("*") ? undefined : origins;
}

function readViewer(claims: Claims): PlaybackClaims["viewer"] | string {
  const id = claims["aws:viewer-id"];
  const version = claims["aws:viewer-session-version"] ?? 0;
  if (typeof version !== "number" || !Number.isInteger(version) || version < 0)
    return "aws:viewer-session-version must be an integer of at least 0";
  if (id === undefined) return undefined;
  if (!isShortText(id, VIEWER_ID_CHARACTERS_MAX))
    return `aws:viewer-id must have 1 to ${VIEWER_ID_CHARACTERS_MAX} characters`;
  return { id, version };
}

function readHeight(claim: unknown): number | undefined | string {
  if (claim === undefined) return undefined;
  return HEIGHTS.get(claim) ?? "aws:maximum-resolution must be SD, HD or FULL_HD";
}

function isShortText(value: unknown, charactersMax: number): value is string {
  return typeof value === "string" && value.length >= 1 && value.length <= charactersMax;
}
