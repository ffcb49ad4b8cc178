import { SignatureV4 } from "@smithy/signature-v4";
import type { AwsClients } from "./aws-clients.ts";

/** As GetRequestAuthorizationDetails answers it; no client of that API is published. */
export interface AuthorizationDetails {
  readonly requestContext: Readonly<Record<string, string>>;
  readonly evaluations: readonly Evaluation[];
  readonly policies: readonly InvolvedPolicy[];
}

export interface Evaluation {
  readonly action: string;
  readonly resource: string;
  /** Condition keys and their values. */
  readonly context: Readonly<Record<string, readonly string[]>>;
  readonly evaluatedEffect: "ALLOW" | "EXPLICIT_DENY" | "IMPLICIT_DENY";
  readonly matchedPolicies: readonly {
    readonly uri: string;
    readonly matchedStatements: readonly { sid: string; evaluatedEffect: string }[];
  }[];
}

/** A policy that had a say, whether or not a statement of it applied. */
export interface InvolvedPolicy {
  /** A managed policy's ARN; `inline/<layer>/<owner> <name>` of any other. */
  readonly uri: string;
  readonly type: string;
  readonly attachedTo?: { readonly arn: string };
}

/** @throws Error with AWS's code as its name when the caller may not see it, or it is no longer kept. */
export async function authorizationDetails(
  { iam }: AwsClients,
  id: string,
): Promise<AuthorizationDetails> {
  const url = new URL(
    `/authorization-details/${encodeURIComponent(id)}`,
    globalThis.location.origin,
  );
  const signer = new SignatureV4({
    credentials: iam.config.credentials,
    service: "iam",
    region: "us-east-1",
    sha256: iam.config.sha256,
  });
  const { headers } = await signer.sign({
    method: "GET",
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    headers: { host: url.host },
  });
  const { host: _setByTheBrowser, ...sent } = headers;
  const response = await fetch(url, { headers: sent });
  const answer: unknown = await response.json();
  if (response.ok) return answer as AuthorizationDetails;
  throw refusal(answer, response);
}

function refusal(answer: unknown, { status, headers }: Response): Error {
  const message =
    typeof answer === "object" && answer !== null && "message" in answer ? answer.message : "";
  const error = new Error(String(message));
  error.name = headers.get("x-amzn-errortype") ?? "Error";
  return Object.assign(error, { $metadata: { httpStatusCode: status } });
}
