import type { Part } from "../../../kernel/resource-types/declare-type.ts";
import {
  fromOperation,
  type Mapping,
  toOperation,
} from "../../../kernel/resource-types/mapping.ts";
import { unlessGone } from "../../../kernel/resource-types/parts.ts";
import type { ResourceCall, ResourceModel } from "../../../kernel/resources.ts";

export function s3<Output>(call: ResourceCall, operation: string, input: object): Promise<Output> {
  return call.invoke<Output>("s3", operation, input);
}

/** The answer; undefined where the bucket has no such configuration. */
export async function configuration<Output>(
  call: ResourceCall,
  operation: string,
  input: object,
): Promise<Output | undefined> {
  let answer: Output | undefined;
  const asked = s3<Output>(call, operation, input).then((found) => {
    answer = found;
  });
  await unlessGone(asked);
  return answer;
}

export type Answer = Readonly<Record<string, unknown>>;

interface ConfigurationPart {
  readonly property: string;
  /** `PutBucketCors`, and the input that it takes beside the bucket. */
  readonly put: string;
  input(value: never): object;
  readonly get: string;
  /** The property's value by the answer; undefined: it has none. */
  value(answer: Answer): unknown;
  /** The operation that removes it, or the value that does. */
  readonly remove: string | { readonly value: unknown };
}

/** A property that one operation puts and one gets. */
export function configurationPart(part: ConfigurationPart): Part {
  const { property, put, input, get, value, remove } = part;
  return {
    properties: [property],
    async write({ id: { BucketName: Bucket }, want }, call) {
      const wanted = want[property];
      if (wanted === undefined && typeof remove === "string") await s3(call, remove, { Bucket });
      else {
        const written = wanted ?? (remove as { value: unknown }).value;
        await s3(call, put, { Bucket, ...input(written as never) });
      }
    },
    async read({ BucketName: Bucket }, call) {
      const answer = await configuration<Answer>(call, get, { Bucket });
      const found = answer && value(answer);
      return found === undefined ? {} : { [property]: found };
    },
  };
}

interface MappedPart {
  readonly property: string;
  readonly put: string;
  /** The member of the input that has the configuration. */
  readonly member: string;
  readonly get: string;
  /** The member of the answer; left out, the answer is the configuration. */
  readonly answerMember?: string;
  readonly mapping: Mapping;
  readonly remove: ConfigurationPart["remove"];
}

/** A property that differs from its operations' members by their names alone. */
export function mappedPart({ member, answerMember, mapping, ...part }: MappedPart): Part {
  return configurationPart({
    ...part,
    input: (value) => ({ [member]: toOperation(mapping, value) }),
    value: (answer) => {
      const found = answerMember === undefined ? answer : answer[answerMember];
      const read = found && fromOperation(mapping, found);
      return read && Object.keys(read).length > 0 ? read : undefined;
    },
  });
}

interface ListedPart {
  /** `MetricsConfigurations`. */
  readonly property: string;
  /** `Metrics`: operations are `PutBucketMetricsConfiguration` and so on. */
  readonly noun: string;
  input(value: never): object;
  value(found: Answer): ResourceModel;
}

/** A list of configurations that have an id each, put and deleted one by one. */
export function listedPart({ property, noun, input, value }: ListedPart): Part {
  const member = `${noun}Configuration`;
  const listOf = (model: ResourceModel) =>
    (model[property] ?? []) as readonly { readonly Id: string }[];
  return {
    properties: [property],
    async write({ id: { BucketName: Bucket }, was, want }, call) {
      for (const each of listOf(want)) {
        const configured = { Bucket, Id: each.Id, [member]: input(each as never) };
        await s3(call, `PutBucket${member}`, configured);
      }
      const kept = listOf(want).map(({ Id }) => Id);
      for (const { Id } of listOf(was))
        if (!kept.includes(Id)) await unlessGone(s3(call, `DeleteBucket${member}`, { Bucket, Id }));
    },
    async read({ BucketName: Bucket }, call) {
      const found: ResourceModel[] = [];
      let ContinuationToken: unknown;
      do {
        const page = await s3<Answer>(call, `ListBucket${member}s`, {
          Bucket,
          ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
        });
        found.push(...((page[`${member}List`] ?? []) as readonly Answer[]).map(value));
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
      return found.length > 0 ? { [property]: found } : {};
    },
  };
}
