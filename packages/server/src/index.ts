export { findFfmpeg, publishFlv } from "@rolecast/media";
export {
  type CheckedObjects,
  checkObjects,
  type DamagedObject,
} from "./check-objects.ts";
export { ConfigError } from "./config/config-error.ts";
export {
  type GuardrailTest,
  type GuardrailTests,
  readGuardrailTests,
} from "./config/guardrail-tests.ts";
export { readOrganizationFolder } from "./config/organization-folder.ts";
export type { RootAccount } from "./config/root-accounts.ts";
export type { Setting } from "./config/setting.ts";
export {
  type Config,
  type ConfigInput,
  choicesOf,
  defaultOf,
  flagOf,
  SETTINGS,
  type SettingName,
  variableOf,
} from "./config/settings.ts";
export type { ReadyScript, ReadyScripts } from "./gateway/localstack-routes.ts";
export type { OperationCoverage } from "./gateway/operation-coverage.ts";
export { commandLine, pasteable } from "./kernel/command-line.ts";
export { FULL_ACCESS } from "./kernel/control-policy.ts";
export { DESCRIPTION } from "./kernel/description.ts";
export { syncFolder } from "./kernel/files/write-durably.ts";
export { isLoopback } from "./kernel/loopback.ts";
export { FOLDER_ROOT_ID, type FolderLevel, folderUnitId } from "./kernel/organization-folder.ts";
export { StoreUnavailableError } from "./kernel/store.ts";
export { VERSION } from "./kernel/version.ts";
export { createServer } from "./main.ts";
export { type FailedMove, type MovedObjects, moveObjects } from "./move-objects.ts";
export type { RunningServer } from "./running-server.ts";
export { readAuthorizationData } from "./services/access-analyzer/authorization-data.ts";
export { INGEST_PROTOCOLS, portNameOf } from "./services/ivs/ingest-protocols.ts";
export { IVS_METRICS } from "./services/ivs/live/ivs-metrics.ts";
export { IVS_EVENTS } from "./services/ivs/sessions/ivs-event.ts";
export { CHAT_METRICS } from "./services/ivs-chat/metrics/chat-metrics.ts";
export { COMPOSITION_EVENTS } from "./services/ivs-realtime/composing/composition-event.ts";
export { STAGE_METRICS } from "./services/ivs-realtime/live/stage-metrics.ts";
export { STAGE_EVENTS } from "./services/ivs-realtime/sessions/stage-event.ts";
export { type StagedSnapshot, stageSnapshot } from "./stage-snapshot.ts";
export { DataFolderError, DataFolderInUseError } from "./storage/data-folder-error.ts";
export { lockDataFolder } from "./storage/folder-lock.ts";
export { SealingKeyError } from "./storage/sealing-key.ts";
export { UnusableDatabaseError } from "./storage/unusable-database-error.ts";
