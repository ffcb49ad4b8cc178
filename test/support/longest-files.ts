/**
 * The longest files, which mostly wait. A run that begins one of them late ends with it alone: so
 * CI's run over Ceph left one of two workers without work for two minutes of four and a half.
 */
export const LONGEST = [
  "test/scenarios/longest-turns.test.ts",
  "test/ceph/recording-outage.ceph.ts",
  "test/scenarios/ivs/composition-recording.test.ts",
  "test/scenarios/partitions.test.ts",
  "test/scenarios/ivs/participant-recording.test.ts",
  "test/cli/every-command/every-command.test.ts",
  "test/e2e/pages.test.ts",
  "test/scenarios/ivs/compositions.test.ts",
  "test/scenarios/ivs/left-recordings.test.ts",
  "test/ceph/killed-node.ceph.ts",
  "test/e2e/first-minute.test.ts",
  "test/e2e/walk.test.ts",
  "test/scenarios/ivs/node-failures.test.ts",
];
