import { signatureClaim, type WireRequest } from "@rolecast/wire";
import type { RegisteredService, ServiceRegistry } from "./service-registry.ts";

/** A service and Region as a request names them, before anything is verified. */
export interface RequestTarget {
  readonly registered: RegisteredService | undefined;
  /** The name that the request gave, for the answer when there is no such service. */
  readonly name: string;
  readonly region: string | undefined;
}

const AWS_HOST = /^(?:[^/]*\.)?([a-z0-9]+)(?:-fips)?(?:\.([a-z]{2}-[a-z]+-\d))?\.amazonaws\.com$/;

/**
 * Which service a request means: by its credential scope, then by an AWS host name, then by its
 * `X-Amz-Target` or the `Version` of a form in the query or body, and otherwise the one that admits
 * unsigned requests.
 */
export function resolveService(
  request: WireRequest,
  registry: ServiceRegistry,
  body?: Buffer,
): RequestTarget {
  const { scope } = signatureClaim(request);
  if (scope) {
    const { region, service: name } = scope;
    return { registered: registry.signedFor(name, request), name, region };
  }
  const named = namedByHost(request.headers.host ?? "", request, registry);
  if (named) return named;
  const asked = preflightTarget(request, registry);
  if (asked) return target(asked, undefined);
  const form = registry.all.find((registered) => isUnsignedFor(request, registered, body));
  return target(form ?? registry.anonymous, undefined);
}

/** The service of an AWS host name such as `iam.amazonaws.com`. */
function namedByHost(
  host: string,
  request: WireRequest,
  registry: ServiceRegistry,
): RequestTarget | undefined {
  const [, name = "", region] = AWS_HOST.exec(host.replace(/:\d+$/, "")) ?? [];
  const named = registry.named(name) ?? registry.signedFor(name, request);
  return named && target(named, region);
}

/**
 * A browser's preflight has neither signature nor body: it means the service that has an operation
 * of that method and path. Forms are all posted to `/`.
 */
function preflightTarget(
  request: WireRequest,
  registry: ServiceRegistry,
): RegisteredService | undefined {
  const method = request.headers["access-control-request-method"];
  if (request.method !== "OPTIONS" || method === undefined) return undefined;
  return registry.all.find(({ service, wire }) => {
    const { protocol, s3Addressing } = service.definition;
    if (s3Addressing) return false;
    if (protocol === "awsQuery") return request.rawPath === "/" && method === "POST";
    return wire.match({ ...request, method }) !== undefined;
  });
}

/** Whether `host`, without a port, is AWS's name of a service that is here. */
export function isAwsHost(host: string, { all }: ServiceRegistry): boolean {
  const name = AWS_HOST.exec(host)?.[1];
  return all.some(({ service: { definition } }) =>
    [definition.name, definition.signingName].includes(name ?? ""),
  );
}

function target(
  registered: RegisteredService | undefined,
  region: string | undefined,
): RequestTarget {
  return { registered, name: registered?.service.definition.name ?? "", region };
}

/** A posted form without signature, or with one past recognition: only its body tells whom it means. */
export function isFormToRead(request: WireRequest): boolean {
  const { method, rawPath, headers } = request;
  return (
    method === "POST" &&
    rawPath === "/" &&
    headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true &&
    signatureClaim(request).scope === undefined
  );
}

function isUnsignedFor(
  request: WireRequest,
  { service: { definition }, wire }: RegisteredService,
  body: Buffer | undefined,
): boolean {
  if (definition.targetPrefix !== undefined) return wire.addresses(request);
  if (definition.protocol === "restJson1") {
    return request.method === "POST" && request.headers["content-type"] === "application/json";
  }
  return (
    definition.protocol === "awsQuery" &&
    (request.rawQuery.includes(`Version=${definition.version}`) ||
      body?.includes(`Version=${definition.version}`) === true)
  );
}
