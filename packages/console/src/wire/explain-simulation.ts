import type { SimulateCustomPolicyRequest } from "@aws-sdk/client-iam";
import type { AwsClients } from "./aws-clients.ts";
import { postSigned } from "./fetch-signed.ts";

/** The denials of one action in a simulation, explained; IAM's own answer has no place for it. */
export interface ExplainedAction {
  readonly action: string;
  readonly denials: readonly {
    readonly resource: string;
    readonly sentences: readonly string[];
    /** Given only if no statement comes near. */
    readonly proposals: readonly { readonly statement: string; readonly sentence: string }[];
  }[];
}

type Question = Partial<
  Pick<
    SimulateCustomPolicyRequest,
    "PolicyInputList" | "ActionNames" | "ResourceArns" | "ContextEntries"
  >
> & { readonly PolicySourceArn?: string };

/** Explains a simulation's denials. @throws Error with AWS's code as its name */
export function explainSimulation(
  aws: AwsClients,
  question: Question,
): Promise<readonly ExplainedAction[]> {
  return postSigned<readonly ExplainedAction[]>(aws, "/_rolecast/simulations", question);
}
