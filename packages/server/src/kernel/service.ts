import type { Readable } from "node:stream";
import type { ApiDefinition } from "@rolecast/wire";
import type { AuditFacts } from "./audit-facts.ts";
import type { Authorization } from "./authorization.ts";
import type { AwsError } from "./aws-error.ts";
import type { Clock } from "./clock.ts";
import type { ServiceConstraints } from "./constraints.ts";
import type { EventBus } from "./events.ts";
import type { Ids } from "./ids.ts";
import type { Invoke } from "./invoke.ts";
import type { OperationTable } from "./operations.ts";
import type { DiskSpace } from "./ports/disk-space.ts";
import type { Log } from "./ports/log.ts";
import type { RequestContext } from "./request-context.ts";
import type { Store } from "./store.ts";
import type { WebSocketAnswer, WebSocketRequest } from "./web-sockets.ts";

/** A request that isn't an AWS operation: playback, the console, `/_rolecast`. */
export interface PlainRequest {
  readonly method: string;
  /** Percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly remoteAddress: string;
  /** Whether its headers or query claim a signature: then it is an operation. */
  readonly isSigned: boolean;
  /** As the client sees it. */
  readonly scheme: "http" | "https";
  readonly body: Readable;
}

export interface PlainResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | Readable | undefined;
}

/** The reasons of a refusal, before the service puts them in its own words. */
export interface Denial {
  readonly authorization: Authorization;
  readonly context: RequestContext;
  /** `arn:aws:iam::…:user/x`, the session's ARN, or `anonymous`. */
  readonly callerArn: string;
  /** `because no identity-based policy allows the s3:PutObject action`, and its siblings. */
  readonly reason: string;
  /** Everything about the decision, sealed: what EC2 calls the encoded authorization message. */
  readonly encodedMessage: string | undefined;
  /** The id to ask for an explanation by; undefined where the decision isn't kept. */
  readonly authorizationId: string | undefined;
  readonly effect: "explicitDeny" | "implicitDeny";
  /** Caller and resource belong to one account: only then AWS gives the reason. */
  readonly sameAccount: boolean;
}

/** The platform that every service may build on. */
export interface ServiceDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly events: EventBus;
  readonly log: Log;
  readonly invoke: Invoke;
  /** The data folder; a service keeps files only below a folder of its own name. */
  readonly dataDir: string;
  /** False with `--data memory`: nothing needs to survive, so nothing is fsynced. */
  readonly durable: boolean;
  /** Asked before a body is written. */
  readonly disk: DiskSpace;
}

/** Facts about a service that are known before it is created. */
export interface ServiceFacts {
  /** Its name in the docs: `EventBridge`. */
  readonly title: string;
  readonly definition: ApiDefinition;
  /** The same API in further protocols; which one a client speaks is its own choice. */
  readonly furtherProtocols?: readonly ApiDefinition[];
  /**
   * The first label of its host names on AWS (`ivsrealtime`); left out, the signing name. It tells
   * APIs with the same signing name apart.
   */
  readonly hostLabel?: string;
  /** The types in its resources' ARNs, where another API with the same signing name has others. */
  readonly resourceTypes?: readonly string[];
  /** Facts that the records of its calls need and its schemas lack. */
  readonly audit?: AuditFacts;
  /** Regions in which the service exists; left out, all. */
  readonly regions?: readonly string[];
  /** Unsigned requests reach every operation (S3); elsewhere only those that declare `unsigned`. */
  readonly admitsAnonymous?: boolean;
  /** Its operations are at the server's own routes; requests signed for it there are its own. */
  readonly servesOwnRoutes?: boolean;
}

/** The parts of a service that only requests need. */
export interface ServiceApi {
  /** The module namespace of an `@aws-sdk/client-*`, or of its schema module. */
  readonly schemas: Readonly<Record<string, unknown>>;
  readonly constraints: ServiceConstraints;
  readonly operations: OperationTable;
}

/** A service's parts once it is created. */
export interface ServiceParts {
  /** Loads schemas and handlers for the first request; after a rejection, for the next one. */
  api(): Promise<ServiceApi>;
  /** The service's form of a refusal; left out, `AccessDenied` with the full sentence. */
  accessDenied?(denial: Denial): AwsError;
  /** Whether nothing asked of this host is an operation, not even what is posted to its root. */
  hasPlainHost?(host: string): boolean;
  /** Requests that aren't operations, e.g. playback. Undefined: not mine. */
  plainRequest?(request: PlainRequest): Promise<PlainResponse | undefined> | undefined;
  /** The same of paths that any other service may have: asked after all of those. */
  lastPlainRequest?(request: PlainRequest): Promise<PlainResponse | undefined> | undefined;
  /** Answers a WebSocket's handshake. Undefined: not mine. */
  webSocket?(request: WebSocketRequest): Promise<WebSocketAnswer | undefined> | undefined;
  /** Answers a browser's preflight. Rejects with AwsError where it is refused. */
  preflight?(request: PlainRequest): Promise<PlainResponse>;
  /** Headers of the answer to a browser's cross-origin request. Undefined: none. */
  corsHeaders?(request: PlainRequest): Promise<Readonly<Record<string, string>> | undefined>;
  /** Continues the work of an earlier process; runs before the server is ready. */
  start?(): Promise<void>;
  /**
   * The server is going to end: takes up nothing that lasts, hands over what other nodes can go on
   * with, and resolves when what is left here has ended by itself. `close` follows, perhaps sooner.
   */
  drain?(): Promise<void>;
  /** Ends the answers that go on for as long as their readers listen, so that HTTP can close. */
  endReaders?(): void;
  /** Ends what is running, properly. */
  close?(): Promise<void>;
  /** Forgets everything in memory and files; the store empties the rows beforehand. */
  reset?(): Promise<void>;
  /** The public part of `health`: where encoders connect. */
  publicHealth?(): Readonly<Record<string, unknown>>;
  /** Facts for `/_rolecast/health`. */
  health?(): Promise<Readonly<Record<string, unknown>>>;
}

/** A service as requests find it, in one of the protocols that its API is served in. */
export interface Service extends ServiceFacts, ServiceParts {
  /** The service whose API this is too, in another protocol. */
  readonly sameApiAs?: string;
}
