import type { Parameter, Tag } from "@aws-sdk/client-cloudformation";
import {
  type Environment,
  Evaluation,
  expandTemplate,
  type GivenParameter,
  includesOf,
  MissingSsmParameter,
  type ResolvedParameter,
  requireCapabilities,
  resolveParameters,
  sameValue,
  ssmParametersOf,
  type Template,
  TemplateError,
  UNKNOWN,
} from "@rolecast/template";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { Caller } from "../../../kernel/principal.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";
import type { CloudFormationDependencies } from "../dependencies.ts";
import { notBuilt, validation } from "../errors.ts";
import type { CloudFormationTables, StackRow, VersionRow } from "../tables.ts";
import { environmentOf, type StoredParameters, templateOf } from "./evaluate-stack.ts";
import { refuseOtherFunctions } from "./other-functions.ts";
import {
  malformedReferences,
  mayRefer,
  refuseMalformedReferences,
  refuseSecureReferences,
  unsupportedSecureReferences,
} from "./secure-references.ts";
import { type Reading, readIncludes, readUrl } from "./template-url.ts";

/** The members of a request that say what a stack is to become. */
export interface VersionInput {
  readonly TemplateBody?: string | undefined;
  readonly TemplateURL?: string | undefined;
  readonly UsePreviousTemplate?: boolean | undefined;
  readonly Parameters?: readonly Parameter[] | undefined;
  /** Parameters whose values are known only once the resources exist that give them. */
  readonly unknownParameters?: ReadonlySet<string>;
  readonly Tags?: readonly Tag[] | undefined;
  readonly Capabilities?: readonly string[] | undefined;
  /**
   * Macros need no CAPABILITY_AUTO_EXPAND then, since a change set shows what they make before it
   * is executed (API Reference, CreateChangeSet, "Capabilities"), nor do exports have to be there.
   */
  readonly isOfChangeSet?: true;
  readonly ResourceTypes?: readonly string[] | undefined;
  readonly NotificationARNs?: readonly string[] | undefined;
}

export interface RequestedVersion {
  readonly row: Omit<VersionRow, "number" | "stack_id">;
  readonly evaluation: Evaluation;
}

type Deps = Pick<CloudFormationDependencies, "address" | "types" | "invoke" | "reader">;

/** The text of a template that a request gives or names. Throws ValidationError. */
export async function templateText(
  input: VersionInput,
  previous: VersionRow | undefined,
  reading: Reading,
  { address }: Pick<Deps, "address">,
): Promise<string> {
  const { TemplateBody, TemplateURL, UsePreviousTemplate } = input;
  const given = [TemplateBody, TemplateURL, UsePreviousTemplate || undefined];
  const count = given.filter((each) => each !== undefined).length;
  if (count > 1 && UsePreviousTemplate)
    throw validation("You cannot specify both usePreviousTemplate and Template Body/Template URL.");
  if (count > 1) throw validation("You can specify only one of Template URL or Template Body.");
  if (TemplateURL !== undefined) return readUrl(TemplateURL, "TemplateURL", reading, address);
  if (TemplateBody !== undefined) return TemplateBody;
  if (UsePreviousTemplate && previous) return previous.template;
  throw validation("Either Template URL or Template Body must be specified.");
}

/** Throws ValidationError for tags that only AWS makes. */
function tagsOf({ Tags = [] }: VersionInput): Readonly<Record<string, string>> {
  if (Tags.some(({ Key = "" }) => Key.toLowerCase().startsWith("aws:")))
    throw validation("aws: prefixed tag key names are not allowed for external use.");
  return Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value]));
}

/**
 * Reads, checks and evaluates what a stack is asked to become. `previous` is the version that it
 * has. Throws ValidationError and InsufficientCapabilitiesException in AWS's words.
 */
