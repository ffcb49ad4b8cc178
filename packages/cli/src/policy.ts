import {
  type CompiledPolicy,
  compilePolicy,
  type DecisionRequest,
  explain,
  obstaclesOf,
  obstacleText,
  PolicyCompileError,
  type PolicyLayers,
  PolicySet,
  type PolicySource,
} from "@rolecast/policy";
import { commandLine, readAuthorizationData } from "@rolecast/server";
import { Command, InvalidArgumentError } from "commander";
import { CommandError, EXIT } from "./command-error.ts";
import { helpNotes } from "./help-notes.ts";
import { checkCommand } from "./policy-check.ts";
import { differenceLines, diffPolicies } from "./policy-diff.ts";
import { generateCommand } from "./policy-generate.ts";
import { policyText } from "./policy-text.ts";
import { unusedCommand } from "./policy-unused.ts";
import { contextOf, principalOf } from "./simulated-request.ts";
import { print, printJson, styled, table } from "./terminal.ts";

/** `rolecast policy`: policies from files, without a server. */
export function policyCommand(): Command {
  return new Command("policy")
    .description("Check, simulate, compare and write policies.")
    .addCommand(checkCommand())
    .addCommand(
      new Command("simulate")
        .description("Decide one request by policy files, and say why.")
        .requiredOption("--action <ACTION>", "such as s3:PutObject", actionOf)
        .option("--resource <ARN>", "the resource", "*")
        .option("--policy <FILE...>", "identity-based policies of the caller", [])
        .option("--boundary <FILE>", "its permissions boundary")
        .option("--session <FILE>", "its session policy")
        .option("--resource-policy <FILE>", "the resource's own policy")
        .option("--scp <FILE...>", "service control policies of one level", [])
        .option("--principal <ARN>", "the caller", "arn:aws:iam::000000000000:user/user")
        .option("--context <KEY=VALUE...>", "condition keys; repeat a key for several values", [])
        .option("--json", "as JSON")
        .addHelpText(
          "after",
          helpNotes(
            "\nExamples:\n  $0 policy simulate --policy editor.json --action s3:PutObject --resource arn:aws:s3:::media/a.ts\n  $0 policy simulate --policy editor.json --boundary limit.json --action ivs:CreateChannel --context aws:RequestTag/team=stage\n\nExits with 0 when the request is allowed, with 1 when it is denied.",
          ),
        )
        .action(simulate),
    )
    .addCommand(
      new Command("diff")
        .alias("compare")
        .description("Say whether a policy allows more or less than its old version.")
        .argument("<OLD>")
        .argument("<NEW>")
        .option("--json", "as JSON")
        .addHelpText(
          "after",
          helpNotes(
            "\nExample:\n  $0 policy diff editor.json editor.new.json\n\nCompares every request there may be, with its condition keys. Exits with 0 when both allow the\nsame, with 1 otherwise.",
          ),
        )
        .action(diff),
    )
    .addCommand(generateCommand())
    .addCommand(unusedCommand());
}

function actionOf(text: string): string {
  if (/^[a-z0-9-]+:\w+$/i.test(text)) return text;
  throw new InvalidArgumentError("an action is a service and an operation, such as s3:PutObject");
}

/** A mistake is reported with its file, line and column, as compilers do. */
async function compiled(file: string, kind: PolicySource["kind"]) {
  const text = await policyText(file);
  try {
    const policy: CompiledPolicy = compilePolicy(text, { kind, id: file, managed: false });
    return { text, policy };
  } catch (error) {
    if (!(error instanceof PolicyCompileError)) throw error;
    const before = text.slice(0, error.offset).split("\n");
    const place = `${file}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
    throw new CommandError(
      `${place}: ${error.message}. \`${commandLine("policy check", file)}\` says what AWS answers.`,
    );
  }
}

interface SimulateFlags {
  readonly action: string;
  readonly resource: string;
  readonly policy: string[];
  readonly boundary?: string;
  readonly session?: string;
  readonly resourcePolicy?: string;
  readonly scp: string[];
  readonly principal: string;
  readonly context: string[];
  readonly json?: boolean;
}

async function simulate(flags: SimulateFlags): Promise<void> {
  const principal = principalOf(flags.principal);
  const request: DecisionRequest = {
    principal,
    action: flags.action,
    resource: flags.resource,
    resourceAccountId: flags.resource.split(":")[4] || undefined,
    context: contextOf(flags.context, flags.principal),
  };
  const layers = await layersOf(flags);
  const explanation = explain(request, layers);
  const obstacles = obstaclesOf(request, layers);
  const allowed = explanation.effect === "allow";
  if (flags.json) printJson({ ...explanation, obstacles });
  else {
    const verdict = allowed ? styled("green", "allowed") : styled("red", "denied");
    print(`${flags.action} on ${flags.resource}: ${verdict}, ${explanation.reason}`);
    if (explanation.layers.length > 0) {
      print("");
      print(
        table(
          ["LAYER", "SAYS"],
          explanation.layers.map(({ layer, effect }) => [layer, effectText(effect)]),
        ),
      );
    }
    for (const { policy, sid, index, position, effect } of explanation.matched) {
      const name = sid === undefined ? `statement ${index}` : `statement ${index} (${sid})`;
      print(`${policy.id}:${position.start.line}:${position.start.column}: ${effect} by ${name}`);
    }
    if (obstacles.length > 0) print("");
    for (const obstacle of obstacles) {
      for (const line of obstacleText(obstacle)) print(line);
      const proposal = obstacle.kind === "deny" ? undefined : obstacle.proposal;
      if (proposal) print(`${proposal.sentence}\n${proposal.text}`);
    }
  }
  if (!allowed) process.exitCode = EXIT.failed;
}

async function layersOf(flags: SimulateFlags): Promise<PolicyLayers> {
  const set = async (kind: PolicySource["kind"], files: readonly (string | undefined)[]) => {
    const named = files.filter((file) => file !== undefined);
    if (named.length === 0) return undefined;
    const policies = [];
    for (const file of named) policies.push((await compiled(file, kind)).policy);
    return new PolicySet(policies);
  };
  const scp = await set("scp", flags.scp);
  return {
    identity: await set("identity", flags.policy),
    boundary: await set("boundary", [flags.boundary]),
    session: await set("session", [flags.session]),
    resource: await set("resource", [flags.resourcePolicy]),
    scpLevels: scp && [scp],
  };
}

async function diff(before: string, after: string, flags: { json?: boolean }): Promise<void> {
  const [old, now] = [await compiled(before, "identity"), await compiled(after, "identity")];
  const difference = diffPolicies(old.policy, now.policy, await readAuthorizationData());
  if (flags.json) printJson(difference);
  else for (const line of differenceLines(difference, { old: before, now: after })) print(line);
  if (difference.relation !== "equal") process.exitCode = EXIT.failed;
}

function effectText(effect: string): string {
  return styled(effect === "allow" ? "green" : "red", effect);
}
