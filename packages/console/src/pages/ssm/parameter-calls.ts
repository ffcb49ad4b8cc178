import { type ParameterMetadata, paginateDescribeParameters, SSMClient } from "@aws-sdk/client-ssm";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { pagesOf } from "../../wire/read-pages.ts";

export function ssmOf(aws: AwsClients): SSMClient {
  return aws.client("ssm", (options) => new SSMClient(options));
}

/** The parameters below a path, or all of them. */
export function parameterPages(
  aws: AwsClients,
  path: string,
): AsyncIterable<readonly ParameterMetadata[]> {
  const below = { ParameterFilters: [{ Key: "Path", Option: "Recursive", Values: [path] }] };
  const pages = paginateDescribeParameters(
    { client: ssmOf(aws), pageSize: 50 },
    path === "" ? {} : below,
  );
  return pagesOf(pages, (page) => page.Parameters);
}

/** The folders right below a path, among the names of the parameters there. */
export function foldersIn(names: readonly string[], path: string): readonly string[] {
  const start = path === "" ? "/" : `${path}/`;
  const folders = names
    .filter((name) => name.startsWith(start))
    .map((name) => name.slice(start.length).split("/"))
    .filter((parts) => parts.length > 1)
    .map(([first = ""]) => start + first);
  return [...new Set(folders)].sort();
}
