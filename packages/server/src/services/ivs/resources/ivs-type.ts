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
import type { ResourceCall, ResourceModel, ResourceType } from "../../../kernel/resources.ts";

interface IvsDeclaration
  extends Partial<Pick<TypeDeclaration, "fixed" | "waitMs" | "list" | "isReadAfterwards">> {
  /** `RecordingConfiguration`: operations, answers and the type itself have this name. */
  readonly noun: string;
  /** Creates it, if not by `Create<noun>`. */
  readonly createOperation?: string;
  /** The member of answers that has the resource, if not the noun. */
  readonly answerMember?: string;
  /** The member of lists, if not the noun's plural. */
  readonly listMember?: string;
  /** Attributes that the operations' answers have. */
  readonly attributes: readonly string[];
  /** Properties that `Update<noun>` takes, with the values they have when they aren't declared. */
  readonly updated?: Readonly<Record<string, unknown>>;
  /** Undoes what the operation makes and the type doesn't. */
  afterCreate?(answer: Answer, call: ResourceCall): Promise<void>;
}

type Answer = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export function ivs<Output>(call: ResourceCall, operation: string, input: object): Promise<Output> {
  return call.invoke<Output>("ivs", operation, input);
}

/**
 * A type of IVS's: its operations are named alike, and properties differ from their members by the
 * first letter's case alone.
 */
export function ivsType(declared: IvsDeclaration): ResourceType {
  const { noun, createOperation = `Create${noun}`, attributes, updated, fixed = [] } = declared;
  const answerMember = declared.answerMember ?? lowerFirst(noun);
  const updatedNames = Object.keys(updated ?? {});
  const modelOf = (answer: Answer): ResourceModel => {
    const found = pascalMembers(answer[answerMember]) as ResourceModel;
    const { tags } = answer[answerMember] as { tags?: Record<string, string> };
    return { ...pick(found, [...attributes, ...fixed, ...updatedNames]), Tags: tagList(tags) };
  };
  return declareType({
    ...declared,
    typeName: `AWS::IVS::${noun}`,
    fixed,
    parts: [
      ...(updated
        ? [
            {
              properties: updatedNames,
              isCreated: true,
              async write({ id, want }, call) {
                const members = camelMembers({ ...updated, ...pick(want, updatedNames) });
                await ivs(call, `Update${noun}`, { arn: id.Arn, ...(members as object) });
              },
            } satisfies NonNullable<TypeDeclaration["parts"]>[number],
          ]
        : []),
      tagsPart({
        tag: (id, tags, call) =>
          ivs(call, "TagResource", { resourceArn: id.Arn, tags: tagMap(tags) }),
        untag: (id, tagKeys, call) => ivs(call, "UntagResource", { resourceArn: id.Arn, tagKeys }),
      }),
    ],
    async create({ Tags, ...want }, call) {
      const members = camelMembers(want) as object;
      const answer = await ivs<Answer>(call, createOperation, { ...members, tags: tagMap(Tags) });
      await declared.afterCreate?.(answer, call);
      return pick(modelOf(answer), attributes);
    },
    async read({ Arn }, call) {
      return modelOf(await ivs<Answer>(call, `Get${noun}`, { arn: Arn }));
    },
    async delete({ Arn }, call) {
      await ivs(call, `Delete${noun}`, { arn: Arn });
      return undefined;
    },
    list: declared.list ?? ((_model, call) => listNouns(declared, call)),
  });
}

interface Page {
  readonly nextToken?: string;
}

/** The ARNs of `List<noun>s`. */
export async function* ivsArns(
  call: ResourceCall,
  operation: string,
  member: string,
  input: object = {},
): AsyncIterable<ResourceModel> {
  const next = ({ nextToken }: Page) => nextToken;
  const options = { service: "ivs", operation, input, tokenMember: "nextToken", next };
  for await (const page of pagesOf<Page & Readonly<Record<string, unknown>>>(options, call))
    for (const { arn } of listOf<{ arn: string }>(page[member])) yield { Arn: arn };
}

function listNouns(
  { noun, listMember }: IvsDeclaration,
  call: ResourceCall,
): AsyncIterable<ResourceModel> {
  const plural =
    noun.endsWith("y") && !noun.endsWith("Key") ? `${noun.slice(0, -1)}ies` : `${noun}s`;
  return ivsArns(call, `List${plural}`, listMember ?? lowerFirst(plural));
}

function lowerFirst(word: string): string {
  return `${word.charAt(0).toLowerCase()}${word.slice(1)}`;
}
