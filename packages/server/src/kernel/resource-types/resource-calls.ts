import { AwsError } from "../aws-error.ts";
import type { Ids } from "../ids.ts";
import type { Invoke } from "../invoke.ts";
import { ownValue } from "../own-value.ts";
import { accountOf, type Caller } from "../principal.ts";
import {
  type HandlerErrorCode,
  type ResourceCall,
  ResourceError,
  type ResourceModel,
} from "../resources.ts";
import type { Transaction } from "../store.ts";

/** CloudFormation's name in CloudTrail's records and in the chain of services. */
export const CLOUDFORMATION = "cloudformation.amazonaws.com";

export interface ResourceCallsOptions {
  readonly invoke: Invoke;
  readonly ids: Ids;
  /** The caller of the whole work, with its chain; or a role's session. */
  readonly as: Caller;
  readonly region: string;
  /** The step's calls are part of it: a step that rejects must roll it back. */
  readonly transaction?: Transaction;
  readonly state?: ResourceModel | undefined;
  readonly token: string;
  /** As `InvokeOptions` has it: addresses in the resource's attributes begin with it. */
  readonly baseUrl?: string | undefined;
  /** As `InvokeOptions` has them; left out, the calls are as a user's. */
  readonly systemTags?: Readonly<Record<string, string>>;
  /** As `ResourceCall` has it. */
  readonly rewritesTags?: boolean;
}

/** The call that an operation refused. */
interface Origin {
  readonly service: string;
  readonly requestId: string;
}

/** A failed step, as events of stacks and requests of Cloud Control show it. */
export interface HandlerFailure {
  readonly code: HandlerErrorCode;
  readonly message: string;
  /** The operation's own refusal, with the headers that explain it. */
  readonly refusal: AwsError | undefined;
}

/** The calls of one step, bound to the caller of the whole work. */
export class StepCalls implements ResourceCall {
  readonly accountId: string;
  readonly region: string;
  readonly partition = "aws";
  readonly state: ResourceModel | undefined;
  readonly token: string;
  readonly baseUrl: string | undefined;
  readonly rewritesTags: boolean;
  readonly #options: ResourceCallsOptions;
  readonly #origins = new WeakMap<AwsError, Origin>();

  constructor(options: ResourceCallsOptions) {
    this.#options = options;
    this.accountId = accountOf(options.as.principal);
    this.region = options.region;
    this.state = options.state;
    this.token = options.token;
    this.baseUrl = options.baseUrl;
    this.rewritesTags = options.rewritesTags ?? false;
  }

  async invoke<Output>(
    service: string,
    operation: string,
    input: object,
    region: string = this.region,
  ): Promise<Output> {
    const { invoke, as, transaction, systemTags } = this.#options;
    return this.ofService(service, (requestId) =>
      invoke<Output>(service, operation, input, {
        as,
        region,
        requestId,
        userAgent: CLOUDFORMATION,
        ...(this.baseUrl === undefined ? {} : { baseUrl: this.baseUrl }),
        ...(transaction === undefined ? {} : { transaction }),
        ...(systemTags === undefined ? {} : { systemTags }),
      }),
    );
  }

  /** Makes one request; its refusal names this service and the request. */
  async ofService<Output>(
    service: string,
    request: (requestId: string) => Promise<Output>,
  ): Promise<Output> {
    const requestId = this.#options.ids.uuid();
    try {
      return await request(requestId);
    } catch (error) {
      if (error instanceof AwsError) this.#origins.set(error, { service, requestId });
      throw error;
    }
  }

  /** The failure that a step's rejection is; undefined: it is none of the caller's, but ours. */
  failureOf(error: unknown): HandlerFailure | undefined {
    if (error instanceof ResourceError)
      return { code: error.code, message: error.message, refusal: undefined };
    if (!(error instanceof AwsError)) return undefined;
    const { service, requestId } = this.#origins.get(error) ?? { service: "", requestId: "" };
    const where = `Service: ${titleOf(service)}, Status Code: ${error.status}`;
    const message = `${error.message} (${where}, Request ID: ${requestId})`;
    return { code: handlerErrorCodeOf(error), message, refusal: error };
  }
}

/** Names that have capitals inside, or another word, in AWS's messages. */
const TITLES: Readonly<Record<string, string>> = {
  accessanalyzer: "AccessAnalyzer",
  cloudformation: "CloudFormation",
  cloudtrail: "CloudTrail",
  cloudwatch: "CloudWatch",
  events: "EventBridge",
  logs: "CloudWatchLogs",
};

/** The SDK's client's name, as AWS's handlers, written in Java, show it: `Iam`, `S3`. */
function titleOf(service: string): string {
  return ownValue(TITLES, service) ?? service.charAt(0).toUpperCase() + service.slice(1);
}

/** Codes of operations' errors by what they say; the first that matches counts. */
const BY_ERROR_CODE: readonly (readonly [RegExp, HandlerErrorCode])[] = [
  [/^(?:ExpiredToken|InvalidClientTokenId|UnrecognizedClient)/, "InvalidCredentials"],
  [/^(?:AccessDenied|UnauthorizedOperation|Forbidden)/, "AccessDenied"],
  [/(?:AlreadyExists|AlreadyOwnedByYou|^Duplicate|AlreadyInOrganization)/, "AlreadyExists"],
  [/(?:^NoSuch|NotFound)/, "NotFound"],
  [/(?:Throttl|TooManyRequests|SlowDown|RequestLimitExceeded)/, "Throttling"],
  [/(?:LimitExceeded|QuotaExceeded|TooManyBuckets)/, "ServiceLimitExceeded"],
  [/(?:Conflict|InUse|ConcurrentModification|OperationAborted|NotEmpty)/, "ResourceConflict"],
];

function handlerErrorCodeOf({ code, status }: AwsError): HandlerErrorCode {
  const found = BY_ERROR_CODE.find(([pattern]) => pattern.test(code));
  if (found) return found[1];
  return status >= 500 ? "ServiceInternalError" : "InvalidRequest";
}
