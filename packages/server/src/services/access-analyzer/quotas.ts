/** Source: IAM user guide, "IAM Access Analyzer quotas". */
export const QUOTAS = {
  analyzersOfAccount: 1,
  analyzersOfOrganization: 5,
  internalAnalyzersOfOrganization: 1,
  archiveRules: 100,
  accessPreviewsPerHour: 1_000,
  generationsPerDay: 50,
} as const;

/** Source: access-analyzer API reference, TagResource. */
export const TAGS_MAX = 50;

/** Items of one answer where the request names no number, and the most. */
export const PAGE_SIZE_MAX = 100;

/** Source: IAM user guide, "IAM Access Analyzer policy generation", the quotas. */
export const GENERATION = {
  rangeDaysMax: 90,
  logFilesMax: 100_000,
  logBytesMax: 25 * 1024 ** 3,
  /** Results are listed so long. */
  keptDays: 7,
} as const;

/** Source: IAM user guide, unused access analyzers: the console's default. */
export const UNUSED_ACCESS_AGE_DAYS = 90;
