import type { Ids } from "../../kernel/ids.ts";
import type { IdentityDirectory } from "../../kernel/ports/identity.ts";
import type { ManagedKeys } from "../../kernel/ports/managed-keys.ts";
import type { KeyMaterials } from "./ciphertext/key-materials.ts";

/** What KMS's operations are made with. */
export interface KmsDependencies {
  readonly directory: IdentityDirectory;
  readonly ids: Ids;
  readonly materials: KeyMaterials;
  readonly managedKeys: ManagedKeys;
}
