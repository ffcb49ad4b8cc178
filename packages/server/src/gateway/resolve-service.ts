import { isMarked, signatureClaim, type WireRequest } from "@rolecast/wire";
import { awsHostOf } from "./aws-host.ts";
import { type Claim, claimByOperation } from "./claims.ts";
import type { RegisteredService } from "./registered-service.ts";
import type { ServiceRegistry } from "./service-registry.ts";

/** The service and Region that a request names, before its signature is verified. */
export interface RequestTarget {
  readonly registered: RegisteredService | undefined;
  /** The name in the request, for the answer if there is no such service. */
  readonly name: string;
  readonly region: string | undefined;
}

/**
 * Which service a request means: by its credential scope, then by an AWS host name, then by its
 * `X-Amz-Target` or the `Version` of a form in the query or body, and otherwise the one that admits
 * unsigned requests. It is a promise where an API's paths have to be loaded to know.
 */
export function resolveService(
  request: WireRequest,
  registry: ServiceRegistry,
  body?: Buffer,
): RequestTarget | Promise<RequestTarget> {
  const { scope } = signatureClaim(request);
  if (scope) return target(registry.signedFor(scope.service, request), scope.region, scope.service);
  const host = awsHostOf(request.headers.host ?? "");
  const named = host && registry.atHost(host.label, request);
  if (named) return target(named, host.region);
  const form = registry.all.find((registered) => isUnsignedFor(request, registered, body));
  const unsigned = form ?? registry.anonymous;
  if (!isPreflight(request)) return target(unsigned, undefined);
  return askedByPreflight(request, registry).then((asked) => target(asked ?? unsigned, undefined));
}

function isPreflight({ method, headers }: WireRequest): boolean {
  return method === "OPTIONS" && headers["access-control-request-method"] !== undefined;
}

/**
 * A browser's preflight has neither signature nor body: it means the service that has an operation
 * of that method and path. Forms are all posted to `/`.
 */
async function askedByPreflight(
  request: WireRequest,
  { all }: ServiceRegistry,
): Promise<RegisteredService | undefined> {
  const method = request.headers["access-control-request-method"] ?? "";
  if (request.rawPath === "/" && method === "POST")
    return all.find(({ service }) => service.definition.protocol === "awsQuery");
  const others = all.filter(({ service }) => !service.definition.s3Addressing);
  return claimByOperation(others, { ...request, method });
}

/** Whether `host`, without a port, is AWS's name of a service that is here. */
export function isAwsHost(host: string, { all }: ServiceRegistry): boolean {
  const label = awsHostOf(host)?.label ?? "";
  return all.some(({ service }) =>
    [service.definition.name, service.definition.signingName, service.hostLabel].includes(label),
  );
}

function target(
  claim: Claim | undefined,
  region: string | undefined,
  name?: string,
): RequestTarget | Promise<RequestTarget> {
  if (claim instanceof Promise) return claim.then((found) => target(found, region, name));
  return { registered: claim, name: name ?? claim?.service.definition.name ?? "", region };
}

/** Whether it is a posted form without a readable signature: only its body names the service. */
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
  { service: { definition } }: RegisteredService,
  body: Buffer | undefined,
): boolean {
  if (definition.targetPrefix !== undefined) return isMarked(definition, request);
  if (definition.protocol === "restJson1") {
    return request.method === "POST" && request.headers["content-type"] === "application/json";
  }
  return (
    definition.protocol === "awsQuery" &&
    (request.rawQuery.includes(`Version=${definition.version}`) ||
      body?.includes(`Version=${definition.version}`) === true)
  );
}
