import {
  type Environment,
  Evaluation,
  type ParameterValue,
  parseProcessedTemplate,
  parseTemplate,
  type Template,
} from "@rolecast/template";
import type { Kysely } from "kysely";
import { OWN_PARTITION } from "../../../kernel/arn.ts";
import { keepTemplate, keptTemplate } from "../reader/kept-templates.ts";
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
}

type Identity = Pick<StackRow, "stack_id" | "name" | "account_id" | "region" | "notification_arns">;

/** A version's template, with its transforms carried out. */
export function templateOf({
  processed,
  template,
}: Pick<VersionRow, "processed" | "template">): Template {
  const text = processed ?? template;
  const isProcessed = processed !== null;
  const kept = keptTemplate(text, isProcessed);
  if (kept) return kept;
  const read = isProcessed ? parseProcessedTemplate(text) : parseTemplate(text);
  keepTemplate(read, text, isProcessed);
  return read;
}

/** Evaluates a stack's version against the exports that there are now. */
export async function evaluateStack(
  stack: Identity,
  version: VersionRow,
  db: Kysely<CloudFormationTables>,
): Promise<EvaluatedStack> {
  const parameters = JSON.parse(version.parameters) as StoredParameters;
  const environment = await environmentOf(stack, parameters, db);
  return { version, evaluation: new Evaluation(templateOf(version), environment) };
}

/** The account, the Region and the stack in which functions are resolved. */
export async function environmentOf(
  stack: Identity,
  parameters: StoredParameters,
  db: Kysely<CloudFormationTables>,
): Promise<Environment> {
  const rows = await exportsOfOthers(stack, db);
  const exports = new Map(rows.map(({ name, value }) => [name, value]));
  return {
    accountId: stack.account_id,
    region: stack.region,
    partition: OWN_PARTITION,
    urlSuffix: "amazonaws.com",
    stackName: stack.name,
    stackId: stack.stack_id,
    notificationArns: JSON.parse(stack.notification_arns) as string[],
    parameters: new Map(Object.entries(parameters).map(([name, { value }]) => [name, value])),
    exports: (name) => exports.get(name),
    availabilityZones: (region) => ["a", "b", "c"].map((zone) => `${region}${zone}`),
  };
}
