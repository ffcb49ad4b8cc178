import {
  type Environment,
  Evaluation,
  type ParameterValue,
  parseTemplate,
  type Template,
} from "@rolecast/template";
import type { Kysely } from "kysely";
import { OWN_PARTITION } from "../../../kernel/arn.ts";
import { exportsOfOthers } from "../rows/exports.ts";
import type { CloudFormationTables, StackRow, VersionRow } from "../tables.ts";

/** A parameter as a version keeps it. */
export interface StoredParameter {
  readonly text: string;
  /** The value of the SSM parameter that the text names. */
  readonly ssmValue?: string | undefined;
  /** A Ref gives this. */
  readonly value: ParameterValue;
  readonly noEcho?: boolean;
}

export type StoredParameters = Readonly<Record<string, StoredParameter>>;

export interface EvaluatedStack {
  readonly version: VersionRow;
  readonly evaluation: Evaluation;
  /** The names that Fn::ImportValue has asked for so far. */
  readonly imported: ReadonlySet<string>;
}

type Identity = Pick<StackRow, "stack_id" | "name" | "account_id" | "region" | "notification_arns">;

/** Evaluates a stack's version against the exports that there are now. */
export async function evaluateStack(
  stack: Identity,
  version: VersionRow,
  db: Kysely<CloudFormationTables>,
): Promise<EvaluatedStack> {
  const template = parseTemplate(version.processed ?? version.template);
  const parameters = JSON.parse(version.parameters) as StoredParameters;
  const found = await evaluateTemplate(template, stack, parameters, db);
  return { version, ...found };
}

export async function evaluateTemplate(
  template: Template,
  stack: Identity,
  parameters: StoredParameters,
  db: Kysely<CloudFormationTables>,
): Promise<Pick<EvaluatedStack, "evaluation" | "imported">> {
  const exports = new Map(
    (await exportsOfOthers(stack, db)).map(({ name, value }) => [name, value]),
  );
  const imported = new Set<string>();
  const environment: Environment = {
    accountId: stack.account_id,
    region: stack.region,
    partition: OWN_PARTITION,
    urlSuffix: "amazonaws.com",
    stackName: stack.name,
    stackId: stack.stack_id,
    notificationArns: JSON.parse(stack.notification_arns) as string[],
    parameters: new Map(Object.entries(parameters).map(([name, { value }]) => [name, value])),
    exports: (name) => {
      imported.add(name);
      return exports.get(name);
    },
    availabilityZones: (region) => ["a", "b", "c"].map((zone) => `${region}${zone}`),
  };
  return { evaluation: new Evaluation(template, environment), imported };
}
