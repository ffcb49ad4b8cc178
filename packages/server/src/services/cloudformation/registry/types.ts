import type * as cloudformation from "@aws-sdk/client-cloudformation";
import { OWN_PARTITION } from "../../../kernel/arn.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { ResourceSchema } from "../../../kernel/resources.ts";
import { onEverything } from "../access/stack-authorization.ts";
import type { CloudFormationDependencies } from "../dependencies.ts";
import { notBuilt, typeNotFound, validation } from "../errors.ts";
import { pageByText } from "../page.ts";

/** The registry's read side, for types that this server has: DescribeType and ListTypes. */
export function typeOperations({ types }: CloudFormationDependencies): OperationTable {
  return defineOperations<typeof cloudformation>()({
    DescribeType: {
      authorize: () => onEverything("DescribeType"),
      handle: async ({ Type = "RESOURCE", TypeName, Arn, PublisherId }, { region }) => {
        if (Type !== "RESOURCE") throw notBuilt(`types that are no resources (${Type})`);
        if (PublisherId !== undefined) throw notBuilt("types of third parties (PublisherId)");
        const name = TypeName ?? nameOfArn(Arn);
        if (name === undefined)
          throw validation("Either TypeName and Type, or Arn, must be specified.");
        const type = await types.find(name);
        if (!type) throw typeNotFound(name);
        return {
          Arn: typeArn(name, region),
          Type: "RESOURCE",
          TypeName: name,
          IsDefaultVersion: true,
          Schema: JSON.stringify(publicSchema(type.schema)),
          ProvisioningType: "FULLY_MUTABLE",
          DeprecatedStatus: "LIVE",
          Visibility: "PUBLIC",
        };
      },
    },
    ListTypes: {
      authorize: () => onEverything("ListTypes"),
      handle: async (input, { region }) => {
        const { Visibility = "PRIVATE", Type = "RESOURCE", Filters, MaxResults = 100 } = input;
        const isAsked =
          Visibility === "PUBLIC" &&
          Type === "RESOURCE" &&
          (input.ProvisioningType ?? "FULLY_MUTABLE") === "FULLY_MUTABLE" &&
          (input.DeprecatedStatus ?? "LIVE") === "LIVE" &&
          (Filters?.Category ?? "AWS_TYPES") === "AWS_TYPES" &&
          Filters?.PublisherId === undefined;
        const prefix = Filters?.TypeNamePrefix ?? "";
        const names = isAsked ? types.typeNames.filter((name) => name.startsWith(prefix)) : [];
        const { rows, rest } = await pageByText(
          input.NextToken,
          ["types", prefix, Visibility],
          async (after, limit) => names.filter((name) => name > after).slice(0, limit),
          (name) => name,
          MaxResults,
        );
        const TypeSummaries = rows.map((TypeName) => ({
          Type: "RESOURCE" as const,
          TypeName,
          TypeArn: typeArn(TypeName, region),
        }));
        return { TypeSummaries, ...rest };
      },
    },
  });
}

function typeArn(name: string, region: string): string {
  const resource = name.replaceAll("::", "-");
  return `arn:${OWN_PARTITION}:cloudformation:${region}::type/resource/${resource}`;
}

function nameOfArn(arn: string | undefined): string | undefined {
  return /:type\/resource\/([A-Za-z0-9-]+)$/.exec(arn ?? "")?.[1]?.replaceAll("-", "::");
}

/** As much of the registry's form as is known here. */
function publicSchema(schema: ResourceSchema) {
  const paths = (names: readonly string[]) => names.map((name) => `/properties/${name}`);
  const properties = Object.entries(schema.properties);
  return {
    typeName: schema.typeName,
    properties: Object.fromEntries(
      [...properties.map(([name]) => name), ...Object.keys(schema.attributes)].map((name) => [
        name,
        {},
      ]),
    ),
    required: properties.filter(([, { required }]) => required).map(([name]) => name),
    primaryIdentifier: paths(schema.primaryIdentifier),
    readOnlyProperties: paths(Object.keys(schema.attributes)),
    createOnlyProperties: paths(
      properties.filter(([, { replacement }]) => replacement === "yes").map(([name]) => name),
    ),
    writeOnlyProperties: paths(schema.writeOnly),
  };
}
