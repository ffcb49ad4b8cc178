import type * as iam from "@aws-sdk/client-iam";
import { PolicyCompileError } from "@rolecast/policy";
import { defineOperations, withSubject } from "../../../kernel/operations.ts";
import { invalidInput } from "../errors.ts";
import { onAccount } from "../identities/authorization.ts";
import { onIdentityArn } from "../identities/identity-arns.ts";
import { existing } from "../identities/owners.ts";
import type { IamParts } from "../parts.ts";
import { managedDocument, policiesOfOwner } from "../policies/policies-of-owner.ts";
import type { IamTables } from "../tables.ts";
import { contextKeyNames } from "./context-key-names.ts";

export function contextKeyOperations(parts: Pick<IamParts, "awsPolicies">) {
  return defineOperations<typeof iam>()({
    GetContextKeysForCustomPolicy: {
      authorize: (_input, context) => onAccount(context),
      handle: (input) => ({ ContextKeyNames: namesIn(input.PolicyInputList) }),
    },
    GetContextKeysForPrincipalPolicy: withSubject({
      authorize: (input, context) => onIdentityArn(context, input.PolicySourceArn),
      handle: async (input, context, subject) => {
        const owner = existing(subject);
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
    }),
  });
}

/** A name that two policies have comes twice. @throws InvalidInput */
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
