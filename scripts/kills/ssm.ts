import { SSM } from "@aws-sdk/client-ssm";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { allPages, keyOf, withMember } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";

/* Parameters with their versions, labels and tags; of secrets the values too. */

const PREFIX = "/kills/";
const TYPES = ["String", "SecureString", "StringList"] as const;
const VERSIONS_MAX = 8;

interface Parameter {
  readonly type: string;
  /** Each version's value and labels, oldest first. */
  readonly history: readonly { readonly value: string; readonly labels: readonly string[] }[];
  readonly tags: Readonly<Record<string, string>>;
}

function change(key: string, parameter: Parameter | undefined, chance: Chance): Change<Parameter> {
  const Name = PREFIX + key;
  const Value = `value-${chance.below(1e9)}`;
  if (!parameter) {
    const Type = chance.one(TYPES);
    return {
      says: `PutParameter ${key} ${Type} ${Value}`,
      send: (at) => at.client(SSM).putParameter({ Name, Value, Type }),
      after: () => ({ type: Type, history: [{ value: Value, labels: [] }], tags: {} }),
    };
  }
  const { history, tags } = parameter;
  if (history.length >= VERSIONS_MAX || chance.rarely(8))
    return {
      says: `DeleteParameter ${key}`,
      send: (at) => at.client(SSM).deleteParameter({ Name }),
      after: () => undefined,
    };
  if (chance.rarely(3)) {
    const label = `label-${chance.below(3)}`;
    const ParameterVersion = history.length;
    return {
      says: `LabelParameterVersion ${key}:${ParameterVersion} ${label}`,
      send: (at) =>
        at.client(SSM).labelParameterVersion({ Name, ParameterVersion, Labels: [label] }),
      after: () => ({
        ...parameter,
        history: history.map(({ value, labels }, index) => {
          const others = labels.filter((other) => other !== label);
          const isNew = index === history.length - 1;
          return { value, labels: isNew ? [...others, label].sort() : others };
        }),
      }),
    };
  }
  if (chance.rarely(3)) {
    const Key = `tag-${chance.below(2)}`;
    const gone = Key in tags;
    const of = { ResourceType: "Parameter", ResourceId: Name } as const;
    return {
      says: `${gone ? "Remove" : "Add"}Tags ${key} ${Key}`,
      send: (at) =>
        gone
          ? at.client(SSM).removeTagsFromResource({ ...of, TagKeys: [Key] })
          : at.client(SSM).addTagsToResource({ ...of, Tags: [{ Key, Value }] }),
      after: () => ({ ...parameter, tags: withMember(tags, Key, gone ? undefined : Value) }),
    };
  }
  return {
    says: `PutParameter ${key}:${history.length + 1} ${Value}`,
    send: (at) => at.client(SSM).putParameter({ Name, Value, Overwrite: true }),
    after: () => ({ ...parameter, history: [...history, { value: Value, labels: [] }] }),
  };
}

async function read(at: Node): Promise<ReadonlyMap<string, Parameter>> {
  const ssm = at.client(SSM);
  const described = await allPages(
    (NextToken) => ssm.describeParameters({ NextToken }),
    ({ Parameters }) => Parameters,
    ({ NextToken }) => NextToken,
  );
  const parameters = new Map<string, Parameter>();
  for (const { Name = "", Type = "" } of described) {
    const key = keyOf(PREFIX, Name);
    if (key === undefined) continue;
    const { Parameters = [] } = await ssm.getParameterHistory({ Name, WithDecryption: true });
    const of = { ResourceType: "Parameter", ResourceId: Name } as const;
    const { TagList = [] } = await ssm.listTagsForResource(of);
    parameters.set(key, {
      type: Type,
      history: Parameters.map(({ Value = "", Labels = [] }) => ({
        value: Value,
        labels: [...Labels].sort(),
      })),
      tags: Object.fromEntries(TagList.map(({ Key, Value }) => [Key, Value])),
    });
  }
  return parameters;
}

export const parameters = remembered<Parameter>({ name: "ssm-parameters", keys: 12, change, read });
