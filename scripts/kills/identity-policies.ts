import type { GroupDetail, PolicyDetail, RoleDetail, UserDetail } from "@aws-sdk/client-iam";
import type { Chance } from "../fuzz/chance.ts";

/* Policies of identities. */

export const MANAGED = [
  "arn:aws:iam::aws:policy/ReadOnlyAccess",
  "arn:aws:iam::aws:policy/AmazonS3FullAccess",
];

export function newDocument(chance: Chance): string {
  const Statement = [
    { Sid: `S${chance.below(1e6)}`, Effect: "Allow", Action: "s3:*", Resource: "*" },
  ];
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

export function toggled(items: readonly string[], item: string): readonly string[] {
  const others = items.filter((other) => other !== item);
  return others.length < items.length ? others : [...items, item].sort();
}

type Details = UserDetail | RoleDetail | GroupDetail;

export function partsOf(
  policies: readonly PolicyDetail[] | undefined,
  attached: Details["AttachedManagedPolicies"],
) {
  return {
    policies: Object.fromEntries(
      (policies ?? []).map(({ PolicyName, PolicyDocument }) => [
        PolicyName,
        decodeURIComponent(PolicyDocument ?? ""),
      ]),
    ),
    attached: (attached ?? []).map(({ PolicyArn = "" }) => PolicyArn).sort(),
  };
}
