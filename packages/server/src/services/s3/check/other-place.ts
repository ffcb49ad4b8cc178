import type { Log } from "../../../kernel/ports/log.ts";
import type { Store } from "../../../kernel/store.ts";
import { type ObjectStoreSettings, placeOf } from "../remote/object-store-settings.ts";
import { deletePlace, putPlace, selectPlace } from "../rows/places.ts";
import type { S3Tables } from "../tables.ts";

/**
 * Notes the store that these settings name, for `rolecast objects migrate`. Logs a warning, once,
 * when the last start had another one: objects whose bytes are there can't be read.
 */
export async function notePlace(
  objects: ObjectStoreSettings | undefined,
  store: Store<S3Tables>,
  log: Log,
): Promise<void> {
  const before = await selectPlace(store.db);
  const now = objects && { type: objects.type, store: placeOf(objects) };
  if (before && before.store !== now?.store)
    log.warn(
      { store: before.store },
      "Objects whose bytes are still in this store can't be read: no setting names it any more.",
    );
  if (before && !now) await store.transaction(({ db }) => deletePlace(db));
  if (!now || (before?.type === now.type && before.store === now.store)) return;
  await store.transaction(({ db }) => putPlace(now, db));
}
