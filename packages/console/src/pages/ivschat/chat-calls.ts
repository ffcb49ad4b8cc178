import {
  IvschatClient,
  type LoggingConfigurationSummary,
  paginateListLoggingConfigurations,
  paginateListRooms,
  type RoomSummary,
} from "@aws-sdk/client-ivschat";
import { allPages } from "../../wire/all-pages.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { pagesOf } from "../../wire/read-pages.ts";

export function ivsChatOf(aws: AwsClients): IvschatClient {
  return aws.client("ivschat", (options) => new IvschatClient(options));
}

export function roomPages(aws: AwsClients): AsyncIterable<readonly RoomSummary[]> {
  return pagesOf(paginateListRooms({ client: ivsChatOf(aws) }, {}), (page) => page.rooms);
}

export function listRooms(aws: AwsClients): Promise<readonly RoomSummary[]> {
  return allPages(roomPages(aws), (page) => page);
}

export function loggingConfigurationPages(
  aws: AwsClients,
): AsyncIterable<readonly LoggingConfigurationSummary[]> {
  return pagesOf(
    paginateListLoggingConfigurations({ client: ivsChatOf(aws) }, {}),
    (page) => page.loggingConfigurations,
  );
}

export function listLoggingConfigurations(
  aws: AwsClients,
): Promise<readonly LoggingConfigurationSummary[]> {
  return allPages(loggingConfigurationPages(aws), (page) => page);
}
