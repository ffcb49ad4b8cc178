export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The same for what should be over by then: the process may end before. */
export const deadline = (ms: number) =>
  new Promise<undefined>((resolve) => setTimeout(resolve, ms, undefined).unref());