export async function requestedVersion(
  input: VersionInput,
  stack: Pick<StackRow, "stack_id" | "name" | "account_id" | "region" | "notification_arns">,
  previous: VersionRow | undefined,
  caller: Caller,
  reading: Reading,
  deps: Deps,
): Promise<RequestedVersion> {
  // There is no SNS to send them with.
  if (input.NotificationARNs && input.NotificationARNs.length > 0)
    throw notBuilt("NotificationARNs");
  const text = await templateText(input, previous, reading, deps);
  try {
    const declared = await deps.reader.read(text, stack.account_id);
    await nextTurn();
    const capabilities = [
      ...(input.Capabilities ?? []),
      ...(input.isOfChangeSet ? ["CAPABILITY_AUTO_EXPAND"] : []),
    ];
    requireCapabilities(declared, capabilities);
    const before = JSON.parse(previous?.parameters ?? "{}") as StoredParameters;
    const texts = new Map(Object.entries(before).map(([name, { text: value }]) => [name, value]));
    const given = (input.Parameters ?? []).map((each) => givenParameter(each, input));
    const ssmValues = await readParameters(
      ssmParametersOf(declared, given, texts),
      caller,
      reading,
      deps,
    );
    const resolve = () => resolveParameters(declared, given, texts, ssmValues);
    const parameters = input.isOfChangeSet ? ofChangeSet(resolve) : resolve();
    const stored = storedParameters(parameters);
    const environment = await environmentOf(stack, stored, reading.db<CloudFormationTables>());
    const tags = tagsOf(input);
    const unexpanded = {
      ...{ template: text, processed: null, parameters: JSON.stringify(stored) },
      tags: input.Tags === undefined && previous ? previous.tags : JSON.stringify(tags),
      capabilities: JSON.stringify(input.Capabilities ?? []),
    };
    const template = await expanded(declared, environment, unexpanded, reading, deps);
    await nextTurn();
    const processed = template === declared ? null : JSON.stringify(template.document);
    const row = { ...unexpanded, processed };
    try {
      // What transforms have made counts as what the template declares.
      requireCapabilities(template, capabilities);
      await refuseUnknownTypes(template, input, deps);
      await nextTurn();
      const evaluation = new Evaluation(
        template,
        input.isOfChangeSet ? withComingExports(environment) : environment,
      );
      // Finds circles and references to what isn't there.
      void evaluation.graph;
      if ([text, processed ?? "", row.parameters].some(mayRefer)) refuseReferences(evaluation, row);
      return { row, evaluation };
    } catch (error) {
      throw processed === null ? error : failedTransform(error, row);
    }
  } catch (error) {
    throw asAwsError(error);
  }
}

/** An export that isn't there may be by the time at which a change set is executed. */
function withComingExports(environment: Environment): Environment {
  return { ...environment, exports: (name) => environment.exports(name) ?? UNKNOWN };
}

/** CreateChangeSet has its own words for a parameter that names none of the Parameter Store. */
function ofChangeSet<T>(resolve: () => T): T {
  try {
    return resolve();
  } catch (error) {
    if (!(error instanceof MissingSsmParameter)) throw error;
    throw validation(
      `Parameter ${error.parameter} should either have input value or default value`,
    );
  }
}

/** Throws FailedTransform for malformed references, and secure strings where none are taken. */
function refuseReferences(evaluation: Evaluation, row: RequestedVersion["row"]): void {
  const malformed: string[] = [];
  const unsupported: string[] = [];
  for (const logicalId of evaluation.resources.keys()) {
    try {
      const { type, properties } = evaluation.resource(logicalId, () => UNKNOWN);
      malformed.push(...malformedReferences(properties));
      unsupported.push(...unsupportedSecureReferences(type, properties));
    } catch (error) {
      // The operation itself says what can't be resolved.
      if (!(error instanceof TemplateError)) throw error;
    }
  }
  try {
    refuseMalformedReferences(malformed);
    refuseSecureReferences(unsupported);
  } catch (error) {
    throw failedTransform(error, row);
  }
}

/**
 * A template whose transforms failed, or made something that is refused, or that has secure strings
 * where none may be: a change set has this for its end, and other requests refuse it.
 */
export class FailedTransform extends AwsError {
  readonly row: RequestedVersion["row"];

  constructor({ code, message }: TemplateError | AwsError, row: RequestedVersion["row"]) {
    super(code, message, { status: 400 });
    this.row = row;
  }
}

function failedTransform(error: unknown, row: RequestedVersion["row"]): unknown {
  const isRefusal = error instanceof TemplateError || error instanceof AwsError;
  return isRefusal ? new FailedTransform(error, row) : error;
}

