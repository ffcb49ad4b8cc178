import type { Kysely } from "kysely";
import { SecretBox } from "../../../kernel/crypto/secret-box.ts";
import type { Ids } from "../../../kernel/ids.ts";
import { LruMap } from "../../../kernel/lru-map.ts";
import { findMaterial } from "../rows/materials.ts";
import type { KmsTables, MaterialRow } from "../tables.ts";
import type { Material } from "./ciphertext-blob.ts";

const MATERIAL_BYTES = 32;
/** Never changes. */
const PURPOSE = "rolecast kms key material";
const OPENED_MAX = 1_000;

/** Makes the materials of keys, seals them for the database and opens them again. */
export class KeyMaterials {
  readonly #box: SecretBox;
  readonly #ids: Ids;
  /** A material never changes, so that an opened one is good for ever. */
  readonly #opened = new LruMap<string, Material>(OPENED_MAX);

  constructor(sealingKey: Uint8Array, ids: Ids) {
    this.#box = new SecretBox(sealingKey, PURPOSE);
    this.#ids = ids;
  }

  create(
    keyId: string,
    facts: Pick<MaterialRow, "created_ms" | "rotation_type" | "number">,
  ): MaterialRow {
    const materialId = Buffer.from(this.#ids.bytes(MATERIAL_BYTES)).toString("hex");
    const secret = Buffer.from(this.#ids.bytes(MATERIAL_BYTES)).toString("base64");
    const sealed = this.#box.seal(secret, labelOf(keyId, materialId));
    return { key_id: keyId, material_id: materialId, sealed, ...facts };
  }

  /** Undefined when the key has no such material. */
  async find(
    keyId: string,
    materialId: string,
    db: Kysely<KmsTables>,
  ): Promise<Material | undefined> {
    const label = labelOf(keyId, materialId);
    const known = this.#opened.get(label);
    if (known) return known;
    const row = await findMaterial({ key_id: keyId, material_id: materialId }, db);
    if (!row) return undefined;
    const bytes = Buffer.from(this.#box.open(row.sealed, label), "base64");
    const material = { keyId, materialId, bytes };
    this.#opened.set(label, material);
    return material;
  }

  /** Forgets what is opened: the server is reset. */
  clear(): void {
    this.#opened.clear();
  }
}

function labelOf(keyId: string, materialId: string): string {
  return `${keyId} ${materialId}`;
}
