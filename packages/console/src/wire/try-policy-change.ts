import type { Evaluation, Obstacle } from "./authorization-details.ts";
import type { AwsClients } from "./aws-clients.ts";
import { postSigned } from "./fetch-signed.ts";

/** A decision on the same request, with one policy changed. */
export interface TriedDecision {
  readonly evaluatedEffect: Evaluation["evaluatedEffect"];
  readonly obstacles: readonly Obstacle[];
  readonly droppedConditions: readonly string[];
  /** `s3:GetObject on arn:…`. */
  readonly newlyAllowed: readonly string[];
  /** It is proven that no other request is newly allowed. */
  readonly nothingElse: boolean;
}

export interface PolicyChange {
  readonly PolicyDocument: string;
  /** The policy whose place the document takes; without it, it is one more of the type. */
  readonly PolicyUri?: string;
  readonly PolicyType?: string;
}

/** Decides a denied request again; nothing is saved. @throws Error as `authorizationDetails` */
export function tryPolicyChange(
  aws: AwsClients,
  id: string,
  change: PolicyChange,
): Promise<TriedDecision> {
  const path = `/_rolecast/decisions/${encodeURIComponent(id)}/try`;
  return postSigned<TriedDecision>(aws, path, change);
}