/** Rejects with FailedTransform. */
async function expanded(
  declared: Template,
  environment: Environment,
  row: RequestedVersion["row"],
  reading: Reading,
  { reader }: Pick<Deps, "reader">,
): Promise<Template> {
  const addresses = includesOf(declared, environment);
  try {
    const includes = new Map<string, string>();
    for (const [address, text] of await readIncludes(addresses, reading))
      includes.set(address, await reader.asJson(text, environment.accountId));
    return expandTemplate(declared, environment, includes);
  } catch (error) {
    throw failedTransform(error, row);
  }
}

/** A refusal of the template as the answer that it is. */
export function asAwsError(error: unknown): unknown {
  if (!(error instanceof TemplateError)) return error;
  return new AwsError(error.code, error.message, { status: 400 });
}

function givenParameter(
  { ParameterKey: name = "", ParameterValue: value, UsePreviousValue: usePreviousValue }: Parameter,
  { unknownParameters }: VersionInput,
): GivenParameter {
  return { name, value, usePreviousValue, isUnknown: unknownParameters?.has(name) };
}

function storedParameters(parameters: ReadonlyMap<string, ResolvedParameter>): StoredParameters {
  return Object.fromEntries(
    [...parameters].map(([name, { text, ssmValue, value, declaration }]) => [
      name,
      {
        text,
        value,
        ...(ssmValue === undefined ? {} : { ssmValue }),
        ...(declaration.noEcho ? { noEcho: true } : {}),
      },
    ]),
  );
}

async function refuseUnknownTypes(
  template: Template,
  { ResourceTypes }: VersionInput,
  { types }: Pick<Deps, "types">,
): Promise<void> {
  const names = [...template.resources.values()]
    .map(({ type }) => type)
    .filter((name) => name !== "");
  for (const name of names)
    if (
      ResourceTypes &&
      ResourceTypes.length > 0 &&
      !ResourceTypes.some((each) => matches(each, name))
    )
      throw validation(
        `Resource type ${name} is not allowed by parameter ResourceTypes ` +
          `[${ResourceTypes.join(", ")}]`,
      );
  const unknown = await types.unrecognized(names);
  if (unknown.length > 0)
    throw validation(`Template format error: Unrecognized resource types: [${unknown.join(", ")}]`);
  refuseOtherFunctions(template, (name) => types.isCustomResource(name));
}

/** `AWS::EC2::*`, `AWS::*`, or a whole name. */
function matches(pattern: string, name: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

async function readParameters(
  names: readonly string[],
  as: Caller,
  { region }: Reading,
  { invoke }: Pick<Deps, "invoke">,
): Promise<ReadonlyMap<string, string>> {
  if (names.length === 0) return new Map();
  try {
    const { Parameters = [] } = await invoke<{
      readonly Parameters?: readonly { readonly Name?: string; readonly Value?: string }[];
    }>("ssm", "GetParameters", { Names: names }, { as, region });
    return new Map(Parameters.map(({ Name = "", Value = "" }) => [Name, Value]));
  } catch (error) {
    if (error instanceof AwsError && /AccessDenied/.test(error.code))
      throw new AwsError(
        "ValidationError",
        "AccessDenied. User doesn't have permission to call ssm:GetParameters",
        { status: 400, cause: error },
      );
    throw error;
  }
}

/** The templates of two versions, as far as they have been read already. */
interface ReadTemplates {
  readonly before?: Template | undefined;
  readonly after?: Template | undefined;
}

/** Whether a stack that has `before` would be left as it is. Descriptions don't count. */
export function isSameVersion(
  before: VersionRow,
  after: Pick<VersionRow, "template" | "processed" | "parameters" | "tags">,
  read: ReadTemplates = {},
): boolean {
  if (before.parameters !== after.parameters && !sameJson(before.parameters, after.parameters))
    return false;
  if (!sameJson(before.tags, after.tags)) return false;
  if (before.template === after.template && before.processed === after.processed) return true;
  const was = read.before ?? templateOf(before);
  const is = read.after ?? templateOf(after);
  return sameValue(comparable(was), comparable(is));
}

function sameJson(one: string, other: string): boolean {
  return sameValue(JSON.parse(one), JSON.parse(other));
}

function comparable({ document }: Template) {
  const { Description: _description, Metadata: _metadata, ...rest } = document;
  return rest;
}
