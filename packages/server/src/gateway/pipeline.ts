import { Readable } from "node:stream";
import {
  bucketFromHost,
  decodeBody,
  isPacked,
  MAX_PARSED_BODY_BYTES,
  type Operation,
  parseQuery,
  s3Addressing,
  unpackBody,
  type WireResponse,
  withSignedQueryV2,
} from "@rolecast/wire";
import type { Authenticated, Authenticator } from "../authn/authenticator.ts";
import { AwsError } from "../kernel/aws-error.ts";
import type { Clock } from "../kernel/clock.ts";
import { errorTrace } from "../kernel/error-class.ts";
import type { HttpRequestInfo } from "../kernel/http-request.ts";
import type { Ids } from "../kernel/ids.ts";
import type { Log } from "../kernel/ports/log.ts";
import type { Span, Tracer } from "../kernel/ports/tracer.ts";
import { RequestContext } from "../kernel/request-context.ts";
import type { PlainRequest, PlainResponse } from "../kernel/service.ts";
import type { Store } from "../kernel/store.ts";
import { type Eventual, whenKnown } from "../kernel/when-known.ts";
import type { ConsoleFiles } from "./console-files.ts";
import { apartFromConsole, documentElsewhere, refuseServiceWorker } from "./console-isolation.ts";
import { preflight, shownToPage } from "./cross-origin.ts";
import type { Dispatcher } from "./dispatcher.ts";
import { encodeFailure, toAwsError, unknownService, unsignedSelection } from "./failure.ts";
import { refuseUnforwarded } from "./forwarded-operations.ts";
import type { GatewayRequest } from "./gateway-request.ts";
import { HostKinds } from "./host-kinds.ts";
import { httpRequestInfo } from "./http-request-info.ts";
import type { InternalRoutes } from "./internal-routes.ts";
import type { OwnHosts } from "./own-hosts.ts";
import type { PageGuard } from "./page-guard.ts";
import type { LoadedService, RegisteredService } from "./registered-service.ts";
import { isForm, isOfBrowser, isOwnOperation, isPostedToRoot } from "./request-kinds.ts";
import { isFormToRead, resolveService } from "./resolve-service.ts";
import type { ServiceRegistry } from "./service-registry.ts";
import { documentBytes, requireSmallForm } from "./unsigned-bodies.ts";

export interface PipelineOptions {
  readonly registry: ServiceRegistry;
  readonly routes: InternalRoutes;
  /** Undefined if no console was built. */
  readonly console: ConsoleFiles | undefined;
  readonly authenticator: Authenticator;
  readonly dispatcher: Dispatcher;
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly tracer: Tracer;
  readonly defaultRegion: string;
  /** Names under which S3 answers; buckets live below them (virtual-host style). */
  readonly s3Hosts: readonly string[];
  readonly hosts: OwnHosts;
  readonly pages: PageGuard;
  /** The setting: the URL in answers; left out, the one that a request came to. */
  readonly publicBaseUrl: string | undefined;
}

const HOST = /^[\w.:[\]-]{1,255}$/;

const READ_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** The mark of the console's own requests, in their signed `x-amz-user-agent`. */
const CONSOLE_AGENT = "rolecast-console";

/** A request in progress, with the results of the earlier steps. */
interface Exchange {
  readonly request: GatewayRequest;
  readonly requestId: string;
  readonly span: Span;
  readonly loaded: LoadedService;
  readonly region: string;
  readonly regionIsSigned: boolean;
  /** The whole body, if it had to be read to find the service. */
  readonly body: Buffer | undefined;
}

/** A request that was read: its operation and input. */
interface Decoded {
  readonly operation: Operation;
  readonly input: Record<string, unknown>;
  /** The error in the document that the input lacks. */
  readonly malformed: AwsError | undefined;
  readonly http: HttpRequestInfo;
}

