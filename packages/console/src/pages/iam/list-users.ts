import { paginateListUsers, type User } from "@aws-sdk/client-iam";
import { allPages } from "../../wire/all-pages.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";

export function listUsers({ iam: client }: AwsClients): Promise<readonly User[]> {
  return allPages(paginateListUsers({ client }, {}), (page) => page.Users);
}
