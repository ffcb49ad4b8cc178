import { CommandError, EXIT } from "./command-error.ts";
import { type Connection, jsonOf } from "./connection.ts";

/**
 * Gets JSON, signed: of Rolecast's own API, or of another one that no client is published for.
 *
 * @throws CommandError when the server refuses; the message is its own.
 */
export async function getSigned(
  connection: Connection,
  path: string,
  service = "rolecast",
): Promise<unknown> {
  const url = new URL(path, connection.endpoint);
  const { Hash } = await import("@smithy/core/serde");
  const { SignatureV4 } = await import("@smithy/signature-v4");
  const signer = new SignatureV4({
    credentials: connection.credentials,
    service,
    region: "us-east-1",
    sha256: Hash.bind(null, "sha256"),
  });
  const { headers } = await signer.sign({
    method: "GET",
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port === "" ? {} : { port: Number(url.port) }),
    path: url.pathname,
    headers: { host: url.host },
  });
  const response = await fetch(url, { headers });
  const answer = await jsonOf(response);
  if (response.ok) return answer;
  throw new CommandError(
    `${url.host} answered ${response.status}: ${answer.message ?? ""}`,
    EXIT.refused,
  );
}
