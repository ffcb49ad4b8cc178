import {
  advisePolicy,
  type PolicyFinding,
  type PolicyWarning,
  validatePolicy,
} from "@rolecast/policy";
import { readAuthorizationData } from "@rolecast/server";
import { Command, Option } from "commander";
import { CommandError, EXIT } from "./command-error.ts";
import { helpNotes } from "./help-notes.ts";
import type { PolicyKind } from "./policy-check-aws.ts";
import { policyText } from "./policy-text.ts";
import { print, printJson, styled } from "./terminal.ts";

/** Kinds of policies that IAM, STS and S3 save. */
const SAVED = [
  "managed",
  "inline",
  "session",
  "trust",
  "bucket",
] as const satisfies readonly PolicyKind[];
/** Kinds that Access Analyzer's checks know beside them. */
const CHECKED = ["resource", "scp", "rcp"] as const satisfies readonly PolicyKind[];

const HELP = `
Examples:
  $0 policy check policies/*.json
  $0 policy check --strict --kind trust editor.trust.json
  $0 policy check --kind bucket --bucket media media.json --json
  $0 policy check --aws --kind scp guardrails/*.json

Warns of actions and condition keys that AWS doesn't list, of operators that don't fit a key, and
of resources that don't fit an action. Exits with 1 when AWS would refuse one of them; with
--strict, when there is a warning too.

With --aws it shows the findings of Access Analyzer's ValidatePolicy instead, in AWS's codes and
words; errors and security warnings make it exit with 1, with --strict every finding does.`;

interface CheckFlags {
  readonly kind: PolicyKind;
  readonly bucket?: string;
  readonly aws?: boolean;
  readonly strict?: boolean;
  readonly json?: boolean;
}

interface CheckedFile {
  readonly file: string;
  /** Why AWS would refuse it. */
  readonly findings: readonly PolicyFinding[];
  readonly warnings: readonly PolicyWarning[];
}

/** `rolecast policy check`: what AWS would refuse, and what hardly does what was meant. */
export function checkCommand(): Command {
  return new Command("check")
    .description("Show what AWS would refuse in policies, and likely mistakes.")
    .argument("<FILE...>", "policy files; - is standard input")
    .addOption(
      new Option("--kind <KIND>", "what it is to be; resource, scp and rcp with --aws")
        .choices([...SAVED, ...CHECKED])
        .default("managed"),
    )
    .option("--bucket <NAME>", "of a bucket policy: the bucket it is for")
    .option("--aws", "the findings of Access Analyzer's ValidatePolicy")
    .option("--strict", "count warnings as errors")
    .option("--json", "as JSON")
    .addHelpText("after", helpNotes(HELP))
    .action(check);
}

async function check(files: string[], flags: CheckFlags): Promise<void> {
  const data = await readAuthorizationData();
  if (flags.aws) {
    // Half as large as all other commands: it is loaded by whoever asks for it.
    const { checkAsAws } = await import("./policy-check-aws.ts");
    await checkAsAws(files, flags, data);
    return;
  }
  const kind = SAVED.find((each) => each === flags.kind);
  if (!kind) throw new CommandError(`--kind ${flags.kind} is checked with --aws only`, EXIT.usage);
  const options = flags.bucket === undefined ? {} : { bucketName: flags.bucket };
  const results: CheckedFile[] = [];
  for (const file of files) {
    const text = await policyText(file);
    const findings = validatePolicy(text, kind, options);
    results.push({ file, findings, warnings: advisePolicy(text, data) });
  }
  if (flags.json) printJson(results);
  else for (const result of results) printResult(result, flags.strict === true);
  const isFailed = results.some(
    ({ findings, warnings }) => findings.length > 0 || (flags.strict && warnings.length > 0),
  );
  if (isFailed) process.exitCode = EXIT.failed;
}

function printResult({ file, findings, warnings }: CheckedFile, strict: boolean): void {
  if (findings.length + warnings.length === 0) print(`${file}: ${styled("green", "valid")}`);
  for (const { errorCode, message, reason, position } of findings) {
    const why = reason === undefined ? "" : ` (${reason})`;
    print(`${placeIn(file, position)}: ${styled("red", errorCode)} ${message}${why}`);
  }
  for (const { message, position } of warnings) {
    const name = strict ? styled("red", "error") : styled("yellow", "warning");
    print(`${placeIn(file, position)}: ${name} ${message}`);
  }
}

function placeIn(file: string, position: PolicyFinding["position"]): string {
  const { line = 1, column = 1 } = position?.start ?? {};
  return `${file}:${line}:${column}`;
}
