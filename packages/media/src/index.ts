export type * from "./engine/messages.ts";
export { defaultMediaLimits, type MediaLimits } from "./limits.ts";
export { MediaError, type MediaErrorCode } from "./media-error.ts";
