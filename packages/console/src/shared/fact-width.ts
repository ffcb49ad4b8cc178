/** Pixels: on a telephone, values beside each other would be broken inside their words. */
export const FACT_WIDTH_MIN = 180;
