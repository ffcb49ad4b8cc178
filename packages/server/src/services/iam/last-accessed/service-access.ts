import type * as iam from "@aws-sdk/client-iam";
import { defineOperations, withSubject } from "../../../kernel/operations.ts";
import { onIdentityArn } from "../identities/identity-arns.ts";
import { existing } from "../identities/owners.ts";
import { pageOf } from "../pagination.ts";
import type { IamParts } from "../parts.ts";
import { type OwnedPolicy, policiesOfOwner } from "../policies/policies-of-owner.ts";
import type { IamTables, PolicyOwnerKind } from "../tables.ts";
import { grantsService } from "./granted-services.ts";

const ENTITY_TYPES: Readonly<Record<PolicyOwnerKind, iam.PolicyOwnerEntityType>> = {
  user: "USER",
  group: "GROUP",
  role: "ROLE",
};

export function serviceAccessOperations(parts: Pick<IamParts, "awsPolicies">) {
  return defineOperations<typeof iam>()({
    ListPoliciesGrantingServiceAccess: withSubject({
      authorize: (input, context) => onIdentityArn(context, input.Arn),
      handle: async (input, context, subject) => {
        const db = context.db<IamTables>();
        const policies = await policiesOfOwner(parts, db, context.accountId, existing(subject));
        const services = [...new Set(input.ServiceNamespaces)];
        const page = await pageOf({ Marker: input.Marker }, services.sort(), (name) => name);
        return {
          PoliciesGrantingServiceAccess: page.items.map((service) => ({
            ServiceNamespace: service,
            Policies: distinct(policies.filter(({ text }) => grantsService(text, service))),
          })),
          ...page.output,
        };
      },
    }),
  });
}

/** A managed policy that a user has twice, by itself and by a group, is shown once. */
function distinct(policies: readonly OwnedPolicy[]): iam.PolicyGrantingServiceAccess[] {
  const shown = new Map<string, iam.PolicyGrantingServiceAccess>();
  for (const { name, arn, owner } of policies) {
    if (arn === undefined)
      shown.set(`${owner.kind} ${owner.name} ${name}`, {
        PolicyName: name,
        PolicyType: "INLINE",
        EntityType: ENTITY_TYPES[owner.kind],
        EntityName: owner.name,
      });
    else shown.set(arn, { PolicyName: name, PolicyType: "MANAGED", PolicyArn: arn });
  }
  return [...shown.values()];
}
