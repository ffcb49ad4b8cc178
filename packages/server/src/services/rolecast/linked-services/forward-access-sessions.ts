import type { SignedAuthentication } from "@rolecast/wire";
import { AwsError } from "../../../kernel/aws-error.ts";
import { calledThrough } from "../../../kernel/call-chain.ts";
import type { Clock } from "../../../kernel/clock.ts";
import { NO_PERMISSION_NEEDED, type OperationHandler } from "../../../kernel/operations.ts";
import type { Credential } from "../../../kernel/ports/identity.ts";
import type {
  ForwardAccessSessions,
  OutsideService,
} from "../../../kernel/ports/linked-services.ts";
import { accountOf } from "../../../kernel/principal.ts";

/** A presigned URL lives for up to seven days; its holder must not act for its signer so long. */
const AGE_MAX_MS = 15 * 60 * 1000;

/** A request as a service received it from its caller, signature and all. */
export interface ReceivedRequest {
  readonly method: string;
  /** Percent-encoded as received. */
  readonly rawPath: string;
  readonly rawQuery: string;
  /** Lower-cased names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface VerifiedRequest {
  readonly caller: Credential["caller"];
  readonly authentication: SignedAuthentication;
}

/** Finds the signer of a request that another server received. Rejects with the refusal. */
export type VerifyReceived = (request: ReceivedRequest) => Promise<VerifiedRequest>;

interface Input {
  readonly Method: string;
  readonly Path: string;
  readonly Query?: string;
  readonly Headers: Readonly<Record<string, string>>;
  readonly Body?: string;
}

export interface ForwardAccessSessionDependencies {
  readonly services: readonly OutsideService[];
  readonly sessions: ForwardAccessSessions;
  readonly clock: Clock;
  readonly verify: VerifyReceived;
}

/**
 * Trades a request that a linked service received for credentials with which it acts for the
 * caller. The caller signed it for this service, minutes ago: that shows its will.
 */
export function createForwardAccessSession(
  deps: ForwardAccessSessionDependencies,
): OperationHandler<Input, object> {
  return {
    authorize: () => NO_PERMISSION_NEEDED,
    handle: async (input, { caller: { principal } }) => {
      const service =
        principal.kind === "service"
          ? deps.services.find((each) => each.servicePrincipal === principal.serviceName)
          : undefined;
      if (!service) throw refused("Only a service of the setting linkedServices may call this.");
      const { caller, authentication } = await deps.verify(receivedRequest(input));
      const { service: signedFor, sessionToken, requestTimeMs, expiresSeconds } = authentication;
      if (signedFor !== service.signingName)
        throw refused(
          `The received request is signed for "${signedFor}", not for "${service.signingName}".`,
        );
      if (deps.clock.nowMs() - requestTimeMs > AGE_MAX_MS)
        throw refused(
          "The received request was signed more than 15 minutes ago. Only what its caller wants now can be passed on: ask for a request that is signed anew.",
        );
      if (caller.chain !== undefined || !("accountId" in caller.principal))
        throw refused("The received request isn't signed by somebody of an account.");
      const { servicePrincipal, forwardedOperations } = service;
      const forwarded = { ...calledThrough(caller, servicePrincipal), forwardedOperations };
      const notAfterMs =
        expiresSeconds === undefined
          ? Number.POSITIVE_INFINITY
          : requestTimeMs + expiresSeconds * 1000;
      const issued = deps.sessions.issue(forwarded, sessionToken, notAfterMs);
      return {
        Credentials: {
          AccessKeyId: issued.accessKeyId,
          SecretAccessKey: issued.secretAccessKey,
          SessionToken: issued.sessionToken,
          Expiration: new Date(issued.expiresAtMs),
        },
        AccountId: accountOf(caller.principal),
        CallerArn: caller.principal.arn,
      };
    },
  };
}

function receivedRequest({ Method, Path, Query, Headers, Body }: Input): ReceivedRequest {
  const headers: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(Headers)) {
    const folded = name.toLowerCase();
    if (folded in headers) throw refused(`The received request has the header "${folded}" twice.`);
    headers[folded] = value;
  }
  return {
    method: Method,
    rawPath: Path,
    rawQuery: Query ?? "",
    headers,
    body: Buffer.from(Body ?? "", "base64"),
  };
}

function refused(message: string): AwsError {
  return new AwsError("AccessDeniedException", message, { status: 403 });
}
