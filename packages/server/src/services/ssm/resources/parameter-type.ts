import { declareType } from "../../../kernel/resource-types/declare-type.ts";
import { listOf, pick, tagList } from "../../../kernel/resource-types/members.ts";
import { pagesOf } from "../../../kernel/resource-types/parts.ts";
import { type ResourceCall, ResourceError, type ResourceModel } from "../../../kernel/resources.ts";

type Tags = Readonly<Record<string, string>>;

interface Parameters {
  readonly Parameters: readonly { readonly Name: string; readonly ARN: string }[];
  readonly NextToken?: string;
}

const VALUE = ["Type", "Value", "Description", "AllowedPattern", "DataType", "Tier", "Policies"];
const NO_SECRETS = "SecureString is not a supported Type of AWS::SSM::Parameter.";

function ssm<Output>(call: ResourceCall, operation: string, input: object): Promise<Output> {
  return call.invoke<Output>("ssm", operation, input);
}

/** Throws InvalidRequest: the property of a template is no place for a secret. */
function refuseSecrets({ Type }: ResourceModel): void {
  if (Type === "SecureString") throw new ResourceError("InvalidRequest", NO_SECRETS);
}

/** The defaults of properties that the operation would otherwise keep as they were. */
function cleared(was: ResourceModel, want: ResourceModel): ResourceModel {
  return {
    ...(want.Description === undefined ? { Description: "" } : {}),
    ...(want.AllowedPattern === undefined ? { AllowedPattern: "" } : {}),
    ...(want.DataType === undefined ? { DataType: "text" } : {}),
    ...(want.Policies === undefined && was.Policies !== undefined ? { Policies: "[{}]" } : {}),
  };
}

/** `AWS::SSM::Parameter`, whose tags are a map. */
export const parameterType = declareType({
  typeName: "AWS::SSM::Parameter",
  naming: { property: "Name", lengthMax: 2048, form: "cfn-prefix" },
  fixed: ["Name"],
  isReadAfterwards: true,
  parts: [
    {
      properties: VALUE,
      isCreated: true,
      async write({ id: { Name }, was, want }, call) {
        refuseSecrets(want);
        const input = { Name, Overwrite: true, ...pick(want, VALUE), ...cleared(was, want) };
        await ssm(call, "PutParameter", input);
      },
    },
    {
      properties: ["Tags"],
      isCreated: true,
      isTags: true,
      async write({ id: { Name }, was, want }, call) {
        const [before, now] = [(was.Tags ?? {}) as Tags, (want.Tags ?? {}) as Tags];
        const on = { ResourceType: "Parameter", ResourceId: Name };
        const TagKeys = Object.keys(before).filter((key) => !Object.hasOwn(now, key));
        if (TagKeys.length > 0) await ssm(call, "RemoveTagsFromResource", { ...on, TagKeys });
        const Tags = tagList(now) ?? [];
        if (Tags.length > 0 || call.rewritesTags)
          await ssm(call, "AddTagsToResource", { ...on, Tags });
      },
    },
  ],
  async create(want, call) {
    refuseSecrets(want);
    const Tags = tagList((want.Tags ?? {}) as Tags);
    const input = { ...pick(want, ["Name", ...VALUE]), ...(Tags ? { Tags } : {}) };
    await ssm(call, "PutParameter", input);
    return pick(want, ["Name"]);
  },
  async read({ Name }, call) {
    const found = await ssm<Parameters>(call, "GetParameters", { Names: [Name] });
    const [parameter] = found.Parameters;
    if (!parameter) throw new ResourceError("NotFound", `Parameter ${String(Name)} not found.`);
    const { ARN: Arn } = parameter;
    return { ...pick({ ...parameter }, ["Name", "Type", "Value", "DataType"]), Arn };
  },
  async delete({ Name }, call) {
    await ssm(call, "DeleteParameter", { Name });
    return undefined;
  },
  async *list(_model, call) {
    const next = ({ NextToken }: Parameters) => NextToken;
    const asked = { service: "ssm", operation: "DescribeParameters", input: { MaxResults: 50 } };
    for await (const page of pagesOf<Parameters>(
      { ...asked, tokenMember: "NextToken", next },
      call,
    ))
      for (const { Name } of listOf<{ Name: string }>(page.Parameters)) yield { Name };
  },
});
