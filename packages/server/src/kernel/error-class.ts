import { AssertionError } from "node:assert";
import { types } from "node:util";

/** `ECONNREFUSED`, `ERR_INVALID_CHAR`, `22P02`. */
const CODE = /^[A-Z0-9][A-Z0-9_]{1,60}$/;

/**
 * An error's code, or its class's name. A log may show no more of an error whose message may quote
 * a caller: messages of JSON's parser, of headers and of URLs quote the text that they refuse.
 */
export function errorClass(error: unknown): string {
  if (!isError(error)) return typeof error;
  const cause = isError(error.cause) ? error.cause : error;
  if ("code" in cause && typeof cause.code === "string" && CODE.test(cause.code)) return cause.code;
  return cause.constructor.name;
}

/**
 * An error's stack for the log, with its message only if that can't quote a caller. An assertion's
 * message is our own; errors with a code are node's or the database's.
 */
export function errorTrace(error: unknown): string {
  if (!isError(error)) return errorClass(error);
  const { stack = "", message } = error;
  const isQuoting = error.name === "SyntaxError" || ("code" in error && !isOurs(error));
  if (!isQuoting) return stack || message;
  const frames = stack.split("\n").filter((line) => /^ {4}at /.test(line));
  return [errorClass(error), ...frames].join("\n");
}

/** Errors of Node.js itself and of test runners come from another realm. */
function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

function isOurs(error: Error): boolean {
  return error instanceof AssertionError && !error.generatedMessage;
}
