import { formatArn, parseArn } from "../../kernel/arn.ts";
import { invalidField } from "./errors.ts";
import type { AnalyzerRow } from "./tables.ts";

const SERVICE = "access-analyzer";
const NAME = /^[A-Za-z][A-Za-z0-9_.-]*$/;

/** An analyzer as a request names it. */
export interface AnalyzerName {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

export function analyzerArn({ accountId, region, name }: AnalyzerName): string {
  return formatArn({ service: SERVICE, region, accountId, resource: `analyzer/${name}` });
}

export function arnOf({ account_id, region, name }: AnalyzerRow): string {
  return analyzerArn({ accountId: account_id, region, name });
}

export function archiveRuleArn(analyzer: AnalyzerName, ruleName: string): string {
  return `${analyzerArn(analyzer)}/archive-rule/${ruleName}`;
}

/** @throws ValidationException */
export function readAnalyzerArn(text: string, member: string): AnalyzerName {
  const arn = parseArn(text);
  const name = /^analyzer\/(.+)$/.exec(arn?.resource ?? "")?.[1] ?? "";
  if (arn?.partition !== "aws" || arn.service !== SERVICE || !NAME.test(name))
    throw invalidField(member, "Invalid analyzer ARN");
  return { accountId: arn.accountId, region: arn.region, name };
}
