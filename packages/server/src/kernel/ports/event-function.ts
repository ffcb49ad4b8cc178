/**
 * An EventBridge target inside this process, for tests: it gets the event, or what the target makes
 * of it, as a Lambda function would. If it throws or rejects, it is called again.
 */
export type EventFunction = (event: unknown) => unknown;
