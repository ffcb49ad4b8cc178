import type { Clock } from "../../../kernel/clock.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { PlainRequest } from "../../../kernel/service.ts";
import type { Store } from "../../../kernel/store.ts";
import { arns } from "../resource-arn.ts";
import { listPublicKeys } from "../rows/playback-key-pairs.ts";
import type { PlaybackRules } from "../rows/playback-rules.ts";
import type { IvsTables } from "../tables.ts";
import type { CountryOf } from "./country-database.ts";
import { isOriginAllowed } from "./origin-rules.ts";
import type { PlaybackClaims } from "./playback-claims.ts";
import { PlaybackRefusal } from "./playback-refusal.ts";
import { type PlaybackSession, PlaybackSessions } from "./playback-session.ts";
import { verifyPlaybackToken } from "./playback-token.ts";
import type { RevokedViewers } from "./revoked-viewers.ts";
import { useOnce } from "./used-playback-tokens.ts";

export interface PlaybackGateOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly sealingKey: Uint8Array;
  readonly countryOf: CountryOf;
  readonly revoked: RevokedViewers;
}

/** The stream that a request is for. */
export interface PlaybackSubject {
  readonly channelArn: string;
  readonly streamId: string;
  readonly rules: PlaybackRules;
}

/** The headers that a request which may be answered gets beside the content. */
export interface Admission {
  /** For the URIs in the multivariant playlist; undefined where the channel needs no session. */
  readonly sealedSession: string | undefined;
  /** The token is good for this answer alone. */
  readonly singleUse: PlaybackClaims["singleUse"];
  /** Tells viewers apart; undefined where only their addresses do. */
  readonly sessionId: string | undefined;
  readonly heightMax: number | undefined;
  /** `Access-Control-Allow-Origin`. */
  readonly allowOrigin: string;
  /** The answer is the same for everybody, so that a cache may keep it. */
  readonly isShared: boolean;
}

/** Decides who may play: tokens of private channels, revocations, restriction policies. */
export class PlaybackGate {
  readonly #store: Store<IvsTables>;
  readonly #options: PlaybackGateOptions;
  readonly #sessions: PlaybackSessions;

  constructor(options: PlaybackGateOptions) {
    this.#options = options;
    this.#store = options.store.tables<IvsTables>();
    this.#sessions = new PlaybackSessions(options.sealingKey, options.ids);
  }

  /** For the multivariant playlist, with which playback begins. Throws PlaybackRefusal. */
  async begin(request: PlainRequest, subject: PlaybackSubject): Promise<Admission> {
    const { restriction, authorized } = subject.rules;
    const claims = authorized ? await this.#claims(request, subject) : undefined;
    this.#requireCountry(request, subject.rules);
    requireOrigin(request, claims?.origins, claims?.strictOrigin ?? false);
    requireOrigin(request, restriction?.origins, restriction?.strictOrigin ?? false);
    const session = claims && sessionOf(claims);
    return {
      sealedSession: session && this.#sessions.seal(session, subject.streamId),
      singleUse: request.method === "HEAD" ? undefined : claims?.singleUse,
      sessionId: undefined,
      heightMax: claims?.heightMax,
      allowOrigin: allowedOrigin(request, [claims?.origins, restriction?.origins]),
      isShared: !authorized && !restriction,
    };
  }

  /**
   * Playback begins with an answer that is ready to be sent: who got none may try again with the
   * same token. Throws PlaybackRefusal when the token was used before.
   */
  async useUp({ singleUse }: Admission, { channelArn }: PlaybackSubject): Promise<void> {
    if (singleUse && !(await useOnce(singleUse, channelArn, this.#store)))
      throw PlaybackRefusal.token("aws:single-use-uuid was already used");
  }

  /** For what the multivariant playlist leads to. Throws PlaybackRefusal. */
  async resume(
    request: PlainRequest,
    subject: PlaybackSubject,
    sealed: string | undefined,
  ): Promise<Admission> {
    const { restriction, authorized } = subject.rules;
    const session = authorized ? this.#sessions.open(sealed ?? "", subject.streamId) : undefined;
    if (authorized && !session)
      throw PlaybackRefusal.token("playback session is missing or invalid");
    if (session) await this.#requireNotRevoked(session.viewer, subject.channelArn);
    this.#requireCountry(request, subject.rules);
    requireOrigin(request, session?.origins, true);
    const strictOrigins = restriction?.strictOrigin ? restriction.origins : undefined;
    requireOrigin(request, strictOrigins, true);
    return {
      sealedSession: undefined,
      singleUse: undefined,
      sessionId: session?.id,
      heightMax: session?.heightMax,
      allowOrigin: allowedOrigin(request, [session?.origins, strictOrigins]),
      isShared: !authorized && !restriction,
    };
  }

  async #claims(request: PlainRequest, { channelArn }: PlaybackSubject): Promise<PlaybackClaims> {
    const token = request.query.get("token") ?? "";
    const keys = await this.#publicKeys(channelArn);
    const nowMs = this.#options.clock.nowMs();
    const claims = verifyPlaybackToken(token, channelArn, keys, nowMs);
    if (typeof claims === "string") throw PlaybackRefusal.token(claims);
    await this.#requireNotRevoked(claims.viewer, channelArn);
    return claims;
  }

  async #publicKeys(channelArn: string): Promise<readonly string[]> {
    const place = arns.parse(channelArn);
    return place ? listPublicKeys(this.#store.db, place) : [];
  }

  async #requireNotRevoked(viewer: PlaybackSession["viewer"], channelArn: string): Promise<void> {
    if (!viewer) return;
    const named = { channelArn, viewerId: viewer.id };
    if (await this.#options.revoked.isRevoked(named, viewer.version))
      throw PlaybackRefusal.token("viewer session is revoked");
  }

  /** Undefined where nobody knows the location. */
  countryOf({ remoteAddress }: PlainRequest): string | undefined {
    return this.#options.countryOf(remoteAddress);
  }

  /** Playback is allowed where the location isn't known, as on AWS. */
  #requireCountry(request: PlainRequest, { restriction }: PlaybackRules): void {
    if (!restriction || restriction.countries.length === 0) return;
    const country = this.countryOf(request);
    if (country !== undefined && !restriction.countries.includes(country))
      throw PlaybackRefusal.country();
  }
}

function sessionOf({ origins, strictOrigin, viewer, heightMax }: PlaybackClaims) {
  return {
    ...(strictOrigin && origins ? { origins } : {}),
    ...(viewer ? { viewer } : {}),
    ...(heightMax === undefined ? {} : { heightMax }),
  };
}

/** A client that shows no origin isn't a browser: only strict enforcement refuses it. */
function requireOrigin(
  { headers }: PlainRequest,
  allowed: readonly string[] | undefined,
  isStrict: boolean,
): void {
  if (!allowed || allowed.length === 0) return;
  const { origin } = headers;
  if (origin === undefined ? isStrict : !isOriginAllowed(origin, allowed))
    throw PlaybackRefusal.origin();
}

function allowedOrigin(
  { headers }: PlainRequest,
  lists: readonly (readonly string[] | undefined)[],
): string {
  const isRestricted = lists.some((list) => list !== undefined && list.length > 0);
  return isRestricted ? (headers.origin ?? "null") : "*";
}
