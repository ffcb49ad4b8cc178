import { declareType } from "../../../kernel/resource-types/declare-type.ts";
import { documentOf, documentText, pick } from "../../../kernel/resource-types/members.ts";
import { membersPart } from "../../../kernel/resource-types/parts.ts";
import {
  type ResourceCall,
  ResourceError,
  type ResourceModel,
  type ResourceType,
} from "../../../kernel/resources.ts";
import { accountType } from "./accounts.ts";
import { itemsOf, organizations, organizationsTags, unlessNone } from "./organizations-calls.ts";

interface Organization {
  readonly Id: string;
  readonly Arn: string;
  readonly FeatureSet: string;
  readonly MasterAccountArn: string;
  readonly MasterAccountId: string;
  readonly MasterAccountEmail: string;
}

interface Root {
  readonly Id: string;
}

async function readOrganization(call: ResourceCall): Promise<ResourceModel> {
  const { Organization: found } = await organizations<{ Organization: Organization }>(
    call,
    "DescribeOrganization",
    {},
  );
  const [root] = await itemsOf<Root>(call, "ListRoots", {}, "Roots");
  return {
    ...pick({ ...found }, ["Id", "Arn", "FeatureSet"]),
    ManagementAccountArn: found.MasterAccountArn,
    ManagementAccountId: found.MasterAccountId,
    ManagementAccountEmail: found.MasterAccountEmail,
    RootId: root?.Id,
  };
}

const organizationType = declareType({
  typeName: "AWS::Organizations::Organization",
  fixed: ["FeatureSet"],
  async create(want, call) {
    await organizations(call, "CreateOrganization", pick(want, ["FeatureSet"]));
    return readOrganization(call);
  },
  read: (_id, call) => readOrganization(call),
  async delete(_id, call) {
    await organizations(call, "DeleteOrganization", {});
    return undefined;
  },
  async *list(_model, call) {
    const { Id } = await readOrganization(call);
    yield { Id };
  },
});

interface Unit {
  readonly Id: string;
}

const unitType = declareType({
  typeName: "AWS::Organizations::OrganizationalUnit",
  fixed: ["ParentId"],
  parts: [
    {
      properties: ["Name"],
      isCreated: true,
      async write({ id, want: { Name } }, call) {
        const input = { OrganizationalUnitId: id.Id, Name };
        await organizations(call, "UpdateOrganizationalUnit", input);
      },
    },
    organizationsTags("Id"),
  ],
  async create(want, call) {
    const answer = await organizations<{ OrganizationalUnit: Unit }>(
      call,
      "CreateOrganizationalUnit",
      want,
    );
    return pick({ ...answer.OrganizationalUnit }, ["Id", "Arn", "Path"]);
  },
  async read({ Id }, call) {
    const answer = await organizations<{ OrganizationalUnit: Unit }>(
      call,
      "DescribeOrganizationalUnit",
      { OrganizationalUnitId: Id },
    );
    const [parent] = await itemsOf<Unit>(call, "ListParents", { ChildId: Id }, "Parents");
    const found = pick({ ...answer.OrganizationalUnit }, ["Id", "Arn", "Path", "Name"]);
    return { ...found, ParentId: parent?.Id };
  },
  async delete({ Id }, call) {
    await organizations(call, "DeleteOrganizationalUnit", { OrganizationalUnitId: Id });
    return undefined;
  },
  async *list(_model, call) {
    const below: string[] = (await itemsOf<Root>(call, "ListRoots", {}, "Roots")).map(
      ({ Id }) => Id,
    );
    for (const ParentId of below) {
      const operation = "ListOrganizationalUnitsForParent";
      for (const { Id } of await itemsOf<Unit>(
        call,
        operation,
        { ParentId },
        "OrganizationalUnits",
      )) {
        below.push(Id);
        yield { Id };
      }
    }
  },
});

interface PolicySummary {
  readonly Id: string;
  readonly AwsManaged: boolean;
}

interface Policy {
  readonly PolicySummary: PolicySummary;
  readonly Content: string;
}

