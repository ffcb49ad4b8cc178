import {
  type AuthDialect,
  type Authentication,
  parseAuthentication,
  verifySignature,
  type WireRequest,
} from "@rolecast/wire";
import type { Clock } from "../kernel/clock.ts";
import type { CredentialSource } from "../kernel/identity.ts";
import type { Caller } from "../kernel/principal.ts";
import type { Service } from "../kernel/service.ts";
import { authenticationError } from "./authentication-error.ts";

const ANONYMOUS: Caller = { principal: { kind: "anonymous" } };

const DIALECTS: Readonly<Record<Service["definition"]["protocol"], AuthDialect>> = {
  awsQuery: "query",
  restJson1: "json",
  restXml: "s3",
};

export interface Authenticated {
  readonly caller: Caller;
  readonly authentication: Authentication;
}

/** Finds out who signed a request (SigV4), from its Authorization header or its query. */
export class Authenticator {
  readonly #sources: readonly CredentialSource[];
  readonly #clock: Clock;

  constructor(sources: readonly CredentialSource[], clock: Clock) {
    this.#sources = sources;
    this.#clock = clock;
  }

  /**
   * `body` is the whole body where it was read already: services other than S3 sign its hash.
   * Rejects with the wire's AuthError or with AwsError.
   */
  async authenticate(
    service: Service,
    request: WireRequest,
    body: Uint8Array | undefined,
  ): Promise<Authenticated> {
    const { protocol } = service.definition;
    const dialect = DIALECTS[protocol];
    const authentication = parseAuthentication(request, { dialect });
    if (authentication.kind === "anonymous") {
      if (service.admitsAnonymous) return { caller: ANONYMOUS, authentication };
      throw authenticationError("missing", protocol);
    }
    const { accessKeyId, sessionToken } = authentication;
    const credential = await this.#find(accessKeyId, sessionToken);
    if (credential === undefined) throw authenticationError("unknown-key", protocol);
    if (credential === "invalid-token") throw authenticationError("invalid-token", protocol);
    if (credential === "expired-token") throw authenticationError("expired-token", protocol);
    if (credential.status !== "Active") throw authenticationError("inactive-key", protocol);
    if (credential.refusedBy?.has(service.definition.name))
      throw authenticationError("invalid-token", protocol);
    const nowMs = this.#clock.nowMs();
    verifySignature(authentication, request, credential.secretAccessKey, nowMs, {
      dialect,
      ...(body === undefined ? {} : { body }),
    });
    for (const source of this.#sources)
      source.noteUsed?.(accessKeyId, authentication.service, authentication.region, nowMs);
    return { caller: credential.caller, authentication };
  }

  async #find(accessKeyId: string, sessionToken: string | undefined) {
    for (const source of this.#sources) {
      const found = await source.findCredential(accessKeyId, sessionToken);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
