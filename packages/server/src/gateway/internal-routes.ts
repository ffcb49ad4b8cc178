import { METRICS_TYPE, type OwnRoutes, RESETTING_IS_OFF } from "../kernel/ports/own-routes.ts";
import type { PlainRequest, PlainResponse } from "../kernel/service.ts";
import type { StoreState } from "../kernel/store.ts";
import {
  type HealthReport,
  LOCALSTACK_PREFIX,
  type LocalStackRoutes,
} from "./localstack-routes.ts";
import { strangeness } from "./own-machine.ts";
import { plainJson } from "./plain-json.ts";

const PREFIX = "/_rolecast/";
const RESET_PATHS: readonly string[] = [`${PREFIX}state/reset`, `${LOCALSTACK_PREFIX}state/reset`];
/** Routes that exist only as signed operations. */
const SIGNED_PATHS: readonly string[] = [
  ...["logs", "decisions", "cloudtrail", "events", "recording.mp4", "test-pictures"],
].map((name) => PREFIX + name);

export interface InternalRoutesOptions extends OwnRoutes {
  /** Whether the server has started. */
  readonly ready: () => boolean;
  /** Resolves quickly, like `report`, even if the database hangs. */
  readonly store: () => Promise<StoreState>;
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

  /** Load balancers stop sending requests here while the server can't store anything. */
  async #readiness(request: PlainRequest): Promise<PlainResponse> {
    if (!this.#options.ready()) return plainJson(503, { status: "starting" });
    const { condition, message } = await this.#options.store();
    if (condition === "ok") return plainJson(200, { status: "ready" });
    // The message may name the database's host.
    const reason = strangeness(request) === undefined ? { message } : {};
    return plainJson(503, { status: condition, ...reason });
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
