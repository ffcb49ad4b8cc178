import { validationError } from "./errors.ts";

/** The value of a required member. The gateway has refused its absence already. */
export function required<T>(value: T | undefined, beanName: string): T {
  if (value !== undefined) return value;
  throw validationError(
    `1 validation error detected: Value at '${beanName}' failed to satisfy constraint: Member must not be null`,
  );
}
