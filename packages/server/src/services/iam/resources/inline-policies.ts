import { declareType } from "../../../kernel/resource-types/declare-type.ts";
import { documentOf, documentText, listOf } from "../../../kernel/resource-types/members.ts";
import { unlessGone } from "../../../kernel/resource-types/parts.ts";
import {
  type ResourceCall,
  ResourceError,
  type ResourceModel,
  type ResourceType,
} from "../../../kernel/resources.ts";
import { type Identity, iam, iamItems } from "./iam-calls.ts";

const IDENTITIES: readonly Identity[] = ["Role", "User", "Group"];

/** `AWS::IAM::RolePolicy` and its siblings: one inline policy of one identity. */
export function inlinePolicyType(noun: Identity): ResourceType {
  const name = `${noun}Name`;
  const keyed = (id: ResourceModel) => ({ [name]: id[name], PolicyName: id.PolicyName });
  const put = (model: ResourceModel, call: ResourceCall) =>
    iam(call, `Put${noun}Policy`, {
      ...keyed(model),
      PolicyDocument: documentText(model.PolicyDocument),
    });
  return declareType({
    typeName: `AWS::IAM::${noun}Policy`,
    fixed: [name, "PolicyName"],
    parts: [
      {
        properties: ["PolicyDocument"],
        isCreated: true,
        async write({ id, want }, call) {
          await put({ ...id, ...want }, call);
        },
      },
    ],
    async create(want, call) {
      await put(want, call);
      return keyed(want);
    },
    async read(id, call) {
      const found = await iam<{ PolicyDocument: string }>(call, `Get${noun}Policy`, keyed(id));
      return { ...keyed(id), PolicyDocument: documentOf(found.PolicyDocument) };
    },
    async delete(id, call) {
      await iam(call, `Delete${noun}Policy`, keyed(id));
      return undefined;
    },
    async *list({ [name]: owner }, call) {
      const owners: AsyncIterable<ResourceModel> | readonly ResourceModel[] =
        owner === undefined ? iamItems(call, `List${noun}s`, {}, `${noun}s`) : [{ [name]: owner }];
      for await (const { [name]: each } of owners) {
        const input = { [name]: each };
        const names = iamItems<string>(call, `List${noun}Policies`, input, "PolicyNames");
        for await (const PolicyName of names) yield { [name]: each, PolicyName };
      }
    },
  });
}

/** An identity that `AWS::IAM::Policy` puts its policy on. */
interface Holder {
  readonly noun: Identity;
  readonly holder: string;
  readonly policyName: unknown;
}

function holdersOf(model: ResourceModel): readonly Holder[] {
  return IDENTITIES.flatMap((noun) =>
    listOf<string>(model[`${noun}s`]).map((holder) => ({
      noun,
      holder,
      policyName: model.PolicyName,
    })),
  );
}

const keyOf = ({ noun, holder, policyName }: Holder) => ({
  [`${noun}Name`]: holder,
  PolicyName: policyName,
});

function removeFrom(holder: Holder, call: ResourceCall): Promise<void> {
  return unlessGone(iam(call, `Delete${holder.noun}Policy`, keyOf(holder)));
}

/** One inline policy, put on several identities. IAM doesn't know that they belong together. */
export const policyType = declareType({
  typeName: "AWS::IAM::Policy",
  naming: { property: "Id", lengthMax: 128, form: "abbreviated" },
  isRemembered: true,
  fixed: [],
  parts: [
    {
      properties: ["PolicyName", "PolicyDocument", "Roles", "Users", "Groups"],
      async write({ was, want }, call) {
        const now = holdersOf(want);
        if (now.length === 0)
          throw new ResourceError(
            "InvalidRequest",
            "At least one of [Groups,Roles,Users] must be non-empty.",
          );
        const PolicyDocument = documentText(want.PolicyDocument);
        for (const holder of now)
          await iam(call, `Put${holder.noun}Policy`, { ...keyOf(holder), PolicyDocument });
        const kept = new Set(now.map((holder) => JSON.stringify(holder)));
        for (const holder of holdersOf(was))
          if (!kept.has(JSON.stringify(holder))) await removeFrom(holder, call);
      },
    },
  ],
  create: async ({ Id }) => ({ Id }),
  async read(id, call) {
    const found: Holder[] = [];
    let document: unknown;
    for (const holder of holdersOf(id)) {
      const reading = iam<{ PolicyDocument: string }>(
        call,
        `Get${holder.noun}Policy`,
        keyOf(holder),
      );
      await unlessGone(
        reading.then(({ PolicyDocument }) => {
          document = documentOf(PolicyDocument);
          found.push(holder);
        }),
      );
    }
    if (found.length === 0)
      throw new ResourceError("NotFound", `No identity has the policy ${id.PolicyName}.`);
    const lists = IDENTITIES.map((noun) => {
      const names = found.filter((each) => each.noun === noun).map(({ holder }) => holder);
      return [`${noun}s`, names.length > 0 ? names : undefined];
    });
    const { Id, PolicyName } = id;
    return { Id, PolicyName, PolicyDocument: document, ...Object.fromEntries(lists) };
  },
  async delete(id, call) {
    for (const holder of holdersOf(id)) await removeFrom(holder, call);
    return undefined;
  },
});
