import type * as cloudformation from "@aws-sdk/client-cloudformation";
import {
  Evaluation,
  neededCapabilities,
  refuseCircles,
  type Template,
  TemplateError,
  templateSummary,
  withKnownValues,
} from "@rolecast/template";
import { defineOperations, type OperationTable, withSubject } from "../../../kernel/operations.ts";
import { type RequestContext, requireAccount } from "../../../kernel/request-context.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";
import { conditionKeys, onEverything, onStack, stackNamed } from "../access/stack-authorization.ts";
import type { CloudFormationDependencies } from "../dependencies.ts";
import { noChangeSet, noStackWithId, notBuilt, validation } from "../errors.ts";
import { findChangeSet } from "../rows/change-sets.ts";
import { findVersion } from "../rows/stacks.ts";
import { isArn } from "../stack-names.ts";
import type { ChangeSetRow, CloudFormationTables, StackRow, VersionRow } from "../tables.ts";
import { environmentOf, type StoredParameters, templateOf } from "../values/evaluate-stack.ts";
import { asAwsError, templateText } from "../values/requested-version.ts";
import { readingOf } from "../values/template-url.ts";

interface Found {
  readonly stack: StackRow | undefined;
  readonly changeSet: ChangeSetRow | undefined;
}

/** GetTemplate, GetTemplateSummary, ValidateTemplate, EstimateTemplateCost. */
export function templateOperations(deps: CloudFormationDependencies): OperationTable {
  return defineOperations<typeof cloudformation>()({
    GetTemplate: withSubject({
      authorize: (input, context) => findTemplate(input, context),
      handle: async (input, context, { stack, changeSet }: Found) => {
        const { StackName = "", ChangeSetName, TemplateStage = "Original" } = input;
        if (ChangeSetName !== undefined && !changeSet) throw noChangeSet(ChangeSetName);
        if (!stack) throw noStackWithId(StackName);
        const version = changeSet ?? (await versionOf(stack, context));
        // A stack in review has none yet: clients take it for an empty one.
        if (!version) return { StagesAvailable: ["Original", "Processed"] };
        const TemplateBody =
          TemplateStage === "Original" || version.processed === null
            ? version.template
            : await processedBody(stack, version, context, deps);
        return { TemplateBody, StagesAvailable: ["Original", "Processed"] };
      },
    }),
    GetTemplateSummary: withSubject({
      authorize: async (input, context) => {
        const { StackName } = input;
        const keys = conditionKeys(input, ["TemplateURL"]);
        if (StackName === undefined) {
          const pairs = { ...onEverything("GetTemplateSummary"), context: keys };
          return { pairs, subject: undefined };
        }
        const stack = await stackNamed(StackName, context);
        const pairs = await onStack("GetTemplateSummary", StackName, stack, context, keys);
        return { pairs, subject: stack };
      },
      handle: async (input, context, stack: StackRow | undefined) => {
        if (input.StackSetName !== undefined) throw notBuilt("stack sets (StackSetName)");
        const { StackName, TemplateBody, TemplateURL } = input;
        if (StackName !== undefined && (TemplateBody ?? TemplateURL) !== undefined)
          throw validation("You can specify only one of StackName, TemplateBody or TemplateURL.");
        if (StackName !== undefined && !stack) throw noStackWithId(StackName);
        if (stack?.status === "REVIEW_IN_PROGRESS")
          throw validation("GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.");
        const version = stack && (await versionOf(stack, context));
        const text =
          version?.template ?? (await templateText(input, undefined, readingOf(context), deps));
        const asWarnings =
          input.TemplateSummaryConfig?.TreatUnrecognizedResourceTypesAsWarnings === true;
        return summaryOf(text, asWarnings, context, deps);
      },
    }),
    ValidateTemplate: {
      authorize: (input) => ({
        ...onEverything("ValidateTemplate"),
        context: conditionKeys(input, ["TemplateURL"]),
      }),
      handle: async (input, context) => {
        const text = await templateText(input, undefined, readingOf(context), deps);
        const template = await checked(text, context, deps, refuseCircles);
        const { capabilities: names, reason } = neededCapabilities(template);
        const transforms = template.transforms.map(({ name }) => name);
        return {
          ...(template.description === undefined ? {} : { Description: template.description }),
          Parameters: [...template.parameters.values()].map((parameter) => ({
            ParameterKey: parameter.name,
            ...(parameter.defaultValue === undefined
              ? {}
              : { DefaultValue: parameter.defaultValue }),
            NoEcho: parameter.noEcho,
            ...(parameter.description === undefined ? {} : { Description: parameter.description }),
          })),
          ...capabilityViews(names, reason),
          ...(transforms.length > 0 ? { DeclaredTransforms: transforms } : {}),
        };
      },
    },
    EstimateTemplateCost: {
      authorize: () => onEverything("EstimateTemplateCost"),
      handle: async (input, context) => {
        const text = await templateText(input, undefined, readingOf(context), deps);
        await checked(text, context, deps);
        // Nothing here costs anything; AWS's calculator has a page without entries, too.
        return { Url: "https://calculator.aws/#/" };
      },
    },
  });
}

