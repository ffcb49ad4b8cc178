/** An error in the words of who refused: AWS's code, and AWS's sentence. */
export interface CallErrorText {
  readonly code: string;
  readonly sentence: string;
  readonly requestId: string | undefined;
  /** The key that signs isn't taken any more: it is expired, inactive or deleted. */
  readonly isKeyRefused: boolean;
}

/** The services' error codes for it. */
const KEY_REFUSED =
  /^(?:ExpiredToken|ExpiredTokenException|InvalidClientTokenId|InvalidAccessKeyId|UnrecognizedClientException)$/;
/**
 * The messages of the TypeErrors by which Chromium, Firefox and Safari report that there was no
 * answer.
 */
const UNREACHED = /^(?:Failed to fetch|NetworkError|Load failed)/;

export function callErrorText(error: unknown): CallErrorText {
  if (!(error instanceof Error)) {
    return { code: "Error", sentence: String(error), requestId: undefined, isKeyRefused: false };
  }
  const { name, message } = error;
  if (error instanceof TypeError && UNREACHED.test(message)) return unreached();
  const sentence = message === "" || message === "UnknownError" ? statusOf(error) : message;
  const isKeyRefused = KEY_REFUSED.test(name);
  return { code: name, sentence, requestId: requestIdOf(error), isKeyRefused };
}

function unreached(): CallErrorText {
  const sentence = `Nothing answers at ${window.location.origin}. Start the server again, or wait until the network is back, and try again.`;
  return { code: "No answer", sentence, requestId: undefined, isKeyRefused: false };
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
