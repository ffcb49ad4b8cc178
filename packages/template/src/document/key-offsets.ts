import type { MapValue } from "./value.ts";

/** Notes where the keys of a text's maps stand. Reading a template for use notes nothing. */
export type NoteKey = (map: MapValue, key: string, offset: number) => void;
