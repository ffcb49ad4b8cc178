/** An error in the words of who refused: AWS's code, and AWS's sentence. */
export interface CallErrorText {
  readonly code: string;
  readonly sentence: string;
  readonly requestId: string | undefined;
}

export function callErrorText(error: unknown): CallErrorText {
  if (!(error instanceof Error)) {
    return { code: "Error", sentence: String(error), requestId: undefined };
  }
  const { name, message } = error;
  const sentence = message === "" || message === "UnknownError" ? statusOf(error) : message;
  return { code: name, sentence, requestId: requestIdOf(error) };
}

function statusOf(error: Error): string {
  const metadata = metadataOf(error);
  return `The server answered with status ${String(metadata?.httpStatusCode ?? "unknown")}.`;
}

function requestIdOf(error: Error): string | undefined {
  const id = metadataOf(error)?.requestId;
  return typeof id === "string" ? id : undefined;
}

function metadataOf(error: Error): Readonly<Record<string, unknown>> | undefined {
  if (!("$metadata" in error)) return undefined;
  const { $metadata } = error;
  return typeof $metadata === "object" && $metadata !== null
    ? ($metadata as Readonly<Record<string, unknown>>)
    : undefined;
}
