import { declareType, type TypeDeclaration } from "../../../kernel/resource-types/declare-type.ts";
import {
  camelMembers,
  listOf,
  pascalMembers,
  pick,
  tagList,
  tagMap,
} from "../../../kernel/resource-types/members.ts";
import { pagesOf, tagsPart } from "../../../kernel/resource-types/parts.ts";
import {
  type ResourceCall,
  ResourceError,
  type ResourceModel,
  type ResourceType,
} from "../../../kernel/resources.ts";

/** The pause until a logging configuration that is being created is looked at again. */
const LOOK_AGAIN_MS = 200;

interface ChatDeclaration extends Pick<TypeDeclaration, "waitMs"> {
  readonly noun: "Room" | "LoggingConfiguration";
  /** The member of lists. */
  readonly member: string;
  readonly attributes: readonly string[];
  /** Properties that `Update<noun>` takes, with the values they have when they aren't declared. */
  readonly updated: Readonly<Record<string, unknown>>;
}

interface Page {
  readonly nextToken?: string;
}

function chat<Output>(call: ResourceCall, operation: string, input: object): Promise<Output> {
  return call.invoke<Output>("ivschat", operation, input);
}

/** Properties differ from the operations' members by the first letter's case alone. */
function chatType({ noun, member, attributes, updated, waitMs }: ChatDeclaration): ResourceType {
  const names = Object.keys(updated);
  const modelOf = (answer: ResourceModel): ResourceModel => {
    const found = pascalMembers(answer) as ResourceModel;
    const tags = answer.tags as Readonly<Record<string, string>> | undefined;
    return { ...pick(found, [...attributes, ...names]), Tags: tagList(tags) };
  };
  return declareType({
    typeName: `AWS::IVSChat::${noun}`,
    fixed: [],
    ...(waitMs && { waitMs }),
    parts: [
      {
        properties: names,
        isCreated: true,
        async write({ id, want }, call) {
          const members = camelMembers({ ...updated, ...pick(want, names) }) as object;
          await chat(call, `Update${noun}`, { identifier: id.Arn, ...members });
        },
      },
      tagsPart({
        tag: (id, tags, call) =>
          chat(call, "TagResource", { resourceArn: id.Arn, tags: tagMap(tags) }),
        untag: (id, tagKeys, call) => chat(call, "UntagResource", { resourceArn: id.Arn, tagKeys }),
      }),
    ],
    async create({ Tags, ...want }, call) {
      const input = { ...(camelMembers(want) as object), tags: tagMap(Tags) };
      const answer = await chat<ResourceModel>(call, `Create${noun}`, input);
      return pick(modelOf(answer), attributes);
    },
    async read({ Arn }, call) {
      return modelOf(await chat<ResourceModel>(call, `Get${noun}`, { identifier: Arn }));
    },
    async delete({ Arn }, call) {
      // The operation itself is content with one that is gone.
      await chat(call, `Get${noun}`, { identifier: Arn });
      await chat(call, `Delete${noun}`, { identifier: Arn });
      return undefined;
    },
    async *list(_model, call) {
      const next = ({ nextToken }: Page) => nextToken;
      const asked = { service: "ivschat", operation: `List${noun}s`, input: {} };
      const options = { ...asked, tokenMember: "nextToken", next };
      for await (const page of pagesOf<Page & Readonly<Record<string, unknown>>>(options, call))
        for (const { arn } of listOf<{ arn: string }>(page[member])) yield { Arn: arn };
    },
  });
}

export const chatTypes: readonly ResourceType[] = [
  chatType({
    noun: "LoggingConfiguration",
    member: "loggingConfigurations",
    attributes: ["Arn", "Id", "State"],
    updated: { DestinationConfiguration: undefined, Name: "" },
    waitMs({ State }) {
      if (State === "CREATE_FAILED")
        throw new ResourceError("NotStabilized", "The logging configuration wasn't created.");
      return State === "CREATING" ? LOOK_AGAIN_MS : undefined;
    },
  }),
  chatType({
    noun: "Room",
    member: "rooms",
    attributes: ["Arn", "Id"],
    updated: {
      LoggingConfigurationIdentifiers: [],
      MaximumMessageLength: 500,
      MaximumMessageRatePerSecond: 10,
      MessageReviewHandler: { Uri: "" },
      Name: "",
    },
  }),
];
