import { TaggedRows } from "../../../kernel/tagged-resources/tagged-rows.ts";
import { quotaExceeded, resourceNotFound, validation } from "../errors.ts";
import { arns } from "../resource-arn.ts";
import type {
  CompositionRow,
  EncoderConfigurationRow,
  IngestConfigurationRow,
  PublicKeyRow,
  RealTimeTables,
  StageRow,
  StorageConfigurationRow,
} from "../tables.ts";

/** The row of each type of resource. */
interface ResourceRows {
  readonly stage: StageRow;
  readonly "public-key": PublicKeyRow;
  readonly "encoder-configuration": EncoderConfigurationRow;
  readonly "storage-configuration": StorageConfigurationRow;
  readonly "ingest-configuration": IngestConfigurationRow;
  readonly composition: CompositionRow;
}

const TABLES = {
  stage: "ivs_stages",
  "public-key": "ivs_stage_public_keys",
  "encoder-configuration": "ivs_encoder_configurations",
  "storage-configuration": "ivs_storage_configurations",
  "ingest-configuration": "ivs_ingest_configurations",
  composition: "ivs_compositions",
} as const;

export const resources = new TaggedRows<RealTimeTables, ResourceRows>(arns, TABLES, {
  notFound: resourceNotFound,
  invalidToken: () => validation("Invalid nextToken"),
  reservedTag: (key) => validation(`Tag key ${key} uses the reserved prefix aws:`),
  quotaExceeded,
});
