import { type Connection, jsonOf } from "./connection.ts";
import { fetchSigned, refusal } from "./signed-request.ts";

/**
 * Calls an operation of a service that takes JSON at `/<operation>`, without its SDK. `service` is
 * the name that it is signed for. Throws CommandError with the server's words.
 */
export async function callOperation<Answer>(
  connection: Connection,
  service: string,
  operation: string,
  json: object,
): Promise<Answer> {
  const { region } = connection;
  const request = { path: `/${operation}`, method: "POST", service, json } as const;
  const response = await fetchSigned(connection, { ...request, region });
  const answer = await jsonOf(response);
  if (!response.ok) throw refusal(response, answer);
  return answer as Answer;
}
