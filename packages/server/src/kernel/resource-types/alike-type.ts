import type { ResourceCall, ResourceModel, ResourceType } from "../resources.ts";
import { declareType, type TypeDeclaration } from "./declare-type.ts";
import { camelMembers, listOf, pascalMembers, pick, tagList, tagMap } from "./members.ts";
import { pagesOf, tagsPart } from "./parts.ts";

/** An API whose types are all named as their operations are. */
export interface AlikeApi {
  /** The service's name here: `ivs`. */
  readonly service: string;
  /** Its types' names begin with it: `AWS::IVS`. */
  readonly namespace: string;
  /** The member that takes a resource's ARN, if not `arn`. */
  readonly arnMember?: string;
  /** Answers are the resource; otherwise a member of theirs is. */
  readonly isFlat?: boolean;
  /** Deleting one that is gone is no error to the operation, as it is to the type. */
  readonly forgivesDeletion?: boolean;
}

interface AlikeDeclaration
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
  /** Properties → members and back, where they differ by more than a letter's case. */
  readonly shape?: {
    toMembers(members: Members): Members;
    toProperties(found: ResourceModel): ResourceModel;
  };
  /** Undoes what the operation makes and the type doesn't. */
  afterCreate?(answer: Answer, call: ResourceCall): Promise<void>;
}

type Members = Readonly<Record<string, unknown>>;
type Answer = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * A type whose operations are named as it is (`CreateChannel`, `GetChannel`, …), take the
 * resource's ARN, and have members that differ from its properties by the first letter's case
 * alone, with tags as a map: so are those of IVS's APIs.
 */
export function alikeType(
  { service, namespace, arnMember = "arn", isFlat, forgivesDeletion }: AlikeApi,
  declared: AlikeDeclaration,
): ResourceType {
  const ask = <Output>(call: ResourceCall, operation: string, input: object) =>
    call.invoke<Output>(service, operation, input);
  const { noun, createOperation = `Create${noun}`, attributes, updated, fixed = [] } = declared;
  const answerMember = declared.answerMember ?? lowerFirst(noun);
  const updatedNames = Object.keys(updated ?? {});
  const membersOf = (properties: object): Members => {
    const members = camelMembers(properties) as Members;
    return declared.shape?.toMembers(members) ?? members;
  };
  const modelOf = (answer: Answer): ResourceModel => {
    const resource = isFlat ? answer : answer[answerMember];
    const members = pascalMembers(resource) as ResourceModel;
    const found = declared.shape?.toProperties(members) ?? members;
    const { tags } = resource as { tags?: Record<string, string> };
    return { ...pick(found, [...attributes, ...fixed, ...updatedNames]), Tags: tagList(tags) };
  };
  return declareType({
    ...declared,
    typeName: `${namespace}::${noun}`,
    fixed,
    parts: [
      ...(updated
        ? [
            {
              properties: updatedNames,
              isCreated: true,
              async write({ id, want }, call) {
                const members = membersOf({ ...updated, ...pick(want, updatedNames) });
                await ask(call, `Update${noun}`, { [arnMember]: id.Arn, ...members });
              },
            } satisfies NonNullable<TypeDeclaration["parts"]>[number],
          ]
        : []),
      tagsPart({
        tag: (id, tags, call) =>
          ask(call, "TagResource", { resourceArn: id.Arn, tags: tagMap(tags) ?? {} }),
        untag: (id, tagKeys, call) => ask(call, "UntagResource", { resourceArn: id.Arn, tagKeys }),
      }),
    ],
    async create({ Tags, ...want }, call) {
      const members = membersOf(want);
      const answer = await ask<Answer>(call, createOperation, { ...members, tags: tagMap(Tags) });
      await declared.afterCreate?.(answer, call);
      return pick(modelOf(answer), attributes);
    },
    async read({ Arn }, call) {
      return modelOf(await ask<Answer>(call, `Get${noun}`, { [arnMember]: Arn }));
    },
    async delete({ Arn }, call) {
      if (forgivesDeletion) await ask(call, `Get${noun}`, { [arnMember]: Arn });
      await ask(call, `Delete${noun}`, { [arnMember]: Arn });
      return undefined;
    },
    list: declared.list ?? ((_model, call) => listNouns(service, declared, call)),
  });
}

interface Page {
  readonly nextToken?: string;
}

/** The ARNs of a list. */
export async function* listedArns(
  service: string,
  operation: string,
  member: string,
  call: ResourceCall,
  input: object = {},
): AsyncIterable<ResourceModel> {
  const next = ({ nextToken }: Page) => nextToken;
  const options = { service, operation, input, tokenMember: "nextToken", next };
  for await (const page of pagesOf<Page & Readonly<Record<string, unknown>>>(options, call))
    for (const { arn } of listOf<{ arn: string }>(page[member])) yield { Arn: arn };
}

function listNouns(
  service: string,
  { noun, listMember }: AlikeDeclaration,
  call: ResourceCall,
): AsyncIterable<ResourceModel> {
  const plural =
    noun.endsWith("y") && !noun.endsWith("Key") ? `${noun.slice(0, -1)}ies` : `${noun}s`;
  return listedArns(service, `List${plural}`, listMember ?? lowerFirst(plural), call);
}

function lowerFirst(word: string): string {
  return `${word.charAt(0).toLowerCase()}${word.slice(1)}`;
}
