import type { IAMClient, Policy } from "@aws-sdk/client-iam";
import { callErrorText } from "../../wire/call-error.ts";
import { operationsOf, type PolicyOwner } from "./policy-owner.ts";

/** The policies that were refused with one of AWS's codes, with the first one's error. */
interface Refused {
  readonly error: unknown;
  readonly names: readonly string[];
}

/** Attaches each policy, and goes on after a refusal; names what is attached and what is not. */
export async function attachAll(
  iam: IAMClient,
  owner: PolicyOwner,
  policies: readonly Policy[],
): Promise<{ readonly attached: readonly string[]; readonly refused: readonly Refused[] }> {
  const { attach } = operationsOf(owner);
  const attached: string[] = [];
  const refused = new Map<string, Refused>();
  for (const { Arn = "", PolicyName = Arn } of policies) {
    try {
      await attach(iam, owner.name, Arn);
      attached.push(PolicyName);
    } catch (error) {
      const { code } = callErrorText(error);
      const first = refused.get(code) ?? { error, names: [] };
      refused.set(code, { ...first, names: [...first.names, PolicyName] });
    }
  }
  return { attached, refused: [...refused.values()] };
}