/**
 * The template as its transforms have left it. AWS::LanguageExtensions also resolves functions;
 * the engine has them as they were, so that change sets can say what a change comes from.
 */
async function processedBody(
  stack: StackRow,
  { template, processed, parameters }: Pick<VersionRow, "template" | "processed" | "parameters">,
  context: RequestContext,
  deps: Pick<CloudFormationDependencies, "reader">,
): Promise<string> {
  const body = processed ?? template;
  const { extended } = await checked(template, context, deps);
  if (!extended) return body;
  const stored = JSON.parse(parameters) as StoredParameters;
  const hidden = Object.entries(stored).filter(([, { noEcho }]) => noEcho);
  const environment = await environmentOf(stack, stored, context.db<CloudFormationTables>());
  try {
    const evaluation = new Evaluation(templateOf({ template, processed }), environment);
    return JSON.stringify(withKnownValues(evaluation, new Set(hidden.map(([name]) => name))));
  } catch (error) {
    // A stack that failed for this has its template as it was.
    if (error instanceof TemplateError) return body;
    throw error;
  }
}

function versionOf(stack: StackRow, context: RequestContext): Promise<VersionRow | undefined> {
  return findVersion(stack.stack_id, stack.version, context.db<CloudFormationTables>());
}

async function findTemplate(
  {
    StackName,
    ChangeSetName,
  }: { StackName?: string | undefined; ChangeSetName?: string | undefined },
  context: RequestContext,
) {
  if (StackName === undefined && ChangeSetName === undefined)
    throw validation("StackName is required if ChangeSetName is not specified.");
  if (StackName === undefined && ChangeSetName !== undefined && !isArn(ChangeSetName))
    throw validation("StackName is a required parameter.");
  const db = context.db<CloudFormationTables>();
  const named = StackName === undefined ? undefined : await stackNamed(StackName, context);
  const changeSet =
    ChangeSetName === undefined
      ? undefined
      : await findChangeSet(ChangeSetName, named?.stack_id, db);
  const stack = named ?? (changeSet && (await stackNamed(changeSet.stack_id, context)));
  const text = StackName ?? stack?.stack_id ?? "*";
  const pairs = await onStack("GetTemplate", text, stack, context);
  return { pairs, subject: { stack, changeSet: stack ? changeSet : undefined } };
}

async function checked(
  text: string,
  context: RequestContext,
  { reader }: Pick<CloudFormationDependencies, "reader">,
  check?: (template: Template) => void,
): Promise<Template> {
  try {
    const template = await reader.read(text, requireAccount(context));
    await nextTurn();
    check?.(template);
    return template;
  } catch (error) {
    throw asAwsError(error);
  }
}

function capabilityViews(names: readonly string[], reason: string | undefined) {
  return {
    ...(names.length > 0 ? { Capabilities: names as cloudformation.Capability[] } : {}),
    ...(reason === undefined ? {} : { CapabilitiesReason: reason }),
  };
}

async function summaryOf(
  text: string,
  asWarnings: boolean,
  context: RequestContext,
  { types, reader }: Pick<CloudFormationDependencies, "types" | "reader">,
): Promise<cloudformation.GetTemplateSummaryOutput> {
  const template = await checked(text, context, { reader });
  const names = [...template.resources.values()].map(({ type }) => type).filter((name) => name);
  const identifiers = new Map<string, readonly string[]>();
  for (const name of new Set(names)) {
    const type = await types.find(name);
    if (type) identifiers.set(name, type.schema.primaryIdentifier);
  }
  const unknown = [...new Set(names)].filter((name) => !identifiers.has(name));
  if (unknown.length > 0 && !asWarnings)
    throw validation(`Template format error: Unrecognized resource types: [${unknown.join(", ")}]`);
  const summary = templateSummary(template, (name) => identifiers.get(name));
  return {
    ...(summary as cloudformation.GetTemplateSummaryOutput),
    ...(unknown.length > 0 ? { Warnings: { UnrecognizedResourceTypes: unknown } } : {}),
  };
}