const policyType = declareType({
  typeName: "AWS::Organizations::Policy",
  fixed: ["Type"],
  parts: [
    {
      properties: ["Name", "Description", "Content"],
      isCreated: true,
      async write({ id, want: { Name, Description = "", Content } }, call) {
        const changed = { Name, Description, Content: documentText(Content) };
        await organizations(call, "UpdatePolicy", { PolicyId: id.Id, ...changed });
      },
    },
    membersPart({
      property: "TargetIds",
      add: ({ Id }, TargetId, call) =>
        organizations(call, "AttachPolicy", { PolicyId: Id, TargetId }),
      remove: ({ Id }, TargetId, call) =>
        organizations(call, "DetachPolicy", { PolicyId: Id, TargetId }),
      current: async ({ Id }, call) => {
        const input = { PolicyId: Id };
        const targets = await itemsOf<{ TargetId: string }>(
          call,
          "ListTargetsForPolicy",
          input,
          "Targets",
        );
        return targets.map(({ TargetId }) => TargetId);
      },
      isCleared: true,
    }),
    organizationsTags("Id"),
  ],
  async create({ Content, Description = "", ...want }, call) {
    const answer = await organizations<{ Policy: Policy }>(call, "CreatePolicy", {
      ...pick(want, ["Name", "Type", "Tags"]),
      Description,
      Content: documentText(Content),
    });
    return pick({ ...answer.Policy.PolicySummary }, ["Id", "Arn", "AwsManaged"]);
  },
  async read({ Id }, call) {
    const answer = await organizations<{ Policy: Policy }>(call, "DescribePolicy", {
      PolicyId: Id,
    });
    const { PolicySummary, Content } = answer.Policy;
    const members = ["Id", "Arn", "AwsManaged", "Name", "Description", "Type"];
    return { ...pick({ ...PolicySummary }, members), Content: documentOf(Content) };
  },
  async delete({ Id }, call) {
    await organizations(call, "DeletePolicy", { PolicyId: Id });
    return undefined;
  },
  async *list({ Type: Filter = "SERVICE_CONTROL_POLICY" }, call) {
    for (const { Id, AwsManaged } of await itemsOf<PolicySummary>(
      call,
      "ListPolicies",
      { Filter },
      "Policies",
    ))
      if (!AwsManaged) yield { Id };
  },
});

interface ResourcePolicy {
  readonly ResourcePolicySummary: { readonly Id: string; readonly Arn: string };
  readonly Content: string;
}

async function readResourcePolicy(call: ResourceCall) {
  const answer = await organizations<{ ResourcePolicy: ResourcePolicy }>(
    call,
    "DescribeResourcePolicy",
    {},
  );
  return answer.ResourcePolicy;
}

function listResourcePolicies(call: ResourceCall): AsyncIterable<ResourceModel> {
  const one = async function* () {
    const { ResourcePolicySummary } = await readResourcePolicy(call);
    yield { Id: ResourcePolicySummary.Id };
  };
  return unlessNone("ResourcePolicyNotFoundException", one());
}

const resourcePolicyType = declareType({
  typeName: "AWS::Organizations::ResourcePolicy",
  fixed: [],
  parts: [
    {
      properties: ["Content"],
      isCreated: true,
      async write({ want: { Content } }, call) {
        await organizations(call, "PutResourcePolicy", { Content: documentText(Content) });
      },
    },
    organizationsTags("Id"),
  ],
  async create(want, call) {
    // The operation replaces one that is there; the type makes one.
    for await (const _existing of listResourcePolicies(call))
      throw new ResourceError("AlreadyExists", "The organization has a resource policy already.");
    const answer = await organizations<{ ResourcePolicy: ResourcePolicy }>(
      call,
      "PutResourcePolicy",
      { ...pick(want, ["Tags"]), Content: documentText(want.Content) },
    );
    return pick(answer.ResourcePolicy.ResourcePolicySummary, ["Id", "Arn"]);
  },
  async read(_id, call) {
    const { ResourcePolicySummary, Content } = await readResourcePolicy(call);
    return { ...pick(ResourcePolicySummary, ["Id", "Arn"]), Content: documentOf(Content) };
  },
  async delete(_id, call) {
    await organizations(call, "DeleteResourcePolicy", {});
    return undefined;
  },
  list: (_model, call) => listResourcePolicies(call),
});

export const organizationsResources: readonly ResourceType[] = [
  accountType,
  organizationType,
  policyType,
  resourcePolicyType,
  unitType,
].map((type) => ({
  ...type,
  list: (model, call) => unlessNone("AWSOrganizationsNotInUseException", type.list(model, call)),
}));
