import { paginateListUsers, type User } from "@aws-sdk/client-iam";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { pagesOf } from "../../wire/read-pages.ts";

export function userPages({ iam: client }: AwsClients): AsyncIterable<readonly User[]> {
  return pagesOf(paginateListUsers({ client }, {}), (page) => page.Users);
}
