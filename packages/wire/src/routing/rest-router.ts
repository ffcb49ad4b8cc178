import type { WireRequest } from "../message.ts";
import type { Addressing, Operation } from "../operation.ts";
import { type ParsedForm, requestQuery } from "../query.ts";
import { s3Addressing } from "./bucket-from-host.ts";
import { compileUri, type UriTemplate } from "./uri-template.ts";

/** S3's members that address a bucket and an object, anywhere in the request. */
const BUCKET_MEMBER = "Bucket";
/** SDKs name the operation in this query member; AWS ignores it. */
const OPERATION_HINT = "x-id";

interface Candidate {
  readonly operation: Operation;
  readonly template: UriTemplate;
  readonly literals: readonly (readonly [name: string, value: string | undefined])[];
  readonly requiredQuery: readonly string[];
  readonly requiredHeaders: readonly string[];
}

interface Compiled {
  /** The most specific first. */
  readonly byMethod: ReadonlyMap<string, readonly Candidate[]>;
  readonly byOperation: ReadonlyMap<Operation, Candidate>;
}

/** A matched operation and the text of its path labels. */
export interface Route {
  readonly operation: Operation;
  readonly labels: ReadonlyMap<string, string>;
}

/**
 * Finds the operation for a method and path: the most literal query members win, then the most
 * required query and header members. `x-id` only decides between operations that are alike
 * otherwise.
 */
export class RestRouter {
  readonly #operations: Iterable<Operation>;
  readonly #s3Addressing: boolean;
  #compiled: Compiled | undefined;

  constructor(operations: Iterable<Operation>, s3: boolean) {
    this.#operations = operations;
    this.#s3Addressing = s3;
  }

  /** At the first request: it takes reading every operation's input. */
  get #routes(): Compiled {
    this.#compiled ??= compileRoutes(this.#operations);
    return this.#compiled;
  }

  match(request: WireRequest, addressing?: Addressing): Operation | undefined {
    const candidates = this.#routes.byMethod.get(request.method);
    if (candidates === undefined) return undefined;
    const address = this.#s3Addressing
      ? (addressing ?? s3Addressing(request, undefined))
      : undefined;
    const query = requestQuery(request);
    const matching = candidates.filter(
      (candidate) => hasLiterals(candidate, query) && this.#hasPath(candidate, request, address),
    );
    return choose(matching, request, query)?.operation;
  }

  /** The labels of a request that was matched to this operation. */
  labels(
    operation: Operation,
    request: WireRequest,
    addressing?: Addressing,
  ): ReadonlyMap<string, string> {
    const candidate = this.#routes.byOperation.get(operation);
    if (candidate === undefined) return new Map();
    if (!this.#s3Addressing) return candidate.template.match(request.rawPath) ?? new Map();
    const address = addressing ?? s3Addressing(request, undefined);
    const labels = new Map<string, string>();
    if (address.bucket !== undefined) labels.set(BUCKET_MEMBER, address.bucket);
    const [label] = candidate.template.labels;
    if (label !== undefined && address.key !== undefined) labels.set(label, address.key);
    return labels;
  }

  #hasPath(
    { operation, template }: Candidate,
    request: WireRequest,
    address: Addressing | undefined,
  ): boolean {
    if (address === undefined) return template.match(request.rawPath) !== undefined;
    // An operation with a host prefix has a host of its own, so its path is not a bucket or key.
    if (operation.hostPrefix !== undefined) return template.match(request.rawPath) !== undefined;
    const needsBucket = operation.input?.members.some((member) => member.name === BUCKET_MEMBER);
    if ((needsBucket ?? false) !== (address.bucket !== undefined)) return false;
    return template.labels.length > 0 === (address.key !== undefined);
  }
}

function compileRoutes(operations: Iterable<Operation>): Compiled {
  const byMethod = new Map<string, Candidate[]>();
  const byOperation = new Map<Operation, Candidate>();
  for (const operation of operations) {
    const candidate = compileCandidate(operation);
    if (candidate === undefined || operation.http === undefined) continue;
    byOperation.set(operation, candidate);
    const alike = byMethod.get(operation.http.method) ?? [];
    alike.push(candidate);
    byMethod.set(operation.http.method, alike);
  }
  for (const alike of byMethod.values()) alike.sort(bySpecificity);
  return { byMethod, byOperation };
}

function compileCandidate(operation: Operation): Candidate | undefined {
  if (operation.http === undefined) return undefined;
  const mark = operation.http.uri.indexOf("?");
  const path = mark === -1 ? operation.http.uri : operation.http.uri.slice(0, mark);
  const literals: [string, string | undefined][] = [];
  for (const part of mark === -1 ? [] : operation.http.uri.slice(mark + 1).split("&")) {
    const [name = "", value] = part.split("=");
    if (name !== OPERATION_HINT) literals.push([name, value]);
  }
  const required = (operation.input?.members ?? []).filter((member) => member.required);
  return {
    operation,
    template: compileUri(path),
    literals,
    requiredQuery: required.flatMap(({ traits }) => traits.httpQuery ?? []),
    requiredHeaders: required.flatMap(({ traits }) => traits.httpHeader?.toLowerCase() ?? []),
  };
}

function bySpecificity(a: Candidate, b: Candidate): number {
  return (
    b.template.literalChars - a.template.literalChars ||
    b.literals.length - a.literals.length ||
    requirements(b) - requirements(a)
  );
}

function requirements(candidate: Candidate): number {
  return candidate.requiredQuery.length + candidate.requiredHeaders.length;
}

function hasLiterals({ literals }: Candidate, query: ParsedForm): boolean {
  return literals.every(([name, value]) =>
    value === undefined ? query.has(name) : query.get(name) === value,
  );
}

function hasRequirements(candidate: Candidate, request: WireRequest, query: ParsedForm): boolean {
  return (
    candidate.requiredQuery.every((name) => query.has(name)) &&
    candidate.requiredHeaders.every((name) => Object.hasOwn(request.headers, name))
  );
}

/**
 * `candidates` are in order of specificity. When the path or the literal query names operations of
 * which none has all it requires, the first is meant nonetheless: `DELETE /bucket?analytics`
 * without its `id` must fail as DeleteBucketAnalyticsConfiguration, never fall through to
 * DeleteBucket.
 */
function choose(
  candidates: readonly Candidate[],
  request: WireRequest,
  query: ParsedForm,
): Candidate | undefined {
  const [first] = candidates;
  if (first === undefined) return undefined;
  const named = candidates.filter(
    (candidate) =>
      candidate.template.literalChars === first.template.literalChars &&
      candidate.literals.length === first.literals.length,
  );
  const complete = named.filter((candidate) => hasRequirements(candidate, request, query));
  const [best] = complete;
  if (best === undefined) {
    return first.literals.length > 0 || first.template.literalChars > 0 ? first : undefined;
  }
  const hint = query.get(OPERATION_HINT);
  return (
    complete.find(
      (candidate) =>
        candidate.operation.name === hint && requirements(candidate) === requirements(best),
    ) ?? best
  );
}
