export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
/** Of what does not end by itself. */
export const END_OF_TIME = '9999-12-31T23:59:59.999Z';
