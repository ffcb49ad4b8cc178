import { declareType } from "../../../kernel/resource-types/declare-type.ts";
import { documentOf, documentText, pick } from "../../../kernel/resource-types/members.ts";
import type { ResourceModel } from "../../../kernel/resources.ts";
import { events, eventsItems } from "./events-calls.ts";

interface Archive {
  readonly ArchiveName: string;
  readonly ArchiveArn: string;
  readonly EventSourceArn: string;
  readonly EventPattern?: string;
}

function patternOf({ EventPattern }: ResourceModel) {
  const text = documentText(EventPattern);
  return text === undefined ? {} : { EventPattern: text };
}

export const archiveType = declareType({
  typeName: "AWS::Events::Archive",
  naming: { property: "ArchiveName", lengthMax: 48 },
  fixed: ["ArchiveName", "SourceArn"],
  parts: [
    {
      properties: ["Description", "EventPattern", "RetentionDays"],
      isCreated: true,
      async write({ id: { ArchiveName }, want }, call) {
        await events(call, "UpdateArchive", {
          ArchiveName,
          ...{ Description: "", EventPattern: "", RetentionDays: 0 },
          ...pick(want, ["Description", "RetentionDays"]),
          ...patternOf(want),
        });
      },
    },
  ],
  async create(want, call) {
    const { ArchiveArn } = await events<Archive>(call, "CreateArchive", {
      ...pick(want, ["ArchiveName", "Description", "RetentionDays"]),
      EventSourceArn: want.SourceArn,
      ...patternOf(want),
    });
    return { ArchiveName: want.ArchiveName, Arn: ArchiveArn };
  },
  async read({ ArchiveName }, call) {
    const found = await events<Archive>(call, "DescribeArchive", { ArchiveName });
    return {
      ...pick({ ...found }, ["ArchiveName", "Description", "RetentionDays"]),
      Arn: found.ArchiveArn,
      SourceArn: found.EventSourceArn,
      EventPattern: documentOf(found.EventPattern),
    };
  },
  async delete({ ArchiveName }, call) {
    await events(call, "DeleteArchive", { ArchiveName });
    return undefined;
  },
  async *list(_model, call) {
    for await (const { ArchiveName } of eventsItems<Archive>(call, "ListArchives", {}, "Archives"))
      yield { ArchiveName };
  },
});
