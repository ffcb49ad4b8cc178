import {
  type AnonymousAuthentication,
  type AuthDialect,
  type Authentication,
  type HeaderV2,
  type PresignedV2,
  parseAuthentication,
  parseSignedForm,
  type SignedAuthentication,
  type SignedForm,
  verifySignature,
  verifySignatureV2,
  verifySignedForm,
  type WireRequest,
  withHeadersInUrl,
} from "@rolecast/wire";
import type { Clock } from "../kernel/clock.ts";
import type { Contributions } from "../kernel/contributions.ts";
import type { Organizations } from "../kernel/organization.ts";
import type { Credential, CredentialSource, FoundCredential } from "../kernel/ports/identity.ts";
import type { OrganizationPorts } from "../kernel/ports/organizations.ts";
import { accountOf, type Caller } from "../kernel/principal.ts";
import type { ServiceFacts } from "../kernel/service.ts";
import { type Eventual, whenKnown } from "../kernel/when-known.ts";
import { authenticationError } from "./authentication-error.ts";

const ANONYMOUS: Caller = { principal: { kind: "anonymous" } };

const DIALECTS: Readonly<Record<ServiceFacts["definition"]["protocol"], AuthDialect>> = {
  awsQuery: "query",
  awsJson1_0: "json",
  awsJson1_1: "json",
  rpcV2Cbor: "json",
  restJson1: "json",
  restXml: "s3",
};

/** The service that a request is for. */
type AskedService = Pick<ServiceFacts, "definition">;

type AuthenticatorSources = Pick<Contributions, "credentialSources" | "organizations">;

export interface Authenticated {
  readonly caller: Caller;
  readonly authentication: Authentication;
  /** The request as it is to be read: a presigned URL's with the headers that are in its query. */
  readonly request: WireRequest;
}

/** Finds the caller who signed a request (SigV4), by its Authorization header or its query. */
export class Authenticator {
  /** Complete once all services are created. */
  readonly #sources: readonly CredentialSource[];
  readonly #organizations: readonly OrganizationPorts[];
  readonly #clock: Clock;

  constructor({ credentialSources, organizations }: AuthenticatorSources, clock: Clock) {
    this.#sources = credentialSources;
    this.#organizations = organizations;
    this.#clock = clock;
  }

  /**
   * `body` is the whole body if it was read already: services other than S3 sign its hash.
   * `admitsUnsigned` is called only for unsigned requests; signature version 2 covers
   * `bucketInHost`. Throws or rejects with the wire's AuthError or with AwsError.
   */
  authenticate(
    service: AskedService,
    request: WireRequest,
    body: Uint8Array | undefined,
    admitsUnsigned: () => boolean,
    bucketInHost: string | undefined,
  ): Eventual<Authenticated> {
    const { protocol } = service.definition;
    const dialect = DIALECTS[protocol];
    const authentication = parseAuthentication(request, { dialect });
    if (authentication.kind === "anonymous") {
      if (admitsUnsigned()) return { caller: ANONYMOUS, authentication, request };
      throw authenticationError("missing", protocol);
    }
    const whole = dialect === "s3" ? withHeadersInUrl(request, authentication) : request;
    const { accessKeyId, sessionToken } = authentication;
    const required = this.#require(service, accessKeyId, sessionToken);
    return whenKnown(required, ({ secretAccessKey, caller }) => {
      const nowMs = this.#clock.nowMs();
      if (authentication.version === 2)
        verifySignatureV2(authentication, whole, secretAccessKey, nowMs, bucketInHost);
      else
        verifySignature(authentication, whole, secretAccessKey, nowMs, {
          dialect,
          ...(body === undefined ? {} : { body }),
        });
      this.#noteUsed(authentication, nowMs);
      return { caller, authentication, request: whole };
    });
  }

  /** Signature version 2 names neither service nor Region. */
  #noteUsed(used: SignedAuthentication | PresignedV2 | HeaderV2 | SignedForm, nowMs: number): void {
    const { service = "s3", region = "us-east-1" } =
      used.kind === "form" ? (used.scope ?? {}) : used.version === 4 ? used : {};
    for (const source of this.#sources) source.noteUsed?.(used.accessKeyId, service, region, nowMs);
  }