/** The life of a request, from the connection to the answer. */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #hostKinds: HostKinds;

  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#hostKinds = new HostKinds(options.registry, options.s3Hosts);
  }

  /** Never rejects. */
  serve(request: GatewayRequest): Promise<WireResponse> {
    return this.#options.tracer.request(request.headers, (span) => {
      const served = this.#serve(request, span);
      return this.#sharesConsolesOrigin(request) ? served.then(apartFromConsole) : served;
    });
  }

  async #serve(request: GatewayRequest, span: Span): Promise<WireResponse> {
    const requestId = this.#options.ids.uuid();
    let registered: RegisteredService | undefined;
    const { hosts, pages, registry } = this.#options;
    try {
      hosts.check(request.headers.host);
      if (this.#sharesConsolesOrigin(request)) refuseServiceWorker(request);
      const body = isFormToRead(request)
        ? await request.readBody(MAX_PARSED_BODY_BYTES)
        : undefined;
      const resolving = resolveService(request, registry, body);
      const target = resolving instanceof Promise ? await resolving : resolving;
      const { name, region } = target;
      registered = target.registered;
      const reads = READ_METHODS.has(request.method);
      // Requests beside the APIs, such as playback, have their own rules.
      const changing = reads ? undefined : pages.check(request, registered);
      if (changing) await changing;
      const route = this.#isOperation(request)
        ? undefined
        : await this.#plainRoute(request, registered);
      if (route) return toWireResponse(route);
      if (!registered) {
        const asked = { name, requestId, isForm: isForm(request) };
        return unknownService(asked, registry);
      }
      const preflighted =
        request.method === "OPTIONS" && (await preflight(request, registered, pages));
      if (preflighted) return toWireResponse(preflighted);
      const reading = reads ? pages.check(request, registered) : undefined;
      if (reading) await reading;
      const response = await this.#operation({
        request,
        requestId,
        span,
        loaded: registered.loaded ?? (await registered.load()),
        region: region ?? this.#options.defaultRegion,
        regionIsSigned: region !== undefined,
        body,
      });
      span.describe({ "http.response.status_code": response.status });
      return isOfBrowser(request) ? this.#forBrowser(response, request, registered) : response;
    } catch (error) {
      const answering = registered ?? (await this.#answering(request));
      if (!answering) throw error;
      const failure = toAwsError(error, answering, this.#options.log);
      const response = encodeFailure(failure, await answering.errorWire(), requestId, request);
      const { code, status } = failure;
      span.describe({ "error.type": code, "http.response.status_code": status });
      // Callers' mistakes aren't errors of the span (OpenTelemetry's HTTP conventions).
      if (status >= 500) span.fail();
      return shownToPage(response, request, answering, pages).catch(() => response);
    }
  }

  /** The service that encodes an error from before the service was known. */
  async #answering(request: GatewayRequest): Promise<RegisteredService | undefined> {
    const { registry, log } = this.#options;
    try {
      return (await resolveService(request, registry)).registered ?? registry.anonymous;
    } catch (error) {
      log.error({ error: errorTrace(error) }, "a service can't be loaded");
      return registry.anonymous;
    }
  }

  /** Adds the headers that a browser needs before it shows an answer to a page. */
  async #forBrowser(
    response: WireResponse,
    request: GatewayRequest,
    registered: RegisteredService,
  ): Promise<WireResponse> {
    const shown = await shownToPage(response, request, registered, this.#options.pages);
    const place = this.#sharesConsolesOrigin(request)
      ? documentElsewhere(request, response)
      : undefined;
    if (place === undefined) return shown;
    if (response.body instanceof Readable) response.body.destroy();
    return { status: 307, headers: { location: place }, body: undefined };
  }

  #sharesConsolesOrigin(request: PlainRequest): boolean {
    return this.#options.console !== undefined && !this.#hostKinds.isBuckets(request.headers.host);
  }

  #isOperation(request: GatewayRequest): boolean {
    return isPostedToRoot(request) && !this.#hostKinds.isPlain(request.headers.host);
  }

  /** Answers requests that aren't operations: the server's own, and the services' (playback). */
  async #plainRoute(
    request: GatewayRequest,
    registered: RegisteredService | undefined,
  ): Promise<PlainResponse | undefined> {
    if (!this.#hostKinds.isBuckets(request.headers.host)) {
      const page = await this.#options.console?.handle(request);
      if (page) return page;
      const isOwn =
        registered?.service.servesOwnRoutes === true && (await isOwnOperation(request, registered));
      const internal = isOwn ? undefined : await this.#options.routes.handle(request);
      if (internal) return internal;
    }
    for (const asked of ["plainRequest", "lastPlainRequest"] as const)
      for (const { service } of this.#options.registry.all) {
        // An await costs a turn even for undefined, and most requests are operations.
        const pending = service[asked]?.(request);
        const response = pending && (await pending);
        if (response) return response;
      }
    return undefined;
  }

  /**
   * Authenticates, matches, decodes; then validates, authorizes, dispatches, audits; then encodes.
   */
  async #operation(exchange: Exchange): Promise<WireResponse> {
    const { loaded, request, span } = exchange;
    const { service, wire } = loaded;
    describeService(exchange);
    refuseForeignRegion(exchange);
    const streams = service.definition.s3Addressing === true;
    const bucketInHost = streams
      ? bucketFromHost(request.headers.host, this.#options.s3Hosts)
      : undefined;
    const bytes = streams
      ? undefined
      : (exchange.body ?? (await request.readBody(MAX_PARSED_BODY_BYTES)));
    const authenticating = this.#options.authenticator.authenticate(
      service,
      request,
      bytes,
      () => admitsUnsigned(exchange, bytes),
      bucketInHost,
    );
    const authenticated = authenticating instanceof Promise ? await authenticating : authenticating;
    const decoding = this.#decode(
      exchange,
      authenticated,
      bytes && isPacked(request) ? await unpackBody(bytes, MAX_PARSED_BODY_BYTES) : bytes,
      bucketInHost,
    );
    const { operation, input, malformed, http } =
      decoding instanceof Promise ? await decoding : decoding;
    const { caller } = authenticated;
    refuseUnforwarded(caller, service.definition.name, operation.name);
    const context = this.#context(exchange, authenticated, operation, { input, http });
    span.describe(
      { "rpc.method": operation.name, "cloud.account.id": context.accountId },
      `${context.service}/${operation.name}`,
    );
    const output = await this.#options.dispatcher.run(loaded, operation, input, context, malformed);
    const { status, headers } = context.response;
    return wire.encodeOutput(operation, output, exchange.requestId, {
      ...(status === undefined ? {} : { status }),
      headers,
    });
  }

  #decode(
    { loaded, request: received }: Exchange,
    { authentication, request }: Authenticated,
    bytes: Buffer | undefined,
    bucketInHost: string | undefined,
  ): Eventual<Decoded> {
    const { wire, operations } = loaded;
    const { definition } = loaded.service;
    const form = formOf(loaded, bytes);
    const addressing = definition.s3Addressing ? s3Addressing(request, bucketInHost) : undefined;
    const operation = wire.match(request, form, addressing);
    if (!operation) throw wire.unknownOperation(request);
    if (authentication.version === 2) {
      const signed = wire.match(withSignedQueryV2(request), form, addressing);
      if (signed !== operation) throw unsignedSelection(operation.name);
    }
    const readerVerifiesSha256 =
      Object.hasOwn(operations, operation.name) &&
      operations[operation.name]?.verifiesSha256 === true;
    const decoded = bytes
      ? undefined
      : decodeBody(authentication, request, { readerVerifiesSha256 });
    const isUnsigned = authentication.kind === "anonymous";
    const http = httpRequestInfo(request, received, decoded);
    let malformed: AwsError | undefined;
    const decoding = wire.decode(operation, request, {
      onMalformed: ({ code, message, status, fields }) => {
        malformed = new AwsError(code, message, { status, fields });
      },
      ...(form ? { form } : { body: decoded ?? Readable.from(bytes ? [bytes] : []) }),
      ...(decoded
        ? { onBytes: documentBytes(isUnsigned, (sizeBytes) => received.holdBytes(sizeBytes)) }
        : {}),
      ...(addressing ? { addressing } : {}),
    });
    return whenKnown(decoding, (input) => ({ operation, input, malformed, http }));
  }

  /**
   * The server's URL by the setting, else as a request has it. Undefined for a bucket's own host
   * name, below which no other address of the server is. Few answers name it.
   */
  readonly #baseUrlOf = ({ headers, scheme }: HttpRequestInfo): string | undefined => {
    const { publicBaseUrl } = this.#options;
    if (publicBaseUrl !== undefined) return publicBaseUrl;
    const { host = "" } = headers;
    return HOST.test(host) && !this.#hostKinds.isBuckets(host) ? `${scheme}://${host}` : undefined;
  };

  #context(
    exchange: Exchange,
    { caller, authentication }: Omit<Authenticated, "request">,
    operation: Operation,
    received: { readonly input: Record<string, unknown>; readonly http: HttpRequestInfo },
  ): RequestContext {
    const { authenticator, dispatcher, store, clock } = this.#options;
    const { input, http } = received;
    const { loaded, request, requestId, region, regionIsSigned } = exchange;
    return new RequestContext({
      requestId,
      service: loaded.service.definition.name,
      operation: operation.name,
      region,
      regionIsSigned,
      caller,
      authentication,
      nowMs: clock.nowMs(),
      sourceIp: request.remoteAddress,
      userAgent: request.headers["user-agent"],
      referer: request.headers.referer,
      isConsole: request.headers["x-amz-user-agent"]?.includes(CONSOLE_AGENT),
      secure: http.isSecure,
      baseUrlOf: this.#baseUrlOf,
      store,
      invoke: dispatcher.invoke,
      http,
      authorize: dispatcher.authorizerOf(loaded),
      recheck: async () => {
        const now = await authenticator.callerNow(loaded.service, authentication);
        const again = { caller: now, authentication };
        const context = this.#context(exchange, again, operation, received);
        await dispatcher.redecide(loaded, operation, input, context);
      },
    });
  }
}

