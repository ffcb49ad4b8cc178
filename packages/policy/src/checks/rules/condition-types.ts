import type { OperatorFamily } from "../../compile/condition-operator.ts";
import { isBase64 } from "../../compile/is-base64.ts";
import { parseDate } from "../../compile/parse-date.ts";
import { parseIpRange } from "../../compile/parse-ip.ts";
import { parseNumber } from "../../compile/parse-number.ts";
import { ownValue } from "../../own-value.ts";
import type { Report } from "../finding.ts";
import type { ConditionSubject, StatementSubject, Subject, Text } from "../subject.ts";

/** AWS's words for the types of operators and keys in its findings. */
const OPERATOR_TYPES: Readonly<Record<OperatorFamily, string>> = {
  stringEquals: "string",
  stringEqualsIgnoreCase: "string",
  stringLike: "string",
  arnLike: "ARN",
  bool: "Boolean",
  binaryEquals: "binary",
  ipAddress: "IP address",
  numeric: "numeric",
  date: "date",
  null: "null",
};
const KEY_TYPES: Readonly<Record<string, string>> = {
  ARN: "ARN",
  Binary: "binary",
  Bool: "Boolean",
  Date: "date",
  IPAddress: "IP address",
  Long: "numeric",
  Numeric: "numeric",
  String: "string",
};

/** Dates are compared as numbers too, and ARNs are texts. */
function isComparedBy(family: OperatorFamily, type: string): boolean {
  if (family === "null" || OPERATOR_TYPES[family] === ownValue(KEY_TYPES, type)) return true;
  if (family === "numeric") return type === "Date";
  if (family === "date") return type === "Numeric";
  if (family === "bool") return type === "String";
  if (family === "arnLike") return type === "String";
  if (family === "binaryEquals") return type === "String";
  return OPERATOR_TYPES[family] === "string" && type === "ARN";
}

/** Operators that don't compare values of the key's type. */
export function* checkOperatorType(
  { operator: written, key, read, keyPlace }: ConditionSubject,
  _statement: StatementSubject,
  { data }: Subject,
): Iterable<Report> {
  const type = data.keyType(key)?.replace(/^ArrayOf/, "");
  if (!read || type === undefined) return;
  const allowed = ownValue(KEY_TYPES, type) ?? type;
  const words = { key, type, written, allowed, operator: OPERATOR_TYPES[read.family] };
  if (!isComparedBy(read.family, type)) {
    yield { code: "TYPE_MISMATCH", places: [keyPlace], words };
  } else if (type === "ARN" && read.family === "stringLike") {
    yield { code: "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS", places: [keyPlace], words };
  }
}

/** Values that aren't of the operator's type. */
export function* checkValueTypes({ operator, read, values }: ConditionSubject): Iterable<Report> {
  if (!read) return;
  for (const value of values) {
    const code = value.value.includes("${") ? undefined : mismatchOf(read.family, value);
    if (code === "INVALID_DATE_VALUE") {
      yield { code, places: [value.place], words: { date: value.value } };
    } else if (code) {
      yield { code, places: [value.place], words: { operator } };
    }
  }
}

function mismatchOf(family: OperatorFamily, { value }: Text): Report["code"] | undefined {
  switch (family) {
    case "bool":
    case "null":
      return /^(?:true|false)$/i.test(value) ? undefined : "TYPE_MISMATCH_BOOLEAN";
    case "numeric":
      return parseNumber(value) === undefined ? "TYPE_MISMATCH_NUMBER" : undefined;
    case "date":
      if (parseDate(value) === undefined) return "TYPE_MISMATCH_DATE";
      // A year alone, or with a month: its first moment is hardly meant.
      return /^[0-9]{4}(?:-[0-9]{2})?$/.test(value) ? "INVALID_DATE_VALUE" : undefined;
    case "binaryEquals":
      return isBase64(value) ? undefined : "TYPE_MISMATCH_STRING";
    case "ipAddress":
      return parseIpRange(value) || withHostBits(value) ? undefined : "TYPE_MISMATCH_IP_RANGE";
    case "stringEquals":
    case "stringEqualsIgnoreCase":
    case "stringLike":
    case "arnLike":
      return undefined;
    default:
      return family satisfies never;
  }
}

/** An IPv6 range with bits after its prefix is no range for IAM, but one for this check. */
function withHostBits(value: string): boolean {
  const [address = "", length] = value.split("/");
  return length !== undefined && address.includes(":") && parseIpRange(address) !== undefined;
}

/** Values of several types, and several Boolean values. */
export function* checkValueList({ read, values, place }: ConditionSubject): Iterable<Report> {
  if (new Set(values.map(({ type }) => type)).size > 1) {
    yield { code: "INVALID_CONDITION_DATA_TYPE", places: [place] };
  }
  if (read?.family === "bool" && values.length > 1) {
    yield { code: "INVALID_CONDITION_MULTIPLE_BOOLEAN", places: [place] };
  }
}
