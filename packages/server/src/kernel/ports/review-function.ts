/**
 * A message review handler inside this process, for tests: it gets the event that a Lambda function
 * would, and answers, or resolves to, what that would.
 */
export type ReviewFunction = (event: Readonly<Record<string, unknown>>) => unknown;