  /**
   * Finds the caller of a request that was authenticated before. Rejects when its key may not be
   * used any more.
   */
  async callerNow(service: AskedService, authentication: Authentication): Promise<Caller> {
    if (authentication.kind === "anonymous") return ANONYMOUS;
    const { accessKeyId, sessionToken } = authentication;
    return (await this.#require(service, accessKeyId, sessionToken)).caller;
  }

  /**
   * Finds the signer of a request that a linked service received and passes on to be verified. The
   * whole body is here, so it is signed as it is, even if a header says otherwise.
   */
  async verifyReceived(
    service: AskedService,
    request: WireRequest,
    body: Uint8Array,
  ): Promise<{ readonly caller: Caller; readonly authentication: SignedAuthentication }> {
    const { protocol } = service.definition;
    const dialect = DIALECTS[protocol];
    const authentication = parseAuthentication(request, { dialect });
    if (authentication.version !== 4) throw authenticationError("missing", protocol);
    const { accessKeyId, sessionToken } = authentication;
    const { caller, secretAccessKey } = await this.#require(service, accessKeyId, sessionToken);
    const whole = dialect === "s3" ? withHeadersInUrl(request, authentication) : request;
    verifySignature(authentication, whole, secretAccessKey, this.#clock.nowMs(), {
      dialect,
      body,
    });
    return { caller, authentication };
  }

  /** Finds the signer of a form's policy: anonymous without the fields of a signature. */
  async authenticateForm(
    service: AskedService,
    fields: ReadonlyMap<string, string>,
  ): Promise<{
    readonly caller: Caller;
    readonly authentication: SignedForm | AnonymousAuthentication;
  }> {
    const form = parseSignedForm(fields);
    if (!form) return { caller: ANONYMOUS, authentication: { kind: "anonymous" } };
    const { accessKeyId, sessionToken } = form;
    const { secretAccessKey, caller } = await this.#require(service, accessKeyId, sessionToken);
    const nowMs = this.#clock.nowMs();
    verifySignedForm(form, secretAccessKey, nowMs);
    this.#noteUsed(form, nowMs);
    return { caller, authentication: form };
  }

  /** Finds a credential. Throws or rejects unless it may be used with this service now. */
  #require(
    service: AskedService,
    accessKeyId: string,
    sessionToken: string | undefined,
  ): Eventual<Credential> {
    const found = this.#find(accessKeyId, sessionToken);
    const [ports] = this.#organizations;
    const organizations = ports?.directory.current();
    return found instanceof Promise || (ports && !organizations)
      ? this.#requireLater(service, accessKeyId, found)
      : usable(service, accessKeyId, found, organizations);
  }

  async #requireLater(
    service: AskedService,
    accessKeyId: string,
    finding: Eventual<FoundCredential>,
  ): Promise<Credential> {
    const found = await finding;
    const [ports] = this.#organizations;
    const organizations = ports && (ports.directory.current() ?? (await ports.directory.read()));
    return usable(service, accessKeyId, found, organizations);
  }

  /** Asks the sources, from one on, until one knows the key. */
  #find(
    accessKeyId: string,
    sessionToken: string | undefined,
    from = 0,
  ): Eventual<FoundCredential> {
    for (let at = from; at < this.#sources.length; at++) {
      const found = this.#sources[at]?.findCredential(accessKeyId, sessionToken);
      if (found instanceof Promise)
        return found.then((known) => known ?? this.#find(accessKeyId, sessionToken, at + 1));
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** Throws unless the credential may be used with this service now. */
function usable(
  { definition: { protocol, name } }: AskedService,
  accessKeyId: string,
  credential: FoundCredential,
  organizations: Organizations | undefined,
): Credential {
  if (credential === undefined) throw authenticationError("unknown-key", protocol, accessKeyId);
  if (credential === "invalid-token") throw authenticationError("invalid-token", protocol);
  if (credential === "expired-token") throw authenticationError("expired-token", protocol);
  if (credential.status !== "Active")
    throw authenticationError("inactive-key", protocol, accessKeyId);
  const isClosed = () =>
    organizations?.members.get(accountOf(credential.caller.principal))?.isClosed === true;
  if (organizations?.hasClosed && isClosed())
    throw authenticationError("inactive-key", protocol, accessKeyId);
  if (credential.refusedBy?.has(name)) throw authenticationError("invalid-token", protocol);
  return credential;
}
