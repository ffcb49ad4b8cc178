import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { loadAwsServiceSpec } from "@aws-cdk/aws-service-spec";
import type {
  Resource,
  SpecDatabase,
  Property as SpecProperty,
  PropertyType as SpecType,
  TypeDefinition,
} from "@aws-cdk/service-spec-types";
import type {
  Property,
  PropertyType,
  ResourceSchema,
} from "../packages/server/src/kernel/resources.ts";
import { writeOnlyOf } from "./write-only-properties.ts";

/** The services whose types the server has, or refuses by name. */
const SERVICES = [
  ...[
    "AccessAnalyzer",
    "CloudTrail",
    "CloudWatch",
    "ECR",
    "Events",
    "IAM",
    "IVS",
    "IVSChat",
    "KMS",
  ],
  ...["Organizations", "S3", "SSM"],
];

/** The types with tags of CloudFormation's own; `system-tags.py` writes them. */
const SYSTEM_TAGS: readonly string[] = JSON.parse(
  readFileSync(join(import.meta.dirname, "system-tags.json"), "utf8"),
);

/** Before the specification's version, and changed with the form of the data. */
const MAGIC = "ROLECAST-RESOURCES 3 ";

/**
 * Writes what CloudFormation's specification says about the resource types of our services: a
 * line with the specification's version, then Brotli of JSON, a list of `ResourceSchema`. 2.6 MB of
 * the development dependency `@aws-cdk/aws-service-spec` become 0.02.
 */
export async function buildResourceSchemas(outFile: string): Promise<void> {
  const head = `${MAGIC}${specificationVersion()}\n`;
  if (existsSync(outFile) && (await readFile(outFile)).indexOf(head) === 0) return;
  const text = Buffer.from(JSON.stringify(await resourceSchemas()));
  const params = {
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
  };
  await mkdir(dirname(outFile), { recursive: true });
  const contents = Buffer.concat([Buffer.from(head), brotliCompressSync(text, { params })]);
  await writeFile(`${outFile}.tmp`, contents);
  await rename(`${outFile}.tmp`, outFile);
}

function specificationVersion(): string {
  const require = createRequire(import.meta.url);
  return (require("@aws-cdk/aws-service-spec/package.json") as { version: string }).version;
}

async function resourceSchemas(): Promise<readonly ResourceSchema[]> {
  const db = await loadAwsServiceSpec();
  return db
    .all("resource")
    .filter(({ cloudFormationType }) => {
      const [vendor, service = ""] = cloudFormationType.split("::");
      return vendor === "AWS" && SERVICES.includes(service);
    })
    .map((resource) => schemaOf(resource, db));
}

function schemaOf(resource: Resource, db: SpecDatabase): ResourceSchema {
  const types: Record<string, Record<string, Property>> = {};
  const typeOf = (type: SpecType): PropertyType => {
    switch (type.type) {
      case "array":
        return { kind: "list", of: typeOf(type.element) };
      case "map":
        return { kind: "map", of: typeOf(type.element) };
      case "union":
        return { kind: "union", of: type.types.map(typeOf) };
      case "tag":
        return named({ name: "Tag", properties: TAG });
      case "ref":
        return named(db.get("typeDefinition", type.reference.$ref));
      case "date-time":
        return { kind: "timestamp" };
      case "string":
      case "integer":
      case "number":
      case "boolean":
      case "json":
        return { kind: type.type };
      default:
        throw new Error(`${resource.cloudFormationType} has a property of type ${type.type}`);
    }
  };
  const named = ({ name, properties }: Pick<TypeDefinition, "name" | "properties">) => {
    if (!(name in types)) {
      types[name] = {};
      types[name] = propertiesOf(properties);
    }
    return { kind: "named", name } as const;
  };
  const propertiesOf = (properties: Readonly<Record<string, SpecProperty>>) =>
    Object.fromEntries(
      Object.entries(properties).map(([name, { type, required, causesReplacement }]) => [
        name,
        { type: typeOf(type), required: required ?? false, replacement: causesReplacement ?? "no" },
      ]),
    );
  const { tagInformation: tags, primaryIdentifier = [], cfnRefIdentifier } = resource;
  return {
    typeName: resource.cloudFormationType,
    properties: propertiesOf(resource.properties),
    attributes: Object.fromEntries(
      Object.entries(resource.attributes).map(([name, { type }]) => [name, typeOf(type)]),
    ),
    types,
    primaryIdentifier,
    ref: cfnRefIdentifier ?? primaryIdentifier,
    writeOnly: writeOnlyOf(resource.cloudFormationType),
    ...(tags && {
      tags: {
        property: tags.tagPropertyName,
        form: tags.variant === "map" ? "map" : "list",
        hasSystemTags: SYSTEM_TAGS.includes(resource.cloudFormationType),
      },
    }),
  };
}

const TAG = {
  Key: { type: { type: "string" }, required: true },
  Value: { type: { type: "string" }, required: true },
} as const;
