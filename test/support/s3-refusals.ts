import { createHash } from "node:crypto";
import { type RawRequest, sendSigned } from "./signed-request.ts";

/** A request in a line: `ask("PUT /bucket?tagging", body)`. */
export function ask(line: string, body?: string, headers: Record<string, string> = {}): RawRequest {
  const [method = "", target = ""] = line.split(" ");
  const { pathname: path, searchParams } = new URL(target, "http://localhost");
  const query = Object.fromEntries(searchParams);
  return { method, path, query, headers, ...(body === undefined ? {} : { body }) };
}

export function md5(text: string) {
  return { "content-md5": createHash("md5").update(text).digest("base64") };
}

/** Sends the request, and returns its refusal as "status code | message | field=value". */
export async function refusalOf(
  endpoint: string,
  request: RawRequest,
  region = "us-east-1",
): Promise<string> {
  const { status, body } = await sendSigned(endpoint, request, { service: "s3", region });
  const fields = [...body.matchAll(/<(\w+)>([^<]*)<\/\1>/g)].map(([, k, v]) => [k, v] as const);
  const [[, code] = [], [, message] = [], ...more] = fields.filter(
    ([name]) => name !== "RequestId" && name !== "HostId",
  );
  const described = [
    `${status} ${code}`,
    message,
    ...more.map(([name, value]) => `${name}=${value}`),
  ];
  return described
    .join(" | ")
    .replaceAll("&amp;", "&")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&#39;", "'");
}
