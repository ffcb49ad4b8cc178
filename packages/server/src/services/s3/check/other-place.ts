import type { Log } from "../../../kernel/ports/log.ts";
import type { Store } from "../../../kernel/store.ts";
import { type ObjectStoreSettings, placeOf } from "../remote/object-store-settings.ts";
import { putPlace, selectPlace } from "../rows/places.ts";
import type { S3Tables } from "../tables.ts";

/**
 * Notes the store that these settings name, for `rolecast objects migrate`. Logs an error when an
 * earlier start had another one: objects whose bytes are there can't be read.
 */
export async function notePlace(
  objects: ObjectStoreSettings | undefined,
  store: Store<S3Tables>,
  log: Log,
): Promise<void> {
  const before = await selectPlace(store.db);
  const now = objects && { type: objects.type, store: placeOf(objects) };
  if (before && before.store !== now?.store)
    log.error(
      { store: before.store },
      "Objects whose bytes are in this store can't be read: the setting objects doesn't name it.",
    );
  if (!now || (before?.type === now.type && before.store === now.store)) return;
  await store.transaction(({ db }) => putPlace(now, db));
}
