/** The version of the package `rolecast`. */
export const VERSION = "0.1.0";
