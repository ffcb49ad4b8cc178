import { declareType, type Part } from "../../../kernel/resource-types/declare-type.ts";
import { documentOf, documentText, pick } from "../../../kernel/resource-types/members.ts";
import { membersPart } from "../../../kernel/resource-types/parts.ts";
import { all, type Identity, iam, iamItems } from "./iam-calls.ts";

interface ManagedPolicy {
  readonly Arn: string;
  readonly PolicyName: string;
  readonly DefaultVersionId: string;
  readonly CreateDate: Date;
  readonly UpdateDate: Date;
}

interface Version {
  readonly VersionId: string;
  readonly IsDefaultVersion: boolean;
}

/** A policy has at most so many versions. Source: IAM user guide, "IAM and AWS STS quotas". */
const VERSIONS_MAX = 5;

/** `Roles`, `Users` or `Groups` that the policy is attached to. */
function attachedTo(noun: Identity): Part {
  const named = ({ PolicyArn }: { PolicyArn?: unknown }, name: string) => ({
    [`${noun}Name`]: name,
    PolicyArn,
  });
  return membersPart({
    property: `${noun}s`,
    add: (id, name, call) => iam(call, `Attach${noun}Policy`, named(id, name)),
    remove: (id, name, call) => iam(call, `Detach${noun}Policy`, named(id, name)),
    current: async ({ PolicyArn }, call) => {
      const input = { PolicyArn, EntityFilter: noun };
      const items = iamItems<Readonly<Record<string, string>>>(
        call,
        "ListEntitiesForPolicy",
        input,
        `Policy${noun}s`,
      );
      return (await all(items)).flatMap((entity) => entity[`${noun}Name`] ?? []);
    },
    isCleared: true,
  });
}

const ATTRIBUTES = ["AttachmentCount", "DefaultVersionId", "IsAttachable", "PolicyId"];

export const managedPolicyType = declareType({
  typeName: "AWS::IAM::ManagedPolicy",
  naming: { property: "ManagedPolicyName", lengthMax: 128 },
  fixed: ["ManagedPolicyName", "Path", "Description"],
  parts: [
    {
      properties: ["PolicyDocument"],
      isCreated: true,
      async write({ id: { PolicyArn }, want }, call) {
        const versions = await all(
          iamItems<Version>(call, "ListPolicyVersions", { PolicyArn }, "Versions"),
        );
        const oldest = versions.filter(({ IsDefaultVersion }) => !IsDefaultVersion).at(-1);
        if (oldest && versions.length >= VERSIONS_MAX)
          await iam(call, "DeletePolicyVersion", { PolicyArn, VersionId: oldest.VersionId });
        const PolicyDocument = documentText(want.PolicyDocument);
        const input = { PolicyArn, PolicyDocument, SetAsDefault: true };
        await iam(call, "CreatePolicyVersion", input);
      },
    },
    attachedTo("Role"),
    attachedTo("User"),
    attachedTo("Group"),
  ],
  async create(want, call) {
    const { Policy } = await iam<{ Policy: ManagedPolicy }>(call, "CreatePolicy", {
      ...pick(want, ["Path", "Description"]),
      PolicyName: want.ManagedPolicyName,
      PolicyDocument: documentText(want.PolicyDocument),
    });
    return { PolicyArn: Policy.Arn };
  },
  isReadAfterwards: true,
  async read({ PolicyArn }, call) {
    const { Policy } = await iam<{ Policy: ManagedPolicy }>(call, "GetPolicy", { PolicyArn });
    const version = { PolicyArn, VersionId: Policy.DefaultVersionId };
    const found = await iam<{ PolicyVersion: { Document: string } }>(
      call,
      "GetPolicyVersion",
      version,
    );
    return {
      ...pick({ ...Policy }, [...ATTRIBUTES, "Path", "Description"]),
      PolicyArn,
      ManagedPolicyName: Policy.PolicyName,
      PolicyDocument: documentOf(found.PolicyVersion.Document),
      PermissionsBoundaryUsageCount: (Policy as { PermissionsBoundaryUsageCount?: number })
        .PermissionsBoundaryUsageCount,
      CreateDate: Policy.CreateDate.toISOString(),
      UpdateDate: Policy.UpdateDate.toISOString(),
    };
  },
  async delete({ PolicyArn }, call) {
    const items = iamItems<Version>(call, "ListPolicyVersions", { PolicyArn }, "Versions");
    for (const { VersionId, IsDefaultVersion } of await all(items))
      if (!IsDefaultVersion) await iam(call, "DeletePolicyVersion", { PolicyArn, VersionId });
    await iam(call, "DeletePolicy", { PolicyArn });
    return undefined;
  },
  async *list(_model, call) {
    const input = { Scope: "Local" };
    for await (const { Arn } of iamItems<ManagedPolicy>(call, "ListPolicies", input, "Policies"))
      yield { PolicyArn: Arn };
  },
});
