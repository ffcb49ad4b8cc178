import { carriesMark, isMarked, percentDecode, type WireRequest } from "@rolecast/wire";
import { awsHostOf, hostLabelOf } from "./aws-host.ts";
import type { RegisteredService } from "./registered-service.ts";

const ARN_BEGIN = "arn:";
/** `arn:<partition>:<service>:<region>:<account>` comes before the resource. */
const PARTS_BEFORE_RESOURCE = 5;

/** A service, or the promise of one that has to be loaded first. */
export type Claim = RegisteredService | Promise<RegisteredService>;

/** The services that one name in a credential scope may mean, and how requests are told apart. */
export class SharedSigningName {
  readonly #marked: readonly RegisteredService[];
  readonly #unmarked: readonly RegisteredService[];
  readonly #first: RegisteredService;

  constructor(first: RegisteredService, further: readonly RegisteredService[]) {
    const services = [first, ...further];
    const isUnmarked = ({ service }: RegisteredService) => !carriesMark(service.definition);
    this.#marked = services.filter((each) => !isUnmarked(each));
    this.#unmarked = services.filter(isUnmarked);
    this.#first = this.#unmarked[0] ?? first;
  }

  /**
   * The service that claims a request: the one whose mark it carries (a target, a header); else the
   * one of the host that it was sent to; else the one that has an operation for its method and
   * path; and where several have one, as with `GET /tags/{arn}`, the one that has such resources. A
   * request that none of them claims is for the first. It is a promise where the APIs have to be
   * loaded whose paths are looked at.
   */
  claimOf(request: WireRequest): Claim {
    const marked = this.#marked.find(({ service }) => isMarked(service.definition, request));
    if (marked) return marked;
    // Forms are all posted to the root: the path says nothing of them.
    if (this.#unmarked.length < 2 || request.rawPath === "/") return this.#first;
    const label = awsHostOf(request.headers.host ?? "")?.label;
    const ofHost = this.#unmarked.filter(({ service }) => hostLabelOf(service) === label);
    const [first = this.#first, second] = ofHost;
    if (ofHost.length === 1) return first;
    return claimByOperation(second ? ofHost : this.#unmarked, request).then(
      (found) => found ?? first,
    );
  }
}

/**
 * The service that has an operation for the request's method and path; where several have one, the
 * first that has resources of the type that the path names, else the first.
 */
export async function claimByOperation(
  services: readonly RegisteredService[],
  request: WireRequest,
): Promise<RegisteredService | undefined> {
  const having: RegisteredService[] = [];
  for (const registered of services) {
    const { protocol } = registered.service.definition;
    if (protocol !== "restJson1" && protocol !== "restXml") continue;
    const { wire } = registered.loaded ?? (await registered.load());
    if (wire.match(request) !== undefined) having.push(registered);
  }
  if (having.length < 2) return having[0];
  const type = resourceTypeIn(request.rawPath);
  return having.find(({ service }) => service.resourceTypes?.includes(type)) ?? having[0];
}

/** The type of the resource whose ARN is a segment of the path, `channel`; empty where none is. */
function resourceTypeIn(rawPath: string): string {
  const segments = rawPath.split("/").map((segment) => percentDecode(segment) ?? "");
  const arn = segments.find((segment) => segment.startsWith(ARN_BEGIN)) ?? "";
  const resource = arn.split(":").slice(PARTS_BEFORE_RESOURCE).join(":");
  return /^[^:/]*/.exec(resource)?.[0] ?? "";
}