/** Describes what is known before authentication, in the names of OpenTelemetry's conventions. */
function describeService({ span, loaded, requestId, region }: Exchange): void {
  const { name } = loaded.service.definition;
  const shared = { "aws.request_id": requestId, "cloud.region": region };
  span.describe({ "rpc.system": "aws-api", "rpc.service": name, ...shared }, name);
}

function formOf({ service }: LoadedService, bytes: Buffer | undefined) {
  return bytes && service.definition.protocol === "awsQuery"
    ? parseQuery(bytes.toString("utf8"))
    : undefined;
}

/** Whether the service admits unsigned requests to all its operations, or to the requested one. */
function admitsUnsigned({ loaded, request }: Exchange, bytes: Buffer | undefined): boolean {
  const { service, wire, operations } = loaded;
  if (service.admitsAnonymous) return true;
  if (bytes) requireSmallForm(bytes);
  const name = wire.match(request, formOf(loaded, bytes))?.name ?? "";
  return Object.hasOwn(operations, name) && operations[name]?.unsigned === true;
}

function refuseForeignRegion({ loaded, region }: Exchange): void {
  const { regions, definition } = loaded.service;
  if (!regions || regions.includes(region)) return;
  throw new AwsError(
    "InvalidRegion",
    `Amazon ${definition.name.toUpperCase()} isn't in the Region ${region}. It is in ${regions.join(", ")}.`,
    { status: 400 },
  );
}

function toWireResponse({ status, headers, body }: PlainResponse): WireResponse {
  return { status, headers: { ...headers }, body };
}
