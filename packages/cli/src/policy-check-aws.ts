import {
  type AuthorizationData,
  type CheckFinding,
  type CheckPolicyOptions,
  checkPolicy,
} from "@rolecast/policy";
import { EXIT } from "./command-error.ts";
import { policyText } from "./policy-text.ts";
import { print, printJson, styled } from "./terminal.ts";

const IDENTITY = { policyType: "IDENTITY_POLICY" } as const;
const RESOURCE = { policyType: "RESOURCE_POLICY" } as const;
const CHECKED_AS = {
  managed: IDENTITY,
  inline: IDENTITY,
  session: IDENTITY,
  trust: { ...RESOURCE, resourceType: "AWS::IAM::AssumeRolePolicyDocument" },
  bucket: { ...RESOURCE, resourceType: "AWS::S3::Bucket" },
  resource: RESOURCE,
  scp: { policyType: "SERVICE_CONTROL_POLICY" },
  rcp: { policyType: "RESOURCE_CONTROL_POLICY" },
} as const satisfies Readonly<Record<string, Omit<CheckPolicyOptions, "data">>>;
export type PolicyKind = keyof typeof CHECKED_AS;

interface Flags {
  readonly kind: PolicyKind;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** `rolecast policy check --aws`: the findings of Access Analyzer's ValidatePolicy. */
export async function checkAsAws(
  files: readonly string[],
  { kind, strict = false, json = false }: Flags,
  data: AuthorizationData,
): Promise<void> {
  const options = { ...CHECKED_AS[kind], data };
  const results: { readonly file: string; readonly findings: readonly CheckFinding[] }[] = [];
  for (const file of files) {
    results.push({ file, findings: checkPolicy(await policyText(file), options) });
  }
  if (json) printJson(results);
  else {
    for (const { file, findings } of results) {
      if (findings.length === 0) print(`${file}: ${styled("green", "no findings")}`);
      for (const finding of findings) printFinding(file, finding);
    }
  }
  const isFailed = results.some(({ findings }) =>
    findings.some((finding) => strict || isSerious(finding)),
  );
  if (isFailed) process.exitCode = EXIT.failed;
}

function isSerious({ findingType }: CheckFinding): boolean {
  return findingType === "ERROR" || findingType === "SECURITY_WARNING";
}

function printFinding(file: string, finding: CheckFinding): void {
  const { findingType, issueCode, findingDetails, learnMoreLink, locations } = finding;
  const { line = 1, column = 0 } = locations[0]?.span.start ?? {};
  const name = styled(isSerious(finding) ? "red" : "yellow", `${findingType} ${issueCode}`);
  print(`${file}:${line}:${column + 1}: ${name} ${findingDetails}`);
  print(`  ${learnMoreLink}`);
}
