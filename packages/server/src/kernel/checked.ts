import type { Readable } from "node:stream";

/** Objects that aren't structures of the API's model: the gateway doesn't check their members. */
type Value = Date | Uint8Array | Readable | ReadableStream | Blob;

/**
 * An SDK input after the gateway has checked it. The SDK types a required member as
 * `Name: string | undefined`, since a client may forget it; the gateway refuses such a request, so
 * here it is `Name: string`, at every depth. Optional members (`Name?:`) stay as they are.
 */
export type Checked<Input> = Input extends Value
  ? Input
  : Input extends object
    ? {
        [Name in keyof Input]: IsOptional<Input, Name> extends true
          ? Checked<Input[Name]>
          : Checked<Exclude<Input[Name], undefined>>;
      }
    : Input;

type IsOptional<Input, Name extends keyof Input> = object extends Pick<Input, Name> ? true : false;
