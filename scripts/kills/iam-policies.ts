import { IAM } from "@aws-sdk/client-iam";
import type { Chance } from "../fuzz/chance.ts";
import { newDocument } from "./identity-policies.ts";
import type { Node } from "./node.ts";
import { allPages, keyOf } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";
import { UNKNOWN } from "./sameness.ts";

/* Managed policies with versions. */

interface Version {
  readonly id: string | symbol;
  readonly document: string;
  readonly isDefault: boolean;
}
/** Oldest first. */
type Policy = readonly Version[];

const PREFIX = "kills-";
const VERSIONS_MAX = 5;
const arnOf = (key: string) => `arn:aws:iam::000000000000:policy/${PREFIX}${key}`;

function change(key: string, policy: Policy | undefined, chance: Chance): Change<Policy> {
  const document = newDocument(chance);
  const [PolicyDocument, PolicyArn] = [document, arnOf(key)];
  if (!policy)
    return {
      says: `CreatePolicy ${key}`,
      send: (at) => at.client(IAM).createPolicy({ PolicyName: PREFIX + key, PolicyDocument }),
      after: () => [{ id: "v1", document, isDefault: true }],
    };
  const others = policy.filter(({ isDefault }) => !isDefault);
  if (policy.length < VERSIONS_MAX && chance.rarely(2)) {
    const SetAsDefault = chance.rarely(2);
    return {
      says: `CreatePolicyVersion ${key}`,
      send: (at) => at.client(IAM).createPolicyVersion({ PolicyArn, PolicyDocument, SetAsDefault }),
      after: (answer) => {
        const made = answer as { PolicyVersion?: { VersionId?: string } } | undefined;
        const id = made?.PolicyVersion?.VersionId ?? UNKNOWN;
        const old = policy.map((one) => ({ ...one, isDefault: one.isDefault && !SetAsDefault }));
        return [...old, { id, document, isDefault: SetAsDefault }];
      },
    };
  }
  if (others.length === 0)
    return {
      says: `DeletePolicy ${key}`,
      send: (at) => at.client(IAM).deletePolicy({ PolicyArn }),
      after: () => undefined,
    };
  const { id } = chance.one(others);
  const VersionId = String(id);
  if (chance.rarely(2))
    return {
      says: `SetDefaultPolicyVersion ${key} ${VersionId}`,
      send: (at) => at.client(IAM).setDefaultPolicyVersion({ PolicyArn, VersionId }),
      after: () => policy.map((one) => ({ ...one, isDefault: one.id === id })),
    };
  return {
    says: `DeletePolicyVersion ${key} ${VersionId}`,
    send: (at) => at.client(IAM).deletePolicyVersion({ PolicyArn, VersionId }),
    after: () => policy.filter((one) => one.id !== id),
  };
}

async function read(at: Node): Promise<ReadonlyMap<string, Policy>> {
  const details = await allPages(
    (Marker) =>
      at.client(IAM).getAccountAuthorizationDetails({ Filter: ["LocalManagedPolicy"], Marker }),
    ({ Policies }) => Policies,
    ({ Marker }) => Marker,
  );
  const policies = new Map<string, Policy>();
  for (const { PolicyName, PolicyVersionList = [] } of details) {
    const key = keyOf(PREFIX, PolicyName);
    if (key === undefined) continue;
    const versions = PolicyVersionList.map(
      ({ VersionId = "", Document = "", IsDefaultVersion }) => ({
        id: VersionId,
        document: decodeURIComponent(Document),
        isDefault: IsDefaultVersion ?? false,
      }),
    );
    const numberOf = ({ id }: { id: string }) => Number(id.slice(1));
    policies.set(
      key,
      versions.sort((a, b) => numberOf(a) - numberOf(b)),
    );
  }
  return policies;
}

export const managedPolicies = remembered<Policy>({ name: "iam-policies", keys: 8, change, read });
