import type * as iam from "@aws-sdk/client-iam";
import { defineOperations } from "../../../kernel/operations.ts";
import { onAccount } from "../authorization.ts";
import { onIdentityArn, requireIdentity } from "../identities/identity-arns.ts";
import type { IamParts } from "../parts.ts";
import { policiesOfOwner } from "../policies/policies-of-owner.ts";
import { required } from "../required.ts";
import type { IamTables } from "../tables.ts";
import { contextKeyNames } from "./context-key-names.ts";
import { identityInput } from "./input-policies.ts";

export function contextKeyOperations(parts: Pick<IamParts, "awsPolicies">) {
  return defineOperations<typeof iam>()({
    GetContextKeysForCustomPolicy: {
      authorize: (_input, context) => onAccount(context),
      handle: (input) => ({
        ContextKeyNames: namesIn(checked(required(input.PolicyInputList, "policyInputList"))),
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
        const texts = [...own.map(({ text }) => text), ...checked(input.PolicyInputList ?? [])];
        return { ContextKeyNames: namesIn(texts) };
      },
    },
  });
}

/** @throws InvalidInput */
function checked(texts: readonly string[]): readonly string[] {
  for (const [index, text] of texts.entries())
    identityInput(text, {
      kind: "identity",
      id: `PolicyInputList.${index + 1}`,
      managed: false,
    });
  return texts;
}

function namesIn(texts: readonly string[]): string[] {
  return [...contextKeyNames(texts).values()];
}
