/** Source: IVS Real-Time user guide, "Distribute Participant Tokens". */
const LIFETIME_MAX_S = 14 * 24 * 60 * 60;
const PARTICIPANT_ID = /^[A-Za-z0-9_-]{1,64}$/;
const USER_ID_CHARACTERS_MAX = 128;
const ATTRIBUTE_BYTES_MAX = 1_024;
/** Clocks of customers may be ahead of ours by so much. */
const LEEWAY_S = 300;

/** The claims of a participant's token. */
export interface Claims {
  readonly participantId: string;
  readonly resource: string;
  readonly topic: string;
  readonly eventsUrl: string;
  readonly whipUrl: string;
  readonly userId: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly canPublish: boolean;
  readonly canSubscribe: boolean;
  readonly expiresAtMs: number;
}

/** Reads a token's payload, expired or not. Text says what is wrong with it. */
export function readClaims(
  payload: Readonly<Record<string, unknown>>,
  nowMs: number,
): Claims | string {
  const { exp, iat, jti, resource, topic, events_url, whip_url, user_id = "" } = payload;
  if (!isWhole(exp) || !isWhole(iat)) return "The token's exp and iat must be whole numbers";
  if (exp - iat > LIFETIME_MAX_S) return "The token's exp is more than 14 days after its iat";
  if (iat > nowMs / 1_000 + LEEWAY_S) return "The token's iat is in the future";
  if (typeof jti !== "string" || !PARTICIPANT_ID.test(jti))
    return "The token's jti must have 1 to 64 letters, digits, - and _";
  if (typeof user_id !== "string" || user_id.length > USER_ID_CHARACTERS_MAX)
    return `The token's user_id must be text of at most ${USER_ID_CHARACTERS_MAX} characters`;
  const attributes = readAttributes(payload.attributes);
  if (typeof attributes === "string") return attributes;
  const capabilities = asObject(payload.capabilities) ?? {};
  return {
    participantId: jti,
    resource: String(resource),
    topic: String(topic),
    eventsUrl: String(events_url),
    whipUrl: String(whip_url),
    userId: user_id,
    attributes,
    canPublish: capabilities.allow_publish === true,
    canSubscribe: capabilities.allow_subscribe === true,
    expiresAtMs: exp * 1_000,
  };
}

function readAttributes(given: unknown): Readonly<Record<string, string>> | string {
  if (given === undefined) return {};
  const attributes = asObject(given);
  const entries = Object.entries(attributes ?? {});
  const isText = (entry: [string, unknown]): entry is [string, string] =>
    typeof entry[1] === "string";
  if (!attributes || !entries.every(isText)) return "The token's attributes must be texts by name";
  if (Buffer.byteLength(entries.flat().join("")) > ATTRIBUTE_BYTES_MAX)
    return `The token's attributes must have at most ${ATTRIBUTE_BYTES_MAX} bytes in all`;
  return Object.fromEntries(entries);
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? { ...value }
    : undefined;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
