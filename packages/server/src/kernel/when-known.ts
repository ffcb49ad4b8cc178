/** A value, or the promise of one that has to be read first. */
export type Eventual<Value> = Value | Promise<Value>;

/**
 * Calls `next` with a value: at once where it is known already, which nearly all that a request
 * asks for is. An await costs a turn and a frame even then.
 */
export function whenKnown<Value, Result>(
  value: Eventual<Value>,
  next: (value: Value) => Eventual<Result>,
): Eventual<Result> {
  return value instanceof Promise ? value.then(next) : next(value);
}
