import type * as iam from "@aws-sdk/client-iam";
import { PolicyCompileError } from "@rolecast/policy";
import { defineOperations } from "../../../kernel/operations.ts";
import { invalidInput } from "../errors.ts";
import { onAccount } from "../identities/authorization.ts";
import { onIdentityArn, requireIdentity } from "../identities/identity-arns.ts";
import type { IamParts } from "../parts.ts";
import { managedDocument, policiesOfOwner } from "../policies/policies-of-owner.ts";
import { required } from "../required.ts";
import type { IamTables } from "../tables.ts";
import { contextKeyNames } from "./context-key-names.ts";

export function contextKeyOperations(parts: Pick<IamParts, "awsPolicies">) {
  return defineOperations<typeof iam>()({
    GetContextKeysForCustomPolicy: {
      authorize: (_input, context) => onAccount(context),
      handle: (input) => ({
        ContextKeyNames: namesIn(required(input.PolicyInputList, "policyInputList")),
      }),
    },
    GetContextKeysForPrincipalPolicy: {
      authorize: (input, context) =>
        onIdentityArn(context, required(input.PolicySourceArn, "policySourceArn")),
      handle: async (input, context) => {
        const arn = required(input.PolicySourceArn, "policySourceArn");
        const owner = await requireIdentity(context, arn);
        const db = context.db<IamTables>();
        const own = await policiesOfOwner(parts, db, context.accountId, owner);
        const { boundaryArn } = owner;
        const boundary =
          boundaryArn === null
            ? undefined
            : await managedDocument(parts, db, context.accountId, boundaryArn);
        const stored = [...own.map(({ text }) => text), ...(boundary ? [boundary] : [])];
        return { ContextKeyNames: namesIn([...stored, ...(input.PolicyInputList ?? [])]) };
      },
    },
  });
}

/** Each policy's own, so that what two name comes twice. @throws InvalidInput */
function namesIn(texts: readonly string[]): string[] {
  return texts.flatMap((text) => [...namesInOne(text).values()]);
}

function namesInOne(text: string): ReadonlyMap<string, string> {
  try {
    return contextKeyNames([text]);
  } catch (error) {
    if (error instanceof PolicyCompileError) throw invalidInput(error.message);
    throw error;
  }
}
