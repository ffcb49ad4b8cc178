import type * as realTime from "@aws-sdk/client-ivs-realtime";
import type { Checked } from "../../../kernel/checked.ts";
import type { RealTimeDependencies } from "../dependencies.ts";
import { validation } from "../errors.ts";
import { arnOf } from "../resource-arn.ts";
import type { StageRow } from "../tables.ts";
import { TokenSignature } from "../tokens/token-signature.ts";
import { stageEndpoints } from "./endpoints.ts";

/** Source: IVS Real-Time API Reference, ParticipantTokenConfiguration. */
const DURATION_DEFAULT_MINUTES = 720;
const ATTRIBUTE_BYTES_MAX = 1_024;
const PARTICIPANT_ID_LENGTH = 12;
/** As AWS's own tokens have it. */
const HEADER = { alg: "KMS", typ: "JWT" };
/** The part behind the dot is a set of flags for Amazon's clients; none is set. */
const VERSION = "1.0";

/** Issues tokens for stages: signed, kept nowhere. */
export class ParticipantTokens {
  readonly #deps: RealTimeDependencies;
  readonly #signature: TokenSignature;

  constructor(deps: RealTimeDependencies) {
    this.#deps = deps;
    this.#signature = new TokenSignature(deps.sealingKey);
  }

  /** Throws ValidationException where the attributes are too long. */
  issue(
    stage: StageRow,
    wanted: Checked<realTime.ParticipantTokenConfiguration>,
    nowMs: number,
  ): realTime.ParticipantToken {
    refuseLongAttributes(wanted.attributes);
    const participantId = this.#deps.ids.alphanumeric(PARTICIPANT_ID_LENGTH);
    const duration = wanted.duration ?? DURATION_DEFAULT_MINUTES;
    const capabilities = wanted.capabilities?.length
      ? [...new Set(wanted.capabilities)]
      : (["PUBLISH", "SUBSCRIBE"] as const);
    const issuedAt = Math.floor(nowMs / 1_000);
    const expiresAt = issuedAt + duration * 60;
    const { events, whip } = stageEndpoints(this.#deps);
    const token = this.#sign({
      exp: expiresAt,
      iat: issuedAt,
      jti: participantId,
      resource: arnOf("stage", stage),
      topic: stage.id,
      events_url: events,
      whip_url: whip,
      ...(wanted.userId === undefined ? {} : { user_id: wanted.userId }),
      ...(wanted.attributes === undefined ? {} : { attributes: wanted.attributes }),
      capabilities: {
        ...(capabilities.includes("PUBLISH") ? { allow_publish: true } : {}),
        ...(capabilities.includes("SUBSCRIBE") ? { allow_subscribe: true } : {}),
      },
      version: VERSION,
    });
    return {
      participantId,
      token,
      userId: wanted.userId ?? "",
      attributes: wanted.attributes ?? {},
      duration,
      capabilities: [...capabilities],
      expirationTime: new Date(expiresAt * 1_000),
    };
  }

  #sign(claims: object): string {
    const text = `${encoded(HEADER)}.${encoded(claims)}`;
    return `${text}.${this.#signature.of(text)}`;
  }
}

/** Throws ValidationException for more than AWS takes: 1 KB in all. */
export function refuseLongAttributes(
  attributes: Readonly<Record<string, string>> | undefined,
): void {
  const text = Object.entries(attributes ?? {})
    .flat()
    .join("");
  if (Buffer.byteLength(text) > ATTRIBUTE_BYTES_MAX)
    throw validation(`attributes must have at most ${ATTRIBUTE_BYTES_MAX} bytes in all`);
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
