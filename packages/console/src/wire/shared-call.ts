import { ownValue } from "../shared/own-value.ts";
import type { AwsClients } from "./aws-clients.ts";

/** A request that anybody may make who has its signature: this body, this operation, so long. */
interface SharedRequest {
  readonly operation: "CreateChatToken" | "GetStream";
  readonly body: string;
}

/** SigV4's name of the service that an operation belongs to. */
const SERVICES = { CreateChatToken: "ivschat", GetStream: "ivs" } as const;
/** A link's calls work so long, and no longer than the key that signed them. */
export const SHARED_SECONDS = 12 * 3_600;
const BETWEEN = "~";
const PARAMETERS = [
  ...["X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires"],
  ...["X-Amz-Signature", "X-Amz-Security-Token"],
];

/**
 * Signs one request for others: each time that it is made it is decided as the signed-in user's
 * own. Resolves to what of the signature can't be known otherwise, to be put into a link.
 */
export async function shareCall(
  { signer, region }: AwsClients,
  { operation, body }: SharedRequest,
): Promise<string> {
  const { protocol, hostname, host } = window.location;
  const service = SERVICES[operation];
  const request = { method: "POST", protocol, hostname, path: `/${operation}`, body };
  const { query = {} } = await signer(service).presign(
    { ...request, headers: { host } },
    { expiresIn: SHARED_SECONDS, signingRegion: region },
  );
  return PARAMETERS.map((name) => ownValue(query, name))
    .filter((value) => typeof value === "string")
    .join(BETWEEN);
}

/** Makes a shared call. Rejects with AWS's message where its signer may not make it any more. */
export async function makeSharedCall(
  { operation, body }: SharedRequest,
  signature: string,
): Promise<Readonly<Record<string, unknown>>> {
  const parts = signature.split(BETWEEN);
  const query = new URLSearchParams({
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-SignedHeaders": "host",
  });
  for (const [index, value] of parts.entries()) query.set(PARAMETERS[index] ?? "", value);
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`/${operation}?${query}`, { method: "POST", headers, body });
  const said: unknown = await answer.json();
  const members = typeof said === "object" && said !== null ? { ...said } : {};
  if (answer.ok) return members;
  const error = new Error(String("message" in members ? members.message : answer.status));
  error.name = answer.headers.get("x-amzn-errortype") ?? "Error";
  throw error;
}
