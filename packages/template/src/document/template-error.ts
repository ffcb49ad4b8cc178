import { MAX_TEMPLATE_BYTES, MAX_VALUES } from "./limits.ts";

/** A place in a template's text; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The codes with which CloudFormation refuses a template. */
export type TemplateErrorCode = "ValidationError" | "InsufficientCapabilitiesException";

/** The answer to a template, or to values for it, that CloudFormation refuses, in AWS's words. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
  readonly code: TemplateErrorCode;
  /** The place at which the text isn't well-formed; `placeOf` finds that of anything else. */
  readonly place: Place | undefined;

  constructor(message: string, options: { code?: TemplateErrorCode; place?: Place } = {}) {
    super(message);
    this.code = options.code ?? "ValidationError";
    this.place = options.place;
  }
}

/** Refuses a template whose form is wrong. */
export function formatError(text: string): TemplateError {
  return new TemplateError(`Template format error: ${text}`);
}

/** Refuses a template whose functions or references are wrong. */
export function functionError(text: string): TemplateError {
  return new TemplateError(`Template error: ${text}`);
}

export function unknownMapping(name: string): TemplateError {
  return functionError(
    `Mapping named '${name}' is not present in the 'Mappings' section of template.`,
  );
}

/** Refuses a template that is too long, or that macros or functions have made so. */
export function tooManyValues(): TemplateError {
  return new TemplateError(`Rolecast reads templates of at most ${MAX_VALUES} values.`);
}

export function tooLarge(): TemplateError {
  return new TemplateError(`Template may not exceed ${MAX_TEMPLATE_BYTES} bytes in size.`);
}
