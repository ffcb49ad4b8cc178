/** An error in the words of who refused: AWS's code, and AWS's sentence. */
export interface CallErrorText {
  readonly code: string;
  readonly sentence: string;
  readonly requestId: string | undefined;
  /** The denial's id, by which its explanation is found. Anonymous requests have none. */
  readonly authorizationId: string | undefined;
  /** The key that signs isn't taken any more: it is expired, inactive or deleted. */
  readonly isKeyRefused: boolean;
}

/** The header of a denied answer that carries the denial's id, whatever the protocol. */
export const AUTHORIZATION_ID_HEADER = "x-rolecast-authorization-id";

/** The services' error codes for it. */
const KEY_REFUSED =
  /^(?:ExpiredToken|ExpiredTokenException|InvalidClientTokenId|InvalidAccessKeyId|UnrecognizedClientException)$/;
/**
 * The messages of the TypeErrors by which Chromium, Firefox and Safari report that there was no
 * answer.
 */
const UNREACHED = /^(?:Failed to fetch|NetworkError|Load failed)/;

const UNKNOWN = { requestId: undefined, authorizationId: undefined, isKeyRefused: false };

export function callErrorText(error: unknown): CallErrorText {
  if (!(error instanceof Error)) {
    return { ...UNKNOWN, code: "Error", sentence: String(error) };
  }
  const { name, message } = error;
  if (error instanceof TypeError && UNREACHED.test(message)) return unreached();
  const sentence = message === "" || message === "UnknownError" ? statusOf(error) : message;
  const isKeyRefused = KEY_REFUSED.test(name);
  const requestId = requestIdOf(error);
  return {
    code: name,
    sentence,
    requestId,
    authorizationId: authorizationIdOf(error),
    isKeyRefused,
  };
}

function unreached(): CallErrorText {
  const sentence = `Nothing answers at ${window.location.origin}. Start the server again, or wait until the network is back, and try again.`;
  return { ...UNKNOWN, code: "No answer", sentence };
}

function statusOf(error: Error): string {
  const metadata = metadataOf(error);
  return `The server answered with status ${String(metadata?.httpStatusCode ?? "unknown")}.`;
}

function requestIdOf(error: Error): string | undefined {
  const id = metadataOf(error)?.requestId;
  return typeof id === "string" ? id : undefined;
}

/** The SDK's errors have the answer that they were made from as `$response`. */
function authorizationIdOf(error: Error): string | undefined {
  const response = "$response" in error ? recordOf(error.$response) : undefined;
  const id = recordOf(response?.headers)?.[AUTHORIZATION_ID_HEADER];
  return typeof id === "string" ? id : undefined;
}

/** Adds a denied answer's id to the error that is made of it, where the SDK's errors have it. */
export function withAuthorizationId<Failure extends Error>(error: Failure, id: string | null) {
  return id === null
    ? error
    : Object.assign(error, { $response: { headers: { [AUTHORIZATION_ID_HEADER]: id } } });
}

function metadataOf(error: Error): Readonly<Record<string, unknown>> | undefined {
  return "$metadata" in error ? recordOf(error.$metadata) : undefined;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
