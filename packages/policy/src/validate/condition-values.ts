import { arnPatternOf } from "../compile/arn-pattern.ts";
import { type OperatorFamily, readConditionOperator } from "../compile/condition-operator.ts";
import { isBase64 } from "../compile/is-base64.ts";
import { parseDate } from "../compile/parse-date.ts";
import { parseIpRange } from "../compile/parse-ip.ts";
import { parseNumber } from "../compile/parse-number.ts";
import { tokenizePattern } from "../compile/pattern-tokens.ts";
import type { JsonNode, JsonObject } from "../document/json-node.ts";
import { legacyProblem } from "./identity-legacy.ts";
import { misplaced } from "./misplaced.ts";
import type { Problem } from "./policy-finding.ts";
import { conditionsOf, itemsOf, statementsOf } from "./statement-node.ts";

interface Expected {
  readonly isValid: (text: string) => boolean;
  readonly fault: string;
}

/** The form of an operator's values, where they aren't just text. */
type Expectations = Partial<Record<OperatorFamily, Expected>>;

const BINARY: Expectations = {
  binaryEquals: { isValid: isBase64, fault: "expected base64" },
};

const ALL: Expectations = {
  ...BINARY,
  numeric: { isValid: (text) => parseNumber(text) !== undefined, fault: "expected a number" },
  date: {
    isValid: (text) => parseDate(text) !== undefined,
    fault: "expected a date as 2026-01-31T12:00:00Z, or seconds since 1970",
  },
  ipAddress: {
    isValid: (text) => parseIpRange(text) !== undefined,
    fault: "expected an address or a range as 203.0.113.0/24; of IPv6, 2001:db8::/32",
  },
  arnLike: { isValid: isArnPattern, fault: 'expected an ARN, or "*"' },
};

/** The condition values that IAM refuses to save. */
export function checkConditionValues(root: JsonObject): Iterable<Problem> {
  return unexpectedValues(root, ALL);
}

export function checkBinaryValues(root: JsonObject): Iterable<Problem> {
  return unexpectedValues(root, BINARY);
}

function* unexpectedValues(root: JsonObject, expectations: Expectations): Iterable<Problem> {
  for (const { operator, key } of statementsOf(root).flatMap(conditionsOf)) {
    const family = readConditionOperator(operator.key)?.family;
    const expected = family && expectations[family];
    for (const item of expected ? itemsOf(key.value) : []) {
      if (expected && !expected.isValid(textOfValue(item))) {
        yield legacyProblem(root, misplaced(item, expected.fault));
      }
    }
  }
}

function textOfValue(node: JsonNode): string {
  if (node.type === "string") {
    return node.value;
  }
  return node.type === "number" ? node.text : node.type;
}

/** A variable may stand for the rest of an ARN, or for all of it. */
function isArnPattern(text: string): boolean {
  const tokens = tokenizePattern(text, { variables: true, wildcards: true });
  return tokens.some(({ kind }) => kind === "variable") || arnPatternOf(tokens).shape !== "never";
}
