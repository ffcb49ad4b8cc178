import {
  DRAIN_SECONDS_MAX,
  METRICS_TYPE,
  type OwnRoutes,
  RESETTING_IS_OFF,
  type Readiness,
} from "../kernel/ports/own-routes.ts";
import type { PlainRequest, PlainResponse } from "../kernel/service.ts";
import {
  type HealthReport,
  LOCALSTACK_PREFIX,
  type LocalStackRoutes,
} from "./localstack-routes.ts";
import { strangeness } from "./own-machine.ts";
import { plainJson } from "./plain-json.ts";

const PREFIX = "/_rolecast/";
const DRAIN_PATH = `${PREFIX}state/drain`;
const RESET_PATHS: readonly string[] = [`${PREFIX}state/reset`, `${LOCALSTACK_PREFIX}state/reset`];
/** Routes that exist only as signed operations. */
const SIGNED_PATHS: readonly string[] = [
  ...["logs", "decisions", "cloudtrail", "events", "recording.mp4", "test-pictures"],
].map((name) => PREFIX + name);

export interface InternalRoutesOptions extends OwnRoutes {
  /** Resolves quickly, like `report`, even if the database hangs. */
  readonly readiness: () => Promise<Readiness>;
  /** Reports health; strangers get less of it. */
  readonly report: (isStrange: boolean) => Promise<HealthReport>;
  readonly localStack: LocalStackRoutes;
}

/**
 * Answers unsigned requests below `/_rolecast` and at LocalStack's paths. Requests signed for the
 * service `rolecast` don't come here: they are operations and get authorized.
 */
export class InternalRoutes {
  readonly #options: InternalRoutesOptions;

  constructor(options: InternalRoutesOptions) {
    this.#options = options;
  }

  async handle(request: PlainRequest): Promise<PlainResponse | undefined> {
    const { path } = request;
    // Services answer the questions of other nodes.
    if (path.startsWith("/_rolecast/node/")) return undefined;
    const forLocalStack = path.startsWith(LOCALSTACK_PREFIX);
    if (!path.startsWith(PREFIX) && !forLocalStack) return undefined;
    const answer = (await this.#answer(request)) ?? (await this.#localStack(request));
    return (
      answer ?? plainJson(404, { message: `Rolecast has nothing at ${request.method} ${path}.` })
    );
  }

  async #answer(request: PlainRequest): Promise<PlainResponse | undefined> {
    const { method, path } = request;
    if (SIGNED_PATHS.includes(path))
      return refused(path, "It is answered to signed requests only.");
    if (RESET_PATHS.includes(path)) return method === "POST" ? this.#reset(request) : undefined;
    switch (`${method} ${path}`) {
      case "GET /_rolecast/health/live":
        return plainJson(200, { status: "live" });
      case "GET /_rolecast/health/ready":
        return this.#readiness(request);
      case "GET /_rolecast/health":
        return plainJson(200, (await this.#report(request)).facts);
      case `POST ${DRAIN_PATH}`:
        return this.#drain(request);
      case "GET /_rolecast/metrics":
        return this.#metrics(request);
      default:
        return undefined;
    }
  }

  async #localStack(request: PlainRequest): Promise<PlainResponse | undefined> {
    if (!request.path.startsWith(LOCALSTACK_PREFIX)) return undefined;
    return this.#options.localStack.handle(request, () => this.#report(request));
  }

  /** Load balancers stop sending requests here while they'd be refused. */
  async #readiness(request: PlainRequest): Promise<PlainResponse> {
    const { message, ...readiness } = await this.#options.readiness();
    const known = message !== undefined && strangeness(request) === undefined;
    const status = readiness.status === "ready" ? 200 : 503;
    return plainJson(status, { ...readiness, ...(known ? { message } : {}) });
  }

  /** As a container's preStop hook asks, which has no key. */
  #drain(request: PlainRequest): PlainResponse {
    const strange = request.isSigned ? "Its signature isn't for this." : strangeness(request);
    if (strange !== undefined) return refused(request.path, strange);
    const given = request.query.get("timeout");
    if (given === null) return plainJson(200, this.#options.drain());
    const seconds = /^\d{1,6}$/.test(given) ? Number(given) : Number.NaN;
    if (!(seconds <= DRAIN_SECONDS_MAX))
      return plainJson(400, { message: `timeout takes seconds, 0 to ${DRAIN_SECONDS_MAX}.` });
    return plainJson(200, this.#options.drain(seconds * 1_000));
  }

  /** Strangers get the services' state and the ports for encoders. */
  #report(request: PlainRequest): Promise<HealthReport> {
    return this.#options.report(strangeness(request) !== undefined);
  }

  async #metrics(request: PlainRequest): Promise<PlainResponse> {
    const strange = strangeness(request);
    if (strange !== undefined) return refused(request.path, strange);
    const body = await this.#options.metrics();
    return { status: 200, headers: { "content-type": METRICS_TYPE }, body };
  }

  async #reset(request: PlainRequest): Promise<PlainResponse> {
    const { reset } = this.#options;
    if (!reset) return plainJson(403, { message: RESETTING_IS_OFF });
    const strange = request.isSigned ? "Its signature isn't for this." : strangeness(request);
    if (strange !== undefined) return refused(`${PREFIX}state/reset`, strange);
    await reset();
    return plainJson(200, { status: "reset" });
  }
}

function refused(path: string, why: string): PlainResponse {
  const how = `Sign it with AWS Signature Version 4 for the service "rolecast" and the path ${path}, as the commands of rolecast and "curl --aws-sigv4 aws:amz:us-east-1:rolecast --user KEY:SECRET" do.`;
  return plainJson(403, { message: `${why} ${how}` });
}
