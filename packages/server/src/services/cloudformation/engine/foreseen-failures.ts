import { type Evaluation, importsOf, TemplateError } from "@rolecast/template";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { Caller } from "../../../kernel/principal.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";
import { takenName, violationsOf, violationText } from "../values/validation-findings.ts";
import type { Run } from "./run.ts";

/** The thread isn't held for more resources than these. */
const AT_ONCE = 50;

/**
 * Finds the resources that can't become what is wanted, with the reasons, before anything is done
 * for others. What can't be known yet fails when its turn comes. Source: CloudFormation user guide,
 * "Validate stack deployments".
 */
export async function foreseenFailures(run: Run): Promise<ReadonlyMap<string, string>> {
  const evaluation = await run.evaluation();
  const caller = await callerOf(run);
  const failures = new Map<string, string>();
  let looked = 0;
  for (const logicalId of evaluation.graph.order) {
    if (++looked % AT_ONCE === 0) await nextTurn();
    const row = run.resources.get(logicalId);
    const type = await run.types.find(evaluation.resources.get(logicalId)?.type ?? "");
    if (row || !type || run.types.isOwn(type.schema.typeName)) continue;
    const violations = violationsOf(evaluation, run.attributes, logicalId, type);
    const asking = caller && { caller, region: run.stack.region, deps: run.deps };
    const reason =
      violations.length > 0
        ? violationText(logicalId, violations)
        : asking && (await taken(() => takenName(evaluation, logicalId, type, asking)));
    if (reason !== undefined) failures.set(logicalId, reason);
  }
  return failures;
}

/** The first export that the new version imports and that isn't there. */
export async function missingExport(run: Run): Promise<string | undefined> {
  const evaluation = await run.evaluation();
  const names = imported(evaluation);
  return names.find((name) => evaluation.environment.exports(name) === undefined);
}

/** Nothing where a name can't be resolved: the step itself says so. */
function imported(evaluation: Evaluation): readonly string[] {
  try {
    return importsOf(evaluation);
  } catch (error) {
    if (error instanceof TemplateError) return [];
    throw error;
  }
}

/** Undefined where the step itself will say why there is no caller. */
async function callerOf(run: Run): Promise<Caller | undefined> {
  try {
    return await run.currentCaller();
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

/** Undefined for a name that can't be resolved: the step itself says so. */
async function taken(look: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}
